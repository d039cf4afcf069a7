"""Repairs a published plan with the fewest changes, then fills the gaps.

A published meeting counts as changed if it no longer takes place in its slot at its table. The first goal is the fewest
changes; then meetings are added for coverage, requests and score.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import vstack

from matchmaker.scheduling.errors import Fault, SolverError, UnknownPartyError
from matchmaker.scheduling.objective import Objective
from matchmaker.scheduling.plan import Meeting, Plan
from matchmaker.scheduling.problem import LockedMeeting, Problem
from matchmaker.scheduling.solver import schedule, upper_bound
from matchmaker.scheduling.solving.coverage import Options, coverage_program, incidence
from matchmaker.scheduling.solving.grid import Grid
from matchmaker.scheduling.solving.lexicographic import Goal, maximize_in_order
from matchmaker.scheduling.solving.timetable import timetable_program

# The share of the remaining time for choosing which meetings to change; the rest is for planning around the others.
SHARE_FOR_CHOICE = 0.7


@dataclass(frozen=True, slots=True)
class Move:
    """A pair that meets in both plans, but in different slots or at different tables."""

    before: Meeting
    after: Meeting


@dataclass(frozen=True)
class Differences:
    """The differences between two plans, as far as participants notice them."""

    kept: tuple[Meeting, ...]
    moved: tuple[Move, ...]
    dropped: tuple[Meeting, ...]
    added: tuple[Meeting, ...]

    @property
    def changed(self) -> int:
        """How many meetings of the earlier plan were moved or dropped."""
        return len(self.moved) + len(self.dropped)


@dataclass(frozen=True)
class Replanned:
    """The result of a repair.

    `problem` is what `plan` solves and must be checked against: participants who cancelled are removed, meetings that
    stand are locked. No valid plan has fewer changes than `fewest_changes`. `free_bound` is an upper bound on plans
    with any number of changes, so it says what stability costs at most.
    """

    problem: Problem
    plan: Plan
    differences: Differences
    fewest_changes: int
    free_bound: Objective


def replan(
    problem: Problem,
    published: Plan,
    *,
    cancelled: Collection[str] = (),
    more_changes: int = 0,
    compactly: bool = False,
    time_limit: float = 5.0,
    seed: int = 0,
) -> Replanned:
    """The plan for `problem` that changes the fewest meetings of `published`.

    `problem` may differ in any way from the problem of the published plan: availability, tables, limits, candidates,
    participants. Its locked meetings stand, even where published meetings have to give way. `cancelled` are the ids of
    participants who do not come: all their meetings are dropped, locked ones too. For a participant who leaves early,
    shorten its availability instead. Up to `more_changes` further meetings are changed if that serves more
    participants. `compactly` shortens idle time, as in `schedule`, for meetings that are added or moved.
    Takes about `time_limit` seconds at most.
    Raises UnknownPartyError for an id in `cancelled` that neither the problem nor the plan contains.
    """
    deadline = time.monotonic() + time_limit
    remaining = _keep_tables_of_locked(_without_participants(problem, published, cancelled), published)
    standing = _most_that_can_stand(remaining, published)
    free_bound = upper_bound(remaining, time_limit)

    def with_standing(meetings: tuple[LockedMeeting, ...], fewest_changes: int | None = None) -> Replanned:
        fixed = replace(remaining, locked=(*remaining.locked, *meetings))
        plan = schedule(fixed, max(0.0, deadline - time.monotonic()), seed, compactly)
        changes = differences(published, plan)
        fewest = changes.changed if fewest_changes is None else fewest_changes
        return Replanned(fixed, plan, changes, fewest, free_bound)

    fewest = with_standing(standing)
    if more_changes <= 0 or fewest.plan.objective.served >= free_bound.served:
        return fewest
    at_least = len(fewest.differences.kept) - more_changes
    fewer = _fewer_standing(remaining, published, at_least, SHARE_FOR_CHOICE * (deadline - time.monotonic()))
    if fewer is None:
        return fewest
    broader = with_standing(fewer, fewest.fewest_changes)
    serves_more = broader.plan.objective.served > fewest.plan.objective.served
    within_limit = broader.differences.changed <= fewest.fewest_changes + more_changes
    return broader if serves_more and within_limit else fewest


def differences(before: Plan, after: Plan) -> Differences:
    """What changes for participants when `after` replaces `before`. Scores are ignored."""
    earlier = {meeting.key: meeting for meeting in before.meetings}
    later = {meeting.key: meeting for meeting in after.meetings}
    both = [(meeting, later[key]) for key, meeting in earlier.items() if key in later]
    return Differences(
        kept=tuple(new for old, new in both if (old.slot, old.table) == (new.slot, new.table)),
        moved=tuple(Move(old, new) for old, new in both if (old.slot, old.table) != (new.slot, new.table)),
        dropped=tuple(meeting for key, meeting in earlier.items() if key not in later),
        added=tuple(meeting for key, meeting in later.items() if key not in earlier),
    )


def _without_participants(problem: Problem, published: Plan, cancelled: Collection[str]) -> Problem:
    known = {*problem.participant, *(i for m in published.meetings for i in m.key)}
    for participant_id in sorted(set(cancelled) - known):
        raise UnknownPartyError(f"cancelled {participant_id}", Fault.UNKNOWN_PARTICIPANT, participant=participant_id)
    gone = set(cancelled)
    return replace(
        problem,
        participants=tuple(p for p in problem.participants if p.id not in gone),
        candidates=tuple(c for c in problem.candidates if gone.isdisjoint(c.key)),
        locked=tuple(m for m in problem.locked if gone.isdisjoint(m.key)),
    )


def _keep_tables_of_locked(problem: Problem, published: Plan) -> Problem:
    """Give locked meetings without a table their published table, unless it is taken or they belong to a booth."""
    published_at = {meeting.key: meeting for meeting in published.meetings}
    taken = _tables_of_locked(problem)
    locked = []
    for meeting in problem.locked:
        before = published_at.get(meeting.key)
        if meeting.table is None and before is not None and before.slot == meeting.slot:
            booths = _booths(problem, before)
            if before.table <= problem.tables and before.table not in taken[meeting.slot] and not booths:
                meeting = replace(meeting, table=before.table)
        locked.append(meeting)
    return replace(problem, locked=tuple(locked))


@dataclass(frozen=True, slots=True)
class _Standing:
    """A way to keep a published meeting: at its table (`exactly`), or only in its slot (`table` is then its booth)."""

    pair: int
    slot: int
    table: int | None
    exactly: bool


def _most_that_can_stand(problem: Problem, published: Plan) -> tuple[LockedMeeting, ...]:
    """The largest set of published meetings that can stand together.

    The goals in order: most meetings at their tables, most meetings in their slots, most participants served, most
    requests granted, greatest total score.
    """
    grid = Grid(problem)
    ways = _ways_to_stand(grid, published)
    pairs = np.array([way.pair for way in ways], dtype=np.int64)
    slots = np.array([way.slot for way in ways], dtype=np.int64)
    limits, at_most = grid.slot_limits(pairs, slots)
    places: dict[tuple[int, int], int] = {}
    at_table = [
        (places.setdefault((way.slot, way.table), len(places)), column)
        for column, way in enumerate(ways)
        if way.table is not None
    ]
    rows, columns = np.array(at_table, dtype=np.int64).reshape(-1, 2).T
    program, goals = coverage_program(
        Options(grid.need[pairs], grid.offer[pairs], grid.score[pairs], grid.requested[pairs]),
        grid.minimum,
        grid.maximum,
        vstack([limits, incidence(rows, columns, (len(places), len(ways)))], format="csr"),
        np.concatenate([at_most, np.ones(len(places))]),
    )
    not_options = np.zeros(program.matrix.shape[1] - len(ways))
    exactly = np.array([way.exactly for way in ways], dtype=float)
    stability = (
        Goal(np.concatenate([exactly, not_options]), counts=True),
        Goal(np.concatenate([np.ones(len(ways)), not_options]), counts=True),
    )
    optimum = maximize_in_order(program, [*stability, *goals])
    return tuple(
        LockedMeeting(grid.pairs[way.pair].need, grid.pairs[way.pair].offer, way.slot, way.table)
        for way, x in zip(ways, optimum.x, strict=False)
        if x > 0.5
    )


def _fewer_standing(
    problem: Problem, published: Plan, at_least: int, seconds: float
) -> tuple[LockedMeeting, ...] | None:
    """The published meetings to keep so that most participants are served.

    At least `at_least` published meetings stand, locked ones included. Of the solutions that serve most participants,
    one with the most standing meetings. None if none is found within `seconds`.
    """
    grid = Grid(problem)
    model = timetable_program(grid)
    planned = {(way.pair, way.slot) for way in _ways_to_stand(grid, published) if way.exactly}
    openings = zip(model.pairs, model.slots, strict=True)
    stands = np.zeros(model.program.matrix.shape[1])
    stands[: len(model.pairs)] = [opening in planned for opening in openings]
    served, _, _ = model.goals
    locked = {meeting.key for meeting in problem.locked}
    at_least -= sum(meeting.key in locked for meeting in published.meetings)
    program = model.program.with_floor(stands, at_least)
    try:
        optimum = maximize_in_order(program, [served, Goal(stands, counts=True)], seconds)
    except SolverError:
        return None
    chosen = np.flatnonzero((stands > 0) & (optimum.x > 0.5))
    keys = {grid.pairs[model.pairs[opening]].key for opening in chosen}
    meetings = tuple(meeting for meeting in published.meetings if meeting.key in keys)
    return _most_that_can_stand(problem, replace(published, meetings=meetings))


def _ways_to_stand(grid: Grid, published: Plan) -> list[_Standing]:
    problem = grid.problem
    index = {pair.key: position for position, pair in enumerate(grid.pairs)}
    taken = _tables_of_locked(problem)
    ways = []
    for meeting in published.meetings:
        pair = index.get(meeting.key)
        if pair is None or meeting.slot >= grid.n_slots or not grid.open[pair, meeting.slot]:
            continue
        booth = next(iter(_booths(problem, meeting)), None)
        table_stands = meeting.table <= problem.tables and booth in (None, meeting.table)
        if table_stands and meeting.table not in taken[meeting.slot]:
            ways.append(_Standing(pair, meeting.slot, meeting.table, exactly=True))
        if booth not in taken[meeting.slot]:
            ways.append(_Standing(pair, meeting.slot, booth, exactly=False))
    return ways


def _tables_of_locked(problem: Problem) -> defaultdict[int, set[int | None]]:
    """Slot → the tables of its locked meetings, as far as they are fixed."""
    taken: defaultdict[int, set[int | None]] = defaultdict(set)
    for meeting in problem.locked:
        tables = {meeting.table, *_booths(problem, meeting)}
        taken[meeting.slot].update(table for table in tables if table is not None)
    return taken


def _booths(problem: Problem, meeting: Meeting | LockedMeeting) -> set[int]:
    booths = (problem.participant[participant_id].table for participant_id in meeting.key)
    return {booth for booth in booths if booth is not None}
