"""What all texts of one side have in common, and is therefore no reason for a match.

Vectors of sentence encoders lie in a narrow cone, and some lie near everything (hubs): raw cosines are all high, and
a hub is near to every need. Subtracting each side's mean vector removes both: (n − n̄)·(o − ō) is what the cosine is
beyond what this need has with any offer and this offer with any need. See Suzuki et al., “Centering similarity measures
to reduce hubs”, EMNLP 2013.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np

from matchmaker.matching.document import Side
from matchmaker.matching.encoder import Vector, Vectors

PRIOR_WEIGHT = 50
"""How many documents the general background counts as against a city's own: a new city has few."""


def mean_vector(vectors: Vectors, prior: Vector) -> Vector:
    """The mean of the rows (n, d), drawn towards `prior` (d,) as if it were `PRIOR_WEIGHT` more rows."""
    total = vectors.sum(axis=0, dtype=np.float64) + PRIOR_WEIGHT * prior.astype(np.float64)
    mean: Vector = (total / (len(vectors) + PRIOR_WEIGHT)).astype(np.float32)
    return mean


@cache
def prior_means(encoder: str, dimension: int) -> Mapping[Side, Vector]:
    """The general background of an encoder's space, by side: the means over the demo city.

    Zero for encoders that none was computed for (`scripts/background.py`): then a city's own means have to do, which
    takes some hundred documents.
    """
    path = files("matchmaker.matching").joinpath("backgrounds").joinpath(f"{encoder}.npz")
    if not path.is_file():
        return {side: np.zeros(dimension, dtype=np.float32) for side in Side}
    with path.open("rb") as file, np.load(file) as stored:
        return {side: stored[side.value].astype(np.float32) for side in Side}
