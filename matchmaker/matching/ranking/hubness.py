"""Who is shown how often, and a small handicap for those who are near everybody.

Some postings lie near the questions of almost anybody (hubs: Radovanović, Nanopoulos & Ivanović, “Hubs in space”, JMLR
2010) and take places from those who fit one question well. As in cross-domain similarity local scaling (Conneau et al.,
“Word translation without parallel data”, ICLR 2018), what a posting has in common with the questions nearest to it is
held against it, relative to the others. The handicap follows from the postings alone: no list has to be made first,
nothing that was clicked enters, and a posting is treated on its first day as on any other.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.ranking.features import broad_features
from matchmaker.matching.ranking.ranker import Ranker, log_odds
from matchmaker.matching.retrieval.index import Market
from matchmaker.matching.text.document import Side

STRENGTH = 0.4
"""What part of the mean log odds with the nearest questions is taken off. `benchmarks/exposure.py` draws what other
values would do."""

MOST_LOG_ODDS = 0.3
"""The greatest handicap or advance: nobody is overtaken by a posting whose log odds are more than twice that lower."""

_NEAREST = 5

_FEWEST_QUESTIONS, _MOST_QUESTIONS = 64, 256
_PAIRS = 2_000_000
"""How many questions are looked at, evenly spaced among all: the fewer, the more postings there are to compare."""

_PAIRS_AT_ONCE = 1_000_000

_FEW_DOCUMENTS = 10
"""Nearness to few questions is chance: with so many of them half of it is believed."""


class HubnessCorrection:
    """The handicaps of the postings of one market under one ranker, computed when first asked for."""

    def __init__(self, market: Market, ranker: Ranker, strength: float = STRENGTH) -> None:
        """With a `strength` of 0 there are none."""
        self.market = market
        self._ranker = ranker
        self._strength = strength

    def at(self, market: Market) -> HubnessCorrection:
        """That of a later state of the market, under the same ranker; this one while the market is the same."""
        return self if market is self.market else HubnessCorrection(market, self._ranker, self._strength)

    def penalties(self, side: Side) -> NDArray[np.float32]:
        """What is taken off the log odds of the side's documents (n,) when a list of them is ordered."""
        return self._of_needs if side is Side.NEED else self._of_offers

    @cached_property
    def _of_needs(self) -> NDArray[np.float32]:
        return self._computed(Side.NEED)

    @cached_property
    def _of_offers(self) -> NDArray[np.float32]:
        return self._computed(Side.OFFER)

    def _computed(self, side: Side) -> NDArray[np.float32]:
        shown, asking = len(self.market.side(side)), len(self.market.side(side.other))
        if not self._strength or not shown or not asking:
            return np.zeros(shown, dtype=np.float32)
        questions = _spaced(asking, shown)
        at_once = max(_PAIRS_AT_ONCE // shown, 1)
        blocks = [questions[start : start + at_once] for start in range(0, len(questions), at_once)]
        return penalties(np.concatenate([self._log_odds(side, block) for block in blocks]), self._strength)

    def _log_odds(self, side: Side, questions: NDArray[np.intp]) -> NDArray[np.float32]:
        """Of all documents of the side (n,) with some of the other (m,), shape (m, n)."""
        everybody = np.arange(len(self.market.side(side)))
        if side is Side.OFFER:
            features = broad_features(self.market, questions, everybody)
        else:
            mirrored = broad_features(self.market, everybody, questions)
            features = {name: values.T for name, values in mirrored.items()}
        scores = self._ranker.score({name: values.ravel() for name, values in features.items()})
        return log_odds(scores).reshape(len(questions), -1)


def penalties(odds: NDArray[np.float32], strength: float = STRENGTH) -> NDArray[np.float32]:
    """What is taken off the log odds of each posting (n,), from its log odds with some questions (m, n).

    Never part of a score that is shown; the mean handicap is about 0.
    """
    nearest = min(_NEAREST, len(odds))
    crowding = np.partition(odds, -nearest, axis=0)[-nearest:].mean(axis=0)
    belief = len(odds) / (len(odds) + _FEW_DOCUMENTS)
    handicap = belief * strength * (crowding - crowding.mean())
    bounded: NDArray[np.float32] = np.clip(handicap, -MOST_LOG_ODDS, MOST_LOG_ODDS).astype(np.float32)
    return bounded


def _spaced(asking: int, shown: int) -> NDArray[np.intp]:
    count = min(asking, max(_FEWEST_QUESTIONS, min(_MOST_QUESTIONS, _PAIRS // shown)))
    return np.unique(np.linspace(0, asking - 1, count).astype(np.intp))


def gini(appearances: NDArray[np.integer]) -> float:
    """How unequally places are given out: 0 when all appear equally often, towards 1 when one takes all (Gini 1912)."""
    counts = np.sort(appearances.astype(np.float64))
    if not counts.sum():
        return 0.0
    ranks = np.arange(1, len(counts) + 1)
    return float((2 * ranks - len(counts) - 1) @ counts / (len(counts) * counts.sum()))


def share_of_most_shown(appearances: NDArray[np.integer], share: float = 0.1) -> float:
    """What part of all places the most shown `share` of the postings holds, 0–1."""
    counts = np.sort(appearances)[::-1]
    return float(counts[: int(np.ceil(share * len(counts)))].sum() / max(counts.sum(), 1))
