"""The screen in the hall: who should go to which table now or next, from the published plan."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.domain.events.event import OCCUPYING, Event, Meeting, Participant
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.vocabulary import MeetingStatus
from matchmaker.services.events.plan.placements import EXPECTED, published_placements
from matchmaker.services.events.timing import coming_slot, local_time, running_slot

TIME_TO_SIT_DOWN = timedelta(minutes=5)
"""How long after its beginning a slot stays on the screen, for those who still look for their table."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A table with the two who meet there; ``status`` is the present one of their meeting."""

    table: int | None
    room: str
    need_side: Participant
    offer_side: Participant
    status: MeetingStatus


@dataclass(frozen=True, slots=True)
class HallScreen:
    """What the screen shows at ``local``: the seats of ``slot`` by table; no slot when all are over."""

    local: datetime
    slot: datetime | None
    seats: tuple[Seat, ...]
    published: bool

    @property
    def begun(self) -> bool:
        """Whether the slot shown is running already."""
        return self.slot is not None and self.slot <= self.local

    @property
    def minutes_left(self) -> int:
        """Minutes until the slot begins, rounded up; 0 once it has."""
        if self.slot is None or self.begun:
            return 0
        return -((self.local - self.slot) // timedelta(minutes=1))


def hall_screen(session: Session, event: Event, at: datetime | None = None) -> HallScreen:
    """What the screen shows at that instant: the running slot for a while, then the one that comes.

    Cancelled meetings are left out, and missed ones whose table was given to another pair: nobody should walk to them.
    """
    local = local_time(event, at)
    slot = slot_to_show(event, local)
    published = event.published_version is not None
    seats = () if slot is None else _seats(session, event, slot)
    return HallScreen(local, slot, seats, published)


def slot_to_show(event: Event, local: datetime) -> datetime | None:
    """The slot that people should be going to."""
    running, coming = running_slot(event, local), coming_slot(event, local)
    if running is not None and (local < running + TIME_TO_SIT_DOWN or coming is None):
        return running
    return coming


def _seats(session: Session, event: Event, slot: datetime) -> tuple[Seat, ...]:
    published = {
        pair: place.table
        for pair, place in published_placements(session, event, EXPECTED).items()
        if place.starts_at == slot
    }
    statuses = {
        pair_of(m): m.status
        for m in session.scalars(select(Meeting).where(Meeting.event_id == event.id, Meeting.starts_at == slot))
    }
    ids = {participant_id for pair in published for participant_id in pair}
    people = {
        participant.id: participant
        for participant in session.scalars(
            select(Participant)
            .where(Participant.id.in_(ids))
            .options(joinedload(Participant.organization), joinedload(Participant.team))
        )
    }
    seats = []
    for pair, table in published.items():
        status = statuses.get(pair, MeetingStatus.PLANNED)
        if status is not MeetingStatus.CANCELLED and people.keys() >= set(pair):
            room = None if table is None else event.room_of(table)
            seats.append(Seat(table, "" if room is None else room.name, people[pair[0]], people[pair[1]], status))
    taken = {seat.table for seat in seats if seat.status in OCCUPYING}
    standing = [seat for seat in seats if seat.status in OCCUPYING or seat.table not in taken]
    return tuple(sorted(standing, key=lambda seat: seat.table or 0))
