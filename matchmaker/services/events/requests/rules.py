"""When meetings may be requested, how long a request waits, and what stands in its way.

Participants ask in two phases: they wish before a plan is published, and book free slots after it. Of others'
calendars they learn only whether a slot is free.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.domain.events.event import OCCUPYING, Event, Meeting, PairDecision, Participant
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.events.pair import PairKey
from matchmaker.domain.vocabulary import (
    EventKind,
    EventStatus,
    PairDecisionKind,
    ParticipantStatus,
    RequestStatus,
)
from matchmaker.i18n import N_
from matchmaker.services.events.pairing.exclusions import excluded_pairs
from matchmaker.services.events.plan.occupancy import Occupancy, load_occupancy
from matchmaker.services.events.plan.placements import Placement, published_placements
from matchmaker.services.events.timing import local_time, wishes_are_open, wishes_close

MOST_UNANSWERED_AT_AN_EXPO = 20


class Phase(StrEnum):
    """What participants may do with requests at a moment."""

    CLOSED = "closed"
    """Not announced yet, or after the deadline while the organizers make the plan: only answers."""
    WISHES = "wishes"
    """Before the plan: a request may name a slot, or leave it to the organizers."""
    BOOKING = "booking"
    """With a plan: a request names a slot in which both are free."""
    BOOTH_VISITS = "booth_visits"
    """An expo: a request is about a visit to a booth, and names no slot."""
    OVER = "over"


def phase_of(event: Event, at: datetime) -> Phase:
    """The phase at that instant."""
    if event.status is EventStatus.FINISHED or not any(slot > local_time(event, at) for slot in event.slots):
        return Phase.OVER
    if event.status is EventStatus.PREPARING:
        return Phase.CLOSED
    if event.kind is EventKind.EXPO:
        return Phase.BOOTH_VISITS
    if event.published_version is not None:
        return Phase.BOOKING
    return Phase.WISHES if wishes_are_open(event, at) else Phase.CLOSED


def waits_until(event: Event, starts_at: datetime | None, at: datetime) -> datetime:
    """Until when a request made at that instant waits for its answer and holds its slot, if it names a slot.

    Before the event's first day it waits some hours, on the event's days some minutes. A request of the evening before
    waits no longer than those minutes after the doors open, and no request waits beyond the beginning of its slot. A
    wish without a slot waits until wishes close; at an expo, until the doors close.
    """
    opening, closing = event.starts_at, event.ends_at
    assert opening is not None, "nothing can be requested at an event without a session"
    if event.kind is EventKind.EXPO:
        return _instant(event, closing or opening)
    if starts_at is None:
        return _instant(event, min(wishes_close(event) or opening, opening))
    on_the_day = timedelta(minutes=event.request_minutes_on_the_day)
    if local_time(event, at).date() < opening.date():
        answer_by = min(at + timedelta(hours=event.request_hours), _instant(event, opening) + on_the_day)
    else:
        answer_by = at + on_the_day
    return min(answer_by, _instant(event, starts_at))


def hidden_from(session: Session, event: Event, participant: Participant) -> frozenset[int]:
    """Ids of participants of the other side whom the participant is never shown: the two never meet, or the organizers
    keep them apart.
    """
    kept_apart = session.execute(
        select(PairDecision.need_side_id, PairDecision.offer_side_id).where(
            PairDecision.event_id == event.id,
            PairDecision.decision == PairDecisionKind.EXCLUDE,
            or_(PairDecision.need_side_id == participant.id, PairDecision.offer_side_id == participant.id),
        )
    )
    pairs = {*excluded_pairs(session, event), *((need, offer) for need, offer in kept_apart)}
    own = [pair for pair in pairs if participant.id in pair]
    return frozenset(other_id for pair in own for other_id in pair if other_id != participant.id)


def calendars(session: Session, event: Event, at: datetime) -> Occupancy:
    """The calendars as requests see them. Before a plan is published its draft binds nobody, except for what the
    organizers locked; but a slot that two have agreed on is taken.
    """
    occupancy = load_occupancy(session, event, at)
    if event.published_version is not None:
        return occupancy
    agreed = session.scalars(
        select(MeetingRequest).where(
            MeetingRequest.event_id == event.id,
            MeetingRequest.status == RequestStatus.ACCEPTED,
            MeetingRequest.starts_at.is_not(None),
        )
    ).all()
    return replace(
        occupancy,
        meetings=[meeting for meeting in occupancy.meetings if meeting.locked],
        holds=[*occupancy.holds, *agreed],
    )


def free_slots(
    session: Session, event: Event, pair: PairKey, at: datetime, held_by: int | None = None
) -> list[datetime]:
    """When the two could still meet: both free, a table left, and not begun. ``held_by`` is their own request, whose
    hold does not count.
    """
    occupancy = calendars(session, event, at)
    published = published_placements(session, event)
    busy = {place.starts_at for other, place in published.items() if other != pair and set(other) & set(pair)}
    present = local_time(event, at)
    return [
        slot
        for slot in occupancy.free_slots(pair, held_by=held_by)
        if slot > present
        and slot not in busy
        and len(free_tables(occupancy, published, slot)) > _held(occupancy, slot, held_by)
    ]


def check_slot(
    session: Session, event: Event, pair: PairKey, starts_at: datetime, at: datetime, held_by: int | None = None
) -> None:
    """Raise :class:`InvalidInput` unless both are free then. Whose calendar is full is nobody else's business."""
    if starts_at not in free_slots(session, event, pair, at, held_by):
        raise InvalidInput(
            N_("%(time)s 双方不都有空，或者桌位已满，请另选一个时段"),
            field="starts_at",
            time=starts_at.strftime("%m-%d %H:%M"),
        )


def check_attending(own: Participant, other: Participant) -> None:
    """Raise :class:`Conflict` unless both come."""
    if own.status is not ParticipantStatus.CONFIRMED:
        raise Conflict(N_("“%(name)s”现在是“%(status)s”，确认参会后才能约见"), name=own.name, status=own.status)
    if other.status is not ParticipantStatus.CONFIRMED:
        raise Conflict(N_("“%(name)s”不参会了，不能再约"), name=other.name)


def check_limits(session: Session, event: Event, own: Participant, other: Participant, *, asking: bool) -> None:
    """Raise :class:`Conflict` where one of the two has as many meetings as it may. Who asks may not wait for more
    answers than it has meetings left: each request holds a slot in somebody's calendar. A visit to a booth holds none,
    so at an expo only the number of unanswered requests is limited, so that nobody writes to everybody.
    """
    if event.kind is EventKind.EXPO:
        waiting = sum(request.asking is own for request in _requests_of(session, event, own, RequestStatus.REQUESTED))
        if asking and waiting >= MOST_UNANSWERED_AT_AN_EXPO:
            raise Conflict(
                N_("“%(name)s”已有 %(waiting)d 个请求在等答复；请先等一等，或撤回一个"), name=own.name, waiting=waiting
            )
        return
    for participant, message in (
        (own, N_("“%(name)s”已有 %(met)d 场，达到上限（最多 %(most)d 场）")),
        (other, N_("“%(name)s”已经约满")),
    ):
        met = _meetings_of(session, event, participant)
        if met >= participant.max_meetings:
            raise Conflict(message, name=participant.name, met=met, most=participant.max_meetings)
    waiting = sum(request.asking is own for request in _requests_of(session, event, own, RequestStatus.REQUESTED))
    if asking and waiting + _meetings_of(session, event, own) >= own.max_meetings:
        raise Conflict(
            N_("“%(name)s”最多洽谈 %(most)d 场，已有 %(waiting)d 个请求在等答复；请先等一等，或撤回一个"),
            name=own.name,
            most=own.max_meetings,
            waiting=waiting,
        )


def _meetings_of(session: Session, event: Event, participant: Participant) -> int:
    """How many meetings the participant has in the plan; before a plan is published, how many it agreed on."""
    if event.published_version is None:
        return len(_requests_of(session, event, participant, RequestStatus.ACCEPTED))
    return (
        session.scalar(
            select(func.count())
            .select_from(Meeting)
            .where(
                Meeting.event_id == event.id,
                or_(Meeting.need_side_id == participant.id, Meeting.offer_side_id == participant.id),
                Meeting.starts_at.is_not(None),
                Meeting.status.in_(OCCUPYING),
            )
        )
        or 0
    )


def _requests_of(
    session: Session, event: Event, participant: Participant, status: RequestStatus
) -> Sequence[MeetingRequest]:
    return session.scalars(
        select(MeetingRequest).where(
            MeetingRequest.event_id == event.id,
            or_(MeetingRequest.need_side_id == participant.id, MeetingRequest.offer_side_id == participant.id),
            MeetingRequest.status == status,
        )
    ).all()


def free_tables(occupancy: Occupancy, published: Mapping[PairKey, Placement], slot: datetime) -> list[int]:
    """The tables without a meeting then, both in the organizers' draft and in what participants see."""
    taken = {place.table for place in published.values() if place.starts_at == slot}
    return [table for table in occupancy.free_tables(slot) if table not in taken]


def _held(occupancy: Occupancy, slot: datetime, held_by: int | None) -> int:
    """How many other requests hold the slot: each will need a table."""
    return sum(hold.starts_at == slot and hold.id != held_by for hold in occupancy.holds)


def _instant(event: Event, local: datetime) -> datetime:
    return local.replace(tzinfo=event.zone)
