"""The columns of the tables that are imported and exported, and how a heading is recognized."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from matchmaker.domain.errors import LabelList
from matchmaker.domain.postings.fields import NEED_COLUMNS, OFFER_COLUMNS, ORGANIZATION_COLUMNS, Field, Kind
from matchmaker.domain.vocabulary import OrganizationKind, Side, Term
from matchmaker.i18n import N_
from matchmaker.services.transfer.spreadsheets import Table
from matchmaker.services.transfer.workbook_guard import UnreadableFile


class TableKind(Term):
    """What a spreadsheet lists."""

    NEEDS = "needs", "技术需求", "Needs"
    OFFERS = "offers", "科技成果与能力", "Offers"
    ORGANIZATIONS = "organizations", "单位", "Organizations"

    @property
    def columns(self) -> tuple[Field, ...]:
        """The columns of an export. An import understands :data:`OWNER_KIND` as well."""
        return _COLUMNS[self]

    @property
    def side(self) -> Side | None:
        """The side of the postings that are listed; ``None`` for organizations."""
        return _SIDES.get(self)


_COLUMNS: Mapping[TableKind, tuple[Field, ...]] = {
    TableKind.NEEDS: NEED_COLUMNS,
    TableKind.OFFERS: OFFER_COLUMNS,
    TableKind.ORGANIZATIONS: ORGANIZATION_COLUMNS,
}

_SIDES: Mapping[TableKind, Side] = {TableKind.NEEDS: Side.NEED, TableKind.OFFERS: Side.OFFER}

OWNER_KIND = Field("organization_kind", "单位类型", "Kind of organization", Kind.TERM, term=OrganizationKind)
"""Lists of postings may say what a new organization is; otherwise its name decides."""

_LONGEST_HEADING_SHOWN = 80
_HEADINGS_SHOWN = 40


def recognized_columns(kind: TableKind, cells: Sequence[object]) -> dict[int, Field]:
    """The known headings among the cells, by position."""
    known = _known_headings(kind)
    keys = (_heading_key(cell) for cell in cells)
    return {position: known[key] for position, key in enumerate(keys) if key in known}


def columns_in(kind: TableKind, table: Table) -> dict[int, Field]:
    """The table's columns that an import uses, by position.

    Raises :class:`UnreadableFile` when a required column is missing or one stands in the table twice.
    """
    columns = recognized_columns(kind, table.headings)
    positions: dict[str, int] = {}
    for position, field in columns.items():
        if field.name in positions:
            raise UnreadableFile(
                N_("列“%(first)s”和“%(second)s”都是“%(label)s”，请只留一列"),
                first=table.headings[positions[field.name]],
                second=table.headings[position],
                label=field,
            )
        positions[field.name] = position
    missing = [field for field in kind.columns if field.required and field.name not in positions]
    if missing:
        shown = [heading[:_LONGEST_HEADING_SHOWN] for heading in table.headings[:_HEADINGS_SHOWN] if heading]
        raise UnreadableFile(
            N_("缺少列：%(missing)s。表里的列是：%(present)s"), missing=LabelList(missing), present=LabelList(shown)
        )
    return columns


def _known_headings(kind: TableKind) -> dict[str, Field]:
    columns = kind.columns if kind.side is None else (*kind.columns, OWNER_KIND)
    known: dict[str, Field] = {}
    for field in columns:
        for heading in (field.zh, field.en, field.name):
            known[_heading_key(heading)] = field
    for field in columns:
        for heading in field.also:
            known.setdefault(_heading_key(heading), field)
    return known


def _heading_key(text: object) -> str:
    """A heading without what people vary: width and case of letters, blanks, marks, units in brackets."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(text or ""))).casefold()
    return re.sub(r"\([^()]*\)|\[[^\[\]]*\]|[*:_]", "", plain)
