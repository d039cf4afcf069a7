"""Measures of a ranked list, from the grades of its documents in order; and of the calibration of probabilities.

A measure of a list is None when no document of the pool is related.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def ndcg(grades: Sequence[int], pool: Sequence[int], k: int = 10) -> float | None:
    """Normalized discounted cumulative gain of the first `k`, 0–1, with gain 2^grade − 1 (Burges et al. 2005).

    `grades` are the grades of the ranked documents in order, `pool` the grades of all judged documents, which give the
    ideal list.
    """
    ideal = _discounted_gain(sorted(pool, reverse=True)[:k])
    return _discounted_gain(grades[:k]) / ideal if ideal else None


def reciprocal_rank(grades: Sequence[int], pool: Sequence[int], k: int = 10) -> float | None:
    """1 divided by the place of the first related document; 0 if none is among the first `k`."""
    if not any(pool):
        return None
    return next((1.0 / place for place, grade in enumerate(grades[:k], start=1) if grade > 0), 0.0)


def recall(grades: Sequence[int], pool: Sequence[int], k: int = 100) -> float | None:
    """The share of the related documents that are among the first `k`, 0–1."""
    related = sum(grade > 0 for grade in pool)
    return sum(grade > 0 for grade in grades[:k]) / related if related else None


def expected_calibration_error(probabilities: Sequence[float], related: Sequence[bool], bins: int = 10) -> float:
    """Mean distance between predicted probability and observed share, over bins of equal width (Guo et al. 2017)."""
    predicted = np.asarray(probabilities, dtype=np.float64)
    observed = np.asarray(related, dtype=np.float64)
    bin_of = np.clip((predicted * bins).astype(int), 0, bins - 1)
    distances = [abs(predicted[bin_of == number].sum() - observed[bin_of == number].sum()) for number in range(bins)]
    return float(sum(distances) / len(predicted)) if len(predicted) else 0.0


def _discounted_gain(grades: Sequence[int]) -> float:
    gains = np.exp2(np.asarray(grades, dtype=np.float64)) - 1
    return float((gains / np.log2(np.arange(2, len(gains) + 2))).sum())
