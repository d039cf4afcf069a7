"""Candidate partnerships of an event: who could meet whom, how well they fit, and what the organizers decided.

The score of two participants is that of the best match between their open postings: a meeting is about one need and
one offer, and a second fitting need does not make the first talk better. All pairs are scored in one call.

Partnerships are listed by what they are worth to both: the score, lessened by how far down the lists of the two the
pair stands (:mod:`matchmaker.matching.ranking.reciprocity`). What is shown is the pair's own score.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.domain.events.event import Event, PairDecision, Participant
from matchmaker.domain.events.pair import PairKey, pair_key, pair_of
from matchmaker.domain.people import User
from matchmaker.domain.postings.fields import letters_in, one_line
from matchmaker.domain.postings.match_reason import Reason
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import PairDecisionKind, ParticipantStatus, Side
from matchmaker.i18n import N_
from matchmaker.matching.ranking.reciprocity import mutual_scores
from matchmaker.services.activity import log
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.pairing.exclusions import check_may_meet, excluded_organizations, excluded_pairs
from matchmaker.services.events.pairing.reasons import reason_for
from matchmaker.services.events.participation.participants import (
    Party,
    PartyFilter,
    addable_parties,
    open_posting_ids,
    participants_of,
    pins_of,
)
from matchmaker.services.finding.recommendations import WEAKEST_SHOWN
from matchmaker.services.indexing.search_index import SearchIndex, load_postings

FEW_CANDIDATES = 3
"""A participant with fewer candidates than this gets suggestions whom else to invite."""

MatrixCell = tuple[int, int]
"""Row and column of a pair in :class:`PairScores`."""

Decisions = Mapping[PairKey, PairDecision]


@dataclass(frozen=True)
class PairScores:
    """How well each need-side participant (row) fits each offer-side participant (column).

    ``scores`` are 0–100, and −1 where there is nothing to compare: no open posting, or a pair that never meets.
    ``needs`` and ``offers`` hold the ids of the postings whose match is the best. ``without_postings`` are the ids of
    participants who have no open posting.
    """

    rows: tuple[Participant, ...]
    columns: tuple[Participant, ...]
    scores: NDArray[np.float32]
    needs: NDArray[np.int64]
    offers: NDArray[np.int64]
    without_postings: frozenset[int]

    def __contains__(self, pair: PairKey) -> bool:
        """Whether both are among the participants that were scored."""
        return pair[0] in self._positions and pair[1] in self._positions

    def cell(self, pair: PairKey) -> MatrixCell:
        """Row and column of two participants that were scored."""
        return self._positions[pair[0]], self._positions[pair[1]]

    def pair_at(self, cell: MatrixCell) -> PairKey:
        """The two participants of a row and a column."""
        return self.rows[cell[0]].id, self.columns[cell[1]].id

    def score(self, pair: PairKey) -> float:
        """The pair's score, −1 where there is nothing to compare."""
        return float(self.scores[self.cell(pair)])

    def shown(self, cell: MatrixCell) -> float:
        """0–100 with one decimal: what is shown is what is compared."""
        return round(max(float(self.scores[cell]), 0.0), 1)

    @cached_property
    def _positions(self) -> Mapping[int, int]:
        """The row or the column of each participant, by its id."""
        return {
            participant.id: position for side in (self.rows, self.columns) for position, participant in enumerate(side)
        }


class DecisionState(StrEnum):
    """Which partnerships a list shows, by what was decided about them."""

    ANY = "any"
    PINNED = "pinned"
    EXCLUDED = "excluded"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class PartnershipFilter:
    """``text`` is a part of either name; ``participant`` the id of one of the two; ``least`` the lowest score."""

    text: str = ""
    participant: int | None = None
    least: float = WEAKEST_SHOWN
    state: DecisionState = DecisionState.ANY


@dataclass(frozen=True, slots=True)
class Partnership:
    """One candidate pair as a list shows it; without postings where nothing but a decision brings the two together."""

    need_side: Participant
    offer_side: Participant
    score: float
    need: Need | None
    offer: Offer | None
    reason: Reason | None
    decision: PairDecision | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """Someone not at the event who would suit a participant, with the best match between them."""

    party: Party
    side: Side
    score: float


@dataclass(frozen=True, slots=True)
class Prospects:
    """How one participant stands: whether it has posted nothing, how many partners score enough, and, where these are
    few, who else could be invited for it."""

    participant: Participant
    without_postings: bool
    candidates: int
    invitations: tuple[Invitation, ...]

    @property
    def few(self) -> bool:
        """Whether there are so few candidates that inviting others is worth a thought."""
        return self.candidates < FEW_CANDIDATES


@dataclass(frozen=True, slots=True)
class PartnershipList:
    """A stretch of the candidate partnerships, how many there are in all, and the prospects of the participant that the
    list is about, if it is about one."""

    partnerships: tuple[Partnership, ...]
    total: int
    prospects: Prospects | None


def score_partnerships(
    session: Session, search_index: SearchIndex, event: Event, about: Participant | None = None
) -> PairScores:
    """The scores of all pairs of participants, or of the pairs of ``about``; −1 where they may not meet
    (:func:`excluded_pairs`). The caller has refreshed the index.
    """
    participants = participants_of(session, event)
    posting_ids = open_posting_ids(session, participants)
    if about is not None:
        participants = [p for p in participants if p.side is not about.side or p.id == about.id]
    sides = {side: tuple(p for p in participants if p.side is side) for side in Side}
    groups = {side: [_indexed(search_index, side, posting_ids[p.id]) for p in sides[side]] for side in Side}
    scores, needs, offers = _best_in_groups(search_index, groups[Side.NEED], groups[Side.OFFER])
    rows, columns = ({p.id: place for place, p in enumerate(sides[side])} for side in (Side.NEED, Side.OFFER))
    for need_side, offer_side in excluded_pairs(session, event):
        if need_side in rows and offer_side in columns:
            scores[rows[need_side], columns[offer_side]] = -1
    without_postings = frozenset(participant.id for participant in participants if not posting_ids[participant.id])
    return PairScores(sides[Side.NEED], sides[Side.OFFER], scores, needs, offers, without_postings)


def decisions_of(session: Session, event: Event) -> dict[PairKey, PairDecision]:
    """What organizers decided about the pairs of participants who come and may meet."""
    query = select(PairDecision).where(PairDecision.event_id == event.id).options(joinedload(PairDecision.decided_by))
    decisions = {pair_of(decision): decision for decision in session.scalars(query)}
    coming = {participant.id for participant in participants_of(session, event)}
    apart = excluded_pairs(session, event)
    return {pair: decision for pair, decision in decisions.items() if coming.issuperset(pair) and pair not in apart}


def list_partnerships(
    session: Session, search_index: SearchIndex, event: Event, wanted: PartnershipFilter, start: int, length: int
) -> PartnershipList:
    """A stretch of the candidate partnerships, best for both first. Pairs that were decided about are never too weak to
    show.
    """
    search_index.refresh()
    scores = score_partnerships(session, search_index, event)
    decisions = decisions_of(session, event)
    shown = _shown(scores, decisions, wanted)
    rows, columns = np.nonzero(shown)
    mutual = mutual_scores(scores.scores)[rows, columns]
    order = np.lexsort((columns, rows, -scores.scores[rows, columns], -mutual))[start : start + length]
    places = [(int(rows[number]), int(columns[number])) for number in order]
    about = next((p for p in (*scores.rows, *scores.columns) if p.id == wanted.participant), None)
    return PartnershipList(
        partnerships=tuple(_partnerships(session, search_index, scores, decisions, places)),
        total=len(rows),
        prospects=None if about is None else _prospects(session, search_index, event, scores, about),
    )


def suggest_invitations(
    session: Session, search_index: SearchIndex, event: Event, participant: Participant, k: int = 5
) -> list[Invitation]:
    """Organizations and teams not at the event that would suit the participant, best first."""
    side = participant.side.other
    apart = excluded_organizations(session, participant.organization)
    parties = [
        party for party in addable_parties(session, event, side, PartyFilter()) if party.organization.id not in apart
    ]
    own = [_indexed(search_index, participant.side, open_posting_ids(session, [participant])[participant.id])]
    theirs = [_indexed(search_index, side, party.posting_ids) for party in parties]
    scores = _best_in_groups(search_index, *participant.side.need_first(own, theirs))[0].ravel()
    best = np.argsort(-scores, kind="stable")[:k]
    return [Invitation(parties[i], side, float(scores[i])) for i in best if scores[i] >= WEAKEST_SHOWN]


def best_matches(session: Session, scores: PairScores, places: Sequence[MatrixCell]) -> list[tuple[Need, Offer] | None]:
    """The need and the offer that fit best, for each of these places; ``None`` where there is nothing to compare."""
    needs = load_postings(session, Side.NEED, {int(scores.needs[place]) for place in places})
    offers = load_postings(session, Side.OFFER, {int(scores.offers[place]) for place in places})
    found: list[tuple[Need, Offer] | None] = []
    for place in places:
        need, offer = needs.get(int(scores.needs[place])), offers.get(int(scores.offers[place]))
        if isinstance(need, Need) and isinstance(offer, Offer) and scores.scores[place] >= 0:
            found.append((need, offer))
        else:
            found.append(None)
    return found


def pin_pair(session: Session, actor: User | None, event: Event, pair: PairKey, reason: str = "") -> None:
    """Pin the pair, so that it meets in every later match list, and commit; raises as :func:`decide_pin`."""
    decide_pin(session, actor, event, pair, reason)
    session.commit()


def exclude_pair(session: Session, actor: User | None, event: Event, pair: PairKey, reason: str) -> None:
    """Exclude the pair, so that it meets in no later match list, and commit; raises as :func:`decide_exclusion`."""
    decide_exclusion(session, actor, event, pair, reason)
    session.commit()


def decide_pin(session: Session, actor: User | None, event: Event, pair: PairKey, reason: str) -> None:
    """Pin the pair; does not commit. Raises :class:`Conflict` for a pair that does not come or never meets, and where a
    participant would have more pins than meetings at most.
    """
    sides = check_pair(session, event, pair)
    for participant in sides:
        if participant.status is not ParticipantStatus.CONFIRMED:
            raise Conflict(N_("“%(name)s”不参会（%(status)s）"), name=participant.name, status=participant.status)
    check_may_meet(session, event, pair)
    _decide(session, actor, event, pair, PairDecisionKind.PIN, reason)
    pins = pins_of(session, event)
    for participant in sides:
        if pins[participant.id] > participant.max_meetings:
            session.rollback()
            raise Conflict(
                N_("“%(name)s”最多洽谈 %(most)d 场，都已锁定；请先提高上限或取消别的锁定"),
                name=participant.name,
                most=participant.max_meetings,
            )


def decide_exclusion(session: Session, actor: User | None, event: Event, pair: PairKey, reason: str) -> None:
    """Exclude the pair; does not commit. Raises :class:`InvalidInput` without a reason."""
    if not letters_in(reason):
        raise InvalidInput(N_("请写明排除的理由"), field="reason")
    _decide(session, actor, event, pair, PairDecisionKind.EXCLUDE, reason)


def forget_decision(session: Session, actor: User | None, event: Event, pair: PairKey) -> None:
    """Undo a pin or an exclusion. The match list changes at its next build."""
    check_organizer(actor)
    decision = _find_decision(session, event, pair)
    if decision is not None:
        session.delete(decision)
        log(session, actor, "event", event.id, "decision undone", f"{pair[0]}–{pair[1]}")
    session.commit()


def check_pair(session: Session, event: Event, pair: PairKey) -> tuple[Participant, Participant]:
    """The two participants of this event, on their sides. Raises :class:`NotFound`."""
    sides = []
    for side, participant_id in zip(Side, pair, strict=True):
        participant = session.get(Participant, participant_id)
        if participant is None or participant.event_id != event.id or participant.side is not side:
            raise NotFound(N_("活动里没有这个参会方，请刷新页面"))
        sides.append(participant)
    return sides[0], sides[1]


def _indexed(search_index: SearchIndex, side: Side, posting_ids: Iterable[int]) -> list[int]:
    known = search_index.accesses(side)
    return [posting_id for posting_id in posting_ids if posting_id in known]


def _best_in_groups(
    search_index: SearchIndex, needs: Sequence[Sequence[int]], offers: Sequence[Sequence[int]]
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """The best score of each group of needs (row) with each group of offers (column), and the ids of its pair.

    Groups are lists of posting ids. An empty group has the score −1 and the ids 0.
    """
    shape = len(needs), len(offers)
    best = np.full(shape, -1, dtype=np.float32)
    best_needs, best_offers = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    need_ids = np.array(list(chain.from_iterable(needs)), dtype=np.int64)
    offer_ids = np.array(list(chain.from_iterable(offers)), dtype=np.int64)
    if len(need_ids) and len(offer_ids):
        scores = search_index.matcher.score_pairs(need_ids.tolist(), offer_ids.tolist())
        # For each need the best offer of each group; then for each group of needs the best of its needs.
        offer_places = _argmax_in_groups(scores, offers)
        by_offer_group = np.take_along_axis(scores, offer_places, axis=1)
        need_places = _argmax_in_groups(by_offer_group.T, needs).T
        cells = np.ix_([bool(group) for group in needs], [bool(group) for group in offers])
        best[cells] = np.take_along_axis(by_offer_group, need_places, axis=0)
        best_needs[cells] = need_ids[need_places]
        best_offers[cells] = offer_ids[np.take_along_axis(offer_places, need_places, axis=0)]
    return best, best_needs, best_offers


def _argmax_in_groups(scores: NDArray[np.float32], groups: Sequence[Sequence[int]]) -> NDArray[np.intp]:
    """For each row and each group that is not empty, the column of the greatest score.

    The groups' columns follow one another in ``scores``.
    """
    ends = np.cumsum([len(group) for group in groups if group])
    spans = zip([0, *ends[:-1]], ends, strict=True)
    return np.stack([start + scores[:, start:end].argmax(axis=1) for start, end in spans], axis=1)


def _shown(scores: PairScores, decisions: Decisions, wanted: PartnershipFilter) -> NDArray[np.bool_]:
    shown = scores.scores >= max(wanted.least, 0)
    decided = np.zeros_like(shown)
    kinds = {DecisionState.PINNED: PairDecisionKind.PIN, DecisionState.EXCLUDED: PairDecisionKind.EXCLUDE}
    for pair, decision in decisions.items():
        if decision.decision is kinds.get(wanted.state, decision.decision):
            decided[scores.cell(pair)] = True
    match wanted.state:
        case DecisionState.ANY:
            shown |= decided
        case DecisionState.UNDECIDED:
            shown &= ~decided
        case DecisionState.PINNED | DecisionState.EXCLUDED:
            shown = decided
    text = wanted.text.strip().casefold()
    if text:
        named = [
            np.array([text in p.name.casefold() for p in side], dtype=bool) for side in (scores.rows, scores.columns)
        ]
        shown &= named[0][:, None] | named[1][None, :]
    if wanted.participant is not None:
        shown &= np.array([p.id == wanted.participant for p in scores.rows], dtype=bool)[:, None] | np.array(
            [p.id == wanted.participant for p in scores.columns], dtype=bool
        )
    return shown


def _prospects(
    session: Session, search_index: SearchIndex, event: Event, scores: PairScores, participant: Participant
) -> Prospects:
    partners = participant.side.other.choose(scores.rows, scores.columns)
    candidates = sum(scores.score(pair_key(participant, partner)) >= WEAKEST_SHOWN for partner in partners)
    invitations = suggest_invitations(session, search_index, event, participant) if candidates < FEW_CANDIDATES else []
    return Prospects(participant, participant.id in scores.without_postings, candidates, tuple(invitations))


def _partnerships(
    session: Session, search_index: SearchIndex, scores: PairScores, decisions: Decisions, places: Sequence[MatrixCell]
) -> list[Partnership]:
    partnerships = []
    for (row, column), match in zip(places, best_matches(session, scores, places), strict=True):
        need_side, offer_side = scores.rows[row], scores.columns[column]
        partnerships.append(
            Partnership(
                need_side=need_side,
                offer_side=offer_side,
                score=max(float(scores.scores[row, column]), 0.0),
                need=match[0] if match else None,
                offer=match[1] if match else None,
                reason=reason_for(search_index, *match) if match else None,
                decision=decisions.get((need_side.id, offer_side.id)),
            )
        )
    return partnerships


def _decide(
    session: Session, actor: User | None, event: Event, pair: PairKey, kind: PairDecisionKind, reason: str
) -> None:
    check_organizer(actor)
    need_side, offer_side = check_pair(session, event, pair)
    decision = _find_decision(session, event, pair)
    if decision is None:
        decision = PairDecision(event_id=event.id, need_side_id=need_side.id, offer_side_id=offer_side.id)
        session.add(decision)
    decision.decision, decision.decided_by = kind, actor
    decision.reason = one_line(reason)[:300]
    session.flush()
    log(session, actor, "event", event.id, kind.value, f"{need_side.name} – {offer_side.name}: {decision.reason}")


def _find_decision(session: Session, event: Event, pair: PairKey) -> PairDecision | None:
    return session.scalar(
        select(PairDecision).where(
            PairDecision.event_id == event.id,
            PairDecision.need_side_id == pair[0],
            PairDecision.offer_side_id == pair[1],
        )
    )
