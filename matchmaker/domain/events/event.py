"""Events with their participants, plans and meetings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, String, Text, TypeDecorator, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, Timestamps, UtcDateTime, now, term_type
from matchmaker.domain.codes import CODE_LENGTH, new_code
from matchmaker.domain.people import Organization, Team, User
from matchmaker.domain.postings.match_reason import Reason, ReasonColumn
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.vocabulary import (
    EventKind,
    EventStatus,
    MeetingStatus,
    NextStep,
    PairDecisionKind,
    ParticipantStatus,
    PlanOrigin,
    Side,
)


class Event(Timestamps, Base):
    """活动: a docking event (timed meetings at tables) or an expo (booths)."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[EventKind] = mapped_column(term_type(EventKind))
    name: Mapped[str] = mapped_column(String(120), unique=True)
    place: Mapped[str] = mapped_column(String(200), default="")
    organizer: Mapped[str] = mapped_column(String(120), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[EventStatus] = mapped_column(term_type(EventStatus), default=EventStatus.PREPARING)
    slot_minutes: Mapped[int] = mapped_column(default=20)
    table_count: Mapped[int] = mapped_column(default=20)
    default_max_meetings: Mapped[int] = mapped_column(default=6)
    time_zone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    """IANA name; all local times of the event are in it."""
    compact: Mapped[bool] = mapped_column(default=True)
    """Whether schedules shorten people's idle time where that costs nothing else."""
    registration_open: Mapped[bool] = mapped_column(default=False)
    """Whether organizations can apply by themselves, until ``registration_until``."""
    registration_until: Mapped[datetime | None] = mapped_column(DateTime)
    requests_until: Mapped[datetime | None] = mapped_column(DateTime)
    """The deadline, in local time, for participants to submit availability and meeting requests."""
    request_hours: Mapped[int] = mapped_column(default=24)
    """How long an unanswered request holds a slot before the event's first day."""
    request_minutes_on_the_day: Mapped[int] = mapped_column(default=15)
    plan_version: Mapped[int] = mapped_column(default=0)
    """The number of the plan's last version, built or changed by hand; printed on every sheet."""
    planned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_version: Mapped[int | None]
    """The version of the plan that participants see; ``None`` before the first is published."""

    rooms: Mapped[list[Room]] = relationship(
        back_populates="event", order_by="Room.position", cascade="all, delete-orphan"
    )
    sessions: Mapped[list[EventSession]] = relationship(
        back_populates="event", order_by="EventSession.starts_at", cascade="all, delete-orphan"
    )
    agenda: Mapped[list[AgendaItem]] = relationship(
        back_populates="event", order_by="AgendaItem.starts_at, AgendaItem.id", cascade="all, delete-orphan"
    )
    participants: Mapped[list[Participant]] = relationship(
        back_populates="event", order_by="Participant.id", cascade="all, delete-orphan"
    )
    decisions: Mapped[list[PairDecision]] = relationship(back_populates="event", cascade="all, delete-orphan")
    meetings: Mapped[list[Meeting]] = relationship(back_populates="event", cascade="all, delete-orphan")
    versions: Mapped[list[PlanVersion]] = relationship(
        back_populates="event", order_by="PlanVersion.version", cascade="all, delete-orphan"
    )

    @property
    def starts_at(self) -> datetime | None:
        """The start of the first session, in local time."""
        return self.sessions[0].starts_at if self.sessions else None

    @property
    def ends_at(self) -> datetime | None:
        """The end of the last session, in local time."""
        return max((session.ends_at for session in self.sessions), default=None)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the event's local times."""
        return ZoneInfo(self.time_zone)

    @property
    def slot_length(self) -> timedelta:
        """The length of each meeting."""
        return timedelta(minutes=self.slot_minutes)

    @property
    def slots(self) -> list[datetime]:
        """The starts of all slots, in order, in local time."""
        return [start for session in self.sessions for start in session.slots(self.slot_length)]

    def room_of(self, table: int) -> Room | None:
        """The room of a table. Tables are numbered consecutively through the rooms; None beyond the last."""
        last = 0
        for room in self.rooms:
            last += room.table_count
            if table <= last:
                return room
        return None

    @property
    def most_meetings_each(self) -> int | None:
        """The most meetings a participant can have: the number of slots of a docking event; None for an expo."""
        return len(self.slots) if self.kind is EventKind.DOCKING else None

    @property
    def most_meetings(self) -> int | None:
        """The most meetings of the event: slots × tables of a docking event; None for an expo."""
        return len(self.slots) * self.table_count if self.kind is EventKind.DOCKING else None


class EventSession(Base):
    """场次: a part of an event that is divided into slots of equal length. Times are local and naive."""

    __tablename__ = "event_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(DateTime)
    ends_at: Mapped[datetime] = mapped_column(DateTime)

    event: Mapped[Event] = relationship(back_populates="sessions")

    def slots(self, length: timedelta) -> list[datetime]:
        """The starts of the slots of this length that fit into the session."""
        return [self.starts_at + length * number for number in range((self.ends_at - self.starts_at) // length)]


class AgendaItem(Base):
    """议程: an agenda item besides the meetings: an opening, a keynote, a roadshow, a break, lunch.

    Times are local and naive. ``room`` is printed as it is and need not be a room of the event.
    """

    __tablename__ = "agenda_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(DateTime)
    ends_at: Mapped[datetime] = mapped_column(DateTime)
    title: Mapped[str] = mapped_column(String(120))
    speaker: Mapped[str] = mapped_column(String(200), default="")
    room: Mapped[str] = mapped_column(String(60), default="")
    note: Mapped[str] = mapped_column(String(300), default="")

    event: Mapped[Event] = relationship(back_populates="agenda")


class Room(Base):
    """A room of a docking event with its tables, or a hall (展馆) of an expo, in walking order."""

    __tablename__ = "event_room"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    table_count: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship(back_populates="rooms")


class Participant(Base):
    """参会方: an enterprise on the need side; a team, or an organization without teams, on the offer side."""

    __tablename__ = "participant"
    __table_args__ = (
        UniqueConstraint("event_id", "side", "organization_id", "team_id"),
        # To a unique constraint, two missing teams differ.
        Index(
            "uq_participant_without_team",
            "event_id",
            "side",
            "organization_id",
            unique=True,
            sqlite_where=text("team_id IS NULL"),
            postgresql_where=text("team_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    side: Mapped[Side] = mapped_column(term_type(Side))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    min_meetings: Mapped[int] = mapped_column(default=1)
    max_meetings: Mapped[int] = mapped_column(default=6)
    booth: Mapped[str] = mapped_column(String(20), default="")
    room_id: Mapped[int | None] = mapped_column(ForeignKey("event_room.id"))
    """The hall of the participant's booth."""
    table: Mapped[int | None] = mapped_column("table_number")
    """The table of all meetings of the participant; ``None`` if it has no table of its own."""
    status: Mapped[ParticipantStatus] = mapped_column(
        term_type(ParticipantStatus), default=ParticipantStatus.CONFIRMED, index=True
    )
    unavailable: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Starts of the slots in which the participant is not available, in local time, as ``2026-05-18T09:00``."""
    note: Mapped[str] = mapped_column(String(500), default="")
    """The participant's note to the organizers when it registered or withdrew."""
    status_reason: Mapped[str] = mapped_column(String(500), default="")
    """The reason given with the present status: of a refusal, what the organizers wrote."""
    availability_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the participant last submitted its availability; ``None`` if it never has."""
    code: Mapped[str] = mapped_column(String(CODE_LENGTH), default=new_code, unique=True)
    """The check-in code on the badge."""
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship(back_populates="participants")
    organization: Mapped[Organization] = relationship()
    team: Mapped[Team | None] = relationship()
    room: Mapped[Room | None] = relationship()
    delegates: Mapped[list[Delegate]] = relationship(
        back_populates="participant", order_by="Delegate.id", cascade="all, delete-orphan"
    )

    @property
    def name(self) -> str:
        """The printed name: the organization with the team, or the organization alone."""
        return self.organization.name if self.team is None else f"{self.organization.name} · {self.team.name}"


class Delegate(Base):
    """参会代表: a person who comes for a participant.

    ``is_lead`` marks the person who attends the participant's meetings. Nobody can attend for two participants in the
    same slot.
    """

    __tablename__ = "delegate"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    is_lead: Mapped[bool] = mapped_column("leads", default=False)
    code: Mapped[str] = mapped_column(String(CODE_LENGTH), default=new_code, unique=True)
    checked_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    participant: Mapped[Participant] = relationship(back_populates="delegates")
    user: Mapped[User | None] = relationship()

    @property
    def identity(self) -> str:
        """A key that is equal for a person who comes for two participants: account, or else e-mail, phone or name."""
        if self.user_id is not None:
            return f"user:{self.user_id}"
        return self.email.casefold() or self.phone or f"{self.participant_id}:{self.name}"


AssignedPair: TypeAlias = tuple[int, int, float]
"""The ids of the participants on the need side and on the offer side, and their score, 0–100."""

UnservedRow: TypeAlias = tuple[int, str]
"""The id of a participant, and the code word of the reason why it has too few meetings."""


class ScheduleRow(NamedTuple):
    """A meeting in a version of the plan.

    ``starts_at`` is local time. A pair that has no slot yet has neither ``starts_at`` nor ``table``.
    """

    need_side_id: int
    offer_side_id: int
    starts_at: datetime | None
    table: int | None
    locked: bool
    status: MeetingStatus

    @property
    def pair(self) -> tuple[int, int]:
        """The ids of the two participants, the need side first."""
        return self.need_side_id, self.offer_side_id

    @classmethod
    def of(cls, meeting: Meeting) -> Self:
        """The row for the current state of a meeting."""
        return cls(
            meeting.need_side_id,
            meeting.offer_side_id,
            meeting.starts_at,
            meeting.table,
            meeting.locked,
            meeting.status,
        )

    @classmethod
    def from_json(cls, stored: Any) -> Self:
        """Read a row that :meth:`to_json` wrote."""
        need_side_id, offer_side_id, starts_at, table, locked, status = stored
        start = None if starts_at is None else datetime.fromisoformat(starts_at)
        return cls(need_side_id, offer_side_id, start, table, locked, MeetingStatus.parse(status))

    def to_json(self) -> list[int | str | bool | None]:
        """The six fields in order; ``starts_at`` as ``2026-05-18T09:00``."""
        start = None if self.starts_at is None else self.starts_at.isoformat(timespec="minutes")
        return [self.need_side_id, self.offer_side_id, start, self.table, self.locked, self.status.value]


class ScheduleColumn(TypeDecorator[list[ScheduleRow]]):
    """Stores a list of :class:`ScheduleRow` as JSON. NULL is read as an empty list."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: list[ScheduleRow] | None, dialect: Dialect) -> list[Any]:
        return [row.to_json() for row in value or ()]

    def process_result_value(self, value: Any, dialect: Dialect) -> list[ScheduleRow]:
        return [ScheduleRow.from_json(stored) for stored in value or ()]


class PlanVersion(Base):
    """配对方案: a version of an event's plan. Versions can be compared and restored.

    ``pairs`` are of :data:`AssignedPair`, ``unserved`` of :data:`UnservedRow`, and ``schedule`` has all meetings of the
    version. They may contain ids of participants who have left since. ``proven`` means that no better plan exists.
    ``certificate`` is from the independent checker; a version without a valid certificate is not published.
    """

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("event_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    version: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    origin: Mapped[PlanOrigin] = mapped_column(term_type(PlanOrigin), default=PlanOrigin.BUILT)
    note: Mapped[str] = mapped_column(String(300), default="")
    """What was changed, or which version was restored, as written by ``plan/version_notes.py``."""
    step: Mapped[str | None] = mapped_column(String(20))
    """The step at the board that made the version, which its maker can undo; ``None`` if it was not made there."""
    acts_on: Mapped[int | None]
    """For an undo or a redo, the version whose step was undone or done again; else ``None``."""
    proven: Mapped[bool] = mapped_column(default=False)
    seed: Mapped[int | None]
    input_hash: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the scheduling problem that the version solves."""
    certificate: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pairs: Mapped[list[AssignedPair]] = mapped_column(JSON, default=list)
    schedule: Mapped[list[ScheduleRow]] = mapped_column(ScheduleColumn, default=list)
    unserved: Mapped[list[UnservedRow]] = mapped_column(JSON, default=list)

    event: Mapped[Event] = relationship(back_populates="versions")
    made_by: Mapped[User | None] = relationship()

    @property
    def built(self) -> bool:
        """Whether the scheduler chose the pairs, not a person."""
        return self.origin in (PlanOrigin.BUILT, PlanOrigin.REPLANNED)

    @property
    def scores(self) -> dict[tuple[int, int], float]:
        """The ids of two participants → the score of the pair."""
        return {(need_side_id, offer_side_id): score for need_side_id, offer_side_id, score in self.pairs}

    @property
    def total_score(self) -> float:
        """The sum of the scores of all pairs."""
        return sum(score for _, _, score in self.pairs)


class PairDecision(Base):
    """An organizer's decision to pin or exclude a pair, with the reason. It is kept when the match list is rebuilt."""

    __tablename__ = "pair_decision"
    __table_args__ = (UniqueConstraint("event_id", "need_side_id", "offer_side_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    need_side_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    offer_side_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    decision: Mapped[PairDecisionKind] = mapped_column(term_type(PairDecisionKind))
    reason: Mapped[str] = mapped_column(String(300), default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    event: Mapped[Event] = relationship(back_populates="decisions")
    decided_by: Mapped[User | None] = relationship()


_OCCUPIES = "starts_at IS NOT NULL AND status IN ('planned', 'held')"

OCCUPYING = frozenset({MeetingStatus.PLANNED, MeetingStatus.HELD})
"""States in which a meeting occupies its slot and table. Cancelled and missed meetings free both."""


class Meeting(Base):
    """洽谈: an entry of the match list, and of the schedule once it has a slot and a table.

    ``pinned`` means that the pair is fixed, ``locked`` that its slot and table are fixed too. Ratings are 1–5.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("event_id", "need_side_id", "offer_side_id"),
        # The last line of defence: nobody and no table twice in a slot, even with concurrent writers.
        *(
            Index(
                f"uq_meeting_slot_{column}",
                "event_id",
                "starts_at",
                column,
                unique=True,
                sqlite_where=text(_OCCUPIES),
                postgresql_where=text(_OCCUPIES),
            )
            for column in ("need_side_id", "offer_side_id", "table_number")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    need_side_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    offer_side_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    need_id: Mapped[int | None] = mapped_column(ForeignKey("need.id"))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"))
    score: Mapped[float]
    """The score, 0–100, of the pair's best match."""
    reason: Mapped[Reason] = mapped_column(ReasonColumn, default=Reason)
    pinned: Mapped[bool] = mapped_column(default=False)
    locked: Mapped[bool] = mapped_column(default=False)
    starts_at: Mapped[datetime | None] = mapped_column(DateTime)
    table: Mapped[int | None] = mapped_column("table_number")
    status: Mapped[MeetingStatus] = mapped_column(term_type(MeetingStatus), default=MeetingStatus.PLANNED)
    need_absent: Mapped[bool] = mapped_column(default=False)
    offer_absent: Mapped[bool] = mapped_column(default=False)
    """Who did not come, as last marked; see :attr:`absent`."""
    need_rating: Mapped[int | None]
    offer_rating: Mapped[int | None]
    need_next_step: Mapped[NextStep | None] = mapped_column(term_type(NextStep))
    offer_next_step: Mapped[NextStep | None] = mapped_column(term_type(NextStep))

    event: Mapped[Event] = relationship(back_populates="meetings")
    need_side: Mapped[Participant] = relationship(foreign_keys=[need_side_id])
    offer_side: Mapped[Participant] = relationship(foreign_keys=[offer_side_id])
    need: Mapped[Need | None] = relationship()
    offer: Mapped[Offer | None] = relationship()

    def participant(self, side: Side) -> Participant:
        """Who meets for that side."""
        return side.choose(self.need_side, self.offer_side)

    def posting(self, side: Side) -> Posting | None:
        """That side's part of the match that the meeting is about."""
        return side.choose(self.need, self.offer)

    def rating_of(self, side: Side) -> int | None:
        """How good that side found it, from 1 to 5."""
        return side.choose(self.need_rating, self.offer_rating)

    def next_step_of(self, side: Side) -> NextStep | None:
        """What that side means to do next."""
        return side.choose(self.need_next_step, self.offer_next_step)

    @property
    def absent(self) -> frozenset[Side]:
        """The sides that did not come to a meeting marked as a no-show."""
        if self.status is not MeetingStatus.NO_SHOW:
            return frozenset()
        return frozenset(side for side in Side if side.choose(self.need_absent, self.offer_absent))
