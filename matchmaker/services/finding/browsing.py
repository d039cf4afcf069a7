"""What everyone may look through: lists of postings with filters and search, organizations, the plan.

Everything here takes the viewer and gives only what they may see, counts included: a private posting is not counted
for people who may not know of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Executable, Text, and_, cast, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.domain.errors import NotFound
from matchmaker.domain.people import Organization, Team, User
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.postings.visibility import Detail, VisiblePosting, detail_for, least_detail
from matchmaker.domain.reference import District, Target
from matchmaker.domain.vocabulary import (
    CooperationMode,
    NeedType,
    OfferKind,
    OrganizationKind,
    Side,
)
from matchmaker.i18n import N_
from matchmaker.matching.ranking.explanation import Span
from matchmaker.services.finding.recommendations import search_ids
from matchmaker.services.finding.snippets import snippet
from matchmaker.services.indexing.search_index import SearchIndex, listing_options, load_postings
from matchmaker.services.paging import count_pages, within_pages
from matchmaker.services.posting.documents import document_of
from matchmaker.services.posting.postings import POSTING_TYPES
from matchmaker.services.visibility import VisibilityFilter

LINES_ON_A_PAGE = 20
SEARCH_DEPTH = 200
"""How many of the best hits can be paged through."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to: codes and terms; ``None`` leaves it open."""

    industry: str | None = None
    field: str | None = None
    district: str | None = None
    need_type: NeedType | None = None
    kind: OfferKind | None = None
    mode: CooperationMode | None = None

    def __bool__(self) -> bool:
        """Whether anything is narrowed."""
        return any(getattr(self, each.name) is not None for each in fields(self))


@dataclass(frozen=True, slots=True)
class Line:
    """A posting in a list. ``score`` (0–100) and ``snippet`` only where it was searched for and may be read."""

    posting: Posting
    detail: Detail
    score: float | None = None
    snippet: Span | None = None

    @property
    def seen(self) -> VisiblePosting:
        """As much of the posting as the viewer sees."""
        return VisiblePosting(self.posting, self.detail)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; ``number`` counts from 1, ``total`` all lines of all pages."""

    lines: Sequence[Line]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return count_pages(self.total, LINES_ON_A_PAGE)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is, as far as the viewer may know."""

    needs: int
    offers: int
    enterprises: int
    suppliers: int


@dataclass(frozen=True, slots=True)
class DistrictActivity:
    """A district of the plan with its targets, and what its organizations have posted here."""

    district: District
    organizations: int
    needs: int
    offers: int


@dataclass(frozen=True, slots=True)
class Profile:
    """An organization as the viewer sees it. ``contact`` says whether that includes whom to call."""

    organization: Organization
    contact: bool
    teams: Sequence[Team]
    needs: Sequence[Line]
    offers: Sequence[Line]


def browse(
    session: Session,
    search_index: SearchIndex,
    viewer: User | None,
    side: Side,
    filters: Filters,
    text: str = "",
    page: int = 1,
) -> Page:
    """A page of one side's open postings: the best hits for a text, the newest without one.

    A page beyond the last one is the last one.
    """
    if text.strip():
        return _ranked(session, search_index, viewer, side, filters, text, page)
    return _newest(session, viewer, side, filters, page)


def newest(session: Session, viewer: User | None, side: Side, count: int) -> list[Line]:
    """The postings published last."""
    model = POSTING_TYPES[side]
    rows = select(model).where(VisibilityFilter(viewer, date.today()).condition(model)).options(*listing_options(model))
    return _lines(viewer, session.scalars(rows.order_by(*_newest_first(model)).limit(count)))


def counts(session: Session, viewer: User | None) -> Counts:
    """Open postings of both sides, enterprises, and the organizations that usually offer."""
    visibility_filter = VisibilityFilter(viewer, date.today())
    needs, offers = (
        session.scalar(select(func.count()).where(visibility_filter.condition(model))) or 0 for model in (Need, Offer)
    )
    kinds = _by_key(session, select(Organization.kind, func.count()).group_by(Organization.kind))
    suppliers = (OrganizationKind.UNIVERSITY, OrganizationKind.INSTITUTE)
    return Counts(
        needs=needs,
        offers=offers,
        enterprises=kinds.get(OrganizationKind.ENTERPRISE, 0),
        suppliers=sum(kinds.get(kind, 0) for kind in suppliers),
    )


def profile(session: Session, viewer: User | None, organization_id: int) -> Profile:
    """An organization with its open postings and its teams. Raises :class:`NotFound`.

    A team that neither describes itself nor has a posting the viewer sees is left out: it may have come into being
    by a posting that the viewer must not know of.
    """
    organization = session.get(
        Organization,
        organization_id,
        options=[
            joinedload(Organization.district),
            joinedload(Organization.industry),
            selectinload(Organization.teams),
        ],
    )
    if organization is None:
        raise NotFound(N_("没有这个单位"))
    visibility_filter = VisibilityFilter(viewer, date.today())
    lines = {
        model: _lines(
            viewer,
            session.scalars(
                select(model)
                .where(model.organization_id == organization_id, visibility_filter.condition(model))
                .options(*listing_options(model))
                .order_by(*_newest_first(model))
            ),
        )
        for model in (Need, Offer)
    }
    seen_teams = {line.posting.team_id for line in lines[Offer] if isinstance(line.posting, Offer)}
    return Profile(
        organization=organization,
        contact=visibility_filter.calls(organization_id),
        teams=[
            team
            for team in organization.teams
            if team.id in seen_teams or team.research_directions or team.introduction
        ],
        needs=lines[Need],
        offers=lines[Offer],
    )


def city_targets(session: Session) -> Sequence[Target]:
    """What the plan asks of the whole city."""
    return session.scalars(select(Target).where(Target.district_code.is_(None)).order_by(Target.position)).all()


def district_activity(session: Session, viewer: User | None) -> list[DistrictActivity]:
    """Every district of the plan, in its order, with what the viewer may know to be posted there."""
    visibility_filter = VisibilityFilter(viewer, date.today())
    posted = {
        model: _by_key(
            session,
            select(Organization.district_code, func.count())
            .join(model, model.organization_id == Organization.id)
            .where(visibility_filter.condition(model))
            .group_by(Organization.district_code),
        )
        for model in (Need, Offer)
    }
    organizations = _by_key(
        session, select(Organization.district_code, func.count()).group_by(Organization.district_code)
    )
    districts = session.scalars(select(District).options(selectinload(District.targets)).order_by(District.position))
    return [
        DistrictActivity(
            district,
            organizations.get(district.code, 0),
            posted[Need].get(district.code, 0),
            posted[Offer].get(district.code, 0),
        )
        for district in districts
    ]


def _newest(session: Session, viewer: User | None, side: Side, filters: Filters, page: int) -> Page:
    model = POSTING_TYPES[side]
    condition = _condition(model, viewer, filters)
    total = session.scalar(select(func.count()).select_from(model).join(model.organization).where(condition)) or 0
    number = within_pages(page, total, LINES_ON_A_PAGE)
    rows = (
        select(model)
        .join(model.organization)
        .where(condition)
        .options(*listing_options(model))
        .order_by(*_newest_first(model))
        .offset((number - 1) * LINES_ON_A_PAGE)
        .limit(LINES_ON_A_PAGE)
    )
    return Page(_lines(viewer, session.scalars(rows)), number, total)


def _ranked(
    session: Session, search_index: SearchIndex, viewer: User | None, side: Side, filters: Filters, text: str, page: int
) -> Page:
    model = POSTING_TYPES[side]
    among = None
    if filters:
        condition = _condition(model, viewer, filters)
        among = set(session.scalars(select(model.id).join(model.organization).where(condition)))
    scores = search_ids(search_index, viewer, side, text, SEARCH_DEPTH, among)
    number = within_pages(page, len(scores), LINES_ON_A_PAGE)
    shown = list(scores)[(number - 1) * LINES_ON_A_PAGE : number * LINES_ON_A_PAGE]
    postings = load_postings(session, side, shown)
    lines = [
        _found(line, scores[line.posting.id], text)
        for line in _lines(viewer, (postings[posting_id] for posting_id in shown if posting_id in postings))
    ]
    return Page(lines, number, len(scores))


def _condition(model: type[Need] | type[Offer], viewer: User | None, filters: Filters) -> ColumnElement[bool]:
    """Which postings the viewer's filtered list holds, for statements that join the organization."""
    # Filtering by what does not show of a posting must not tell.
    least = Detail.SUMMARY if filters.mode is None else least_detail("cooperation_modes")
    conditions = [VisibilityFilter(viewer, date.today()).condition(model, least)]
    if filters.industry is not None:
        conditions.append(model.industry_code == filters.industry)
    if filters.field is not None:
        conditions.append(model.field_code == filters.field)
    if filters.district is not None:
        conditions.append(Organization.district_code == filters.district)
    if filters.need_type is not None and model is Need:
        conditions.append(Need.need_type == filters.need_type)
    if filters.kind is not None and model is Offer:
        conditions.append(Offer.kind == filters.kind)
    if filters.mode is not None:
        conditions.append(cast(model.cooperation_modes, Text).contains(f'"{filters.mode.value}"', autoescape=True))
    return and_(*conditions)


def _by_key(session: Session, statement: Executable) -> dict[Any, int]:
    """What a statement counts (its second column), by what it groups by (its first)."""
    return {row[0]: row[1] for row in session.execute(statement)}


def _newest_first(model: type[Need] | type[Offer]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return model.published_at.desc(), model.id.desc()


def _lines(viewer: User | None, postings: Iterable[Posting]) -> list[Line]:
    """The postings as the viewer sees them, without those that they must not or need not see any more."""
    today = date.today()
    lines = (Line(posting, detail_for(viewer, posting, today)) for posting in postings if posting.open_on(today))
    return [line for line in lines if line.seen.known]


def _found(line: Line, score: float, text: str) -> Line:
    quoted = snippet(document_of(line.posting), text) if line.seen.readable else None
    return replace(line, score=score, snippet=quoted)
