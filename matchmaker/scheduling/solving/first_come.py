"""First come, first served: a greedy timetable in which each pair takes the first slot that is open for it.

This is what an organizer does by hand. The scheduler uses it only if its time runs out; benchmarks compare with it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from matchmaker.scheduling.solving.coverage import Positions
from matchmaker.scheduling.solving.grid import Grid


def best_first(grid: Grid) -> Positions:
    """Positions of the grid's pairs: requested pairs first, then by falling score."""
    return np.lexsort((-grid.score, -grid.requested)).astype(np.int64)


def place_in_turn(grid: Grid, pairs: Iterable[int]) -> tuple[Positions, Positions]:
    """The pairs that got a slot, in the order given, and their slots."""
    free = grid.unit_free.copy()
    room = grid.maximum.copy()
    tables = grid.tables_left.copy()
    placed: list[tuple[int, int]] = []
    for pair in pairs:
        ends = [grid.need[pair], grid.offer[pair]]
        if (room[ends] <= 0).any():
            continue
        units = grid.units_of_pair[pair]
        open_slots = np.flatnonzero(grid.open[pair] & free[units].all(axis=0) & (tables > 0))
        if len(open_slots):
            slot = open_slots[0]
            free[units, slot] = False
            room[ends] -= 1
            tables[slot] -= 1
            placed.append((pair, slot))
    arrays = np.array(placed, dtype=np.int64).reshape(-1, 2)
    return arrays[:, 0], arrays[:, 1]
