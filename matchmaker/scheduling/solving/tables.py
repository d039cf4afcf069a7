"""Gives the meetings of every slot their tables.

Slots are chosen first: if no slot has more meetings than tables and no booth is needed twice, there is always a table
for each meeting. People stay at their tables from slot to slot where possible.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matchmaker.scheduling.pair import PairKey
from matchmaker.scheduling.problem import Problem


@dataclass(frozen=True, slots=True)
class TimedPair:
    """A meeting with a fixed slot, and with a fixed `table` if it is not None."""

    need: str
    offer: str
    slot: int
    table: int | None = None

    @property
    def key(self) -> PairKey:
        """The ids of need and offer."""
        return self.need, self.offer


def give_tables(problem: Problem, meetings: Iterable[TimedPair]) -> Mapping[PairKey, int]:
    """A table for each meeting; no table is used twice in a slot.

    A meeting with a booth takes place at the booth. Other meetings get the table of the offer's last meeting, or else
    of the need's last meeting, or else the lowest free number. Booths of others are used only if no other table is
    left.
    """
    by_slot: defaultdict[int, list[TimedPair]] = defaultdict(list)
    for meeting in meetings:
        by_slot[meeting.slot].append(meeting)
    booths = {p.table for p in problem.participants if p.table is not None}
    order_of_choice = sorted(range(1, problem.tables + 1), key=lambda table: (table in booths, table))
    last_table: dict[str, int] = {}
    tables: dict[PairKey, int] = {}
    for slot in sorted(by_slot):
        in_slot = _tables_of_slot(problem, by_slot[slot], order_of_choice, last_table)
        for key, table in in_slot.items():
            last_table.update(dict.fromkeys(key, table))
        tables.update(in_slot)
    return tables


def _tables_of_slot(
    problem: Problem, meetings: list[TimedPair], order_of_choice: list[int], last_table: dict[str, int]
) -> dict[PairKey, int]:
    tables: dict[PairKey, int] = {}
    for meeting in meetings:
        settled = _settled_table(problem, meeting)
        if settled is not None:
            tables[meeting.key] = settled
    free = dict.fromkeys(table for table in order_of_choice if table not in set(tables.values()))
    waiting = []
    for meeting in meetings:
        if meeting.key in tables:
            continue
        seats = [last_table[party] for party in (meeting.offer, meeting.need) if last_table.get(party) in free]
        if seats:
            tables[meeting.key] = seats[0]
            del free[seats[0]]
        else:
            waiting.append(meeting)
    tables.update(zip((meeting.key for meeting in waiting), list(free), strict=False))
    return tables


def _settled_table(problem: Problem, meeting: TimedPair) -> int | None:
    booths = (problem.participant[participant_id].table for participant_id in meeting.key)
    return next((table for table in (meeting.table, *booths) if table is not None), None)
