"""Requests that nobody answered in time: both sides are told, once.

A request stops holding its slot at ``expires_at``. The EXPIRED status only ensures that mail is sent once; it is set
whenever somebody does something with a request of the event, by the worker every five minutes, and by
``matchmaker event expire-requests``.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Event as StopSignal

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.events.event import Event
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.vocabulary import EventStatus, ParticipantStatus, RequestStatus
from matchmaker.services.events.plan.occupancy import lock_event
from matchmaker.services.events.plan.placements import published_placements
from matchmaker.services.events.requests.notifications import LapsedRequest, lapsed_letters
from matchmaker.services.events.requests.rules import hidden_from
from matchmaker.services.events.timing import is_over
from matchmaker.services.jobs.registry import RunningPlatform, periodic
from matchmaker.services.mailing.letters import send


def expire_requests(session: Session, event: Event, address: str, at: datetime | None = None) -> int:
    """Mark the event's requests that are past their time and write to both sides; returns how many.

    ``address`` is where requests are answered. Nobody is written to about an event that is over, a pair that meets
    anyway, or a request that they no longer see.
    """
    at = at or now()
    session.expire_all()
    lock_event(session, event)
    lapsed = session.scalars(
        select(MeetingRequest)
        .where(
            MeetingRequest.event_id == event.id,
            MeetingRequest.status == RequestStatus.REQUESTED,
            MeetingRequest.expires_at <= at,
        )
        .order_by(MeetingRequest.id)
    ).all()
    for request in lapsed:
        request.status = RequestStatus.EXPIRED
    told = [] if is_over(event, at) else _to_tell(session, event, lapsed)
    letters = lapsed_letters(session, event, told, address)
    send(session, letters)
    session.commit()
    return len(lapsed)


def expire_everywhere(session: Session, base_url: str, at: datetime | None = None) -> int:
    """Expire the requests of all announced events, whose pages begin with ``base_url``; returns how many."""
    announced = select(Event).where(Event.status == EventStatus.PUBLISHED).order_by(Event.id)
    return sum(
        expire_requests(session, event, requests_address(base_url, event), at)
        for event in session.scalars(announced).all()
    )


@periodic("requests.expire", every=timedelta(minutes=5))
def expire_now_and_then(platform: RunningPlatform, _: StopSignal) -> None:
    """Expire the requests of all announced events; the worker does it by itself."""
    with platform.database.writing() as session:
        expire_everywhere(session, platform.settings.base_url)


def requests_address(base_url: str, event: Event) -> str:
    """Where the event's requests are answered, whoever opens it."""
    return f"{base_url}/attending/events/{event.id}/requests"


def _to_tell(session: Session, event: Event, lapsed: Sequence[MeetingRequest]) -> list[LapsedRequest]:
    planned = published_placements(session, event)
    told = []
    for request in lapsed:
        if pair_of(request) in planned:
            continue
        told.append(LapsedRequest(request, request.asking))
        if request.asking.id not in hidden_from(session, event, request.asked):
            told.append(LapsedRequest(request, request.asked))
    return [lapsed for lapsed in told if lapsed.to.status is ParticipantStatus.CONFIRMED]
