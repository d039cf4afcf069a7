"""Gives every pair of a chosen list a slot: list edge colouring of a bipartite graph.

If the list is optimal without regard to times, a placement of all its pairs is an optimal plan.
"""

from __future__ import annotations

import math
import time

import numpy as np
from scipy.sparse import vstack

from matchmaker.scheduling.errors import SolverError
from matchmaker.scheduling.solving.coverage import Positions, incidence
from matchmaker.scheduling.solving.grid import Grid
from matchmaker.scheduling.solving.lexicographic import (
    BinaryProgram,
    Goal,
    Vector,
    is_whole,
    maximize_in_order,
    relax_in_order,
)


def place_all(grid: Grid, pairs: Positions, seed: int, time_limit: float = math.inf) -> Positions | None:
    """A slot for each of n `pairs` (n,); None if not all fit or no solution was found within `time_limit` seconds.

    Random preferences, drawn with `seed`, make the optimum of the linear relaxation unique and so almost always
    integral. Measured with 4,000 meetings: 0.4 s, and 16 s without preferences.
    """
    deadline = time.monotonic() + time_limit
    which, slots = grid.openings(pairs)
    limits, at_most = grid.slot_limits(pairs[which], slots)
    each_once = incidence(which, np.arange(len(which)), (len(pairs), len(which)))
    program = BinaryProgram(
        vstack([each_once, limits], format="csr"),
        lower=np.concatenate([np.ones(len(pairs)), np.full(len(at_most), -np.inf)]),
        upper=np.concatenate([np.ones(len(pairs)), at_most]),
    )
    preferences = Goal(np.random.default_rng(seed).random(len(which)), counts=False)
    x = relax_in_order(program, [preferences], time_limit).x
    if x is not None and not is_whole(x):
        x = _any_solution(program, deadline - time.monotonic())
    if x is None:
        return None
    chosen = np.flatnonzero(x > 0.5)
    placed = np.empty(len(pairs), dtype=np.int64)
    placed[which[chosen]] = slots[chosen]
    return placed


def _any_solution(program: BinaryProgram, seconds: float) -> Vector | None:
    indifferent = Goal(np.zeros(program.matrix.shape[1]), counts=True)
    try:
        return maximize_in_order(program, [indifferent], seconds).x
    except SolverError:
        return None
