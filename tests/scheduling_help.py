"""Gives an event's match list slots and tables, as the scheduler does, for tests of what comes after."""

from sqlalchemy.orm import Session

from matchmaker.domain.event import Assignment, Event, Meeting
from matchmaker.scheduling import Candidate, Participant, Problem, schedule
from matchmaker.services.events.history import record_version
from matchmaker.services.events.participants import participants_of
from matchmaker.services.events.state import meetings_of, pair_of


def place_meetings(session: Session, event: Event) -> Assignment:
    """Place all meetings that fit and record the plan as the next version."""
    meetings = {tuple(map(str, pair_of(meeting))): meeting for meeting in meetings_of(session, event)}
    plan = schedule(_problem(session, event, list(meetings.values())))
    for meeting in meetings.values():
        meeting.starts_at = meeting.table = None
    session.flush()
    for placed in plan.meetings:
        meeting = meetings[placed.need, placed.offer]
        meeting.starts_at, meeting.table = event.slots[placed.slot], placed.table
    version = record_version(session, None, event)
    session.commit()
    return version


def _problem(session: Session, event: Event, meetings: list[Meeting]) -> Problem:
    return Problem(
        slots=tuple(slot.isoformat(timespec="minutes") for slot in event.slots),
        tables=event.table_count,
        participants=tuple(
            Participant(
                id=str(one.id),
                side="need" if one.side.value == "need" else "offer",
                available=tuple(range(len(event.slots))),
                min_meetings=one.min_meetings,
                max_meetings=one.max_meetings,
            )
            for one in participants_of(session, event)
        ),
        candidates=tuple(
            Candidate(str(meeting.need_side_id), str(meeting.offer_side_id), meeting.score / 100)
            for meeting in meetings
        ),
    )
