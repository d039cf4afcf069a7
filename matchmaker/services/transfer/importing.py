"""Importing needs, offers and organizations from spreadsheets: all good rows or none, and every bad cell reported.

Imports are for organizers and operators: what they bring in is published. A row is recognised again by its
organization and code, or without a code by its title, so importing a file twice changes nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from datetime import date
from typing import Any

from openpyxl.utils.cell import get_column_letter
from openpyxl.utils.datetime import from_excel
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.exc import StaleDataError

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict, InvalidInput, LabelList, MatchmakerError
from matchmaker.domain.people import Organization, Team, User
from matchmaker.domain.postings.fields import (
    NEED_COLUMNS,
    OFFER_COLUMNS,
    ORGANIZATION_COLUMNS,
    Field,
    Kind,
    Vocabularies,
    read_value,
)
from matchmaker.domain.postings.lifecycle import move
from matchmaker.domain.postings.posting import Offer, Posting
from matchmaker.domain.postings.posting_rules import check_complete, check_dates
from matchmaker.domain.vocabulary import OfferKind, OrganizationKind, PostingStatus, Side, Term
from matchmaker.i18n import N_
from matchmaker.matching.text.document import Document
from matchmaker.services.activity import log
from matchmaker.services.database import Database
from matchmaker.services.indexing.search_index import Progress, SearchIndex
from matchmaker.services.posting.documents import document_of
from matchmaker.services.posting.postings import (
    POSTING_TYPES,
    REFERENCE_COLUMNS,
    apply_values,
    bump_revision,
    fields_of,
    values_of,
)
from matchmaker.services.transfer.spreadsheets import Table, read_table
from matchmaker.services.transfer.workbook_guard import UnreadableFile
from matchmaker.services.transfer.workbooks import BrokenCell, Row
from matchmaker.services.vocabularies import vocabularies


class TableKind(Term):
    """What a spreadsheet lists."""

    NEEDS = "needs", "技术需求", "Needs"
    OFFERS = "offers", "科技成果与能力", "Offers"
    ORGANIZATIONS = "organizations", "单位", "Organizations"

    @property
    def columns(self) -> tuple[Field, ...]:
        """The columns of an export, and all that an import understands but :data:`OWNER_KIND`."""
        return _COLUMNS[self]


_COLUMNS: Mapping[TableKind, tuple[Field, ...]] = {
    TableKind.NEEDS: NEED_COLUMNS,
    TableKind.OFFERS: OFFER_COLUMNS,
    TableKind.ORGANIZATIONS: ORGANIZATION_COLUMNS,
}

OWNER_KIND = Field("organization_kind", "单位类型", "Kind of organization", Kind.TERM, term=OrganizationKind)
"""Lists of postings may say what a new organization is; otherwise its name decides."""

_SHOWN = 80
_HEADINGS_SHOWN = 40
_FIRST_SERIAL, _LAST_SERIAL = 30_000, 80_000
"""Excel's day numbers from 1982 to 2119: what a date becomes when its cell has lost the date format."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, or noteworthy, with one cell. ``column`` is the heading as it stands in the file."""

    row: int
    column: str
    value: str
    error: MatchmakerError


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
    new_organizations: list[str] = member(default_factory=list)
    unused_columns: list[str] = member(default_factory=list)
    other_sheets: list[str] = member(default_factory=list)
    problems: list[Finding] = member(default_factory=list)
    warnings: list[Finding] = member(default_factory=list)

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
            "problems": [_finding_dict(finding, language) for finding in self.problems],
            "warnings": [_finding_dict(finding, language) for finding in self.warnings],
        }


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, and the texts whose vectors it would need."""

    report: ImportReport
    documents: tuple[Document, ...]


def read_import(kind: TableKind, content: bytes) -> Table:
    """The table in the file. Raises :class:`UnreadableFile`, also for missing
    or doubled columns."""
    table = read_table(content, lambda cells: len(set(_recognised(kind, cells).values())))
    _columns_in(kind, table)
    return table


def preview_import(session: Session, kind: TableKind, table: Table) -> Preview:
    """Go through the import without writing anything; a reading session is enough."""
    with session.no_autoflush:
        run = _run(session, kind, table)
        documents = tuple(document_of(posting) for posting in run.changed)
        session.rollback()
    return Preview(run.report, documents)


def import_table(
    session: Session, actor: User | None, kind: TableKind, table: Table, *, skip_bad: bool = False
) -> ImportReport:
    """Write the good rows in one transaction: all of them if no row is bad or ``skip_bad``, otherwise none.

    ``actor`` is ``None`` for an operator at the command line. Raises :class:`Conflict` when someone else changed
    one of the postings meanwhile; nothing has landed then.
    """
    with session.no_autoflush:
        run = _run(session, kind, table)
    if run.report.problems and not skip_bad:
        session.rollback()
        return run.report
    try:
        run.record(session, actor)
        session.commit()
    except (StaleDataError, IntegrityError) as error:
        session.rollback()
        raise Conflict(N_("导入期间有人修改了同样的信息，什么都没有写入，请重新导入")) from error
    run.report.landed = True
    return run.report


def import_and_encode(
    database: Database,
    search_index: SearchIndex,
    actor_id: int | None,
    kind: TableKind,
    table: Table,
    *,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import the table and bring the matcher up to date.

    Vectors are computed first, outside any transaction: they belong to texts, not to postings. So the postings
    appear at once and whole, no other process has to wait for or repeat the encoding, and an import that was
    killed on the way has published nothing. The caller must hold no transaction.
    """
    with database.reading() as session:
        preview = preview_import(session, kind, table)
    if preview.report.problems and not skip_bad:
        return preview.report
    search_index.remember(preview.documents, progress)
    with database.writing() as session:
        actor = None if actor_id is None else session.get(User, actor_id)
        report = import_table(session, actor, kind, table, skip_bad=skip_bad)
    if report.landed:
        search_index.refresh(progress)
    return report


# --- headings


def _heading_key(text: object) -> str:
    """A heading without what people vary: width and case of letters, blanks, marks, units in brackets."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(text or ""))).casefold()
    return re.sub(r"\([^()]*\)|\[[^\[\]]*\]|[*:_]", "", plain)


def _known_headings(kind: TableKind) -> dict[str, Field]:
    columns = kind.columns if kind is TableKind.ORGANIZATIONS else (*kind.columns, OWNER_KIND)
    known: dict[str, Field] = {}
    for field in columns:
        for heading in (field.zh, field.en, field.name):
            known[_heading_key(heading)] = field
    for field in columns:
        for heading in field.also:
            known.setdefault(_heading_key(heading), field)
    return known


def _recognised(kind: TableKind, cells: Sequence[object]) -> dict[int, Field]:
    """The known headings among the cells, by position."""
    known = _known_headings(kind)
    keys = (_heading_key(cell) for cell in cells)
    return {position: known[key] for position, key in enumerate(keys) if key in known}


def _columns_in(kind: TableKind, table: Table) -> dict[int, Field]:
    columns = _recognised(kind, table.headings)
    places: dict[str, int] = {}
    for position, field in columns.items():
        if field.name in places:
            raise UnreadableFile(
                N_("列“%(first)s”和“%(second)s”都是“%(label)s”，请只留一列"),
                first=table.headings[places[field.name]],
                second=table.headings[position],
                label=field,
            )
        places[field.name] = position
    missing = [field for field in kind.columns if field.required and field.name not in places]
    if missing:
        raise UnreadableFile(
            N_("缺少列：%(missing)s。表里的列是：%(present)s"),
            missing=LabelList(missing),
            present=LabelList(heading[:_SHOWN] for heading in table.headings[:_HEADINGS_SHOWN] if heading),
        )
    return columns


# --- rows


class _BadRow(Exception):
    """Carries the findings of a row that cannot be used."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings


class _RowReader:
    """Turns the cells of a row into values by field name."""

    def __init__(self, kind: TableKind, table: Table, words: Vocabularies) -> None:
        self._table = table
        self._words = words
        self._fields = _columns_in(kind, table)
        self._places = {field.name: position for position, field in self._fields.items()}

    def values(self, row: Row) -> dict[str, Any]:
        """The row's values. Raises :class:`_BadRow` with every cell that cannot be read."""
        values: dict[str, Any] = {}
        findings = self._beyond_the_heading(row)
        for position, field in self._fields.items():
            raw = row.cells[position] if position < len(row.cells) else None
            try:
                values[field.name] = self._value(field, raw)
            except InvalidInput as error:
                findings.append(self.finding(row, error, field.name))
        if findings:
            raise _BadRow(*findings)
        return values

    def finding(self, row: Row, error: MatchmakerError, name: str | None) -> Finding:
        """What to tell of the row's cell of that field; of the whole row when there is no such cell."""
        position = self._places.get(name or "")
        if position is None:
            return Finding(row.number, "", "", error)
        raw = row.cells[position] if position < len(row.cells) else None
        return Finding(row.number, self._table.headings[position], _shown(raw), error)

    def unused_columns(self) -> list[str]:
        """Columns with content that the import has no use for."""
        return [
            heading or f"({get_column_letter(position + 1)})"
            for position, heading in enumerate(self._table.headings)
            if position not in self._fields and any(_shown(cell) for cell in self._cells(position))
        ]

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
        return [Finding(row.number, "", "；".join(extra)[:_SHOWN], error)]

    def _cells(self, position: int) -> Iterable[object]:
        return (row.cells[position] for row in self._table.rows if position < len(row.cells))


class _Run:
    """One pass over a table: what it found, and the objects it made or changed, not yet written."""

    def __init__(self, session: Session, kind: TableKind, table: Table) -> None:
        self.report = ImportReport(kind, rows=len(table.rows), other_sheets=list(table.other_sheets))
        self.changed: list[Posting] = []
        self._session = session
        self._reader = _RowReader(kind, table, vocabularies(session))
        self._rows_of: dict[int, int] = {}
        self.report.unused_columns = self._reader.unused_columns()
        for row in table.rows:
            try:
                self._take(row, self._reader.values(row))
            except _BadRow as bad:
                self.report.bad_rows += 1
                self.report.problems.extend(bad.findings)

    def record(self, session: Session, actor: User | None) -> None:
        """Write what was made and changed, number it for the matcher, and log it."""
        raise NotImplementedError

    def _take(self, row: Row, values: dict[str, Any]) -> None:
        raise NotImplementedError

    def _claim(self, row: Row, subject: object, name: str) -> None:
        """Two rows of one file may not speak of the same thing."""
        earlier = self._rows_of.setdefault(id(subject), row.number)
        if earlier != row.number:
            error = InvalidInput(N_("与第 %(row)d 行是同一条。若确是两条，请填上各自的编号；否则删去一行"), row=earlier)
            raise _BadRow(self._reader.finding(row, error, name))


class _OrganizationRun(_Run):
    def __init__(self, session: Session, kind: TableKind, table: Table) -> None:
        self._known = _organizations(session)
        self._new: list[Organization] = []
        self._edited: list[Organization] = []
        super().__init__(session, kind, table)

    def record(self, session: Session, actor: User | None) -> None:
        session.flush()
        moved = [organization.id for organization in self._edited]
        for model in POSTING_TYPES.values():
            # Where an organization sits is among the facts that its postings are matched by.
            postings = session.scalars(select(model).where(model.organization_id.in_(moved))).all()
            if postings:
                bump_revision(session, *postings)
        for organization in self._new:
            log(session, actor, "organization", organization.id, "imported")
        for organization in self._edited:
            log(session, actor, "organization", organization.id, "edited", "import")

    def _take(self, row: Row, values: dict[str, Any]) -> None:
        name = values.pop("name")
        organization = self._known.get(_name_key(name))
        columns = {REFERENCE_COLUMNS.get(key, key): value for key, value in values.items()}
        if organization is None:
            organization = Organization(name=name, **columns)
            self._claim(row, organization, "name")
            self._known[_name_key(name)] = organization
            self._session.add(organization)
            self._new.append(organization)
            self.report.created += 1
            return
        self._claim(row, organization, "name")
        if all(getattr(organization, key) == value for key, value in columns.items()):
            self.report.unchanged += 1
            return
        for key, value in columns.items():
            setattr(organization, key, value)
        self._edited.append(organization)
        self.report.updated += 1


class _PostingRun(_Run):
    def __init__(self, session: Session, kind: TableKind, table: Table) -> None:
        self._side = Side.NEED if kind is TableKind.NEEDS else Side.OFFER
        self._owners = _organizations(session)
        self._teams = {(_name_key(t.organization.name), t.name): t for t in _all_teams(session)}
        self._postings = _KnownPostings(session, self._side)
        self._new: set[int] = set()
        super().__init__(session, kind, table)

    def record(self, session: Session, actor: User | None) -> None:
        if not self.changed:
            return
        session.flush()
        bump_revision(session, *self.changed)
        for posting in self.changed:
            action = "imported" if id(posting) in self._new else "edited"
            log(session, actor, posting.__tablename__, posting.id, action, "import")

    def _take(self, row: Row, values: dict[str, Any]) -> None:
        if values.get("visibility", "") is None:
            # A blank cell must not make public what its owner had restricted.
            del values["visibility"]
        owner_key = _name_key(values["organization"])
        posting = self._postings.find(owner_key, values)
        if posting is not None:
            self._claim(row, posting, "code")
            if posting.status in (PostingStatus.WITHDRAWN, PostingStatus.CLOSED):
                self._leave_alone(row, posting)
                return
        self._check(row, posting, values)
        if posting is None:
            posting = self._add(row, self._owner(owner_key, values), values)
            self._claim(row, posting, "code")
            self._postings.add(owner_key, posting)
        elif not self._edit(posting, values):
            self.report.unchanged += 1
            return
        else:
            self.report.updated += 1
        if posting.status is not PostingStatus.PUBLISHED:
            move(posting, PostingStatus.PUBLISHED)
            posting.published_at = now()
        self._warn_of_lost_cells(row, posting, values)
        self.changed.append(posting)

    def _check(self, row: Row, posting: Posting | None, values: Mapping[str, Any]) -> None:
        present = {} if posting is None else values_of(posting)
        try:
            check_complete(self._side, present | dict(values))
            check_dates(values, date.today(), unchanged=present)
        except InvalidInput as error:
            raise _BadRow(self._reader.finding(row, error, error.field)) from error
        if isinstance(posting, Offer) and posting.kind is not values["kind"]:
            changed = InvalidInput(
                N_("编号为“%(code)s”的一条已是“%(kind)s”，种类不能改；请换一个编号"),
                code=posting.code or posting.title,
                kind=posting.kind,
            )
            raise _BadRow(self._reader.finding(row, changed, "kind"))

    def _add(self, row: Row, owner: Organization, values: Mapping[str, Any]) -> Posting:
        posting = POSTING_TYPES[self._side](organization=owner, status=PostingStatus.DRAFT)
        posting.cooperation_modes = frozenset()
        if isinstance(posting, Offer):
            posting.kind = values["kind"]
        self._edit(posting, values)
        self._session.add(posting)
        self._new.add(id(posting))
        self.report.created += 1
        return posting

    def _edit(self, posting: Posting, values: Mapping[str, Any]) -> bool:
        """Write the values; whether that changed anything that is stored."""
        before = (posting.status, posting.code, _team_name(posting), _stored(posting))
        posting.code = values.get("code") or posting.code
        apply_values(posting, values)
        if isinstance(posting, Offer) and "team" in values:
            posting.team = self._team(posting.organization, values["team"])
        after = (PostingStatus.PUBLISHED, posting.code, _team_name(posting), _stored(posting))
        return before != after

    def _owner(self, key: str, values: Mapping[str, Any]) -> Organization:
        owner = self._owners.get(key)
        if owner is None:
            name = values["organization"]
            kind = values.get(OWNER_KIND.name) or _likely_kind(name, self._side)
            owner = self._owners[key] = Organization(name=name, kind=kind, city="")
            self._session.add(owner)
            self.report.new_organizations.append(name)
        return owner

    def _team(self, owner: Organization, name: str) -> Team | None:
        if not name or owner.kind is OrganizationKind.ENTERPRISE:
            return None
        key = (_name_key(owner.name), name)
        if key not in self._teams:
            self._teams[key] = Team(organization=owner, name=name)
            self._session.add(self._teams[key])
        return self._teams[key]

    def _leave_alone(self, row: Row, posting: Posting) -> None:
        self.report.left_alone += 1
        error = Conflict(
            N_("“%(title)s”%(state)s，导入没有改动它。要恢复请到它自己的页面"),
            title=posting.title,
            state=posting.status,
        )
        self.report.warnings.append(self._reader.finding(row, error, "title"))

    def _warn_of_lost_cells(self, row: Row, posting: Posting, values: Mapping[str, Any]) -> None:
        if not isinstance(posting, Offer):
            return
        other = OfferKind.OUTCOME if posting.kind is OfferKind.CAPABILITY else OfferKind.CAPABILITY
        own = {field.name for field in fields_of(Side.OFFER, posting.kind)}
        for field in fields_of(Side.OFFER, other):
            finding = self._reader.finding(row, _not_of_kind(field, posting.kind), field.name)
            if field.name not in own and finding.value:
                self.report.warnings.append(finding)


class _KnownPostings:
    """The postings of one side, found as a row names them."""

    def __init__(self, session: Session, side: Side) -> None:
        self._by_code: dict[tuple[str, str], Posting] = {}
        self._without_code: dict[tuple[str, object, str], Posting] = {}
        self._by_title: dict[tuple[str, object, str], Posting] = {}
        model: Any = POSTING_TYPES[side]
        options = [joinedload(model.organization)] + ([joinedload(Offer.team)] if model is Offer else [])
        for posting in session.scalars(select(model).options(*options).order_by(model.id)):
            self.add(_name_key(posting.organization.name), posting)

    def find(self, owner: str, values: Mapping[str, Any]) -> Posting | None:
        """By code, or by title where one of both has no code."""
        code, title = values.get("code"), (owner, values.get("kind"), values["title"])
        if code:
            return self._by_code.get((owner, code)) or self._without_code.get(title)
        return self._without_code.get(title) or self._by_title.get(title)

    def add(self, owner: str, posting: Posting) -> None:
        """Let later rows find the posting."""
        title = (owner, getattr(posting, "kind", None), posting.title)
        self._by_title.setdefault(title, posting)
        if posting.code:
            self._by_code[owner, posting.code] = posting
        else:
            self._without_code.setdefault(title, posting)


def _run(session: Session, kind: TableKind, table: Table) -> _Run:
    return (_OrganizationRun if kind is TableKind.ORGANIZATIONS else _PostingRun)(session, kind, table)


def _stored(posting: Posting) -> dict[str, Any]:
    return {name: value for name, value in values_of(posting).items() if value is not None}


def _team_name(posting: Posting) -> str | None:
    return posting.team.name if isinstance(posting, Offer) and posting.team is not None else None


def _organizations(session: Session) -> dict[str, Organization]:
    return {_name_key(one.name): one for one in session.scalars(select(Organization).order_by(Organization.id.desc()))}


def _all_teams(session: Session) -> Sequence[Team]:
    return session.scalars(select(Team).options(joinedload(Team.organization))).all()


def _name_key(name: str) -> str:
    """An organization's name without what people vary: width of brackets and letters, case, blanks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold()


def _likely_kind(name: str, side: Side) -> OrganizationKind:
    """What an organization is that nobody has described: enterprises need; who offers is told by the name."""
    if side is Side.NEED or re.search(r"公司|集团|厂|Co\.|Ltd", name):
        return OrganizationKind.ENTERPRISE
    if re.search(r"研究院|研究所|研究中心|科学院|设计院|实验室|[Ii]nstitute", name):
        return OrganizationKind.INSTITUTE
    return OrganizationKind.UNIVERSITY


def _not_of_kind(field: Field, kind: OfferKind) -> InvalidInput:
    return InvalidInput(N_("“%(kind)s”没有“%(label)s”一项，这一格没有导入"), field=field.name, kind=kind, label=field)


def _shown(raw: object) -> str:
    return " ".join(str("" if raw is None else raw).split())[:_SHOWN]


def _finding_dict(finding: Finding, language: str) -> dict[str, Any]:
    return {
        "row": finding.row,
        "column": finding.column,
        "value": finding.value,
        "reason": finding.error.text(language),
    }
