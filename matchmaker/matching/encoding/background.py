"""What all texts of one side have in common, and is therefore no reason for a match.

Vectors of sentence encoders lie in a narrow cone, and some lie near everything (hubs): raw cosines are all high, and
a hub is near to every need. Subtracting each side's mean vector removes both: (n − n̄)·(o − ō) is what the cosine is
beyond what this need has with any offer and this offer with any need. See Suzuki et al., “Centering similarity measures
to reduce hubs”, EMNLP 2013.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from matchmaker.matching.encoding.encoder import Vector, Vectors
from matchmaker.matching.text.document import Side

PRIOR_WEIGHT = 50
"""How many documents the general background counts as against a city's own: a new city has few."""


def mean_vector(vectors: Vectors, prior: Vector) -> Vector:
    """The mean of the rows (n, d), drawn towards `prior` (d,) as if it were `PRIOR_WEIGHT` more rows."""
    total = vectors.sum(axis=0, dtype=np.float64) + PRIOR_WEIGHT * prior.astype(np.float64)
    mean: Vector = (total / (len(vectors) + PRIOR_WEIGHT)).astype(np.float32)
    return mean


@dataclass(frozen=True, slots=True)
class Background:
    """Mean vectors (d,) of an encoder's space: of needs, of offers, and of the openings of needs, encoded as offers."""

    needs: Vector
    offers: Vector
    openings: Vector

    @property
    def dimension(self) -> int:
        return len(self.needs)

    def of(self, side: Side) -> Vector:
        """The mean of the documents of one side."""
        return self.needs if side is Side.NEED else self.offers


@cache
def background_of(encoder: str, dimension: int) -> Background:
    """The general background of an encoder's space: the means over the demo city.

    Zero for encoders that none was computed for (`scripts/background.py`): then a city's own means have to do, which
    takes some hundred documents.
    """
    path = files("matchmaker.matching.encoding").joinpath("backgrounds").joinpath(f"{encoder}.npz")
    if not path.is_file():
        return Background(*(np.zeros(dimension, dtype=np.float32) for _ in range(3)))
    with path.open("rb") as file, np.load(file) as stored:
        return Background(*(stored[name].astype(np.float32) for name in ("needs", "offers", "openings")))
