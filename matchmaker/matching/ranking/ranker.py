"""Features of pairs → scores from 0 to 100 that can be compared across needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.ranking.features import Features


class Ranker(Protocol):
    """Scores pairs by their features alone, so that a pair's score is the same in every list it appears in."""

    def score(self, features: Features) -> NDArray[np.float32]:
        """One score from 0 to 100 for each pair (n,), higher is better."""


class FusionRanker:
    """Centred and lexical similarity, added and squashed: 100 / (1 + e^−(a·centred + b·lexical + c)).

    a, b and c are those of a logistic regression of “judged related” on the two similarities, with e5 vectors: over the
    pairs of ../shared/eval/henan-needs-dev and five times as many pairs of a need with an achievement that was judged
    for another need, taken as unrelated. Without these, every pair of a city would look like one worth judging.
    """

    _CENTRED = 134.0
    _LEXICAL = 1.6
    _CONSTANT = -3.9

    def score(self, features: Features) -> NDArray[np.float32]:
        logits = self._CENTRED * features["centred"] + self._LEXICAL * features["lexical"] + self._CONSTANT
        return squash(logits)


@dataclass(frozen=True, slots=True)
class LinearRanker:
    """What `training` learns: 100 / (1 + e^−(Σ weight·feature + constant)); a feature without weight does not count."""

    weights: Mapping[str, float]
    constant: float

    def score(self, features: Features) -> NDArray[np.float32]:
        logits = sum(weight * features[name].astype(np.float64) for name, weight in self.weights.items())
        return squash(np.asarray(logits + self.constant))


@dataclass(frozen=True, slots=True)
class SingleFeatureRanker:
    """One feature with values from 0 to 1, times 100: the baselines that an evaluation compares with."""

    feature: str

    def score(self, features: Features) -> NDArray[np.float32]:
        return 100.0 * np.clip(features[self.feature], 0.0, 1.0)


def squash(logits: NDArray[np.floating]) -> NDArray[np.float32]:
    """Log odds (n,) → 0–100."""
    return (100.0 / (1.0 + np.exp(-logits.astype(np.float64)))).astype(np.float32)


def log_odds(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """0–100 (n,) → log odds, within ±14: the inverse of `squash`."""
    shares = np.clip(scores.astype(np.float64) / 100, 1e-6, 1 - 1e-6)
    return np.log(shares / (1 - shares)).astype(np.float32)
