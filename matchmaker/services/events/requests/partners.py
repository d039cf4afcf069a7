"""Whom a participant can ask for a meeting: the other side's confirmed participants, best first, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Participant
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.events.pair import pair_key
from matchmaker.domain.people import User
from matchmaker.domain.postings.match_reason import Reason
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.postings.visibility import Detail, detail_for
from matchmaker.domain.vocabulary import RequestStatus, Side
from matchmaker.matching.ranking.explanation import Explanation
from matchmaker.services.events.pairing.met_before import met_before
from matchmaker.services.events.pairing.partnerships import PairScores, best_matches, score_partnerships
from matchmaker.services.events.pairing.reasons import reason_for
from matchmaker.services.events.participation.participants import open_posting_ids, participants_of
from matchmaker.services.events.plan.placements import published_placements
from matchmaker.services.events.requests.my_schedule import own_requests, standing
from matchmaker.services.events.requests.rules import hidden_from
from matchmaker.services.finding.recommendations import WEAKEST_SHOWN, search_ids
from matchmaker.services.indexing.search_index import SearchIndex, load_postings
from matchmaker.services.posting.documents import document_of

_POSTINGS_EXPLAINED = 3
_FOUND_BY_MEANING = 100


class PartnerFilter(StrEnum):
    """Which participants a list shows."""

    ALL = "all"
    OPEN = "open"
    """Participants with whom nothing has been said or planned yet."""
    ASKED = "asked"
    NEW = "new"
    """Participants never met before."""


@dataclass(frozen=True, slots=True)
class PartnerStatus:
    """What there is already between two participants. ``asked_by_us`` tells who made the latest request."""

    request: MeetingRequest | None = None
    request_status: RequestStatus | None = None
    asked_by_us: bool = False
    planned: bool = False
    met_before: bool = False

    @property
    def nothing_yet(self) -> bool:
        """Whether a request would be the first thing."""
        return not self.planned and self.request_status in (None, RequestStatus.WITHDRAWN, RequestStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A participant as the list shows it; ``score`` is ``None`` where there is nothing to compare."""

    participant: Participant
    score: float | None
    posting: Posting | None
    reason: Reason | None
    status: PartnerStatus


@dataclass(frozen=True, slots=True)
class PartnerPage:
    """A stretch of the list, and how many there are in all."""

    rows: Sequence[PartnerRow]
    total: int


@dataclass(frozen=True, slots=True)
class MatchedPostings:
    """A posting of ours and one of theirs with what speaks for both sides. ``explanation`` is ``None`` where we may not
    read theirs; the ``reason`` in a line is always there.
    """

    own: Posting
    posting: Posting
    score: float
    detail: Detail
    explanation: Explanation | None
    reason: Reason


def list_partners(
    session: Session,
    search_index: SearchIndex,
    person: User,
    own: Participant,
    text: str,
    wanted: PartnerFilter,
    start: int,
    length: int,
    at: datetime,
) -> PartnerPage:
    """A stretch of the participants that can be asked, best first. ``text`` is a part of a name, or says in words what
    they should be able to do.
    """
    search_index.refresh_async()
    event = own.event
    scores = score_partnerships(session, search_index, event)
    statuses = partner_statuses(session, own, at)
    hidden = hidden_from(session, event, own)
    candidates = [p for p in participants_of(session, event, own.side.other) if p.id not in hidden]
    named = _named(session, search_index, person, candidates, text)
    candidates = [p for p in candidates if (named is None or p.id in named) and _fits(statuses[p.id], wanted)]
    own_scores = _scores_with(scores, own)
    ranked = sorted(candidates, key=lambda p: (-own_scores.get(p.id, -1.0), p.id))
    page = ranked[start : start + length]
    return PartnerPage(_rows(session, search_index, person, scores, own, page, own_scores, statuses), len(ranked))


def partner_statuses(session: Session, own: Participant, at: datetime) -> Mapping[int, PartnerStatus]:
    """What there is between the participant and each of the other side, by id."""
    event = own.event
    latest: dict[int, MeetingRequest] = {}
    for request in own_requests(session, own):
        partner = request.asked if request.asking is own else request.asking
        latest.setdefault(partner.id, request)
    planned = {
        participant_id for pair in published_placements(session, event) if own.id in pair for participant_id in pair
    }
    others = participants_of(session, event, own.side.other)
    met = met_before(session, event, [pair_key(own, p) for p in others])
    return {
        p.id: PartnerStatus(
            request=latest.get(p.id),
            request_status=standing(latest[p.id], at) if p.id in latest else None,
            asked_by_us=p.id in latest and latest[p.id].asking is own,
            planned=p.id in planned,
            met_before=pair_key(own, p) in met,
        )
        for p in others
    }


def matched_postings(
    session: Session, search_index: SearchIndex, person: User, own: Participant, partner: Participant
) -> list[MatchedPostings]:
    """The best pairs of their open postings, each posting of the partner's once, as far as the person may read them."""
    search_index.refresh_async()
    ids = open_posting_ids(session, participants_of(session, own.event))
    need_side, offer_side = own.side.need_first(own, partner)
    need_ids = [posting_id for posting_id in ids.get(need_side.id, ()) if search_index.access(Side.NEED, posting_id)]
    offer_ids = [posting_id for posting_id in ids.get(offer_side.id, ()) if search_index.access(Side.OFFER, posting_id)]
    if not need_ids or not offer_ids:
        return []
    values = search_index.matcher.score_pairs(need_ids, offer_ids)
    pairs = sorted(
        (
            (float(values[row, column]), need_id, offer_id)
            for row, need_id in enumerate(need_ids)
            for column, offer_id in enumerate(offer_ids)
        ),
        reverse=True,
    )
    needs, offers = load_postings(session, Side.NEED, need_ids), load_postings(session, Side.OFFER, offer_ids)
    found: dict[int, MatchedPostings] = {}
    for score, need_id, offer_id in pairs:
        theirs = own.side.other.choose(need_id, offer_id)
        need, offer = needs.get(need_id), offers.get(offer_id)
        if score < WEAKEST_SHOWN or len(found) == _POSTINGS_EXPLAINED:
            break
        if theirs not in found and isinstance(need, Need) and isinstance(offer, Offer):
            matched = _matched(search_index, person, own.side, need, offer, score)
            if matched.detail > Detail.NOTHING:
                found[theirs] = matched
    return list(found.values())


def _matched(
    search_index: SearchIndex, person: User, side: Side, need: Need, offer: Offer, score: float
) -> MatchedPostings:
    mine, theirs = (need, offer) if side is Side.NEED else (offer, need)
    detail = detail_for(person, theirs, date.today())
    explanation = search_index.matcher.explain(document_of(need), document_of(offer)) if detail >= Detail.TEXT else None
    return MatchedPostings(mine, theirs, score, detail, explanation, reason_for(search_index, need, offer))


def _named(
    session: Session, search_index: SearchIndex, person: User, candidates: Sequence[Participant], text: str
) -> set[int] | None:
    """Ids of the candidates that the text names, or whose postings answer it; ``None`` for all."""
    wanted = " ".join(text.split())
    if not wanted:
        return None
    named = {p.id for p in candidates if wanted.casefold() in p.name.casefold()}
    if named or not candidates:
        return named
    posting_ids = open_posting_ids(session, candidates)
    among = [posting_id for ids in posting_ids.values() for posting_id in ids]
    found = search_ids(search_index, person, candidates[0].side, wanted, _FOUND_BY_MEANING, among)
    return {participant_id for participant_id, ids in posting_ids.items() if not found.keys().isdisjoint(ids)}


def _fits(status: PartnerStatus, wanted: PartnerFilter) -> bool:
    match wanted:
        case PartnerFilter.ALL:
            return True
        case PartnerFilter.OPEN:
            return status.nothing_yet
        case PartnerFilter.ASKED:
            return status.request is not None
        case PartnerFilter.NEW:
            return not status.met_before


def _scores_with(scores: PairScores, own: Participant) -> dict[int, float]:
    """The participant's score with each of the other side, by id; only where there is something to compare."""
    partners = own.side.other.choose(scores.rows, scores.columns)
    found = {p.id: scores.score(pair) for p in partners if (pair := pair_key(own, p)) in scores}
    return {partner_id: score for partner_id, score in found.items() if score >= 0}


def _rows(
    session: Session,
    search_index: SearchIndex,
    person: User,
    scores: PairScores,
    own: Participant,
    page: Sequence[Participant],
    own_scores: Mapping[int, float],
    statuses: Mapping[int, PartnerStatus],
) -> list[PartnerRow]:
    compared = [p for p in page if p.id in own_scores]
    cells = [scores.cell(pair_key(own, p)) for p in compared]
    matches = dict(zip((p.id for p in compared), best_matches(session, scores, cells), strict=True))
    today = date.today()
    rows = []
    for participant in page:
        match = matches.get(participant.id)
        theirs: Posting | None = None if match is None else own.side.other.choose(*match)
        seen = theirs is not None and detail_for(person, theirs, today) > Detail.NOTHING
        rows.append(
            PartnerRow(
                participant=participant,
                score=own_scores.get(participant.id),
                posting=theirs if seen else None,
                reason=reason_for(search_index, *match) if match is not None else None,
                status=statuses[participant.id],
            )
        )
    return rows
