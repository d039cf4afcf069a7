"""Shortens people's idle time between meetings, without changing who meets whom.

A meeting can move to another slot if all meetings that it displaces move back, and so on. In the graph of the meetings
of two slots, these are connected components (Kempe chains). A local search over all pairs of slots swaps such chains.
It is deterministic and never increases idle time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from matchmaker.scheduling.solving.coverage import Positions
from matchmaker.scheduling.solving.grid import Grid

MOST_ROUNDS = 30


def compact(grid: Grid, pairs: Positions, slots: Positions) -> Positions:
    """New slots (n,) for n meetings given by `pairs` (n,) and `slots` (n,), with at most as many idle slots.

    Locked meetings do not move; availability and the number of tables are respected.
    """
    search = _Search(grid, pairs, slots)
    for _ in range(MOST_ROUNDS):
        gains = [search.exchange(first, second) for first, second in combinations(range(grid.n_slots), 2)]
        if not any(gains):
            break
    return search.slots


def idle_slots(mask: int) -> int:
    """The number of zero bits between the lowest and the highest set bit of `mask`, which has a bit for each slot."""
    lowest = (mask & -mask).bit_length() - 1
    return mask.bit_length() - lowest - mask.bit_count() if mask else 0


@dataclass(frozen=True, slots=True)
class _Chain:
    """Meetings of two slots that can swap slots together.

    `moving` are the positions of the participants whose slot changes. `surplus` is the number of meetings that move
    from the first slot to the second minus the number that move back. `gain` is the number of idle slots saved.
    """

    meetings: tuple[int, ...]
    moving: tuple[int, ...]
    surplus: int
    gain: int


class _Search:
    """The state of the local search: where every meeting is, and who and what is busy."""

    def __init__(self, grid: Grid, pairs: Positions, slots: Positions) -> None:
        self.slots = slots.copy()
        self._open = grid.open[pairs]
        self._units = [grid.units_of_pair[pair] for pair in pairs]
        self._ends = list(zip(grid.need[pairs].tolist(), grid.offer[pairs].tolist(), strict=True))
        self._occupant = np.full(grid.unit_free.shape, -1, dtype=np.int64)
        self._free_tables = grid.tables_left - np.bincount(slots, minlength=grid.n_slots)
        self._busy = [0] * len(grid.minimum)
        for locked in grid.problem.locked:
            for participant_id in locked.key:
                self._busy[grid.position[participant_id]] |= 1 << locked.slot
        for meeting, slot in enumerate(slots.tolist()):
            self._occupant[self._units[meeting], slot] = meeting
            for end in self._ends[meeting]:
                self._busy[end] |= 1 << slot

    def exchange(self, first: int, second: int) -> int:
        """Swap the chains of two slots that save most idle slots; returns the number saved."""
        chosen = _best_together(
            list(self._chains(first, second)), int(self._free_tables[second]), int(self._free_tables[first])
        )
        for chain in chosen:
            self._swap(chain, first, second)
        return sum(chain.gain for chain in chosen)

    def _chains(self, first: int, second: int) -> Iterator[_Chain]:
        seen: set[int] = set()
        for meeting in np.flatnonzero((self.slots == first) | (self.slots == second)).tolist():
            if meeting in seen:
                continue
            meetings = self._connected(meeting, first, second)
            seen.update(meetings)
            if all(self._open[m, second if self.slots[m] == first else first] for m in meetings):
                yield self._measured(meetings, first, second)

    def _connected(self, meeting: int, first: int, second: int) -> list[int]:
        """The Kempe chain of a meeting: all meetings that displace each other, directly or indirectly."""
        chain = [meeting]
        found = {meeting}
        for moved in chain:
            target = second if self.slots[moved] == first else first
            for displaced in self._occupant[self._units[moved], target].tolist():
                if displaced >= 0 and displaced not in found:
                    found.add(displaced)
                    chain.append(displaced)
        return chain

    def _measured(self, meetings: list[int], first: int, second: int) -> _Chain:
        both = 1 << first | 1 << second
        times = Counter(end for meeting in meetings for end in self._ends[meeting])
        # Participants with meetings in both slots still have meetings in both slots after the swap.
        moving = tuple(end for end, n in times.items() if n == 1)
        gain = sum(idle_slots(self._busy[end]) - idle_slots(self._busy[end] ^ both) for end in moving)
        forth = sum(self.slots[meeting] == first for meeting in meetings)
        return _Chain(tuple(meetings), moving, 2 * int(forth) - len(meetings), gain)

    def _swap(self, chain: _Chain, first: int, second: int) -> None:
        for meeting in chain.meetings:
            self._occupant[self._units[meeting], self.slots[meeting]] = -1
        for meeting in chain.meetings:
            self.slots[meeting] = second if self.slots[meeting] == first else first
            self._occupant[self._units[meeting], self.slots[meeting]] = meeting
        for end in chain.moving:
            self._busy[end] ^= 1 << first | 1 << second
        self._free_tables[first] += chain.surplus
        self._free_tables[second] -= chain.surplus


def _best_together(chains: list[_Chain], most_forth: int, most_back: int) -> list[_Chain]:
    """The chains with the highest sum of gains whose total surplus is from -`most_back` to `most_forth`.

    Chains with a surplus beyond ±1 are left out; they are rare (booths, people who attend for two participants).
    """
    even = [chain for chain in chains if chain.surplus == 0 and chain.gain > 0]
    forth = sorted((c for c in chains if c.surplus == 1), key=lambda chain: -chain.gain)
    back = sorted((c for c in chains if c.surplus == -1), key=lambda chain: -chain.gain)
    n_forth = sum(chain.gain > 0 for chain in forth)
    n_back = sum(chain.gain > 0 for chain in back)
    while n_forth - n_back > most_forth:
        n_forth, n_back = _one_less(forth, n_forth, back, n_back)
    while n_back - n_forth > most_back:
        n_back, n_forth = _one_less(back, n_back, forth, n_forth)
    chosen = [*even, *forth[:n_forth], *back[:n_back]]
    return chosen if sum(chain.gain for chain in chosen) > 0 else []


def _one_less(many: list[_Chain], n_many: int, few: list[_Chain], n_few: int) -> tuple[int, int]:
    """Reduce the difference of the two numbers by 1 at the least cost: drop one of `many` or add one of `few`."""
    cost_of_dropping = many[n_many - 1].gain
    if n_few < len(few) and -few[n_few].gain < cost_of_dropping:
        return n_many, n_few + 1
    return n_many - 1, n_few
