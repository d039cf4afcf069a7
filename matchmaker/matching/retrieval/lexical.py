"""BM25 between needs and offers, as one sparse inner product that is the same in both directions.

A need's term counts are damped to query weights, but for words of the form it was written in (see `Market`); an offer's
counts become BM25 weights (idf included) by the statistics of all offers: Robertson & Zaragoza, "The Probabilistic
Relevance Framework: BM25 and Beyond", 2009. The lexical similarity of a pair is the inner product of the two, whichever
side is searched. Written on scipy.sparse rather than with a BM25 library because those index one collection and rank it
for unweighted queries; here both sides are searched, drafts are weighed without being indexed, and titles count more.
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
"""What a term's occurrence in the title counts against one in a section of weight 1."""

_SATURATION = 2.0
"""BM25's k1: how soon a term's repetition stops to count (in units of title weight 1: a title's term has 3)."""

_LENGTH_NORMALIZATION = 0.75
"""BM25's b: how far long offers are held against short ones."""

_RARE_SHARE = 0.01
_COMMON_SHARE = 0.1
_BOILERPLATE_SHARE = 0.2
_FEW_OFFERS = 50
"""Among few offers a term can be frequent by chance: as if there were so many more without it."""


class Vocabulary:
    """Terms ↔ columns. It only grows, so columns given out once keep their meaning."""

    def __init__(self) -> None:
        self._columns: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._columns)

    def add(self, counts: Mapping[str, float]) -> TermCounts:
        """Counts by column; unknown terms get a column. Only one thread at a time may add."""
        columns = [self._columns.setdefault(term, len(self._columns)) for term in counts]
        return TermCounts(np.array(columns, dtype=np.int32), np.fromiter(counts.values(), np.float32, len(counts)))

    def column(self, term: str) -> int | None:
        return self._columns.get(term)

    def known(self, counts: Mapping[str, float]) -> TermCounts:
        """Counts by column of the terms that some indexed document has; the others can match nothing."""
        known = {self._columns[term]: count for term, count in counts.items() if term in self._columns}
        return TermCounts(np.fromiter(known, np.int32, len(known)), np.fromiter(known.values(), np.float32, len(known)))


@dataclass(frozen=True, slots=True)
class TermCounts:
    """A document's terms: `columns` (n,) int32 in the vocabulary and their weighted `counts` (n,) float32."""

    columns: NDArray[np.int32]
    counts: NDArray[np.float32]


def count_terms(document: Document) -> Mapping[str, float]:
    """How often each term occurs, a title's terms and those of weighty sections counting more."""
    counts: defaultdict[str, float] = defaultdict(float)
    for term in terms(document.title):
        counts[term] += _TITLE_WEIGHT
    for section in document.sections:
        for term in terms(section.text):
            counts[term] += section.weight
    return counts


def count_matrix(rows: Sequence[TermCounts], columns: int) -> sparse.csr_array:
    """The counts of several documents as one matrix (n, columns); terms beyond `columns` are left out."""
    starts = np.cumsum([0, *(len(row.columns) for row in rows)])
    indices = np.concatenate([row.columns for row in rows]) if rows else np.zeros(0, dtype=np.int32)
    data = np.concatenate([row.counts for row in rows]) if rows else np.zeros(0, dtype=np.float32)
    widest = max(columns, int(indices.max(initial=-1)) + 1)
    return sparse.csr_array((data, indices, starts), shape=(len(rows), widest))[:, :columns]


class OfferStatistics:
    """How rare each term is among the offers and how long offers are: all that BM25 must know of them."""

    def __init__(self, counts: sparse.csr_array) -> None:
        offers, self.columns = counts.shape
        frequencies = np.bincount(counts.indices, minlength=self.columns)
        self._frequencies = frequencies
        self._offers = offers
        odds = (offers - frequencies + 0.5) / (frequencies + 0.5)
        self.rarity: NDArray[np.float32] = np.log1p(odds).astype(np.float32)
        lengths = counts.sum(axis=1)
        self._mean_length = float(lengths.mean()) if offers and lengths.any() else 1.0

    def is_telling(self, column: int | None) -> bool:
        """Whether a term (by its column) says something: not one that every tenth document has (技术, 研究)."""
        if column is None:
            return False
        if column >= self.columns:
            return True
        return bool(self._frequencies[column] <= _COMMON_SHARE * (self._offers + _FEW_OFFERS))

    @cached_property
    def boilerplate(self) -> NDArray[np.bool_]:
        """Which terms (columns,) every fifth document has (需求内容, 目前, 公司)."""
        boilerplate: NDArray[np.bool_] = self._frequencies > _BOILERPLATE_SHARE * (self._offers + _FEW_OFFERS)
        return boilerplate

    @cached_property
    def rare(self) -> NDArray[np.bool_]:
        """Which terms (columns,) are so rare that hardly every hundredth offer has them."""
        rare: NDArray[np.bool_] = self._frequencies <= _RARE_SHARE * (self._offers + _FEW_OFFERS)
        return rare

    def rarity_shares(self, counts: sparse.csr_array) -> sparse.csr_array:
        """Each term's share of the rarity of all terms in its row; rows add up to 1 or, without known terms, to 0."""
        counts = counts[:, : self.columns]
        rarities = self.rarity[counts.indices]
        totals = np.bincount(np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr)), rarities, counts.shape[0])
        by_entry = np.repeat(totals, np.diff(counts.indptr))
        shares = np.divide(rarities, by_entry, out=np.zeros_like(rarities), where=by_entry > 0)
        return sparse.csr_array((shares, counts.indices, counts.indptr), shape=counts.shape)

    def offer_weights(self, counts: sparse.csr_array) -> sparse.csr_array:
        """BM25 weights, same shape as `counts` (n, columns)."""
        relative_lengths = counts.sum(axis=1) / self._mean_length
        damping = _SATURATION * (1 - _LENGTH_NORMALIZATION + _LENGTH_NORMALIZATION * relative_lengths)
        weights = counts.astype(np.float32)
        by_entry = np.repeat(damping, np.diff(weights.indptr)).astype(np.float32)
        weights.data = self.rarity[weights.indices] * weights.data * (_SATURATION + 1) / (weights.data + by_entry)
        return weights


def need_weights(counts: sparse.csr_array) -> sparse.csr_array:
    """Query weights of needs, same shape as `counts`: a repeated term counts more, but less each time."""
    weights = counts.astype(np.float32)
    weights.data = np.log1p(weights.data)
    return weights


def without_terms(weights: sparse.csr_array, dropped: NDArray[np.bool_]) -> sparse.csr_array:
    """The same weights, zero for the terms (columns) that are `dropped`; those beyond its end are kept."""
    known = weights.indices < len(dropped)
    weights = weights.copy()
    weights.data[known] *= ~dropped[weights.indices[known]]
    return weights


class LexicalIndex:
    """The weights of one side's documents, searchable by the weights of a document of the other side."""

    def __init__(self, weights: sparse.csr_array) -> None:
        self.weights = weights

    @cached_property
    def _by_term(self) -> sparse.csc_array:
        return self.weights.tocsc()

    def scores(self, query: sparse.csr_array) -> NDArray[np.float32]:
        """The lexical similarity of each indexed document to the one row of `query`, shape (n,)."""
        known = query.indices < self.weights.shape[1]
        columns, weights = query.indices[known], query.data[known]
        scores: NDArray[np.float32] = (self._by_term[:, columns] @ weights).astype(np.float32)
        return scores
