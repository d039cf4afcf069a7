"""One pass over a table against the database: what it finds, makes and changes."""

import re
import unicodedata
from abc import ABC, abstractmethod
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.people import Organization, User
from matchmaker.domain.postings.posting import Posting
from matchmaker.i18n import N_
from matchmaker.services.transfer.report import ImportReport
from matchmaker.services.transfer.rows import BadRow, ReadTable
from matchmaker.services.transfer.workbooks import Row


class TableImport(ABC):
    """An import of one table in one session: :meth:`apply` makes and changes objects, :meth:`record` writes them.

    A kind of table is a subclass that says what one row does (:meth:`_apply_row`) and what is written beside the
    objects themselves (:meth:`record`).
    """

    def __init__(self, session: Session, table: ReadTable) -> None:
        self.report = ImportReport(
            table.kind, rows=len(table.rows), unused_columns=table.unused_columns(), other_sheets=table.other_sheets
        )
        self.changed: list[Posting] = []
        self._session = session
        self._table = table
        self._row_numbers: dict[int, int] = {}

    def apply(self) -> None:
        """Make and change the objects that the good rows speak of, without writing them."""
        for read in self._table.rows:
            try:
                if read.findings:
                    raise BadRow(*read.findings)
                self._apply_row(read.row, dict(read.values))
            except BadRow as bad:
                self.report.bad_rows += 1
                self.report.problems.extend(bad.findings)

    @abstractmethod
    def record(self, actor: User | None) -> None:
        """Write what was made and changed, number it for the search index, and log it."""

    @abstractmethod
    def _apply_row(self, row: Row, values: dict[str, Any]) -> None:
        """Raises :class:`BadRow` when the row cannot be used."""

    def _claim(self, row: Row, subject: object, name: str) -> None:
        """Refuse a row that speaks of a subject which an earlier row of the file spoke of."""
        earlier = self._row_numbers.setdefault(id(subject), row.number)
        if earlier != row.number:
            error = InvalidInput(N_("与第 %(row)d 行是同一条。若确是两条，请填上各自的编号；否则删去一行"), row=earlier)
            raise BadRow(self._table.finding(row, error, name))


def organizations_by_name(session: Session) -> dict[str, Organization]:
    """All organizations by :func:`name_key`; of several with one name, the oldest."""
    organizations = session.scalars(select(Organization).order_by(Organization.id.desc()))
    return {name_key(organization.name): organization for organization in organizations}


def name_key(name: str) -> str:
    """An organization's name without what people vary: width of brackets and letters, case, blanks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold()
