"""What an import found and did."""

from dataclasses import dataclass, field
from typing import Any

from matchmaker.domain.errors import MatchmakerError
from matchmaker.services.transfer.columns import TableKind


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, or noteworthy, with one cell. ``column`` is the heading as it stands in the file."""

    row: int
    column: str
    value: str
    error: MatchmakerError

    def to_dict(self, language: str) -> dict[str, Any]:
        """For JSON, with the reason in the reader's language."""
        return {"row": self.row, "column": self.column, "value": self.value, "reason": self.error.text(language)}


@dataclass(slots=True)
class ImportReport:
    """What an import did, or in a dry run would do.

    ``landed`` tells whether the good rows are in the database now. ``left_alone`` counts rows whose posting was
    withdrawn or closed by its owner: an old spreadsheet must not bring it back.
    """

    kind: TableKind
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    left_alone: int = 0
    bad_rows: int = 0
    landed: bool = False
    new_organizations: list[str] = field(default_factory=list)
    unused_columns: list[str] = field(default_factory=list)
    other_sheets: list[str] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def to_dict(self, language: str = "zh") -> dict[str, Any]:
        """For JSON, with the reasons in the reader's language."""
        return {
            "kind": self.kind.value,
            "imported": self.landed,
            "rows": self.rows,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "left_alone": self.left_alone,
            "bad_rows": self.bad_rows,
            "new_organizations": self.new_organizations,
            "unused_columns": self.unused_columns,
            "other_sheets": self.other_sheets,
            "problems": [finding.to_dict(language) for finding in self.problems],
            "warnings": [finding.to_dict(language) for finding in self.warnings],
        }
