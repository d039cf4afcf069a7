"""The needs and the offers together, and what depends on both: lexical weights and BM25."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matchmaker.matching.retrieval.collection import Collection
from matchmaker.matching.retrieval.lexical import LexicalIndex, TermCounts, count_matrix, need_weights, without_terms
from matchmaker.matching.text.document import Side


@dataclass(frozen=True)
class Index:
    """An immutable snapshot of both sides. Threads may read it while a newer one is being built."""

    needs: Collection
    offers: Collection

    def side(self, side: Side) -> Collection:
        """The collection of one side."""
        return self.needs if side is Side.NEED else self.offers

    def replaced(self, collection: Collection) -> Index:
        """An index with `collection` on its side; the other side is unchanged."""
        if collection.side is Side.NEED:
            return replace(self, needs=collection)
        return replace(self, offers=collection)

    def term_weights(self, side: Side, terms: TermCounts) -> sparse.csr_array:
        """The lexical weights of one document of `side`, indexed or not, as one row (1, terms of the offers)."""
        statistics = self.offers.statistics
        counts = count_matrix([terms], statistics.columns)
        if side is Side.OFFER:
            return statistics.offer_weights(counts)
        return without_terms(need_weights(counts), self._form_words)

    def lexical(self, side: Side) -> LexicalIndex:
        """The documents of one side, searchable by `term_weights` of a document of the other side."""
        return self._needs_lexical if side is Side.NEED else self.offers.lexical

    @cached_property
    def _needs_lexical(self) -> LexicalIndex:
        return LexicalIndex(without_terms(self.needs.lexical.weights, self._form_words))

    @cached_property
    def _form_words(self) -> NDArray[np.bool_]:
        """Which terms (columns,) come from forms: every fifth need has them, but hardly any offer.

        They count nothing, so that the words of a form find no offers. Terms that are frequent on both sides (技术,
        系统) are kept: their low rarity already gives them a low weight. On the Henan needs this ranks better (nDCG@10
        0.747) than dropping them too (0.743).
        """
        often, seldom = self.needs.statistics.boilerplate, self.offers.statistics.rare
        known = min(len(often), len(seldom))
        return often[:known] & seldom[:known]

    def is_informative(self, column: int | None) -> bool:
        """Whether a term (by its column) is infrequent both among the needs and among the offers."""
        return all(side.statistics.is_informative(column) for side in (self.needs, self.offers))

    def rare_terms(self, weights: sparse.csr_array) -> sparse.csr_array:
        """A row of `term_weights` without the terms that are frequent among the offers."""
        rare = self.offers.statistics.rare[weights.indices]
        kept = int(np.count_nonzero(rare))
        return sparse.csr_array((weights.data[rare], weights.indices[rare], [0, kept]), shape=weights.shape)

    def rare_weights(self) -> tuple[sparse.csr_array, sparse.csr_array]:
        """The weights of all needs (n, rare terms) and of all offers (rare terms, m).

        Their product is the BM25 of all pairs, counting rare terms only.
        """
        statistics = self.offers.statistics
        columns = np.flatnonzero(statistics.rare)
        needs = self._needs_lexical.weights.copy()
        needs.resize((len(self.needs), max(statistics.columns, needs.shape[1])))
        return needs[:, columns].tocsr(), self.offers.lexical.weights[:, columns].T.tocsr()

    def bm25(self, needs: NDArray[np.intp], offers: NDArray[np.intp]) -> NDArray[np.float32]:
        """The BM25 of all these needs with all these offers, given as rows; shape (n, m)."""
        columns = self.offers.statistics.columns
        need_rows = self._needs_lexical.weights[needs]
        need_rows.resize((len(needs), columns))
        offer_rows = self.offers.lexical.weights[offers]
        # Offers first: SciPy sorts the transposed factor again, and the needs are the smaller factor.
        products: NDArray[np.float32] = (offer_rows @ need_rows.T).toarray().T
        return products
