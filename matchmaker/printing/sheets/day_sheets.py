"""Table sheets (桌日程): the meetings at a table on a day, to lie on the table and to be ticked off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from matchmaker.printing.dates import day_text, time_range_text
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Cell, Column, Workbook


@dataclass(frozen=True, slots=True)
class SeatedMeeting:
    """A meeting at the sheet's table."""

    start: datetime
    end: datetime
    enterprise: str
    team: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class DaySheet:
    """The meetings at a table on a day, in any order. `room` is empty if there is only one room."""

    table: str
    day: date
    meetings: tuple[SeatedMeeting, ...]
    room: str = ""

    @property
    def in_time_order(self) -> list[SeatedMeeting]:
        """The meetings by start."""
        return sorted(self.meetings, key=lambda meeting: meeting.start)


def day_sheets_pdf(event: EventHeader, sheets: Sequence[DaySheet], language: Language = "zh") -> bytes:
    """An A4 sheet for each table and day, with a box beside each party to tick when it comes, and space for notes."""
    return typeset("day_sheets", event, {"sheets": [_sheet_for_page(sheet, language) for sheet in sheets]}, language)


def day_sheets_xlsx(event: EventHeader, sheets: Sequence[DaySheet], language: Language = "zh") -> bytes:
    """All tables on one sheet, a row for each meeting, grouped by table and day."""
    words = wording(language)
    rows: list[tuple[Cell, ...]] = []
    starts = set()
    for sheet in sheets:
        starts.add(len(rows))
        rows.extend(_row(sheet, meeting, language) for meeting in sheet.in_time_order)
    columns = [
        Column(words["table"], 7),
        Column(words["room"], 14),
        Column(words["day"], 14),
        Column(words["time"], 13),
        Column(words["enterprise"], 30),
        Column(words["team"], 30),
        Column(words["topic"], 44),
        Column(words["attended"], 12),
        Column(words["notes"], 24),
    ]
    workbook = Workbook(event, language)
    workbook.add_sheet(words["day_sheets"], words["day_sheets"], columns, rows, starts)
    return workbook.to_bytes()


def _row(sheet: DaySheet, meeting: SeatedMeeting, language: Language) -> tuple[Cell, ...]:
    when = (day_text(sheet.day, language), time_range_text(meeting.start, meeting.end))
    return (sheet.table, sheet.room, *when, meeting.enterprise, meeting.team, meeting.topic, "", "")


def _sheet_for_page(sheet: DaySheet, language: Language) -> dict[str, object]:
    return {
        "table": sheet.table,
        "room": sheet.room,
        "day": day_text(sheet.day, language),
        "meetings": [
            {
                "time": time_range_text(meeting.start, meeting.end),
                "enterprise": meeting.enterprise,
                "team": meeting.team,
                "topic": meeting.topic,
            }
            for meeting in sheet.in_time_order
        ],
    }
