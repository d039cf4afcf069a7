"""Giving every pair of a chosen list its slot: colouring the edges of a bipartite graph whose edges each allow some
colours only.

If the chosen list was the best there is without regard to time, a placement of all of it proves the plan best.
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
    """A slot for each of `pairs`, or None if not all of them fit, or none was found within `time_limit` seconds.

    Random preferences drawn with `seed` make the relaxation's optimum unique, and so nearly always whole: measured at
    4,000 meetings, 0.4 s instead of 16 s without preferences.
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
