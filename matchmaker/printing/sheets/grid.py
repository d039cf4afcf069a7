"""The master grid (总表): every table down the page, every slot across it, as many pages wide as the days ask for."""

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
"""Slots that stand beside each other on a page in landscape: two names of some twenty characters fit into each."""


@dataclass(frozen=True, slots=True)
class GridTable:
    """A table of the hall, and the room where it stands, if there are several."""

    number: str
    room: str = ""


@dataclass(frozen=True, slots=True)
class GridMeeting:
    """Who sits at the table of that number in the slot that starts then."""

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
    """A4 landscape. Each day is cut into parts of at most SLOTS_ACROSS slots, as even as can be; a part runs down all
    tables before the next begins, so that the pages of a part can be glued below each other and parts side by side.
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
    """A sheet for each day, tables down and slots across; the tables stay in sight and are printed on every page."""
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
    for day, own in groupby(slots, key=lambda slot: slot.date()):
        yield day, list(own)


def _parts(slots: Sequence[datetime]) -> list[list[datetime]]:
    """The slots of each day in runs that fit side by side, of lengths that differ by one at most."""
    parts = []
    for _, own in _days(slots):
        number = -(-len(own) // SLOTS_ACROSS)
        cuts = [len(own) * part // number for part in range(number + 1)]
        parts += [own[start:end] for start, end in pairwise(cuts)]
    return parts
