"""Near-duplicates take one place in a list: the best is kept, the others are listed with it.

Two postings are near-duplicates when their vectors are similar *and* they use the same words. Vectors alone would merge
two teams that solve the same problem. The words are compared as sets of terms by the size of their intersection over
the size of their union: the resemblance of Broder, “On the resemblance and containment of documents”, 1997.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np

from matchmaker.matching.retrieval.collection import Collection

_LEAST_COSINE = 0.97
_LEAST_RESEMBLANCE = 0.6
"""Measured on the demo city. 64 copies of offers with figures, place, a sentence or a section changed: cosine at least
0.97, resemblance at least 0.65. Different postings: cosine at most 0.97, resemblance at most 0.14.
"""


def collapse(collection: Collection, ranked: Sequence[int], k: int) -> list[tuple[int, list[int]]]:
    """The first `k` of the `ranked` rows that are no near-duplicate of a better one, each with its near-duplicates.

    `ranked` are rows of the collection, best first.
    """
    vectors = collection.dense.vectors[np.asarray(ranked, dtype=np.intp)]
    same_meaning = vectors @ vectors.T >= _LEAST_COSINE
    words = _Words(collection)
    kept: list[int] = []
    copies: list[list[int]] = []
    for place, row in enumerate(ranked):
        candidates = np.flatnonzero(same_meaning[place, kept])
        original = next((number for number in candidates if words.resemble(ranked[kept[number]], row)), None)
        if original is not None:
            copies[original].append(row)
        elif len(kept) < k:
            kept.append(place)
            copies.append([])
    return [(ranked[place], duplicates) for place, duplicates in zip(kept, copies, strict=True)]


def resemblance(a: Set[int], b: Set[int]) -> float:
    """The size of the intersection over the size of the union, 0–1; 0 for two empty sets."""
    shared = len(a & b)
    union = len(a) + len(b) - shared
    return shared / union if union else 0.0


class _Words:
    """The documents' terms as sets, computed when first compared."""

    def __init__(self, collection: Collection) -> None:
        self._documents = collection.documents
        self._sets: dict[int, frozenset[int]] = {}

    def resemble(self, row: int, other_row: int) -> bool:
        return resemblance(self._set(row), self._set(other_row)) >= _LEAST_RESEMBLANCE

    def _set(self, row: int) -> frozenset[int]:
        if row not in self._sets:
            self._sets[row] = frozenset(self._documents[row].terms.columns.tolist())
        return self._sets[row]
