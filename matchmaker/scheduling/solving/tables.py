"""Giving the meetings of every slot their tables.

Where and when is settled apart: once no slot has more meetings than tables and no booth is needed twice, tables can
always be given. People are kept where they sit as far as that goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matchmaker.scheduling.pair import PairKey
from matchmaker.scheduling.problem import Problem


@dataclass(frozen=True, slots=True)
class TimedPair:
    """A meeting whose slot is settled; `table` if that is settled too."""

    need: str
    offer: str
    slot: int
    table: int | None = None

    @property
    def key(self) -> PairKey:
        return self.need, self.offer


def give_tables(problem: Problem, meetings: Iterable[TimedPair]) -> Mapping[PairKey, int]:
    """A table for each meeting, none twice in a slot.

    A meeting with a booth is at the booth. The others prefer the table where the offer, or else the need, sat last;
    then the lowest number that is nobody's booth; a booth whose owner is not meeting only where nothing else is left.
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
        seats = [last_table[i] for i in (meeting.offer, meeting.need) if last_table.get(i) in free]
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
