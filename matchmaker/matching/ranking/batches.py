"""Scoring many pairs with few calls of the ranker, which costs less than one call for each document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matchmaker.matching.ranking.features import Features, pair_features
from matchmaker.matching.ranking.ranker import Ranker
from matchmaker.matching.retrieval.index import Index

_PAIRS_AT_ONCE = 200_000
"""Pairs whose features are handed to the ranker together."""


def score_rows(
    ranker: Ranker, index: Index, pairs: Iterable[tuple[int, NDArray[np.intp]]]
) -> list[NDArray[np.float32]]:
    """For each (need row, offer rows) the scores of that need with these offers, in the order given."""
    scores: list[NDArray[np.float32]] = []
    batch: list[Features] = []
    batch_size = 0
    for need, offers in pairs:
        batch.append(pair_features(index, index.needs.documents[need], offers))
        batch_size += len(offers)
        if batch_size >= _PAIRS_AT_ONCE:
            scores += _score_features(ranker, batch)
            batch, batch_size = [], 0
    return scores + _score_features(ranker, batch)


def score_candidates(ranker: Ranker, index: Index, candidates: NDArray[np.bool_]) -> sparse.csr_array:
    """The scores of the pairs that the mask `candidates` (needs, offers) marks, as a sparse matrix of that shape."""
    rows = [np.flatnonzero(marked) for marked in candidates]
    scores = score_rows(ranker, index, enumerate(rows))
    starts = np.cumsum([0, *(len(row) for row in rows)])
    return sparse.csr_array((np.concatenate(scores), np.concatenate(rows), starts), shape=candidates.shape)


def _score_features(ranker: Ranker, batch: Sequence[Features]) -> list[NDArray[np.float32]]:
    if not batch:
        return []
    together = {name: np.concatenate([features[name] for features in batch]) for name in batch[0]}
    ends = np.cumsum([len(next(iter(features.values()))) for features in batch])
    return np.split(ranker.score(together), ends[:-1])
