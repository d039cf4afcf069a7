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
from matchmaker.services.events.requests.my_schedule import both_sides_named, standing
from matchmaker.services.events.requests.notifications import people_of
from matchmaker.services.events.requests.rules import Phase, hidden_from, phase_of


@dataclass(frozen=True, slots=True)
class ProxyRequest:
    """A request with a side that has no account, ``own``; of two such sides, the one that was asked."""

    request: MeetingRequest
    own: Participant
    status: RequestStatus
    to_answer: bool
    """Whether it is the organizers' turn now."""


def proxy_requests(session: Session, event: Event, at: datetime | None = None) -> Sequence[ProxyRequest]:
    """All of them: first what has to be answered, most urgent first, then the latest."""
    at = at or now()
    requests = session.scalars(
        select(MeetingRequest)
        .where(MeetingRequest.event_id == event.id)
        .options(*both_sides_named())
        .order_by(MeetingRequest.id.desc())
    ).all()
    concerned = {side.id: side for one in requests for side in (one.need_side, one.offer_side)}
    people = people_of(session, list(concerned.values()))
    hidden = {one.id: hidden_from(session, event, one) for one in concerned.values() if not people[one.id]}
    over = phase_of(event, at) is Phase.OVER
    found = []
    for request in requests:
        status = standing(request, at)
        if not people[request.asked.id] and request.asking.id not in hidden[request.asked.id]:
            waits = status is RequestStatus.REQUESTED and not over
            found.append(ProxyRequest(request, request.asked, status, waits))
        elif not people[request.asking.id]:
            found.append(ProxyRequest(request, request.asking, status, to_answer=False))
    waiting = sorted((one for one in found if one.to_answer), key=lambda one: one.request.expires_at)
    return [*waiting, *(one for one in found if not one.to_answer)]
