"""Importing needs and offers."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.domain.people import Organization, Team, User
from matchmaker.domain.postings.fields import OFFER_FIELDS, Field, fields_of
from matchmaker.domain.postings.lifecycle import move
from matchmaker.domain.postings.posting import Offer, Posting
from matchmaker.domain.postings.posting_rules import check_complete, check_dates
from matchmaker.domain.vocabulary import OfferKind, OrganizationKind, PostingStatus, Side
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.posting.postings import POSTING_TYPES, bump_revision
from matchmaker.services.posting.values import apply_values, values_of
from matchmaker.services.transfer.columns import OWNER_KIND
from matchmaker.services.transfer.rows import BadRow, ReadTable
from matchmaker.services.transfer.table_import import TableImport, name_key, organizations_by_name
from matchmaker.services.transfer.workbooks import Row


class PostingImport(TableImport):
    """Postings of one side, recognized by their organization and their code, or by their title without a code."""

    def __init__(self, session: Session, table: ReadTable, side: Side) -> None:
        super().__init__(session, table)
        self._side = side
        self._owners = organizations_by_name(session)
        self._teams = {(name_key(team.organization.name), team.name): team for team in _all_teams(session)}
        self._postings = _KnownPostings(session, side)
        self._new: set[int] = set()

    def record(self, actor: User | None) -> None:
        """Write the postings with their new organizations and teams, and number them for the search index."""
        if not self.changed:
            return
        session = self._session
        session.flush()
        bump_revision(session, *self.changed)
        for posting in self.changed:
            action = "imported" if id(posting) in self._new else "edited"
            log(session, actor, posting.__tablename__, posting.id, action, "import")

    def _apply_row(self, row: Row, values: dict[str, Any]) -> None:
        if values.get("visibility", "") is None:
            # A blank cell must not make public what its owner had restricted.
            del values["visibility"]
        owner_key = name_key(values["organization"])
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
        self._warn_of_lost_cells(row, posting, values)
        self.changed.append(posting)

    def _check(self, row: Row, posting: Posting | None, values: Mapping[str, Any]) -> None:
        present = {} if posting is None else values_of(posting)
        try:
            check_complete(self._side, present | dict(values))
            check_dates(values, date.today(), unchanged=present)
        except InvalidInput as error:
            raise BadRow(self._table.finding(row, error, error.field)) from error
        if isinstance(posting, Offer) and posting.kind is not values["kind"]:
            changed = InvalidInput(
                N_("编号为“%(code)s”的一条已是“%(kind)s”，种类不能改；请换一个编号"),
                code=posting.code or posting.title,
                kind=posting.kind,
            )
            raise BadRow(self._table.finding(row, changed, "kind"))

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
        key = (name_key(owner.name), name)
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
        self.report.warnings.append(self._table.finding(row, error, "title"))

    def _warn_of_lost_cells(self, row: Row, posting: Posting, values: Mapping[str, Any]) -> None:
        if not isinstance(posting, Offer):
            return
        kept = {field.name for field in fields_of(posting)}
        for field in OFFER_FIELDS:
            finding = self._table.finding(row, _not_of_kind(field, posting.kind), field.name)
            if field.name not in kept and finding.value:
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
            self.add(name_key(posting.organization.name), posting)

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


def _stored(posting: Posting) -> dict[str, Any]:
    return {name: value for name, value in values_of(posting).items() if value is not None}


def _team_name(posting: Posting) -> str | None:
    return posting.team.name if isinstance(posting, Offer) and posting.team is not None else None


def _all_teams(session: Session) -> Sequence[Team]:
    return session.scalars(select(Team).options(joinedload(Team.organization))).all()


def _likely_kind(name: str, side: Side) -> OrganizationKind:
    """What an organization is that nobody has described: enterprises need; who offers is told by the name."""
    if side is Side.NEED or re.search(r"公司|集团|厂|Co\.|Ltd", name):
        return OrganizationKind.ENTERPRISE
    if re.search(r"研究院|研究所|研究中心|科学院|设计院|实验室|[Ii]nstitute", name):
        return OrganizationKind.INSTITUTE
    return OrganizationKind.UNIVERSITY


def _not_of_kind(field: Field, kind: OfferKind) -> InvalidInput:
    return InvalidInput(N_("“%(kind)s”没有“%(label)s”一项，这一格没有导入"), field=field.name, kind=kind, label=field)
