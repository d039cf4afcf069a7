"""The meetings of an event as sheets need them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import OCCUPYING, Event, Meeting, Participant
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import MeetingStatus, ParticipantStatus
from matchmaker.i18n import N_


def listed_meetings(session: Session, event: Event) -> Sequence[Meeting]:
    """All that are on the match list and not called off, by enterprise, each one's best first."""
    meetings = session.scalars(
        select(Meeting)
        .where(Meeting.event_id == event.id, Meeting.status != MeetingStatus.CANCELLED)
        .options(
            joinedload(Meeting.need_side).joinedload(Participant.organization),
            joinedload(Meeting.offer_side).joinedload(Participant.organization),
            joinedload(Meeting.offer_side).joinedload(Participant.team),
            joinedload(Meeting.need).load_only(Need.title, Need.visibility, Need.status, raiseload=True),
            joinedload(Meeting.offer).load_only(Offer.title, Offer.visibility, Offer.status, raiseload=True),
        )
        .order_by(Meeting.need_side_id, Meeting.score.desc(), Meeting.offer_side_id)
    )
    return meetings.unique().all()


def placed_meetings(session: Session, event: Event) -> list[Meeting]:
    """Listed meetings that have a slot and keep it, by slot and table."""
    meetings = [meeting for meeting in listed_meetings(session, event) if is_placed(meeting)]
    return sorted(meetings, key=lambda meeting: (meeting.starts_at, meeting.table or 0, meeting.id))


def scheduled_meetings(session: Session, event: Event) -> list[Meeting]:
    """The placed meetings, for sheets that need a schedule. Raises :class:`Conflict` while there are none."""
    meetings = placed_meetings(session, event)
    if not meetings:
        raise Conflict(N_("“%(name)s”还没有排出日程，请先生成日程再打印"), name=event.name)
    return meetings


def is_placed(meeting: Meeting) -> bool:
    """Whether the meeting has a slot and keeps it."""
    return meeting.starts_at is not None and meeting.status in OCCUPYING


def expected_participants(session: Session, event: Event) -> Sequence[Participant]:
    """The confirmed participants with their people, enterprises first, each side in the order they were added."""
    participants = session.scalars(
        select(Participant)
        .where(Participant.event_id == event.id, Participant.status == ParticipantStatus.CONFIRMED)
        .options(
            joinedload(Participant.organization),
            joinedload(Participant.team),
            joinedload(Participant.room),
            selectinload(Participant.delegates),
        )
        .order_by(Participant.side, Participant.id)
    )
    return participants.all()


def place_text(meeting: Meeting) -> str:
    """The number of the table, or the booth where there is none."""
    return str(meeting.table) if meeting.table else meeting.offer_side.booth
