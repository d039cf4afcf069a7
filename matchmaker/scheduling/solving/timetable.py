"""The exact model of a timetable: a binary variable for each pair in each slot that is open to it.

It is larger than choosing pairs first and placing them afterwards. It is needed if availability is so tight that not
all of the best pairs get a slot.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, vstack

from matchmaker.scheduling.solving.coverage import Options, Positions, coverage_program, incidence
from matchmaker.scheduling.solving.grid import Grid
from matchmaker.scheduling.solving.lexicographic import BinaryProgram, Goal, is_whole, maximize_in_order, relax_in_order
from matchmaker.scheduling.solving.placement import place_all


@dataclass(frozen=True)
class TimetableProgram:
    """The model as a binary program. Its first variables say whether ``pairs[k]`` of the grid meets in ``slots[k]``.

    `once` (pairs, variables) sums these variables by pair. The goals are served participants, requests and score,
    without the contribution of locked meetings.
    """

    program: BinaryProgram
    goals: tuple[Goal, Goal, Goal]
    pairs: Positions
    slots: Positions
    once: csr_matrix


@dataclass(frozen=True)
class Timetable:
    """Pairs of the grid (n,) and the slots they meet in (n,); `proven` if no better timetable exists.

    `bounds[k]` is an upper bound on goal k, without the contribution of locked meetings, for all timetables that keep
    the earlier goals.
    """

    pairs: Positions
    slots: Positions
    bounds: tuple[float, ...]
    proven: bool


def timetable_program(grid: Grid) -> TimetableProgram:
    """The exact model of the grid's open part."""
    pairs, slots = grid.openings(np.arange(len(grid.pairs)))
    limits, at_most = grid.slot_limits(pairs, slots)
    once = incidence(pairs, np.arange(len(pairs)), (len(grid.pairs), len(pairs)))
    program, goals = coverage_program(
        Options(grid.need[pairs], grid.offer[pairs], grid.score[pairs], grid.requested[pairs]),
        grid.minimum,
        grid.maximum,
        vstack([once, limits], format="csr"),
        np.concatenate([np.ones(len(grid.pairs)), at_most]),
    )
    return TimetableProgram(program, goals, pairs, slots, once)


def best_timetable(
    grid: Grid, seed: int, time_limit: float = math.inf, must_serve: Positions | None = None
) -> Timetable:
    """The timetable that serves most participants, then grants most requests, then has the greatest score.

    With `must_serve` (positions of participants), only timetables that serve at least these participants are
    considered, and `proven` and `bounds` refer to these timetables. That problem is much smaller if minima are above 1.
    Raises SolverError if there is no timetable, or if none is found within `time_limit` seconds.
    """
    deadline = time.monotonic() + time_limit
    model = timetable_program(grid)
    program = model.program if must_serve is None else _serving(grid, model, must_serve)
    n_openings = len(model.pairs)
    relaxation = relax_in_order(program, model.goals, deadline - time.monotonic())
    if relaxation.x is not None:
        shares, served = model.once @ relaxation.x[:n_openings], relaxation.x[n_openings:]
        if is_whole(shares) and is_whole(served):
            # The pairs are known and only their slots are missing, which is a smaller problem.
            chosen = np.flatnonzero(shares > 0.5)
            placed = place_all(grid, chosen, seed, deadline - time.monotonic())
            if placed is not None:
                return Timetable(chosen, placed, relaxation.bounds, proven=True)
    optimum = maximize_in_order(program, model.goals, deadline - time.monotonic(), relaxation)
    meets = np.flatnonzero(optimum.x[:n_openings] > 0.5)
    return Timetable(model.pairs[meets], model.slots[meets], optimum.bounds, optimum.proven)


def _serving(grid: Grid, model: TimetableProgram, must_serve: Positions) -> BinaryProgram:
    """The program in which "is served" is 1 for all of `must_serve` and fixed at 0 (not counted) for all others.

    As these variables are fixed, the solver can remove them before it starts.
    """
    to_serve = np.flatnonzero(grid.minimum > 0)
    required = np.zeros(len(to_serve))
    required[np.isin(to_serve, must_serve)] = 1.0
    weights = np.concatenate([np.zeros(len(model.pairs)), 2 * required - 1])
    return model.program.with_floor(weights, required.sum())
