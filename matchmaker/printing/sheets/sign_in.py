"""The sign-in sheet (签到表) for the entrance."""

from collections.abc import Sequence
from dataclasses import dataclass

from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.printed_table import PrintedTable, chosen_columns, tables_pdf
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Cell, Workbook

COLUMNS = {
    "number": 6,
    "person": 16,
    "job_title": 16,
    "organization": 40,
    "side": 9,
    "booth_or_table": 12,
    "contact": 24,
    "signature": 24,
    "notes": 24,
}
"""The columns that a sign-in sheet can have, with their widths in characters."""

DEFAULT_COLUMNS = ("number", "person", "organization", "contact", "signature")

_EMPTY_ROWS = 6
_ROW_HEIGHT = 7


@dataclass(frozen=True, slots=True)
class SignInEntry:
    """An expected delegate. Everybody at the entrance can read `contact`: leave it empty if it is confidential."""

    name: str
    organization: str
    contact: str = ""
    job_title: str = ""
    side: str = ""
    booth_or_table: str = ""


def sign_in_pdf(
    event: EventHeader,
    entries: Sequence[SignInEntry],
    language: Language = "zh",
    columns: Sequence[str] | None = None,
) -> bytes:
    """The delegates in the order given, with space for signatures, and empty rows for delegates who are not listed.

    `columns` are keys of COLUMNS. Raises InvalidSheetError for unknown keys.
    """
    words = wording(language)
    chosen = chosen_columns(columns, COLUMNS, words, DEFAULT_COLUMNS)
    listed = [*entries, *[SignInEntry("", "")] * _EMPTY_ROWS]
    table = PrintedTable(
        title=words["sign_in"],
        subtitle=words["participant_count"] % {"count": len(entries)},
        columns=tuple(chosen.values()),
        rows=tuple(_row(tuple(chosen), entry, number) for number, entry in enumerate(listed, start=1)),
        row_height=_ROW_HEIGHT,
    )
    return tables_pdf(event, [table], words["sign_in"], words["no_participants"], language)


def sign_in_xlsx(
    event: EventHeader,
    entries: Sequence[SignInEntry],
    language: Language = "zh",
    columns: Sequence[str] | None = None,
) -> bytes:
    """The sign-in list as a workbook. `columns` are keys of COLUMNS; raises InvalidSheetError for unknown keys."""
    words = wording(language)
    chosen = chosen_columns(columns, COLUMNS, words, DEFAULT_COLUMNS)
    workbook = Workbook(event, language)
    workbook.add_sheet(
        words["sign_in"],
        words["sign_in"],
        list(chosen.values()),
        [_row(tuple(chosen), entry, number) for number, entry in enumerate(entries, start=1)],
    )
    return workbook.to_bytes()


def _row(keys: Sequence[str], entry: SignInEntry, number: int) -> tuple[Cell, ...]:
    cells: dict[str, Cell] = {
        "number": number,
        "person": entry.name,
        "job_title": entry.job_title,
        "organization": entry.organization,
        "side": entry.side,
        "booth_or_table": entry.booth_or_table,
        "contact": entry.contact,
        "signature": "",
        "notes": "",
    }
    return tuple(cells[key] for key in keys)
