"""“What if?”: the schedule under other tables, slots, limits, or without a room, before anybody commits to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.errors import InvalidInput, raise_if_any
from matchmaker.domain.events.event import Event, EventSession, Participant, PlanVersion, Room
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.people import User
from matchmaker.i18n import N_
from matchmaker.scheduling import Certificate, check, schedule
from matchmaker.services.activity import log
from matchmaker.services.events.editing import (
    LONGEST_SLOT,
    MOST_MEETINGS_EACH,
    MOST_TABLES,
    SHORTEST_SLOT,
    Period,
    check_organizer,
)
from matchmaker.services.events.pairing.partnerships import score_partnerships
from matchmaker.services.events.participation.participants import participants_of
from matchmaker.services.events.plan.occupancy import lock_event
from matchmaker.services.events.scheduling.build import build_schedule, check_buildable, check_has_schedule
from matchmaker.services.events.scheduling.constraints import (
    Attendee,
    Constraints,
    FixedMeeting,
    cut_into_slots,
    load_constraints,
)
from matchmaker.services.events.scheduling.match_list_state import unserved_text
from matchmaker.services.events.scheduling.problem import candidates_of, check_pins, plan_with_pins, scheduling_problem
from matchmaker.services.indexing.search_index import SearchIndex

WHAT_IF_TIME_LIMIT = 10.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What to try; ``None`` leaves it as it is. ``max_meetings`` replaces every participant's maximum, and its minimum
    where that is greater. ``absent_room`` is the id of a room whose tables are missing, ``lunch`` a time of day, from
    and to, at which there are no meetings.
    """

    tables: int | None = None
    slot_minutes: int | None = None
    max_meetings: int | None = None
    absent_room: int | None = None
    lunch: tuple[time, time] | None = None

    @property
    def nothing(self) -> bool:
        """Whether everything stays as it is."""
        return self == Changes()


@dataclass(frozen=True, slots=True)
class LeftUnserved:
    """A participant who would have fewer meetings than it wants, and the code word of the reason."""

    name: str
    met: int
    wanted: int
    why: str

    def reason(self, language: str = "zh") -> str:
        """Why, in the reader's language."""
        return unserved_text(self.why, language)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a plan under certain constraints reaches."""

    slots: int
    tables: int
    certificate: Certificate
    unserved: tuple[LeftUnserved, ...]
    seconds: float

    @property
    def mean_score(self) -> float:
        """0–100, over all meetings."""
        meetings = self.certificate.meetings
        return 100 * self.certificate.objective.total_score / meetings if meetings else 0.0


@dataclass(frozen=True, slots=True)
class Trial:
    """The best plan as things are, and the best under the changes."""

    now: Outcome
    then: Outcome


def what_if(
    session: Session, search_index: SearchIndex, event: Event, changes: Changes, at: datetime | None = None
) -> Trial:
    """Plan the event twice, as it is and with the changes. Changes nothing.

    Raises :class:`~matchmaker.domain.errors.ValidationErrors` for numbers that cannot be, and :class:`Conflict`
    where locked meetings or fixed tables do not fit the changes.
    """
    check_has_schedule(event)
    _check(event, changes)
    search_index.refresh()
    constraints = load_constraints(session, event, at or now())
    scores = score_partnerships(session, search_index, event)
    changed = changed_constraints(constraints, event, changes)

    def outcome(of: Constraints) -> Outcome:
        problem = scheduling_problem(of, candidates_of(of, scores))
        problem, plan = plan_with_pins(
            problem, of, lambda asked: schedule(asked, WHAT_IF_TIME_LIMIT, compactly=event.compact)
        )
        unserved = tuple(
            LeftUnserved(of.attendee[int(left.id)].name, left.met, left.wanted, left.code.value if left.code else "")
            for left in plan.unserved
        )
        return Outcome(len(of.slots), of.tables, check(problem, plan), unserved, plan.seconds)

    return Trial(now=outcome(constraints), then=outcome(changed))


def apply_changes(
    session: Session,
    search_index: SearchIndex,
    actor: User | None,
    event: Event,
    changes: Changes,
    at: datetime | None = None,
) -> PlanVersion:
    """Change the event's conditions and build its schedule anew. Nothing is changed if that cannot be planned.

    Raises what :func:`change_conditions` and :func:`build_schedule` raise.
    """
    change_conditions(session, actor, event, changes, at)
    session.commit()
    return build_schedule(session, search_index, event, actor, at=at)


def change_conditions(
    session: Session, actor: User | None, event: Event, changes: Changes, at: datetime | None = None
) -> None:
    """Change the event's conditions, ready for its schedule to be built anew. Does not commit.

    Raises what :func:`what_if` raises, and :class:`Conflict` for an event whose schedule cannot be built.
    """
    check_organizer(actor)
    check_has_schedule(event)
    lock_event(session, event)
    _check(event, changes)
    check_buildable(session, event, at)
    constraints = load_constraints(session, event, at or now())
    changed = changed_constraints(constraints, event, changes)
    check_pins(changed)
    _write(session, event, changed, changes)
    log(session, actor, "event", event.id, "conditions changed", _described(changes))


def changed_constraints(constraints: Constraints, event: Event, changes: Changes) -> Constraints:
    """The constraints as they would be. Who cannot come during a part of a new slot cannot come in that slot."""
    periods = constraints.periods if changes.lunch is None else _without_lunch(constraints.periods, *changes.lunch)
    length = constraints.slot_length if changes.slot_minutes is None else timedelta(minutes=changes.slot_minutes)
    slots = cut_into_slots(periods, length, constraints.zone)
    tables = constraints.tables if changes.tables is None else changes.tables
    renumbered: Mapping[int, int | None] = {}
    room = _room(event, changes.absent_room)
    if room is not None:
        renumbered = _renumbered(event, room)
        tables -= room.table_count

    def moved(attendee: Attendee) -> Attendee:
        most = attendee.max_meetings if changes.max_meetings is None else changes.max_meetings
        return replace(
            attendee,
            max_meetings=most,
            min_meetings=min(attendee.min_meetings, most),
            away=_away(attendee.away, constraints.slot_length, slots, length),
            table=attendee.table if attendee.table is None else renumbered.get(attendee.table, attendee.table),
        )

    def shifted(meeting: FixedMeeting) -> FixedMeeting:
        table = meeting.table
        return replace(meeting, table=table if table is None else renumbered.get(table, table))

    return replace(
        constraints,
        periods=periods,
        slot_length=length,
        tables=tables,
        attendees=tuple(map(moved, constraints.attendees)),
        fixed=tuple(map(shifted, constraints.fixed)),
        begun=_away(constraints.begun, constraints.slot_length, slots, length),
    )


def _check(event: Event, changes: Changes) -> None:
    problems = [
        InvalidInput(N_("应为 %(least)d 到 %(most)d 的整数"), field=field, least=least, most=most)
        for field, value, least, most in (
            ("tables", changes.tables, 1, MOST_TABLES),
            ("slot_minutes", changes.slot_minutes, SHORTEST_SLOT, LONGEST_SLOT),
            ("max_meetings", changes.max_meetings, 1, MOST_MEETINGS_EACH),
        )
        if value is not None and not least <= value <= most
    ]
    if changes.lunch is not None and changes.lunch[1] <= changes.lunch[0]:
        problems.append(InvalidInput(N_("结束时间应晚于开始时间"), field="lunch"))
    if changes.absent_room is not None and _room(event, changes.absent_room) is None:
        problems.append(InvalidInput(N_("活动里没有这个会场，请刷新页面"), field="absent_room"))
    raise_if_any(problems)


def _without_lunch(periods: tuple[Period, ...], begins: time, ends: time) -> tuple[Period, ...]:
    left: list[Period] = []
    for start, end in periods:
        if start.date() != end.date():
            left.append((start, end))
            continue
        pause, resume = datetime.combine(start, begins), datetime.combine(start, ends)
        left += [
            (begin, finish) for begin, finish in ((start, min(end, pause)), (max(start, resume), end)) if begin < finish
        ]
    return tuple(left)


def _away(
    away: frozenset[datetime], old_length: timedelta, slots: tuple[datetime, ...], length: timedelta
) -> frozenset[datetime]:
    """The new slots that overlap with the old slots."""
    return frozenset(
        slot for slot in slots if any(start < slot + length and slot < start + old_length for start in away)
    )


def _room(event: Event, room_id: int | None) -> Room | None:
    return next((room for room in event.rooms if room.id == room_id), None)


def _renumbered(event: Event, absent: Room) -> dict[int, int | None]:
    """The new numbers of tables without the absent room, by the old; ``None`` for the tables of that room."""
    first = 1 + sum(room.table_count for room in event.rooms if room.position < absent.position)
    after = first + absent.table_count
    gone: dict[int, int | None] = dict.fromkeys(range(first, after))
    return gone | {table: table - absent.table_count for table in range(after, event.table_count + 1)}


def _write(session: Session, event: Event, changed: Constraints, changes: Changes) -> None:
    event.slot_minutes = changed.slot_length // timedelta(minutes=1)
    event.table_count = changed.tables
    known = {(own.starts_at, own.ends_at): own for own in event.sessions}
    event.sessions = [
        known.get(period) or EventSession(starts_at=period[0], ends_at=period[1]) for period in changed.periods
    ]
    if changes.max_meetings is not None:
        event.default_max_meetings = changes.max_meetings
    for participant in participants_of(session, event):
        _write_attendee(participant, changed.attendee[participant.id])
    fixed = {meeting.pair: meeting for meeting in changed.fixed}
    for meeting in event.meetings:
        own = fixed.get(pair_of(meeting))
        if own is not None and meeting.starts_at is not None:
            meeting.table = own.table
    room = _room(event, changes.absent_room)
    if room is not None:
        for participant in event.participants:
            if participant.room_id == room.id:
                participant.room_id = None
        session.flush()
        event.rooms.remove(room)
    _fit_rooms(event)


def _fit_rooms(event: Event) -> None:
    """Where rooms are named, the tables are theirs: the last rooms get more, or lose some."""
    difference = event.table_count - sum(room.table_count for room in event.rooms)
    for room in reversed(event.rooms):
        before = room.table_count
        room.table_count = max(0, before + difference)
        difference -= room.table_count - before


def _write_attendee(participant: Participant, attendee: Attendee) -> None:
    participant.min_meetings, participant.max_meetings = attendee.min_meetings, attendee.max_meetings
    participant.table = attendee.table
    participant.unavailable = sorted(slot.isoformat(timespec="minutes") for slot in attendee.away)


def _described(changes: Changes) -> str:
    lunch = None if changes.lunch is None else f"{changes.lunch[0]:%H:%M}–{changes.lunch[1]:%H:%M}"
    values = {
        "tables": changes.tables,
        "slot minutes": changes.slot_minutes,
        "max meetings": changes.max_meetings,
        "absent room": changes.absent_room,
        "lunch": lunch,
    }
    return ", ".join(f"{name} {value}" for name, value in values.items() if value is not None)
