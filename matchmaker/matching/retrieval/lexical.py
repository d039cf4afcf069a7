"""BM25 between needs and offers, as a sparse inner product that is the same in both directions.

A need's term counts become query weights, except for words of forms (see `Index`). An offer's term counts become BM25
weights, inverse document frequency included, from the statistics of all offers: Robertson & Zaragoza, “The
Probabilistic Relevance Framework: BM25 and Beyond”, 2009. The lexical similarity of a pair is the inner product of the
two rows, whichever side is searched.

This is written with scipy.sparse because BM25 libraries index one collection and rank it for unweighted queries. Here
both sides are searched, drafts are weighted without being indexed, and titles count more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matchmaker.matching.text.document import Document
from matchmaker.matching.text.words import terms

_TITLE_WEIGHT = 3.0
"""The weight of an occurrence in the title; an occurrence in a section has the section's weight."""

_SATURATION = 2.0
"""BM25's k1: how soon repetitions of a term stop counting, in weighted occurrences."""

_LENGTH_NORMALIZATION = 0.75
"""BM25's b: how strongly the weights of long offers are reduced."""

_RARE_SHARE = 0.01
_COMMON_SHARE = 0.1
_BOILERPLATE_SHARE = 0.2
_PRIOR_DOCUMENTS = 50
"""In a small collection a term can be frequent by chance: shares are computed as if this many documents more did not
contain it."""


class Vocabulary:
    """Numbers terms as columns. It only grows, so a column keeps its meaning."""

    def __init__(self) -> None:
        self._columns: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._columns)

    def add(self, counts: Mapping[str, float]) -> TermCounts:
        """Counts by column; unknown terms get a new column. Not safe for several threads at once."""
        columns = [self._columns.setdefault(term, len(self._columns)) for term in counts]
        return TermCounts(np.array(columns, dtype=np.int32), np.fromiter(counts.values(), np.float32, len(counts)))

    def column(self, term: str) -> int | None:
        """The column of a term; None if no document has contained it."""
        return self._columns.get(term)

    def known(self, counts: Mapping[str, float]) -> TermCounts:
        """Counts by column, without unknown terms: no indexed document contains them."""
        known = {self._columns[term]: count for term, count in counts.items() if term in self._columns}
        return TermCounts(np.fromiter(known, np.int32, len(known)), np.fromiter(known.values(), np.float32, len(known)))


@dataclass(frozen=True, slots=True)
class TermCounts:
    """The terms of a document: `columns` (n,) int32 in the vocabulary, and weighted `counts` (n,) float32."""

    columns: NDArray[np.int32]
    counts: NDArray[np.float32]


def count_terms(document: Document) -> Mapping[str, float]:
    """Weighted count of each term: an occurrence counts the weight of its section, or the title's weight."""
    counts: defaultdict[str, float] = defaultdict(float)
    for term in terms(document.title):
        counts[term] += _TITLE_WEIGHT
    for section in document.sections:
        for term in terms(section.text):
            counts[term] += section.weight
    return counts


def count_matrix(rows: Sequence[TermCounts], columns: int) -> sparse.csr_array:
    """The counts of n documents as a matrix (n, `columns`); terms in higher columns are left out."""
    starts = np.cumsum([0, *(len(row.columns) for row in rows)])
    indices = np.concatenate([row.columns for row in rows]) if rows else np.zeros(0, dtype=np.int32)
    data = np.concatenate([row.counts for row in rows]) if rows else np.zeros(0, dtype=np.float32)
    widest = max(columns, int(indices.max(initial=-1)) + 1)
    return sparse.csr_array((data, indices, starts), shape=(len(rows), widest))[:, :columns]


class TermStatistics:
    """Statistics of a collection that BM25 needs: document frequency of each term, and mean document length."""

    def __init__(self, counts: sparse.csr_array) -> None:
        documents, self.columns = counts.shape
        frequencies = np.bincount(counts.indices, minlength=self.columns)
        self._frequencies = frequencies
        self._documents = documents
        odds = (documents - frequencies + 0.5) / (frequencies + 0.5)
        self.rarity: NDArray[np.float32] = np.log1p(odds).astype(np.float32)
        lengths = counts.sum(axis=1)
        self._mean_length = float(lengths.mean()) if documents and lengths.any() else 1.0

    def is_informative(self, column: int | None) -> bool:
        """Whether fewer than every tenth document contains a term, given by its column. 技术 and 研究 are too frequent.

        False for None; true for a column that is newer than this collection.
        """
        if column is None:
            return False
        if column >= self.columns:
            return True
        return bool(self._frequencies[column] <= _COMMON_SHARE * (self._documents + _PRIOR_DOCUMENTS))

    @cached_property
    def boilerplate(self) -> NDArray[np.bool_]:
        """Which terms (columns,) more than every fifth document contains (需求内容, 目前, 公司)."""
        boilerplate: NDArray[np.bool_] = self._frequencies > _BOILERPLATE_SHARE * (self._documents + _PRIOR_DOCUMENTS)
        return boilerplate

    @cached_property
    def rare(self) -> NDArray[np.bool_]:
        """Which terms (columns,) at most every hundredth document contains."""
        rare: NDArray[np.bool_] = self._frequencies <= _RARE_SHARE * (self._documents + _PRIOR_DOCUMENTS)
        return rare

    def rarity_shares(self, counts: sparse.csr_array) -> sparse.csr_array:
        """The share of each term in the summed rarity (idf) of its row; rows sum to 1, or to 0 without known terms."""
        counts = counts[:, : self.columns]
        rarities = self.rarity[counts.indices]
        totals = np.bincount(np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr)), rarities, counts.shape[0])
        by_entry = np.repeat(totals, np.diff(counts.indptr))
        shares = np.divide(rarities, by_entry, out=np.zeros_like(rarities), where=by_entry > 0)
        return sparse.csr_array((shares, counts.indices, counts.indptr), shape=counts.shape)

    def offer_weights(self, counts: sparse.csr_array) -> sparse.csr_array:
        """The BM25 weights of documents, from their term counts (n, columns), with the shape of `counts`."""
        relative_lengths = counts.sum(axis=1) / self._mean_length
        damping = _SATURATION * (1 - _LENGTH_NORMALIZATION + _LENGTH_NORMALIZATION * relative_lengths)
        weights = counts.astype(np.float32)
        by_entry = np.repeat(damping, np.diff(weights.indptr)).astype(np.float32)
        weights.data = self.rarity[weights.indices] * weights.data * (_SATURATION + 1) / (weights.data + by_entry)
        return weights


def need_weights(counts: sparse.csr_array) -> sparse.csr_array:
    """The query weights of needs, log(1 + count), with the shape of `counts` (n, columns)."""
    weights = counts.astype(np.float32)
    weights.data = np.log1p(weights.data)
    return weights


def without_terms(weights: sparse.csr_array, dropped: NDArray[np.bool_]) -> sparse.csr_array:
    """A copy of `weights` (n, columns) with zeros for the terms that the mask `dropped` marks.

    The mask may be shorter than the columns; terms beyond its end are kept.
    """
    known = weights.indices < len(dropped)
    weights = weights.copy()
    weights.data[known] *= ~dropped[weights.indices[known]]
    return weights


class LexicalIndex:
    """An inverted index of one side: its weights (n, columns), searchable by a weight row of the other side."""

    def __init__(self, weights: sparse.csr_array) -> None:
        self.weights = weights

    @cached_property
    def _by_term(self) -> sparse.csc_array:
        return self.weights.tocsc()

    def scores(self, query: sparse.csr_array) -> NDArray[np.float32]:
        """The inner product of each indexed document with `query` (1, columns), shape (n,)."""
        known = query.indices < self.weights.shape[1]
        columns, weights = query.indices[known], query.data[known]
        scores: NDArray[np.float32] = (self._by_term[:, columns] @ weights).astype(np.float32)
        return scores
