"""The needs and the offers together, at one moment: what can only be computed with both in sight."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scipy import sparse

from matchmaker.matching.collection import Collection
from matchmaker.matching.document import Side
from matchmaker.matching.lexical import TermCounts, count_matrix, need_weights


@dataclass(frozen=True, slots=True)
class Market:
    """An immutable snapshot of both sides: threads may read one while the next is being made."""

    needs: Collection
    offers: Collection

    def side(self, side: Side) -> Collection:
        return self.needs if side is Side.NEED else self.offers

    def replaced(self, collection: Collection) -> Market:
        """A market with this collection on its side and the other side as it is."""
        if collection.side is Side.NEED:
            return replace(self, needs=collection)
        return replace(self, offers=collection)

    def term_weights(self, side: Side, terms: TermCounts) -> sparse.csr_array:
        """The lexical weights of one document, indexed or not, as one row (1, terms the offers know)."""
        statistics = self.offers.statistics
        counts = count_matrix([terms], statistics.columns)
        return need_weights(counts) if side is Side.NEED else statistics.offer_weights(counts)
