"""A small penalty for hubs: postings that are near almost every query. Also measures of how evenly exposure is shared.

Hubs (Radovanović, Nanopoulos & Ivanović, “Hubs in space”, JMLR 2010) take places in lists from postings that fit one
query well. As in cross-domain similarity local scaling (Conneau et al., “Word translation without parallel data”, ICLR
2018), a posting loses a part of its mean similarity to its nearest queries, relative to the other postings. Here a
query is a document of the other side. The penalty depends on the postings alone: it needs no lists and no clicks, and
a new posting is treated like an old one.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.ranking.features import cross_features
from matchmaker.matching.ranking.ranker import Ranker, log_odds
from matchmaker.matching.retrieval.index import Index
from matchmaker.matching.text.document import Side

DEFAULT_STRENGTH = 0.4
"""The part of the mean log odds with the nearest queries that is taken off; see `benchmarks/exposure.py`."""

MAX_PENALTY = 0.3
"""Bound of a penalty in log odds, in both directions: a posting can pass only postings that are at most twice this
better."""

_NEAREST = 5
"""The nearest queries over which a posting's log odds are averaged."""

_MIN_QUERIES, _MAX_QUERIES = 64, 256
_PAIRS = 2_000_000
"""Queries are sampled evenly from all: as many as give this number of pairs, within these bounds."""

_PAIRS_AT_ONCE = 1_000_000
"""Pairs whose features are in memory together."""

_PRIOR_QUERIES = 10
"""With this number of queries the penalty is halved: being near to few queries may be chance."""


class HubnessCorrection:
    """The hubness penalties of all postings of an index under one ranker, computed when first needed."""

    def __init__(self, index: Index, ranker: Ranker, strength: float = DEFAULT_STRENGTH) -> None:
        """`strength` is the part of the nearness that is taken off; with 0 all penalties are 0."""
        self.index = index
        self._ranker = ranker
        self._strength = strength

    def for_index(self, index: Index) -> HubnessCorrection:
        """The correction for a newer index with this ranker and strength; itself if the index is unchanged."""
        return self if index is self.index else HubnessCorrection(index, self._ranker, self._strength)

    def penalties(self, side: Side) -> NDArray[np.float32]:
        """What is taken off the log odds of the documents of `side` (n,) when a list of them is ordered."""
        return self._needs_penalties if side is Side.NEED else self._offers_penalties

    @cached_property
    def _needs_penalties(self) -> NDArray[np.float32]:
        return self._compute(Side.NEED)

    @cached_property
    def _offers_penalties(self) -> NDArray[np.float32]:
        return self._compute(Side.OFFER)

    def _compute(self, side: Side) -> NDArray[np.float32]:
        n_documents, n_others = len(self.index.side(side)), len(self.index.side(side.other))
        if not self._strength or not n_documents or not n_others:
            return np.zeros(n_documents, dtype=np.float32)
        queries = _sampled_queries(n_others, n_documents)
        at_once = max(_PAIRS_AT_ONCE // n_documents, 1)
        blocks = [queries[start : start + at_once] for start in range(0, len(queries), at_once)]
        return penalties(np.concatenate([self._log_odds(side, block) for block in blocks]), self._strength)

    def _log_odds(self, side: Side, queries: NDArray[np.intp]) -> NDArray[np.float32]:
        """The log odds of all n documents of `side` with m queries, rows of the other side; shape (m, n)."""
        documents = np.arange(len(self.index.side(side)))
        if side is Side.OFFER:
            features = cross_features(self.index, queries, documents)
        else:
            mirrored = cross_features(self.index, documents, queries)
            features = {name: values.T for name, values in mirrored.items()}
        scores = self._ranker.score({name: values.ravel() for name, values in features.items()})
        return log_odds(scores).reshape(len(queries), -1)


def penalties(odds: NDArray[np.float32], strength: float = DEFAULT_STRENGTH) -> NDArray[np.float32]:
    """The penalty of each posting (n,) in log odds, from the log odds of m queries with the postings (m, n).

    Negative for postings that are far from all queries; the mean is about 0. Never part of a score that is shown.
    """
    nearest = min(_NEAREST, len(odds))
    nearness = np.partition(odds, -nearest, axis=0)[-nearest:].mean(axis=0)
    confidence = len(odds) / (len(odds) + _PRIOR_QUERIES)
    penalty = confidence * strength * (nearness - nearness.mean())
    bounded: NDArray[np.float32] = np.clip(penalty, -MAX_PENALTY, MAX_PENALTY).astype(np.float32)
    return bounded


def _sampled_queries(n_others: int, n_documents: int) -> NDArray[np.intp]:
    """Rows of the other side, evenly spaced."""
    count = min(n_others, max(_MIN_QUERIES, min(_MAX_QUERIES, _PAIRS // n_documents)))
    return np.unique(np.linspace(0, n_others - 1, count).astype(np.intp))


def gini(appearances: NDArray[np.integer]) -> float:
    """The Gini coefficient (Gini 1912): 0 when all postings appear equally often, near 1 when one posting takes all."""
    counts = np.sort(appearances.astype(np.float64))
    if not counts.sum():
        return 0.0
    ranks = np.arange(1, len(counts) + 1)
    return float((2 * ranks - len(counts) - 1) @ counts / (len(counts) * counts.sum()))


def share_of_most_shown(appearances: NDArray[np.integer], share: float = 0.1) -> float:
    """The part of all appearances, 0–1, that goes to the `share` of the postings that appear most."""
    counts = np.sort(appearances)[::-1]
    return float(counts[: int(np.ceil(share * len(counts)))].sum() / max(counts.sum(), 1))
