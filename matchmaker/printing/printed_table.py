"""Plain tables on A4, for lists whose columns the organizer chooses."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from matchmaker.printing.errors import InvalidSheetError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language
from matchmaker.printing.workbook import Cell, Column

_WIDEST_UPRIGHT = 110
"""The most characters in a line of a table on A4 in portrait."""


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table that is printed as a sheet with its own page numbers.

    `row_height` (mm) leaves space for handwriting; with 0, rows are as high as their text.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    over_title: str = ""
    subtitle: str = ""
    row_height: int = 0


def tables_pdf(
    event: EventHeader, tables: Sequence[PrintedTable], title: str, nothing: str, language: Language
) -> bytes:
    """The tables as PDF, in the order given. All are in portrait, or all in landscape if one is too wide for portrait.

    A table without rows shows the text `nothing`; without tables, a page with `title` shows it.
    """
    content = {
        "title": title,
        "nothing": nothing,
        "landscape": any(sum(column.width for column in table.columns) > _WIDEST_UPRIGHT for table in tables),
        "tables": list(tables),
    }
    return typeset("printed_table", event, content, language)


def chosen_columns(
    columns: Sequence[str] | None, widths: Mapping[str, int], words: Mapping[str, str], default: Collection[str]
) -> dict[str, Column]:
    """The chosen columns by key, in printed order; the default columns if `columns` is None.

    Raises InvalidSheetError for a key that `widths` does not contain.
    """
    wanted = tuple(default if columns is None else columns)
    for key in wanted:
        if key not in widths:
            raise InvalidSheetError(f"column {key!r} is unknown; choose among {', '.join(widths)}")
    return {key: Column(words[key], widths[key]) for key in wanted}
