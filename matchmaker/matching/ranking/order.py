"""The order of a list of matches, and the lists of all documents of one side at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matchmaker.matching.ranking.ranker import log_odds


@dataclass(frozen=True, slots=True)
class TopMatches:
    """The best matches of all documents of one side.

    Row i belongs to the document `ids[i]`: `others` (n, k) are the ids of the other side's documents, best first, and
    `scores` (n, k) their scores, 0–100. Both are −1 beyond the end of a shorter list.
    """

    ids: NDArray[np.int64]
    others: NDArray[np.int64]
    scores: NDArray[np.float32]


def best_first(keys: NDArray[np.float32], ids: NDArray[np.int64]) -> NDArray[np.intp]:
    """Positions by falling key; equal keys by rising id, so that the same question gets the same answer.

    Keys are rounded to 3 digits, because the same vector in another row may be summed in another order. With two
    dimensions, each row is a list of its own.
    """
    return np.lexsort((ids, -np.round(keys, 3)), axis=-1)


def top_matches(
    ids: NDArray[np.int64],
    other_ids: NDArray[np.int64],
    candidates: NDArray[np.bool_],
    scores: sparse.csr_array,
    penalties: NDArray[np.float32],
    k: int,
) -> TopMatches:
    """The `k` best candidates of each document of one side.

    `candidates` (n, m) marks each document's own candidates; `scores` (n, m) has at least their scores, and may have
    more. `penalties` (m,) are taken off the log odds of the other side's documents before ordering.
    """
    rows = np.repeat(np.arange(len(ids)), np.diff(scores.indptr))
    listed = candidates[rows, scores.indices]
    rows, columns, values = rows[listed], scores.indices[listed], scores.data[listed]
    counts = np.bincount(rows, minlength=len(ids))
    places = np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows]
    shape = len(ids), max(int(counts.max(initial=0)), k)
    list_ids = np.full(shape, -1, np.int64)
    list_scores = np.full(shape, -1, np.float32)
    keys = np.full(shape, -np.inf, np.float32)
    list_ids[rows, places] = other_ids[columns]
    list_scores[rows, places] = values
    keys[rows, places] = log_odds(values) - penalties[columns]
    best = best_first(keys, list_ids)[:, :k]
    return TopMatches(ids, np.take_along_axis(list_ids, best, 1), np.take_along_axis(list_scores, best, 1))
