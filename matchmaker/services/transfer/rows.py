"""The rows of a table as values by field name, and what is wrong with the cells that cannot be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from openpyxl.utils.cell import get_column_letter
from openpyxl.utils.datetime import from_excel

from matchmaker.domain.errors import InvalidInput, MatchmakerError
from matchmaker.domain.postings.fields import Field, Kind, Vocabularies, read_value
from matchmaker.i18n import N_
from matchmaker.services.transfer.columns import TableKind, columns_in
from matchmaker.services.transfer.report import Finding
from matchmaker.services.transfer.spreadsheets import Table
from matchmaker.services.transfer.workbooks import BrokenCell, Row

_LONGEST_CELL_SHOWN = 80
_FIRST_SERIAL, _LAST_SERIAL = 30_000, 80_000
"""Excel's day numbers from 1982 to 2119: what a date becomes when its cell has lost the date format."""


class BadRow(Exception):
    """A row that cannot be used, with the findings that say why."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row with its values by field name; ``findings`` name its cells that cannot be read, if there are any."""

    row: Row
    values: dict[str, Any]
    findings: tuple[Finding, ...] = ()


class ReadTable:
    """A table whose cells have been read. What its rows mean for the database is for an import to say."""

    def __init__(self, kind: TableKind, table: Table, words: Vocabularies) -> None:
        """Raises :class:`UnreadableFile` for missing or doubled columns."""
        self.kind = kind
        self._table = table
        self._words = words
        self._fields = columns_in(kind, table)
        self._positions = {field.name: position for position, field in self._fields.items()}
        self.rows = [self._read(row) for row in table.rows]

    @property
    def other_sheets(self) -> list[str]:
        """Sheets of the file that hold a table as well but were not read."""
        return list(self._table.other_sheets)

    def finding(self, row: Row, error: MatchmakerError, name: str | None) -> Finding:
        """What to tell of the row's cell of that field, or of the whole row when there is no such cell."""
        position = self._positions.get(name or "")
        if position is None:
            return Finding(row.number, "", "", error)
        return Finding(row.number, self._table.headings[position], _shown(_cell(row, position)), error)

    def unused_columns(self) -> list[str]:
        """Columns with content that the import has no use for."""
        return [
            heading or f"({get_column_letter(position + 1)})"
            for position, heading in enumerate(self._table.headings)
            if position not in self._fields and any(_shown(cell) for cell in self._cells(position))
        ]

    def _read(self, row: Row) -> ReadRow:
        values: dict[str, Any] = {}
        findings = self._beyond_the_heading(row)
        for position, field in self._fields.items():
            try:
                values[field.name] = self._value(field, _cell(row, position))
            except InvalidInput as error:
                findings.append(self.finding(row, error, field.name))
        return ReadRow(row, values, tuple(findings))

    def _value(self, field: Field, raw: object) -> Any:
        if isinstance(raw, BrokenCell):
            raise InvalidInput(raw.message)
        if field.kind is Kind.DATE and isinstance(raw, int | float) and _FIRST_SERIAL < raw < _LAST_SERIAL:
            raw = from_excel(raw)
        return read_value(field, raw, self._words)

    def _beyond_the_heading(self, row: Row) -> list[Finding]:
        extra = [_shown(cell) for cell in row.cells[len(self._table.headings) :] if _shown(cell)]
        if not extra:
            return []
        error = InvalidInput(N_("这一行比表头多出 %(count)d 格，可能是文字里的分隔符没有加引号"), count=len(extra))
        return [Finding(row.number, "", "；".join(extra)[:_LONGEST_CELL_SHOWN], error)]

    def _cells(self, position: int) -> Iterable[object]:
        return (_cell(row, position) for row in self._table.rows)


def _cell(row: Row, position: int) -> object:
    return row.cells[position] if position < len(row.cells) else None


def _shown(raw: object) -> str:
    return " ".join(str("" if raw is None else raw).split())[:_LONGEST_CELL_SHOWN]
