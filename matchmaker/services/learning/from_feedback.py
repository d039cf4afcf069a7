"""Turns stored feedback into the interactions that a ranker learns from."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.learning.feedback import DismissalCause, Feedback, FeedbackKind
from matchmaker.domain.vocabulary import Side
from matchmaker.matching.learning.preferences import Interaction, Learned, learn, preferences_from
from matchmaker.matching.ranking.features import LEARNED, pair_features
from matchmaker.matching.ranking.ranker_file import Card, StoredRanker
from matchmaker.matching.retrieval.index import Index
from matchmaker.matching.text.facts import FACT_WEIGHTS
from matchmaker.services.indexing.search_index import SearchIndex

FEATURES = (*LEARNED, *FACT_WEIGHTS)

VALUES: Mapping[FeedbackKind, float] = {
    FeedbackKind.VIEWED: 0.0,
    FeedbackKind.SAVED: 1.0,
    FeedbackKind.INTEREST: 2.0,
    FeedbackKind.ACCEPTED: 3.0,
    FeedbackKind.MET: 3.0,
    FeedbackKind.SIGNED: 6.0,
}
"""How far each goes. A rating counts as a meeting, more or less by its distance from :data:`MIDDLE_RATING`."""

MIDDLE_RATING = 3

DISMISSALS: Mapping[DismissalCause, float] = {
    DismissalCause.IRRELEVANT: -2.0,
    DismissalCause.BUDGET: -1.0,
    DismissalCause.MATURITY: -1.0,
    DismissalCause.REGION: -1.0,
    DismissalCause.SUPPLIED: 0.0,
    DismissalCause.OTHER: -0.5,
}
"""Who has a supplier already says nothing against the match."""


def learn_from_feedback(
    session: Session, search_index: SearchIndex, start: StoredRanker
) -> tuple[StoredRanker, Learned]:
    """A ranker that agrees better with what people did, starting from the one in use.

    Pairs of which a posting is no longer published teach nothing, for their texts are not indexed. Raises
    :class:`~matchmaker.matching.errors.RankerError` when there is too little feedback or nothing new in it.
    """
    standing = session.scalars(select(Feedback).where(Feedback.undone_at.is_(None)).order_by(Feedback.id)).all()
    learned = learn(start.ranker, FEATURES, preferences_from(_interactions(standing, search_index.matcher.index)))
    note = (
        f"Corrected by {learned.preferences} preferences of {learned.people} people: it agrees with "
        f"{learned.agreement:.1%} of the preferences of people it was not shown, before {learned.before:.1%}. "
        "The other scores are those of the ranker it started from."
    )
    fingerprint = hashlib.sha256(repr([(row.id, row.kind, row.rating) for row in standing]).encode()).hexdigest()
    card: Card = replace(
        start.card,
        data={**start.card.data, "feedback": fingerprint},
        made_on=date.today().isoformat(),
        note=note,
    )
    return StoredRanker(learned.ranker, start.encoder, card), learned


def _interactions(standing: Sequence[Feedback], index: Index) -> list[Interaction]:
    """For each person and pair the furthest they went, or their dismissal."""
    by_pair: defaultdict[tuple[int, Side, int, int], list[Feedback]] = defaultdict(list)
    for feedback in standing:
        if feedback.need_id in index.needs.rows and feedback.offer_id in index.offers.rows:
            by_pair[feedback.person_id, feedback.side, feedback.need_id, feedback.offer_id].append(feedback)
    return [
        Interaction(
            person=person_id,
            posting=need_id if side is Side.NEED else -offer_id,
            value=value_of({feedback.kind: feedback for feedback in said}),
            position=min((feedback.position for feedback in said if feedback.position is not None), default=None),
            features=_features(index, need_id, offer_id),
        )
        for (person_id, side, need_id, offer_id), said in by_pair.items()
    ]


def value_of(said: Mapping[FeedbackKind, Feedback]) -> float:
    """How far a person went with a pair, or how much they are against it, from what they said and did about it."""
    dismissal = said.get(FeedbackKind.DISMISSED)
    if dismissal is not None and dismissal.cause is not None:
        return DISMISSALS[dismissal.cause]
    reached = max((VALUES[kind] for kind in said if kind in VALUES), default=0.0)
    rated = said.get(FeedbackKind.RATED)
    if rated is None or rated.rating is None:
        return reached
    return max(reached, VALUES[FeedbackKind.MET]) + rated.rating - MIDDLE_RATING


def _features(index: Index, need_id: int, offer_id: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    need = index.needs.documents[index.needs.rows[need_id]]
    features = pair_features(index, need, np.array([index.offers.rows[offer_id]], dtype=np.intp))
    return np.array([features[name][0] for name in FEATURES], dtype=np.float64)
