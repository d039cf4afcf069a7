"""Near-identical postings take one place in a list: the best is kept, the others are counted beside it.

Two postings are near-identical when they mean the same (cosine of their vectors) *and* say it in the same words:
vectors alone would take two teams that solve the same problem for one. The words are compared as sets of dictionary
words and character pairs, by the size of their intersection over that of their union: the resemblance of Broder, “On
the resemblance and containment of documents”, 1997.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np

from matchmaker.matching.retrieval.collection import Collection

_LEAST_COSINE = 0.97
_LEAST_RESEMBLANCE = 0.6
"""64 copies of demo offers with figures, place, a sentence or a section changed: cosines from 0.97, resemblance from
0.65. Different postings there: up to 0.97 and 0.14.
"""


def collapse(collection: Collection, ranked: Sequence[int], k: int) -> list[tuple[int, list[int]]]:
    """The first `k` of the `ranked` rows that are not near-identical to a better one, each with those that are."""
    vectors = collection.dense.vectors[np.asarray(ranked, dtype=np.intp)]
    same_meaning = vectors @ vectors.T >= _LEAST_COSINE
    words = _Words(collection)
    kept: list[int] = []
    copies: list[list[int]] = []
    for place, row in enumerate(ranked):
        candidates = np.flatnonzero(same_meaning[place, kept])
        original = next((one for one in candidates if words.resemble(ranked[kept[one]], row)), None)
        if original is not None:
            copies[original].append(row)
        elif len(kept) < k:
            kept.append(place)
            copies.append([])
    return [(ranked[place], own) for place, own in zip(kept, copies, strict=True)]


def resemblance(one: Set[int], other: Set[int]) -> float:
    """Intersection over union, 0–1."""
    shared = len(one & other)
    union = len(one) + len(other) - shared
    return shared / union if union else 0.0


class _Words:
    """The documents' terms as sets, made when first compared."""

    def __init__(self, collection: Collection) -> None:
        self._documents = collection.documents
        self._sets: dict[int, frozenset[int]] = {}

    def resemble(self, one: int, other: int) -> bool:
        return resemblance(self._of(one), self._of(other)) >= _LEAST_RESEMBLANCE

    def _of(self, row: int) -> frozenset[int]:
        if row not in self._sets:
            self._sets[row] = frozenset(self._documents[row].terms.columns.tolist())
        return self._sets[row]
