"""XLSX workbooks for all lists of the platform, formatted for reading, filtering and printing."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from io import BytesIO
from itertools import product

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.typesetting import single_line
from matchmaker.printing.wording import Language, wording

Cell = str | int

_TITLE_ROW, _EVENT_ROW, _HEADER_ROW = 0, 1, 2
_FONT = "等线"
_INK, _QUIET, _ACCENT, _TINT, _LINE = "#1C2733", "#5B6673", "#0B4F8A", "#E8F0F7", "#C9D1D9"
_CELL_KINDS = ("text", "formula-like", "number")
_PAPER_A4 = 9
_LONGEST_CELL = 32_767
# When a cell that begins with one of these is edited, Excel reads it as a formula, unless it is marked as text.
_FORMULA_STARTS = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, and its width in characters (a Chinese character counts as two)."""

    heading: str
    width: int


class Workbook:
    """A workbook about an event: add sheets, then take its bytes.

    Each sheet begins with its title, the event and the column headings, which stay visible and are printed on every
    page. It can be filtered, and is set up for A4 in landscape. Text that begins like a formula stays text. Text beyond
    Excel's limit of 32,767 characters is cut.
    """

    def __init__(self, event: EventHeader, language: Language) -> None:
        self._event = event
        self._words = wording(language)
        self._version = self._words["version"] % {"version": event.version} if event.version else ""
        self._file = BytesIO()
        self._book = xlsxwriter.Workbook(self._file, {"in_memory": True})
        self._book.set_properties({"title": event.name, "author": event.organizer, "created": event.printed_at})
        self._title_format = self._format(bold=True, font_size=16, font_color=_ACCENT)
        self._event_format = self._format(font_color=_QUIET)
        self._header_format = self._format(
            bold=True,
            font_color=_INK,
            bg_color=_TINT,
            bottom=2,
            bottom_color=_ACCENT,
            align="center",
            text_wrap=True,
        )
        self._cell_formats = {
            (kind, starts_group): self._cell_format(kind, starts_group)
            for kind, starts_group in product(_CELL_KINDS, (False, True))
        }

    def add_sheet(
        self,
        name: str,
        title: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Cell]],
        group_starts: AbstractSet[int] = frozenset(),
        *,
        pages_wide: int = 1,
        key_columns: int = 0,
    ) -> None:
        """Append a sheet. A stronger line is drawn above the rows in `group_starts` (0 is the first row of cells).

        A wide sheet is printed on `pages_wide` pages beside each other. The first `key_columns` columns stay visible
        and are printed on each of them.
        """
        sheet = self._book.add_worksheet(name)
        self._write_head(sheet, title, columns)
        for number, row in enumerate(rows):
            self._write_row(sheet, _HEADER_ROW + 1 + number, row, number in group_starts)
        sheet.freeze_panes(_HEADER_ROW + 1, key_columns)
        sheet.autofilter(_HEADER_ROW, 0, _HEADER_ROW + max(len(rows), 1), len(columns) - 1)
        self._set_up_print(sheet, pages_wide)
        if key_columns:
            sheet.repeat_columns(0, key_columns - 1)

    def to_bytes(self) -> bytes:
        """Close the workbook; no sheet can be added afterwards."""
        self._book.close()
        return self._file.getvalue()

    def _write_head(self, sheet: Worksheet, title: str, columns: Sequence[Column]) -> None:
        event = self._event
        sheet.set_row(_TITLE_ROW, 26)
        sheet.write_string(_TITLE_ROW, 0, title, self._title_format)
        facts = [event.name, event.place, event.dates, event.organizer, f"{self._version} {event.printed_at_text}"]
        sheet.write_string(_EVENT_ROW, 0, single_line(" · ".join(fact for fact in facts if fact)), self._event_format)
        sheet.set_row(_HEADER_ROW, 22)
        for position, column in enumerate(columns):
            sheet.set_column(position, position, column.width)
            sheet.write_string(_HEADER_ROW, position, column.heading, self._header_format)

    def _write_row(self, sheet: Worksheet, row_number: int, row: Iterable[Cell], starts_group: bool) -> None:
        for position, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(row_number, position, cell, self._cell_formats["number", starts_group])
                continue
            text = single_line(cell)[:_LONGEST_CELL]
            if not text:
                sheet.write_blank(row_number, position, None, self._cell_formats["text", starts_group])
            elif text.startswith(_FORMULA_STARTS):
                sheet.write_string(row_number, position, text, self._cell_formats["formula-like", starts_group])
            else:
                sheet.write_string(row_number, position, text, self._cell_formats["text", starts_group])

    def _set_up_print(self, sheet: Worksheet, pages_wide: int) -> None:
        sheet.set_paper(_PAPER_A4)
        sheet.set_landscape()
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(pages_wide, 0)
        sheet.repeat_rows(_TITLE_ROW, _HEADER_ROW)
        pages = self._words["page"] % {"page": "&P", "pages": "&N"}
        sheet.set_footer(f"&C{pages}&R{self._version}")

    def _cell_format(self, kind: str, starts_group: bool) -> Format:
        top_color = _ACCENT if starts_group else _LINE
        return self._format(
            text_wrap=True,
            top=1,
            top_color=top_color,
            bottom=1,
            bottom_color=_LINE,
            align="center" if kind == "number" else "left",
            quote_prefix=kind == "formula-like",
        )

    def _format(self, **properties: object) -> Format:
        return self._book.add_format({"font_name": _FONT, "font_size": 10, "valign": "vcenter", **properties})
