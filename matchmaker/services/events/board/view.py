"""The board as it stands, and where a meeting could be moved, before anything is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import OCCUPYING, Event, Meeting, Participant, PlanVersion
from matchmaker.domain.events.pair import PairKey
from matchmaker.domain.vocabulary import MeetingStatus
from matchmaker.services.events.board.rules import fixed, full, has_place, swap_obstacles
from matchmaker.services.events.pairing.partnerships import check_pair
from matchmaker.services.events.participation.participants import everyone_of
from matchmaker.services.events.plan.changes import MeetingChange, Names, plan_difference
from matchmaker.services.events.plan.occupancy import load_occupancy
from matchmaker.services.events.plan.placements import Placement
from matchmaker.services.events.plan.queries import meeting_of_pair
from matchmaker.services.events.plan.versions import latest_version, published_version

Cell = tuple[datetime, int]
"""A slot and a table."""


@dataclass(frozen=True, slots=True)
class BoardMeeting:
    """A meeting as the board draws it; ``starts_at`` and ``table`` are those it has, or had before it was cancelled."""

    id: int
    need_side_id: int
    offer_side_id: int
    starts_at: datetime | None
    table: int | None
    locked: bool
    status: MeetingStatus
    score: float

    @property
    def place(self) -> Placement | None:
        """Where it takes place; ``None`` for a meeting that waits for a slot, or gave it up."""
        return Placement(self.starts_at, self.table) if self.starts_at and self.status in OCCUPYING else None


@dataclass(frozen=True)
class BoardState:
    """The working state of a plan. ``published`` is the version that participants see."""

    event: Event
    participants: Sequence[Participant]
    meetings: Sequence[BoardMeeting]
    latest: PlanVersion | None
    published: PlanVersion | None

    @cached_property
    def names(self) -> Names:
        """The participants' names by id."""
        return {participant.id: participant.name for participant in self.participants}

    @cached_property
    def placed(self) -> Mapping[Cell, BoardMeeting]:
        """The meetings that have a place, by slot and table."""
        return {(m.place.starts_at, m.place.table): m for m in self.meetings if m.place and m.place.table}

    @property
    def waiting(self) -> Sequence[BoardMeeting]:
        """The pairs of the match list that wait for a place, best first."""
        left = [m for m in self.meetings if m.place is None and m.status is MeetingStatus.PLANNED]
        return sorted(left, key=lambda meeting: -meeting.score)

    @property
    def unpublished(self) -> tuple[MeetingChange, ...]:
        """What participants do not see yet."""
        return plan_difference(self.published, self.latest).changes


def board_state(session: Session, event: Event) -> BoardState:
    """The board as it stands."""
    columns = [getattr(Meeting, name) for name in BoardMeeting.__slots__]
    rows = session.execute(select(*columns).where(Meeting.event_id == event.id).order_by(Meeting.id))
    return BoardState(
        event=event,
        participants=everyone_of(session, event),
        meetings=[BoardMeeting(*row) for row in rows],
        latest=latest_version(session, event),
        published=published_version(session, event),
    )


def preview(session: Session, event: Event, pair: PairKey) -> Mapping[Cell, Sequence[Conflict]]:
    """Where the pair cannot be dropped, and why: at a free table, what stands in the way of moving there; at a taken
    table, what stands in the way of swapping with the meeting that is there.
    """
    check_pair(session, event, pair)
    occupancy = load_occupancy(session, event)
    meeting = meeting_of_pair(session, event, pair)
    placed = meeting if meeting is not None and has_place(meeting) else None
    ignored = () if placed is None else (placed.id,)
    everywhere = full(occupancy, pair) if placed is None else fixed(placed)
    found: dict[Cell, Sequence[Conflict]] = {}
    for starts_at in event.slots:
        for table in range(1, event.table_count + 1):
            there = occupancy.meeting_at(starts_at, table)
            if placed is not None and there is not None and there is not placed:
                obstacles = swap_obstacles(occupancy, placed, there)
            else:
                obstacles = [*everywhere, *occupancy.obstacles(pair, starts_at, table, ignoring=ignored)]
            if obstacles:
                found[starts_at, table] = obstacles
    return found
