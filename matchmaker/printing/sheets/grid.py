"""The master grid (总表): a row for each table, a column for each slot, on several pages if necessary."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise

from matchmaker.printing.dates import day_text, time_range_text
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Column, Workbook

SLOTS_ACROSS = 6
"""The most slots beside each other on a page in landscape. Two names of about twenty characters fit into each."""


@dataclass(frozen=True, slots=True)
class GridTable:
    """A table and its room; `room` is empty if there is only one room."""

    number: str
    room: str = ""


@dataclass(frozen=True, slots=True)
class GridMeeting:
    """A meeting at a table, by the table's number, in the slot that starts at `start`."""

    start: datetime
    table: str
    enterprise: str
    team: str


@dataclass(frozen=True)
class MasterGrid:
    """All slots in order, all tables in order, and the meetings in any order."""

    slots: tuple[datetime, ...]
    slot_length: timedelta
    tables: tuple[GridTable, ...]
    meetings: tuple[GridMeeting, ...]


def grid_pdf(event: EventHeader, grid: MasterGrid, language: Language = "zh") -> bytes:
    """The grid as PDF on A4 in landscape.

    Each day is split into parts of at most SLOTS_ACROSS slots, of nearly equal length. A part contains all tables
    before the next part begins, so that the pages of a part can be put below each other and the parts side by side.
    """
    parts = [
        {
            "day": day_text(slots[0].date(), language),
            "slots": [time_range_text(slot, slot + grid.slot_length) for slot in slots],
            "rows": [_row_for_page(grid, table, slots) for table in grid.tables],
            "count": sum(meeting.start in slots for meeting in grid.meetings),
        }
        for slots in _parts(grid.slots)
    ]
    return typeset("grid", event, {"parts": parts}, language)


def grid_xlsx(event: EventHeader, grid: MasterGrid, language: Language = "zh") -> bytes:
    """A sheet for each day, a row for each table. The column of tables stays visible and is printed on every page."""
    words = wording(language)
    workbook = Workbook(event, language)
    has_rooms = any(table.room for table in grid.tables)
    keys = [Column(words["table"], 7), *([Column(words["room"], 14)] if has_rooms else [])]
    by_place = _by_place(grid)
    for day, slots in _days(grid.slots):
        columns = [*keys, *(Column(time_range_text(slot, slot + grid.slot_length), 30) for slot in slots)]
        rows = [
            (
                table.number,
                *([table.room] if has_rooms else []),
                *(" — ".join(by_place.get((slot, table.number), ())) for slot in slots),
            )
            for table in grid.tables
        ]
        name = day_text(day, language)
        workbook.add_sheet(
            name,
            f"{words['grid']} {name}",
            columns,
            rows,
            pages_wide=len(_parts(slots)),
            key_columns=len(keys),
        )
    if not grid.slots:
        workbook.add_sheet(words["grid"], words["grid"], keys, [])
    return workbook.to_bytes()


def _row_for_page(grid: MasterGrid, table: GridTable, slots: Sequence[datetime]) -> dict[str, object]:
    by_place = _by_place(grid)
    return {
        "table": table.number,
        "room": table.room,
        "cells": [by_place.get((slot, table.number), ()) for slot in slots],
    }


def _by_place(grid: MasterGrid) -> dict[tuple[datetime, str], tuple[str, str]]:
    return {(meeting.start, meeting.table): (meeting.enterprise, meeting.team) for meeting in grid.meetings}


def _days(slots: Sequence[datetime]) -> Iterator[tuple[date, list[datetime]]]:
    for day, slots_of_day in groupby(slots, key=lambda slot: slot.date()):
        yield day, list(slots_of_day)


def _parts(slots: Sequence[datetime]) -> list[list[datetime]]:
    """The slots of each day, split into parts of at most SLOTS_ACROSS slots, whose lengths differ by at most 1."""
    parts = []
    for _, slots_of_day in _days(slots):
        number = -(-len(slots_of_day) // SLOTS_ACROSS)
        cuts = [len(slots_of_day) * part // number for part in range(number + 1)]
        parts += [slots_of_day[start:end] for start, end in pairwise(cuts)]
    return parts
