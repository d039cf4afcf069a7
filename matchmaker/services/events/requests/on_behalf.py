"""Requests that organizers answer for participants whose people have no account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.events.event import Event, Participant
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.vocabulary import RequestStatus
from matchmaker.services.events.participation.recipients import people_of
from matchmaker.services.events.requests.my_schedule import both_sides_named, standing
from matchmaker.services.events.requests.rules import Phase, hidden_from, phase_of


@dataclass(frozen=True, slots=True)
class ProxyRequest:
    """A request that organizers answer because ``own`` has no account; if neither side has, ``own`` was asked."""

    request: MeetingRequest
    own: Participant
    status: RequestStatus
    to_answer: bool
    """Whether it is the organizers' turn now."""


def proxy_requests(session: Session, event: Event, at: datetime | None = None) -> Sequence[ProxyRequest]:
    """All requests with a side that has no account: those to be answered first, the most urgent of them foremost."""
    at = at or now()
    requests = session.scalars(
        select(MeetingRequest)
        .where(MeetingRequest.event_id == event.id)
        .options(*both_sides_named())
        .order_by(MeetingRequest.id.desc())
    ).all()
    concerned = {side.id: side for request in requests for side in (request.need_side, request.offer_side)}
    people = people_of(session, list(concerned.values()))
    hidden = {side.id: hidden_from(session, event, side) for side in concerned.values() if not people[side.id]}
    over = phase_of(event, at) is Phase.OVER
    found = []
    for request in requests:
        status = standing(request, at)
        if not people[request.asked.id] and request.asking.id not in hidden[request.asked.id]:
            waits = status is RequestStatus.REQUESTED and not over
            found.append(ProxyRequest(request, request.asked, status, waits))
        elif not people[request.asking.id]:
            found.append(ProxyRequest(request, request.asking, status, to_answer=False))
    to_answer = [proxy for proxy in found if proxy.to_answer]
    to_answer.sort(key=lambda proxy: proxy.request.expires_at)
    return [*to_answer, *(proxy for proxy in found if not proxy.to_answer)]
