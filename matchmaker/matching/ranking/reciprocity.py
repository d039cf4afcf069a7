"""Reciprocal scores: what a partnership is worth to both sides.

A side's preference for a partner falls with the partner's place in its list. The two preferences are combined by the
harmonic mean, which stays low if either of them is low: Pizzato et al., “RECON: a reciprocal recommender for online
dating”, RecSys 2010; compared with other means by Neve & Palomares, “Aggregation strategies in user-to-user
reciprocal recommender systems”, 2019. Partnerships are ordered by the mutual score; pages show the pair's own score.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

_Numbers = TypeVar("_Numbers", float, NDArray[np.float64])


def mutual_scores(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mutual scores (n, m), 0–100, of all pairs of two sides, from their scores (n, m), 0–100.

    A negative score marks an impossible pair and stays as it is. Equal scores share the better place, so the answer
    does not depend on the order of rows and columns.
    """
    rounded: NDArray[np.float64] = scores.astype(np.float64).round(1)
    by_rows, by_columns = _preferences(rounded), _preferences(rounded.T).T
    mutual = rounded * harmonic_mean(by_rows, by_columns)
    return np.where(scores < 0, scores, mutual).astype(np.float32)


def preference(place: int, length: int) -> float:
    """The preference for a document at `place` (from 1): 1 for the first, 1 / length for the last and beyond."""
    return 1 - (min(place, length) - 1) / length


def harmonic_mean(a: _Numbers, b: _Numbers) -> _Numbers:
    """The harmonic mean of two positive numbers, or of two arrays element by element."""
    return 2 * a * b / (a + b)


def _preferences(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The preference of each row for each column, shape (n, m): `preference` for whole matrices."""
    places = rankdata(-scores, method="min", axis=1)
    preferences: NDArray[np.float64] = 1 - (places - 1) / max(scores.shape[1], 1)
    return preferences
