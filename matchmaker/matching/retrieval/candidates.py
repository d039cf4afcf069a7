"""Candidate generation: the pairs worth ranking are those with the best rough scores.

The rough score of a pair is cheap: a weighted sum of its centred similarity and the BM25 of its rare words. The weights
are from a logistic regression. Words that more than every hundredth offer has are left out: they occur in most
documents and say little. (Recall of related offers on the Henan needs: 47 % among the best 64, 58 % among the best 125;
with all words 47 % and 57 %.)
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.retrieval.collection import IndexedDocument
from matchmaker.matching.retrieval.index import Index
from matchmaker.matching.text.document import Side

_CENTRED_WEIGHT = np.float32(134.0)
_BM25_WEIGHT = np.float32(1.6)
_MIDPOINT = np.float32(30.0)

_OVERSAMPLING = 2
"""The vector index is asked for this many times the number of candidates."""

_CELLS_AT_ONCE = 10_000_000
"""Pairs whose rough scores are computed in one step: 40 MB."""

_BIN = 8
"""Values of a row that are compared by their maximum when a bound for the k-th greatest value is computed."""


def candidates_for(index: Index, subject: IndexedDocument, allowed: NDArray[np.bool_], count: int) -> NDArray[np.intp]:
    """The `count` allowed rows of the other side with the best rough scores, in rising order of rows.

    Empty for a subject without legible text. The answer is exact although the vector index returns only the nearest
    rows: every other row is less similar than the last of these, so it can be among the best only by its words, and
    the BM25 of all rows is known (the threshold algorithm of Fagin, Lotem & Naor, “Optimal aggregation algorithms for
    middleware”, PODS 2001).
    """
    if not subject.embedded.passages:
        return np.zeros(0, dtype=np.intp)
    possible = np.flatnonzero(allowed)
    if len(possible) <= count:
        return possible
    side = subject.document.side
    others = index.side(side.other)
    beyond_common = subject.embedded.vector - index.side(side).mean
    nearest, similarities = others.dense.nearest(beyond_common, _OVERSAMPLING * count, allowed)
    lexical = _lexical_part(index.lexical(side.other).scores(index.rare_terms(index.term_weights(side, subject.terms))))
    rough = _CENTRED_WEIGHT * similarities + lexical[nearest]
    bound = np.partition(rough, len(rough) - count)[len(rough) - count]
    by_words = allowed & (lexical > bound - _CENTRED_WEIGHT * similarities[-1])
    by_words[nearest] = False
    further = np.flatnonzero(by_words)
    rows = np.concatenate([nearest, further])
    rough = np.concatenate(
        [rough, _CENTRED_WEIGHT * (others.dense.vectors[further] @ beyond_common) + lexical[further]]
    )
    return np.sort(rows[np.argpartition(-rough, count - 1)[:count]])


def candidates_of_all(index: Index, count: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The candidates of every document of both sides, as two masks of shape (needs, offers).

    Row i of the first mask marks the candidates of need i; column j of the second marks the candidates of offer j.
    """
    rough = _rough_scores(index)
    by_needs, by_offers = np.zeros(rough.shape, dtype=np.bool_), np.zeros(rough.shape, dtype=np.bool_)
    for block in _blocks(*rough.shape):
        by_needs[block][_best_of_rows(rough[block], count)] = True
    for block in _blocks(rough.shape[1], rough.shape[0]):
        rows, columns = _best_of_rows(np.ascontiguousarray(rough[:, block].T), count)
        by_offers[columns, block.start + rows] = True
    by_needs[~_legible(index, Side.NEED)] = False
    by_offers[:, ~_legible(index, Side.OFFER)] = False
    return by_needs, by_offers


def _rough_scores(index: Index) -> NDArray[np.float32]:
    """The rough scores of all pairs, shape (needs, offers)."""
    needs, offers = index.needs, index.offers
    rough = np.empty((len(needs), len(offers)), dtype=np.float32)
    beyond_common = _CENTRED_WEIGHT * (offers.dense.vectors - offers.mean).T
    need_words, offer_words = index.rare_weights()
    for block in _blocks(*rough.shape):
        np.matmul(needs.dense.vectors[block] - needs.mean, beyond_common, out=rough[block])
        rough[block] += _lexical_part((need_words[block] @ offer_words).toarray())
    return rough


def _lexical_part(bm25: NDArray[np.float32]) -> NDArray[np.float32]:
    return _BM25_WEIGHT * bm25 / (bm25 + _MIDPOINT)


def _blocks(rows: int, columns: int) -> Iterator[slice]:
    """Slices of rows that together cover a matrix, each of at most `_CELLS_AT_ONCE` cells."""
    height = max(_CELLS_AT_ONCE // max(columns, 1), 1)
    for start in range(0, rows, height):
        yield slice(start, min(start + height, rows))


def _legible(index: Index, side: Side) -> NDArray[np.bool_]:
    """Which documents of the side (n,) have any legible text."""
    documents = index.side(side).documents
    return np.fromiter((bool(document.embedded.passages) for document in documents), np.bool_, len(documents))


def _best_of_rows(values: NDArray[np.float32], k: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The positions (rows, columns) of the `k` greatest values of each row; of equal values, the leftmost."""
    if values.shape[1] <= k:
        rows, columns = np.nonzero(np.ones(values.shape, dtype=np.bool_))
        return rows, columns
    rows, columns = np.nonzero(values >= _bounds(values, k)[:, None])
    order = np.lexsort((-values[rows, columns], rows))
    rows, columns = rows[order], columns[order]
    counts = np.bincount(rows, minlength=len(values))
    among_best = np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows] < k
    return rows[among_best], columns[among_best]


def _bounds(values: NDArray[np.float32], k: int) -> NDArray[np.float32]:
    """A lower bound for the k-th greatest value of each row (n,): the k-th greatest of the maxima of bins."""
    bins = values.shape[1] // _BIN
    if bins > k:
        values = values[:, : bins * _BIN].reshape(len(values), _BIN, bins).max(axis=1)
    bounds: NDArray[np.float32] = np.partition(values, values.shape[1] - k, axis=1)[:, values.shape[1] - k]
    return bounds
