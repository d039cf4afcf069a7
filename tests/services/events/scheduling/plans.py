from datetime import datetime

from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.vocabulary import RequestStatus, Side
from matchmaker.scheduling import Rule
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.scheduling.certificate import verify


def accept(session: Session, event: Event, pair: tuple[int, int], starts_at: datetime | None = None) -> None:
    """A request that the other side said yes to."""
    session.add(
        MeetingRequest(
            event_id=event.id,
            need_side_id=pair[0],
            offer_side_id=pair[1],
            side=Side.NEED,
            status=RequestStatus.ACCEPTED,
            starts_at=starts_at,
            expires_at=now(),
        )
    )
    session.commit()


def place(session: Session, meeting: Meeting, slot: datetime, table: int, *, locked: bool = True) -> None:
    meeting.starts_at, meeting.table, meeting.locked = slot, table, locked
    session.commit()


def meeting_with(session: Session, event: Event, participant_id: int) -> Meeting:
    return next(m for m in meetings_of(session, event) if participant_id in pair_of(m))


def violated(session: Session, event: Event) -> set[Rule]:
    return {violation.rule for violation in verify(session, event).violations}


def free_slot(session: Session, event: Event, meeting: Meeting) -> object:
    """A slot in which neither of the two meets anybody."""
    taken = {m.starts_at for m in meetings_of(session, event) if set(pair_of(m)) & set(pair_of(meeting))}
    return next(slot for slot in event.slots if slot not in taken)
