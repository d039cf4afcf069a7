"""Docking events with a schedule, for tests: small ones made here, and any event's match list given its places."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, EventSession, Meeting, Participant
from matchmaker.domain.vocabulary import EventKind, EventStatus, OrganizationKind, PlanOrigin, Side
from matchmaker.scheduling import Candidate, Plan, Problem, schedule
from matchmaker.scheduling import Participant as Calendar
from matchmaker.services.events.plan.versions import record_version
from tests.factories import make_organization

BEGINS = datetime(2031, 5, 18, 9)


def slot(number: int) -> datetime:
    """The beginning of that slot of :func:`make_fair`, counted from 0."""
    return BEGINS + timedelta(minutes=20 * number)


def make_fair(
    session: Session, *, enterprises: int = 3, teams: int = 3, slots: int = 4, tables: int = 3, name: str = "示例对接会"
) -> Event:
    """An event where enterprise number n meets team number n in slot 0 at table n; nothing else is planned."""
    event = Event(
        kind=EventKind.DOCKING,
        name=name,
        place="会展中心",
        status=EventStatus.PREPARING,
        table_count=tables,
        sessions=[EventSession(starts_at=BEGINS, ends_at=slot(slots))],
    )
    session.add(event)
    for side, kind, count, words in (
        (Side.NEED, OrganizationKind.ENTERPRISE, enterprises, "示例企业"),
        (Side.OFFER, OrganizationKind.UNIVERSITY, teams, "示例大学"),
    ):
        for number in range(1, count + 1):
            organization = make_organization(session, kind, name=f"{name}{words}{number}号")
            event.participants.append(Participant(side=side, organization=organization))
    session.flush()
    sides = {side: [p for p in event.participants if p.side is side] for side in Side}
    for number, pair in enumerate(zip(sides[Side.NEED], sides[Side.OFFER], strict=False), start=1):
        need_side, offer_side = pair
        event.meetings.append(
            Meeting(need_side=need_side, offer_side=offer_side, score=90 - number, starts_at=slot(0), table=number)
        )
    record_version(session, None, event, origin=PlanOrigin.BUILT, reasons={})
    session.commit()
    return event


def place_all(session: Session, event: Event) -> Plan:
    """Give the event's match list the places that the scheduler finds, as a built version."""
    meetings = session.scalars(select(Meeting).where(Meeting.event_id == event.id)).all()
    plan = schedule(_problem(event, meetings))
    places = {(m.need, m.offer): m for m in plan.meetings}
    for meeting in meetings:
        place = places.get((str(meeting.need_side_id), str(meeting.offer_side_id)))
        meeting.starts_at = event.slots[place.slot] if place else None
        meeting.table = place.table if place else None
    record_version(session, None, event, origin=PlanOrigin.BUILT, reasons={})
    session.commit()
    return plan


def _problem(event: Event, meetings: list[Meeting]) -> Problem:
    slots = tuple(starts_at.isoformat(timespec="minutes") for starts_at in event.slots)
    return Problem(
        slots=slots,
        tables=event.table_count,
        participants=tuple(
            Calendar(
                id=str(participant.id),
                side="need" if participant.side is Side.NEED else "offer",
                available=tuple(n for n, starts_at in enumerate(slots) if starts_at not in participant.unavailable),
                min_meetings=participant.min_meetings,
                max_meetings=participant.max_meetings,
                table=participant.table,
            )
            for participant in event.participants
        ),
        candidates=tuple(
            Candidate(str(meeting.need_side_id), str(meeting.offer_side_id), meeting.score / 100)
            for meeting in meetings
        ),
    )
