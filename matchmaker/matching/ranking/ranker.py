"""Rankers: from the features of pairs to scores from 0 to 100 that are comparable across needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.ranking.features import Features


class Ranker(Protocol):
    """Scores a pair by its features alone, so that a pair has the same score in every list."""

    def score(self, features: Features) -> NDArray[np.float32]:
        """One score from 0 to 100 for each of n pairs, shape (n,); higher is better."""


class FusionRanker:
    """An untrained fusion of vectors and words: 100 / (1 + e^−(a·centred + b·lexical + c)).

    The constants are from a logistic regression of “judged related” with e5 vectors, on the pairs of
    ../shared/eval/henan-needs-dev and five times as many random pairs as unrelated ones. Without the random pairs, all
    pairs would look as related as those that somebody found worth judging.
    """

    _CENTRED = 134.0
    _LEXICAL = 1.6
    _CONSTANT = -3.9

    def score(self, features: Features) -> NDArray[np.float32]:
        logits = self._CENTRED * features["centred"] + self._LEXICAL * features["lexical"] + self._CONSTANT
        return squash(logits)


@dataclass(frozen=True, slots=True)
class LinearRanker:
    """A trained ranker: 100 / (1 + e^−(Σ weight·feature + constant)). A feature without a weight does not count."""

    weights: Mapping[str, float]
    constant: float

    def score(self, features: Features) -> NDArray[np.float32]:
        logits = sum(weight * features[name].astype(np.float64) for name, weight in self.weights.items())
        return squash(np.asarray(logits + self.constant))


@dataclass(frozen=True, slots=True)
class SingleFeatureRanker:
    """A baseline for evaluations: one feature, clipped to 0–1, times 100."""

    feature: str

    def score(self, features: Features) -> NDArray[np.float32]:
        return 100.0 * np.clip(features[self.feature], 0.0, 1.0)


def squash(logits: NDArray[np.floating]) -> NDArray[np.float32]:
    """Log odds (n,) → scores 0–100 (n,)."""
    return (100.0 / (1.0 + np.exp(-logits.astype(np.float64)))).astype(np.float32)


def log_odds(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores 0–100 (n,) → log odds (n,), within ±14: the inverse of `squash`."""
    shares = np.clip(scores.astype(np.float64) / 100, 1e-6, 1 - 1e-6)
    return np.log(shares / (1 - shares)).astype(np.float32)
