"""Plain tables on A4, for lists whose columns the organizer chooses."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from matchmaker.printing.errors import InvalidSheetError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language
from matchmaker.printing.workbook import Cell, Column

_WIDEST_UPRIGHT = 110
"""Characters in a line that A4 holds upright at the size of the tables."""


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """One table with a sheet of its own, whose pages are counted by themselves.

    `row_height` in millimetres leaves room for handwriting; 0 makes rows as high as their text.
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
    """The tables in the order given, all upright or, if one is too wide for that, all in landscape.

    Without tables, one page with `title` that says `nothing`; so does a table without rows.
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
    """The columns by code word in printed order: those asked for, or the default ones.

    Raises InvalidSheetError for one that the sheet does not have.
    """
    wanted = tuple(default if columns is None else columns)
    for key in wanted:
        if key not in widths:
            raise InvalidSheetError(f"column {key!r} is unknown; choose among {', '.join(widths)}")
    return {key: Column(words[key], widths[key]) for key in wanted}
