"""How good one ranked list is, given the grades of its documents from first to last.

Each measure is None where it is undefined: when no document of the pool is related.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def ndcg(grades: Sequence[int], pool: Sequence[int], k: int = 10) -> float | None:
    """Normalized discounted cumulative gain of the first `k`, with gain 2^grade − 1 (Burges et al. 2005).

    `grades` are those of the ranked documents, `pool` those of all judged ones, from which the ideal is made.
    """
    ideal = _discounted_gain(sorted(pool, reverse=True)[:k])
    return _discounted_gain(grades[:k]) / ideal if ideal else None


def reciprocal_rank(grades: Sequence[int], pool: Sequence[int], k: int = 10) -> float | None:
    """One by the place of the first related document; 0 if none is among the first `k`."""
    if not any(pool):
        return None
    return next((1.0 / place for place, grade in enumerate(grades[:k], start=1) if grade > 0), 0.0)


def recall(grades: Sequence[int], pool: Sequence[int], k: int = 100) -> float | None:
    """The share of the related documents that are among the first `k`."""
    related = sum(grade > 0 for grade in pool)
    return sum(grade > 0 for grade in grades[:k]) / related if related else None


def expected_calibration_error(probabilities: Sequence[float], related: Sequence[bool], bins: int = 10) -> float:
    """Mean distance between what was promised and what came true, over bins of equal width (Guo et al. 2017)."""
    promised = np.asarray(probabilities, dtype=np.float64)
    came_true = np.asarray(related, dtype=np.float64)
    bin_of = np.clip((promised * bins).astype(int), 0, bins - 1)
    distances = [abs(promised[bin_of == one].sum() - came_true[bin_of == one].sum()) for one in range(bins)]
    return float(sum(distances) / len(promised)) if len(promised) else 0.0


def _discounted_gain(grades: Sequence[int]) -> float:
    gains = np.exp2(np.asarray(grades, dtype=np.float64)) - 1
    return float((gains / np.log2(np.arange(2, len(gains) + 2))).sum())
