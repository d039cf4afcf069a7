"""An event as the assignment of :mod:`matchmaker.scheduling` sees it."""

from collections import Counter
from collections.abc import Collection

import numpy as np

from matchmaker.domain.event import Event, PairDecision
from matchmaker.domain.vocabulary import PairDecisionKind, Side
from matchmaker.scheduling.assignment import AssignmentProblem, Pair, Party, shortlist
from matchmaker.services.events.partnerships import PairScores
from matchmaker.services.recommending import WEAKEST_SHOWN

SHORTLIST = 60
"""Candidates of each participant that enter the assignment: ten times the usual maximum."""

LAST_RESORTS = 3
"""Candidates of a participant who has none that scores as much as a list of recommendations asks."""


def assignment_problem(event: Event, scores: PairScores, decisions: Collection[PairDecision]) -> AssignmentProblem:
    """The event as the assignment sees it. Nobody gets more meetings than there are slots; the list is as long as
    slots × tables allow, but never so short that somebody goes without a meeting.
    """
    pinned = _keys(decisions, PairDecisionKind.PIN)
    pins = Counter(party_id for key in pinned for party_id in key)
    participants = (*scores.rows, *scores.columns)
    slots = event.most_meetings_each
    parties = tuple(
        Party(
            id=str(participant.id),
            side="need" if participant.side is Side.NEED else "offer",
            min_meetings=participant.min_meetings,
            max_meetings=max(_limited(participant.max_meetings, slots), pins[str(participant.id)]),
        )
        for participant in participants
    )
    excluded = _keys(decisions, PairDecisionKind.EXCLUDE)
    capacity = event.most_meetings
    needed = max(sum(participant.min_meetings for participant in participants), len(pinned))
    return AssignmentProblem(
        parties=parties,
        pairs=shortlist(_candidates(scores, excluded), SHORTLIST),
        pinned=pinned,
        excluded=excluded,
        most_pairs=None if capacity is None else max(capacity, needed),
    )


def _candidates(scores: PairScores, excluded: Collection[tuple[str, str]]) -> list[Pair]:
    """All pairs that score enough, and the best there are for those whom exclusions would leave with none."""
    values = scores.scores
    barred = np.array(
        [[(str(row.id), str(column.id)) in excluded for column in scores.columns] for row in scores.rows],
        dtype=np.bool_,
    ).reshape(values.shape)
    possible = np.where(barred, np.float32(-1), values)
    worth = values >= WEAKEST_SHOWN
    for axis in (0, 1):
        lonely = ~(possible >= WEAKEST_SHOWN).any(axis=axis)
        ranks = np.argsort(np.argsort(-possible, axis=axis, kind="stable"), axis=axis)
        last_resorts = (ranks < LAST_RESORTS) & (possible >= 0)
        worth |= last_resorts & np.expand_dims(lonely, axis)
    return [
        Pair(str(scores.rows[row].id), str(scores.columns[column].id), shown_score(scores, row, column) / 100)
        for row, column in zip(*(places.tolist() for places in np.nonzero(worth)), strict=True)
    ]


def shown_score(scores: PairScores, row: int, column: int) -> float:
    """0–100 with one decimal: what is shown is what is compared."""
    return round(max(float(scores.scores[row, column]), 0.0), 1)


def _limited(wanted: int, limit: int | None) -> int:
    return wanted if limit is None else min(wanted, limit)


def _keys(decisions: Collection[PairDecision], kind: PairDecisionKind) -> frozenset[tuple[str, str]]:
    return frozenset((str(d.need_side_id), str(d.offer_side_id)) for d in decisions if d.decision is kind)
