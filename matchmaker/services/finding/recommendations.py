"""Matches of a posting, search, and recommended partners: ranked, explained, and only what the viewer may see."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import NotFound
from matchmaker.domain.people import Organization, Team, User
from matchmaker.domain.postings.fields import letters_in
from matchmaker.domain.postings.posting import Offer, Posting
from matchmaker.domain.postings.visibility import Detail, VisiblePosting, detail_for
from matchmaker.domain.vocabulary import PostingStatus, Side
from matchmaker.i18n import N_
from matchmaker.matching.matcher import Match
from matchmaker.matching.ranking.explanation import Explanation
from matchmaker.matching.ranking.reciprocity import harmonic_mean, preference
from matchmaker.matching.text.document import Document
from matchmaker.matching.text.document import Side as MatchingSide
from matchmaker.services.indexing.search_index import SearchIndex, load_postings
from matchmaker.services.learning.feedback import dismissed_ids
from matchmaker.services.posting.documents import document_of, matching_side
from matchmaker.services.posting.postings import POSTING_TYPES
from matchmaker.services.visibility import VisibilityFilter

PAGE_LENGTH = 20
PARTNERS_SHOWN = 12
RECONSIDERED = 2
"""How many times as many partners as are shown have their own lists computed."""

MUTUAL_PLACES = 5
"""A partnership is mutual when our posting is among the first so many in the partner posting's own list."""

POSTINGS_OF_A_PARTNER = 3
"""How many of a partner's postings are explained; the others are only counted."""

WEAKEST_SHOWN = 16.0
"""Scores below this are no match worth a person's time; a list says so instead of filling up."""

WEAKEST_FOUND = 8.0
"""Search hits below this score are left out. Lower than for matches: one or two words never score high."""

LEAST_SIMILAR = {Side.NEED: 0.93, Side.OFFER: 0.95}
"""Cosine from which two titles may say the same, with the embedded e5 encoder.

Measured on 35 re-worded titles of the demo city: finds 97 % of them among needs and 89 % among offers, and takes
0 of 65 and 2 of 928 pairs of different titles of one organization for the same. The encoder sets queries (needs)
further apart than passages (offers), so their limits differ.
"""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One match as a list shows it. ``explanation`` is ``None`` where the viewer may not read the text.

    ``similar`` are near-identical postings that the list leaves out for this one, as far as the viewer may see them.
    """

    posting: Posting
    score: float
    detail: Detail
    explanation: Explanation | None
    similar: tuple[Posting, ...] = ()

    @property
    def seen(self) -> VisiblePosting:
        """As much of the posting as the viewer sees."""
        return VisiblePosting(self.posting, self.detail)


@dataclass(frozen=True, slots=True)
class Partner:
    """A recommended partner as a list shows it: one organization (or team) with what speaks for it.

    ``pairs`` are (our posting, its match), best first, the first :data:`POSTINGS_OF_A_PARTNER` of ``fitting``;
    ``score`` is that of the best pair, equal to the one in our posting's list. ``mutual`` tells whether our posting
    also stands near the top of the partner's list (:data:`MUTUAL_PLACES`).
    """

    organization: Organization
    team: Team | None
    score: float
    pairs: tuple[tuple[Posting, Recommendation], ...]
    fitting: int
    mutual: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    """One of our postings (``own``) and the id of a posting of the other side that fits it.

    ``place`` is the other posting's rank in our posting's list.
    """

    own: Posting
    posting_id: int
    score: float
    place: int


@dataclass(frozen=True, slots=True)
class _RankedPartner:
    """A partner's pairs, best first.

    ``place`` is our posting's rank in the list of the best pair's other posting, ``None`` if it is not listed there;
    ``worth`` is what the best pair is worth to both.
    """

    pairs: Sequence[_Pair]
    place: int | None
    worth: float

    @property
    def mutual(self) -> bool:
        return self.place is not None and self.place <= MUTUAL_PLACES


def matches_for(
    session: Session, search_index: SearchIndex, viewer: User | None, posting: Posting, k: int = PAGE_LENGTH
) -> list[Recommendation]:
    """The ranked other side for a posting, which may be a draft; empty when nothing fits.

    Near-identical postings take one place.
    """
    search_index.refresh_async()
    side = posting.side.other
    document = document_of(posting)
    if posting.id is not None and posting.status is not PostingStatus.PUBLISHED:
        search_index.precompute([document])
    listed = _listed(search_index, viewer, side, posting.organization_id)
    found = _worthwhile(search_index.matcher.match(document, k, among=listed, varied=True))
    return _recommendations(session, search_index, viewer, side, found, asking=document)


def search(
    session: Session,
    search_index: SearchIndex,
    viewer: User | None,
    side: Side,
    text: str,
    k: int = 50,
    among: Collection[int] | None = None,
) -> list[Recommendation]:
    """Free text against everything of one side that the viewer may see, or those ``among`` it. Explains nothing."""
    found = search_ids(search_index, viewer, side, text, k, among)
    postings = load_postings(session, side, found)
    today = date.today()
    hits = ((postings[posting_id], score) for posting_id, score in found.items() if posting_id in postings)
    recommendations = (
        Recommendation(posting, score, detail_for(viewer, posting, today), None) for posting, score in hits
    )
    return [recommendation for recommendation in recommendations if recommendation.detail > Detail.NOTHING]


def search_ids(
    search_index: SearchIndex, viewer: User | None, side: Side, text: str, k: int, among: Collection[int] | None = None
) -> dict[int, float]:
    """Ids and scores of what :func:`search` finds, best first, for callers that load only a page of the postings.

    Empty for a text without a letter or digit: emoji have vectors too, but ask for nothing.
    """
    search_index.refresh_async()
    if not letters_in(text):
        return {}
    listed = _listed(search_index, viewer, side)
    allowed = listed if among is None else listed.intersection(among)
    found = _worthwhile(search_index.matcher.search(text, matching_side(side), k, among=allowed), WEAKEST_FOUND)
    return {_id_of(match, side): match.score for match in found}


def similar_own(
    session: Session,
    search_index: SearchIndex,
    person: User,
    side: Side,
    text: str,
    k: int = 3,
    least: float | None = None,
) -> list[Posting]:
    """Postings of the person's organization that may say what the text says, the most alike first.

    ``least`` is the cosine similarity of titles, 0 to 1, from which two count as possible duplicates; the default is
    :data:`LEAST_SIMILAR`. Stores nothing, so that it may be asked at every keystroke.
    """
    least = LEAST_SIMILAR[side] if least is None else least
    model = POSTING_TYPES[side]
    own = session.scalars(
        select(model).where(model.organization_id == person.organization_id, model.status != PostingStatus.WITHDRAWN)
    ).all()
    if not own or not letters_in(text):
        return []
    titles = [Document(id=0, side=matching_side(side), title=title) for title in (text, *(p.title for p in own))]
    vectors = [embedded.vector for embedded in search_index.encode(titles)]
    scored = [(float(vectors[0] @ vector), posting) for vector, posting in zip(vectors[1:], own, strict=True)]
    ranked = sorted(scored, key=lambda pair: -pair[0])
    return [posting for score, posting in ranked[:k] if score >= least]


def seeker(session: Session, viewer: User, side: Side, organization_id: int | None = None) -> Organization | None:
    """The organization of that side for which the viewer looks for partners: their own, or one an organizer names.

    ``None`` for an organizer who names none. Raises :class:`NotFound` when others than organizers name another
    organization than their own.
    """
    if organization_id is None or organization_id == viewer.organization_id:
        organization = viewer.organization
    else:
        organization = session.get(Organization, organization_id) if viewer.organizes else None
        if organization is None:
            raise NotFound(N_("没有这个单位，或您无权查看"))
    return organization if organization is not None and organization.side is side else None


def recommended_partners(
    session: Session,
    search_index: SearchIndex,
    viewer: User,
    organization: Organization,
    team: Team | None = None,
    k: int = PARTNERS_SHOWN,
) -> list[Partner]:
    """The other side's partners worth a call, over all published postings of an organization, or of one team of it.

    Needs are gathered by enterprise, offers by team; what the viewer dismissed is left out. A partnership has to serve
    both (see ``matching/ranking/reciprocity.py``): that decides who is shown. Those who are ``mutual`` come first;
    these, and then the others, are in the order of the score that is shown. ``organization`` comes from :func:`seeker`.
    """
    search_index.refresh_async()
    side = organization.side
    listed = _listed(search_index, viewer, side.other, organization.id)
    pairs = [
        pair
        for posting in _published(session, organization, team)
        for pair in _pairs_of(search_index, posting, listed - dismissed_ids(session, viewer, posting))
    ]
    groups = _gathered(search_index, side.other, pairs)[: RECONSIDERED * k]
    ranked = _ranked_partners(session, search_index, side.other, groups)
    best = sorted(ranked, key=lambda partner: -partner.worth)[:k]
    shown = sorted(best, key=lambda partner: (not partner.mutual, -partner.pairs[0].score))
    return _partners(session, search_index, viewer, side.other, shown)


def published_teams(session: Session, organization: Organization) -> Sequence[Team]:
    """The organization's teams that have a published offer, by name."""
    offering = select(Offer.team_id).where(Offer.status == PostingStatus.PUBLISHED)
    return session.scalars(
        select(Team).where(Team.organization_id == organization.id, Team.id.in_(offering)).order_by(Team.name)
    ).all()


def _published(session: Session, organization: Organization, team: Team | None) -> Sequence[Posting]:
    """The organization's postings that others can find."""
    model = POSTING_TYPES[organization.side]
    today = date.today()
    rows = select(model).where(model.organization_id == organization.id, model.status == PostingStatus.PUBLISHED)
    if team is not None:
        rows = rows.where(Offer.team_id == team.id)
    return [posting for posting in session.scalars(rows.order_by(model.id)) if posting.open_on(today)]


def _pairs_of(search_index: SearchIndex, own: Posting, among: Collection[int]) -> list[_Pair]:
    """What fits a posting, best first."""
    found = _worthwhile(search_index.matcher.match(document_of(own), PAGE_LENGTH, among=among))
    return [_Pair(own, _id_of(match, own.side.other), match.score, place) for place, match in enumerate(found, start=1)]


def _gathered(search_index: SearchIndex, side: Side, pairs: Iterable[_Pair]) -> list[list[_Pair]]:
    """The pairs by partner, best partner first. Each posting of a partner comes once, with the best fit of ours."""
    best: dict[int, _Pair] = {}
    for pair in pairs:
        if pair.posting_id not in best or pair.score > best[pair.posting_id].score:
            best[pair.posting_id] = pair
    groups: dict[tuple[int, int | None], list[_Pair]] = defaultdict(list)
    for pair in sorted(best.values(), key=lambda pair: (-pair.score, pair.posting_id)):
        access = search_index.access(side, pair.posting_id)
        if access is not None:
            groups[access.organization_id, access.team_id].append(pair)
    return sorted(groups.values(), key=lambda group: (-group[0].score, -len(group)))


def _ranked_partners(
    session: Session, search_index: SearchIndex, side: Side, groups: Sequence[list[_Pair]]
) -> list[_RankedPartner]:
    """The partners with what their best pair is worth; without those whose posting has just been withdrawn."""
    postings = load_postings(session, side, {group[0].posting_id for group in groups})
    ranked = []
    for group in groups:
        best = group[0]
        if best.posting_id in postings:
            place = _place_in_return(search_index, best, postings[best.posting_id])
            wanted, wanting = (preference(rank or PAGE_LENGTH, PAGE_LENGTH) for rank in (best.place, place))
            ranked.append(_RankedPartner(group, place, best.score * harmonic_mean(wanted, wanting)))
    return ranked


def _place_in_return(search_index: SearchIndex, pair: _Pair, posting: Posting) -> int | None:
    """The rank, from 1, of our posting in the list of the partner's posting; ``None`` if it is not listed."""
    back = search_index.matcher.match(document_of(posting), PAGE_LENGTH)
    ids = [_id_of(match, pair.own.side) for match in back]
    return ids.index(pair.own.id) + 1 if pair.own.id in ids else None


def _partners(
    session: Session, search_index: SearchIndex, viewer: User, side: Side, ranked: Sequence[_RankedPartner]
) -> list[Partner]:
    ids = (pair.posting_id for partner in ranked for pair in partner.pairs[:POSTINGS_OF_A_PARTNER])
    postings = load_postings(session, side, ids)
    partners = []
    for partner in ranked:
        pairs = tuple(
            (pair.own, recommendation)
            for pair in partner.pairs[:POSTINGS_OF_A_PARTNER]
            if (
                recommendation := _seen(
                    search_index, viewer, postings, pair.posting_id, pair.score, document_of(pair.own)
                )
            )
        )
        if pairs:
            best = pairs[0][1].posting
            team = best.team if isinstance(best, Offer) else None
            fitting = len(partner.pairs)
            partners.append(Partner(best.organization, team, pairs[0][1].score, pairs, fitting, partner.mutual))
    return partners


def _listed(search_index: SearchIndex, viewer: User | None, side: Side, leave_out: int | None = None) -> set[int]:
    """Ids of the side's published postings that the viewer's lists may contain."""
    visibility_filter = VisibilityFilter(viewer, date.today())
    return {
        posting_id
        for posting_id, access in search_index.accesses(side).items()
        if access.organization_id != leave_out and visibility_filter.lists(access)
    }


def _worthwhile(matches: Iterable[Match], weakest: float = WEAKEST_SHOWN) -> list[Match]:
    return [match for match in matches if match.score >= weakest]


def _id_of(match: Match, side: Side) -> int:
    posting_id = side.choose(match.need_id, match.offer_id)
    assert posting_id is not None
    return posting_id


def _recommendations(
    session: Session,
    search_index: SearchIndex,
    viewer: User | None,
    side: Side,
    matches: Sequence[Match],
    asking: Document,
) -> list[Recommendation]:
    found = {_id_of(match, side): match for match in matches}
    postings = load_postings(
        session, side, {*found, *(similar_id for match in matches for similar_id in match.similar)}
    )
    visible = {
        posting_id: posting
        for posting_id, posting in postings.items()
        if detail_for(viewer, posting, date.today()) > Detail.NOTHING and posting.open_on(date.today())
    }
    recommendations = []
    for posting_id, match in found.items():
        recommendation = _seen(search_index, viewer, postings, posting_id, match.score, asking)
        if recommendation is not None:
            similar = tuple(visible[similar_id] for similar_id in match.similar if similar_id in visible)
            recommendations.append(replace(recommendation, similar=similar))
    return recommendations


def _seen(
    search_index: SearchIndex,
    viewer: User | None,
    postings: Mapping[int, Posting],
    posting_id: int,
    score: float,
    asking: Document,
) -> Recommendation | None:
    """The match as the viewer may see it; ``None`` if they may not.

    The database decides: the posting may have been withdrawn since the search index was refreshed.
    """
    posting = postings.get(posting_id)
    if posting is None or (detail := detail_for(viewer, posting, date.today())) is Detail.NOTHING:
        return None
    if not posting.open_on(date.today()):
        return None
    explanation = _explain(search_index, asking, document_of(posting)) if detail >= Detail.TEXT else None
    return Recommendation(posting, score, detail, explanation)


def _explain(search_index: SearchIndex, asking: Document, answer: Document) -> Explanation:
    need, offer = (asking, answer) if asking.side is MatchingSide.NEED else (answer, asking)
    return search_index.matcher.explain(need, offer)
