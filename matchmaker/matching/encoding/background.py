"""The mean vectors of each side. What all texts of one side have in common is no reason for a match.

Vectors of sentence encoders lie in a narrow cone, so all raw cosines are high; and some vectors (hubs) are near to
almost all others. Subtracting each side's mean vector reduces both: (n − n̄)·(o − ō) is the part of the similarity that
this need does not share with every offer, nor this offer with every need. See Suzuki et al., “Centering similarity
measures to reduce hubs”, EMNLP 2013.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from matchmaker.matching.encoding.encoder import Vector, Vectors
from matchmaker.matching.text.document import Side

PRIOR_WEIGHT = 50
"""The number of documents that the general mean counts for: a new city has few documents of its own."""


def mean_vector(vectors: Vectors, prior: Vector) -> Vector:
    """The mean of `vectors` (n, d), computed as if they had `PRIOR_WEIGHT` more rows equal to `prior` (d,)."""
    total = vectors.sum(axis=0, dtype=np.float64) + PRIOR_WEIGHT * prior.astype(np.float64)
    mean: Vector = (total / (len(vectors) + PRIOR_WEIGHT)).astype(np.float32)
    return mean


@dataclass(frozen=True, slots=True)
class Background:
    """Mean vectors (d,) of needs, of offers, and of the openings of needs (which are encoded as passages)."""

    needs: Vector
    offers: Vector
    openings: Vector

    @property
    def dimension(self) -> int:
        return len(self.needs)

    def of(self, side: Side) -> Vector:
        """The mean vector (d,) of the documents of one side."""
        return self.needs if side is Side.NEED else self.offers


@cache
def background_of(encoder: str, dimension: int) -> Background:
    """The general means of an encoder, computed over the demo city by `scripts/background.py`.

    Zero for encoders without a file: then only the documents' own means are subtracted, which takes some hundred
    documents to work well.
    """
    path = files("matchmaker.matching.encoding").joinpath("backgrounds").joinpath(f"{encoder}.npz")
    if not path.is_file():
        return Background(*(np.zeros(dimension, dtype=np.float32) for _ in range(3)))
    with path.open("rb") as file, np.load(file) as stored:
        return Background(*(stored[name].astype(np.float32) for name in ("needs", "offers", "openings")))
