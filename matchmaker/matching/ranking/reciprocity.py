"""What a partnership is worth to both: little if it is one side's first choice and the other's fiftieth.

Each side's preference is its score for the pair, lessened the further down its own list the other stands; the two are
combined by the harmonic mean, which the lesser rules: Pizzato et al., “RECON: a reciprocal recommender for online
dating”, RecSys 2010; compared with other means by Neve & Palomares, “Aggregation strategies in user-to-user
reciprocal recommender systems”, 2019. A mutual score puts partnerships in order; what is shown is the pair's own
score.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

_Numbers = TypeVar("_Numbers", float, NDArray[np.float64])


def mutual_scores(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mutual scores (n, m) of all pairs of two sides, from their scores (n, m).

    A negative score marks a pair that cannot be, and stays. Equal scores share the better place, so that the answer
    does not depend on the order of rows and columns.
    """
    rounded: NDArray[np.float64] = scores.astype(np.float64).round(1)
    by_rows, by_columns = _preferences(rounded), _preferences(rounded.T).T
    mutual = rounded * harmonic_mean(by_rows, by_columns)
    return np.where(scores < 0, scores, mutual).astype(np.float32)


def preference(place: int, length: int) -> float:
    """What the one at this place (from 1) of a list counts: 1 for the first, 1 / length for the last and beyond."""
    return 1 - (min(place, length) - 1) / length


def harmonic_mean(one: _Numbers, other: _Numbers) -> _Numbers:
    """Of positive numbers, element by element."""
    return 2 * one * other / (one + other)


def _preferences(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """`preference` of each column in the list of each row."""
    places = rankdata(-scores, method="min", axis=1)
    preferences: NDArray[np.float64] = 1 - (places - 1) / max(scores.shape[1], 1)
    return preferences
