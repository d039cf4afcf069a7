"""Solves a scheduling problem.

1. Choose the best pairs without times (`assign`): a network program of a tenth of the size, whose value is an upper
   bound on all plans.
2. Give the chosen pairs their slots (`place_all`). If all pairs fit, the plan is optimal.
3. Otherwise, in a large event or if some participants want several meetings: find the best timetable that serves the
   participants whom step 1 serves. Choosing whom to serve is the hard part of the problem. If the timetable is almost
   as good as the bound, it is the plan.
4. Otherwise solve the exact model of pairs in slots (`best_timetable`).
5. If the time runs out, return the best plan found, with an upper bound.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np

from matchmaker.scheduling.assignment import AssignmentProblem, Pair, Party, assign, bound_beyond
from matchmaker.scheduling.diagnostics import unserved_participants
from matchmaker.scheduling.errors import SolverError
from matchmaker.scheduling.objective import Objective
from matchmaker.scheduling.plan import Meeting, Plan
from matchmaker.scheduling.problem import Problem
from matchmaker.scheduling.solving.compaction import compact
from matchmaker.scheduling.solving.coverage import Positions
from matchmaker.scheduling.solving.first_come import best_first, place_in_turn
from matchmaker.scheduling.solving.grid import Grid
from matchmaker.scheduling.solving.placement import place_all
from matchmaker.scheduling.solving.tables import TimedPair, give_tables
from matchmaker.scheduling.solving.timetable import Timetable, best_timetable

# The share of the time limit that is kept for computing a bound if the exact model does not finish.
SHARE_FOR_BOUND = 0.1

# With more possible pairs than this, the exact model takes minutes, and step 3 is always tried first.
LARGE = 10_000
# With at most this many pairs, the exact model takes almost no time and is always solved.
SMALL = 500
# Step 3 ends the search if its total score is below the bound by at most this share.
PRACTICALLY_BEST = 0.001


def schedule(problem: Problem, time_limit: float = 30.0, seed: int = 0, compactly: bool = False) -> Plan:
    """The best plan: most participants served, then most requests granted, then the greatest total score.

    Takes about `time_limit` seconds at most and always returns a valid plan. The same problem and seed give the same
    plan, byte for byte, unless the time ran out. Different values of `seed` select among equally good timetables.
    `compactly` shortens people's idle time between meetings, without changing who meets whom.
    """
    grid = Grid(problem)
    run = _Run(grid, seed, compactly, started=time.monotonic())
    deadline = run.started + time_limit
    untimed = _without_times(grid)

    chosen, bound = _choose_pairs(grid, untimed, time_limit)
    if bound is not None:
        slots = place_all(grid, chosen, seed, deadline - time.monotonic())
        if slots is not None:
            return run.plan(chosen, slots, bound)

    found = [run.plan(*_place_what_fits(grid, chosen))]
    is_hard = len(grid.pairs) > LARGE or (grid.minimum > 1).any()
    if bound is not None and is_hard:
        serving = _try_timetable(grid, seed, deadline - time.monotonic(), must_serve=_served_by(grid, chosen))
        if serving is not None:
            found.append(run.plan(serving.pairs, serving.slots))
            if len(grid.pairs) > SMALL and _is_practically_best(found[-1].objective, bound):
                return replace(found[-1], bound=bound)

    exact = _try_timetable(grid, seed, deadline - SHARE_FOR_BOUND * time_limit - time.monotonic())
    if exact is not None:
        found.append(run.plan(exact.pairs, exact.slots))
        if exact.proven:
            return found[-1]

    best = max(found, key=lambda plan: plan.objective)
    bound = bound_beyond(untimed, best.objective, max(SHARE_FOR_BOUND * time_limit, deadline - time.monotonic()))
    if exact is not None and best is found[-1]:
        bound = _tighter(bound, grid.with_locked(exact.bounds))
    return replace(best, bound=bound, seconds=time.monotonic() - run.started)


def upper_bound(problem: Problem, time_limit: float = math.inf) -> Objective:
    """An upper bound on all plans for the problem, goal by goal, computed without making a plan."""
    untimed = _without_times(Grid(problem))
    return bound_beyond(untimed, Objective(0, 0, 0.0), time_limit)


def _choose_pairs(grid: Grid, untimed: AssignmentProblem, time_limit: float) -> tuple[Positions, Objective | None]:
    """The best pairs without regard to times, and the upper bound they give; no pairs and None if time runs out."""
    try:
        assignment = assign(untimed, time_limit)
    except SolverError:
        return np.array([], dtype=np.int64), None
    index = {pair.key: position for position, pair in enumerate(grid.pairs)}
    chosen = [index[pair.need, pair.offer] for pair in assignment.pairs if not pair.pinned]
    return np.array(chosen, dtype=np.int64), assignment.bound


def _try_timetable(grid: Grid, seed: int, seconds: float, must_serve: Positions | None = None) -> Timetable | None:
    try:
        return best_timetable(grid, seed, seconds, must_serve)
    except SolverError:
        return None


def _served_by(grid: Grid, chosen: Positions) -> Positions:
    """Positions of the participants that reach their min_meetings if the chosen pairs meet."""
    met = np.bincount(np.concatenate([grid.need[chosen], grid.offer[chosen]]), minlength=len(grid.minimum))
    return np.flatnonzero(met >= grid.minimum)


def _is_practically_best(objective: Objective, bound: Objective) -> bool:
    """Whether only the total score is below the bound, by at most `PRACTICALLY_BEST`."""
    return (objective.served, objective.requested) == (bound.served, bound.requested) and (
        objective.total_score >= (1 - PRACTICALLY_BEST) * bound.total_score
    )


def _place_what_fits(grid: Grid, chosen: Positions) -> tuple[Positions, Positions]:
    """A greedy timetable: the chosen pairs first, then all other pairs."""
    ranked = best_first(grid)
    among_chosen = np.isin(ranked, chosen)
    return place_in_turn(grid, [*ranked[among_chosen], *ranked[~among_chosen]])


def _without_times(grid: Grid) -> AssignmentProblem:
    """The problem as an assignment without times, a relaxation of the timetable.

    Each participant meets at most as often as it has usable slots. The total number of meetings is limited by the
    tables and by the available participants of each side in all slots.
    """
    problem = grid.problem
    locked = [problem.candidate[m.key] for m in problem.locked if m.key in problem.candidate]
    pairs = (*grid.pairs, *locked)
    return AssignmentProblem(
        parties=tuple(
            Party(p.id, p.side, p.min_meetings, min(p.max_meetings, int(slots)))
            for p, slots in zip(problem.participants, grid.usable_slots(), strict=True)
        ),
        pairs=tuple(Pair(c.need, c.offer, c.score, c.requested) for c in pairs),
        pinned=frozenset(meeting.key for meeting in problem.locked),
        most_pairs=grid.most_meetings(),
    )


@dataclass(frozen=True)
class _Run:
    """What all plans of a call of `schedule` have in common."""

    grid: Grid
    seed: int
    compactly: bool
    started: float

    def plan(self, pairs: Positions, slots: Positions, bound: Objective | None = None) -> Plan:
        """The plan with the locked meetings and these pairs in these slots; without `bound` it counts as optimal."""
        grid, problem = self.grid, self.grid.problem
        if self.compactly:
            slots = compact(grid, pairs, slots)
        timed = [TimedPair(m.need, m.offer, m.slot, m.table) for m in problem.locked]
        for pair, slot in zip(pairs, slots, strict=True):
            timed.append(TimedPair(grid.pairs[pair].need, grid.pairs[pair].offer, int(slot)))
        timed.sort(key=lambda m: (m.slot, grid.position[m.need]))
        tables = give_tables(problem, timed)
        meetings = (Meeting(m.need, m.offer, m.slot, tables[m.key], problem.score(m.key)) for m in timed)
        unserved = unserved_participants(problem, timed)
        objective = Objective(
            served=len(problem.participants) - len(unserved),
            requested=sum(meeting.key in problem.requested for meeting in timed),
            total_score=math.fsum(problem.score(meeting.key) for meeting in timed),
        )
        return Plan(
            meetings=tuple(sorted(meetings, key=lambda m: (m.slot, m.table))),
            unserved=unserved,
            objective=objective,
            bound=bound or objective,
            seconds=time.monotonic() - self.started,
            seed=self.seed,
            problem_fingerprint=problem.fingerprint,
        )


def _tighter(first: Objective, second: Objective) -> Objective:
    """The smaller of two bounds for each goal."""
    return Objective(
        min(first.served, second.served),
        min(first.requested, second.requested),
        min(first.total_score, second.total_score),
    )
