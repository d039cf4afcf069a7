"""Which pairs are worth ranking: those with the best rough scores, which vectors and rare words give for little work.

The rough score of a pair is made of its centred similarity and the BM25 of its rare words, weighed by a logistic
regression over these two. Words that every hundredth offer has are left out: they touch most documents and say little.
(On the Henan needs the best 64 and 125 by rough score hold 47 % and 58 % of all related offers; with all words 47 % and
57 %.)
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.retrieval.collection import IndexedDocument
from matchmaker.matching.retrieval.index import Market
from matchmaker.matching.text.document import Side

_MEANING = np.float32(134.0)
_WORDS = np.float32(1.6)
_MIDPOINT = np.float32(30.0)

_NEAREST = 2
"""The vector index is asked for so many times the candidates: the more, the fewer others can be among the best."""

_CELLS_AT_ONCE = 10_000_000
"""Pairs whose rough scores are computed in one step: 40 MB."""

_BIN = 8
"""Of so many numbers only the greatest is looked at when a bound for the k-th greatest is sought."""


def candidates_for(
    market: Market, subject: IndexedDocument, allowed: NDArray[np.bool_], count: int
) -> NDArray[np.intp]:
    """The `count` allowed rows of the other side with the best rough scores, rising; empty for an illegible subject.

    Exact though the vector index is asked for the nearest only: who is not among them is less similar than the last of
    them, and so can be among the best only by words, which are known of all (Fagin, Lotem & Naor, “Optimal aggregation
    algorithms for middleware”, 2001).
    """
    if not subject.embedded.passages:
        return np.zeros(0, dtype=np.intp)
    possible = np.flatnonzero(allowed)
    if len(possible) <= count:
        return possible
    side = subject.document.side
    others = market.side(side.other)
    beyond_common = subject.embedded.vector - market.side(side).mean
    nearest, similarities = others.dense.nearest(beyond_common, _NEAREST * count, allowed)
    words = _words(market.lexical(side.other).scores(market.rare_terms(market.term_weights(side, subject.terms))))
    rough = _MEANING * similarities + words[nearest]
    bound = np.partition(rough, len(rough) - count)[len(rough) - count]
    by_words = allowed & (words > bound - _MEANING * similarities[-1])
    by_words[nearest] = False
    further = np.flatnonzero(by_words)
    rows = np.concatenate([nearest, further])
    rough = np.concatenate([rough, _MEANING * (others.dense.vectors[further] @ beyond_common) + words[further]])
    return np.sort(rows[np.argpartition(-rough, count - 1)[:count]])


def candidates_of_all(market: Market, count: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The same for every document of both sides at once: two masks (needs, offers).

    The first marks the pairs that the needs nominate, the second those that the offers do.
    """
    rough = _rough_scores(market)
    by_needs, by_offers = np.zeros(rough.shape, dtype=np.bool_), np.zeros(rough.shape, dtype=np.bool_)
    for block in _blocks(*rough.shape):
        by_needs[block][_best_of_rows(rough[block], count)] = True
    for block in _blocks(rough.shape[1], rough.shape[0]):
        rows, columns = _best_of_rows(np.ascontiguousarray(rough[:, block].T), count)
        by_offers[columns, block.start + rows] = True
    by_needs[~_legible(market, Side.NEED)] = False
    by_offers[:, ~_legible(market, Side.OFFER)] = False
    return by_needs, by_offers


def _rough_scores(market: Market) -> NDArray[np.float32]:
    needs, offers = market.needs, market.offers
    rough = np.empty((len(needs), len(offers)), dtype=np.float32)
    beyond_common = _MEANING * (offers.dense.vectors - offers.mean).T
    need_words, offer_words = market.rare_weights()
    for block in _blocks(*rough.shape):
        np.matmul(needs.dense.vectors[block] - needs.mean, beyond_common, out=rough[block])
        rough[block] += _words((need_words[block] @ offer_words).toarray())
    return rough


def _words(bm25: NDArray[np.float32]) -> NDArray[np.float32]:
    return _WORDS * bm25 / (bm25 + _MIDPOINT)


def _blocks(rows: int, columns: int) -> Iterator[slice]:
    height = max(_CELLS_AT_ONCE // max(columns, 1), 1)
    for start in range(0, rows, height):
        yield slice(start, min(start + height, rows))


def _legible(market: Market, side: Side) -> NDArray[np.bool_]:
    documents = market.side(side).documents
    return np.fromiter((bool(one.embedded.passages) for one in documents), np.bool_, len(documents))


def _best_of_rows(values: NDArray[np.float32], k: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places (row, column) of the `k` greatest values of each row, the left one of equals."""
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
    """For each row a number that at least `k` of its values reach, and few more: the k-th greatest of bins' maxima."""
    bins = values.shape[1] // _BIN
    if bins > k:
        values = values[:, : bins * _BIN].reshape(len(values), _BIN, bins).max(axis=1)
    bounds: NDArray[np.float32] = np.partition(values, values.shape[1] - k, axis=1)[:, values.shape[1] - k]
    return bounds
