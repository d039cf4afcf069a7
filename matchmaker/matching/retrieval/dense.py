"""Exact nearest neighbours by inner product, on FAISS."""

from __future__ import annotations

import faiss
import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.encoding.encoder import Vector, Vectors


class FlatIndex:
    """An immutable exact index over unit vectors (n, d)."""

    def __init__(self, vectors: Vectors) -> None:
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def vectors(self) -> Vectors:
        """All vectors (n, d), a view of the index's own memory: not to be written to."""
        if not len(self):
            return np.zeros((0, self._index.d), dtype=np.float32)
        flat: Vector = faiss.rev_swig_ptr(self._index.get_xb(), len(self) * self._index.d)
        return flat.reshape(len(self), self._index.d)

    def nearest(
        self, query: Vector, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The rows of the `k` vectors nearest to `query` (d,) and their inner products, best first.

        The mask `allowed` (n,) restricts the answer to some rows. Fewer than `k` if there are fewer.
        """
        k = min(k, len(self))
        if k <= 0:
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.float32)
        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        similarities, rows = self._index.search(query.reshape(1, -1), k, params=parameters)
        found = rows[0] >= 0
        return rows[0][found].astype(np.intp), similarities[0][found]
