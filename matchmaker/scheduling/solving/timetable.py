"""The exact model of a timetable: one yes-or-no for each pair in each slot that is open to it.

Larger than choosing pairs first and placing them afterwards, and needed where calendars are so tight that the best
pairs do not all find a slot.
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
    """The program's first variables say whether ``pairs[k]`` of the grid meets in ``slots[k]``.

    `once` sums them by pair. The goals are served participants, requests, score, beyond what locked meetings bring.
    """

    program: BinaryProgram
    goals: tuple[Goal, Goal, Goal]
    pairs: Positions
    slots: Positions
    once: csr_matrix


@dataclass(frozen=True)
class Timetable:
    """`pairs` of the grid and the `slots` they meet in; `proven` if no other timetable serves the goals better.

    `bounds` has for each goal, beyond what the locked meetings bring, what no timetable that keeps the earlier ones
    can exceed.
    """

    pairs: Positions
    slots: Positions
    bounds: tuple[float, ...]
    proven: bool


def timetable_program(grid: Grid) -> TimetableProgram:
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

    With `must_serve` (positions of participants) it is the best of those that serve at least them: a far smaller
    question where minima are above 1, and then `proven` and `bounds` are said of those timetables only.
    Raises SolverError if there is none, or if `time_limit` (seconds) passes before any is found.
    """
    deadline = time.monotonic() + time_limit
    model = timetable_program(grid)
    program = model.program if must_serve is None else _serving(grid, model, must_serve)
    n_openings = len(model.pairs)
    relaxation = relax_in_order(program, model.goals, deadline - time.monotonic())
    if relaxation.x is not None:
        shares, served = model.once @ relaxation.x[:n_openings], relaxation.x[n_openings:]
        if is_whole(shares) and is_whole(served):
            # The pairs are settled and only their slots are not; that is a smaller question.
            chosen = np.flatnonzero(shares > 0.5)
            placed = place_all(grid, chosen, seed, deadline - time.monotonic())
            if placed is not None:
                return Timetable(chosen, placed, relaxation.bounds, proven=True)
    optimum = maximize_in_order(program, model.goals, deadline - time.monotonic(), relaxation)
    meets = np.flatnonzero(optimum.x[:n_openings] > 0.5)
    return Timetable(model.pairs[meets], model.slots[meets], optimum.bounds, optimum.proven)


def _serving(grid: Grid, model: TimetableProgram, must_serve: Positions) -> BinaryProgram:
    """The program in which "is served" is 1 for all of `must_serve` and 0 for those who are left.

    Exactly 0 and 1, so that the solver can take these variables out before it starts.
    """
    to_serve = np.flatnonzero(grid.minimum > 0)
    required = np.zeros(len(to_serve))
    required[np.isin(to_serve, must_serve)] = 1.0
    weights = np.concatenate([np.zeros(len(model.pairs)), 2 * required - 1])
    return model.program.with_floor(weights, required.sum())
