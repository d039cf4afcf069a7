"""Trains a ranker on graded judgments, and measures it by cross-validation.

A ridge regression predicts the grade from the features; a logistic regression turns its output into the probability of
being related (Platt 1999). Both are linear, so the ranker is one weight for each feature and a constant. More flexible
models (extra-trees, boosted trees, kernels) were not better on held-out needs: see docs/matching.md.

scikit-learn is imported when training, not when ranking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.errors import RankerError
from matchmaker.matching.learning.judged_pairs import JudgedPairs
from matchmaker.matching.learning.metrics import expected_calibration_error, ndcg
from matchmaker.matching.ranking.features import LEARNED
from matchmaker.matching.ranking.ranker import FusionRanker, LinearRanker, Ranker, SingleFeatureRanker, squash
from matchmaker.matching.text.facts import FACT_WEIGHTS

FOLDS = 5
SEEDS = 5
"""Cross-validations, each with newly drawn folds, so that the mean does not depend on a single draw."""

RELATED = 2
"""The lowest grade of a related pair; grade 1 is marginally related (see `domain.learning.judgment.Grade`)."""

PENALTIES = (100.0, 300.0, 1000.0, 3000.0)
"""Penalties of the ridge regression, for standardized features. An inner cross-validation chooses one."""

_UNJUDGED_WEIGHT = 0.02
"""The weight of an unjudged pair in calibration; a judged pair has 1. Without unjudged pairs, arbitrary pairs would get
scores near 50; with a higher weight, the scores of plausible pairs would be too low."""

_FEWEST_GROUPS = 2 * FOLDS


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over `SEEDS` cross-validations by need. `baselines` are nDCG@10 of untrained rankers on these pairs."""

    ndcg_at_10: float
    ndcg_at_10_by_seed: tuple[float, ...]
    calibration_error: float
    baselines: Mapping[str, float]
    needs: int
    pairs: int


@dataclass(frozen=True, slots=True)
class Training:
    """A ranker trained on all pairs, the chosen penalty, and the scores from cross-validation."""

    ranker: LinearRanker
    penalty: float
    scores: Scores


@dataclass(frozen=True, slots=True)
class _Regression:
    """grade ≈ features @ weights + constant, for features that are not standardized."""

    weights: NDArray[np.float64]
    constant: float

    def predict(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        predicted: NDArray[np.float64] = features @ self.weights + self.constant
        return predicted


@dataclass(frozen=True)
class _Table:
    """Judged and unjudged pairs as arrays, so that a fold is a mask. See `JudgedPairs` for the columns."""

    features: NDArray[np.float64]
    grades: NDArray[np.int64]
    lists: NDArray[np.int64]
    groups: NDArray[np.int64]

    def part(self, mask: NDArray[np.bool_]) -> _Table:
        return _Table(self.features[mask], self.grades[mask], self.lists[mask], self.groups[mask])

    @property
    def judged(self) -> NDArray[np.bool_]:
        return self.grades >= 0


def train(pairs: JudgedPairs, seed: int = 0) -> Training:
    """Train on all pairs. The same pairs and seed give the same ranker.

    Raises RankerError when there are too few needs, or only related or only unrelated pairs.
    """
    table = _Table(pairs.matrix(LEARNED), pairs.grades, pairs.lists, pairs.groups)
    if len(np.unique(table.groups)) < _FEWEST_GROUPS:
        raise RankerError(f"Judgments for at least {_FEWEST_GROUPS} needs are wanted; these have fewer.")
    if not (table.grades > 0).any() or not (table.grades == 0).any():
        raise RankerError("Judgments of related and of unrelated pairs are wanted; these have only one kind.")
    penalty = _best_penalty(table, seed)
    return Training(_calibrated(table, penalty, seed), penalty, _cross_validated(table, pairs, seed))


def mean_ndcg(grades: NDArray[np.int64], lists: NDArray[np.int64], scores: NDArray[np.floating]) -> float:
    """Mean nDCG@10 over the needs with a related offer. All arrays are (n,); equal scores keep their order."""
    measures = []
    for number in np.unique(lists):
        rows = np.flatnonzero(lists == number)
        ranked = grades[rows[np.argsort(-scores[rows], kind="stable")]]
        measures.append(ndcg(ranked.tolist(), grades[rows].tolist()))
    return fmean(measure for measure in measures if measure is not None)


def _cross_validated(table: _Table, pairs: JudgedPairs, seed: int) -> Scores:
    """Scores each fold with a ranker that was trained, penalty and calibration included, on the other folds."""
    judged = table.judged
    gains, errors = [], []
    for draw in range(seed, seed + SEEDS):
        scores = np.zeros(len(table.grades))
        for fold in _folds(table.groups, draw):
            learned = table.part(~fold)
            ranker = _calibrated(learned, _best_penalty(learned, draw), draw)
            scores[fold] = _probabilities(ranker, table.features[fold])
        gains.append(mean_ndcg(table.grades[judged], table.lists[judged], scores[judged]))
        errors.append(expected_calibration_error(scores[judged].tolist(), (table.grades[judged] >= RELATED).tolist()))
    return Scores(
        ndcg_at_10=fmean(gains),
        ndcg_at_10_by_seed=tuple(gains),
        calibration_error=fmean(errors),
        baselines=_baselines(pairs),
        needs=len(np.unique(table.lists)),
        pairs=int(judged.sum()),
    )


def _probabilities(ranker: LinearRanker, features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities (n,), 0–1, for rows of the learned features; judged datasets have no facts."""
    logits = features @ np.array([ranker.weights[name] for name in LEARNED]) + ranker.constant
    return squash(logits).astype(np.float64) / 100


def _baselines(pairs: JudgedPairs) -> dict[str, float]:
    judged = pairs.judged
    rankers: dict[str, Ranker] = {
        "lexical": SingleFeatureRanker("lexical"),
        "dense": SingleFeatureRanker("dense"),
        "hybrid": FusionRanker(),
    }
    return {
        name: mean_ndcg(pairs.grades[judged], pairs.lists[judged], ranker.score(pairs.features)[judged])
        for name, ranker in rankers.items()
    }


def _best_penalty(table: _Table, seed: int) -> float:
    judged = table.part(table.judged)
    predicted = {penalty: _held_out(judged, penalty, seed) for penalty in PENALTIES}
    return max(PENALTIES, key=lambda penalty: mean_ndcg(judged.grades, judged.lists, predicted[penalty]))


def _calibrated(table: _Table, penalty: float, seed: int) -> LinearRanker:
    """The regression over the whole table, calibrated by a logistic that is fitted to held-out predictions."""
    from sklearn.linear_model import LogisticRegression

    regression = _regression(table.part(table.judged), penalty)
    predicted = _held_out(table, penalty, seed)
    logistic = LogisticRegression(C=1e4).fit(
        predicted[:, np.newaxis],
        table.grades >= RELATED,
        sample_weight=np.where(table.judged, 1.0, _UNJUDGED_WEIGHT),
    )
    slope, constant = float(logistic.coef_[0, 0]), float(logistic.intercept_[0])
    weights = {name: slope * float(weight) for name, weight in zip(LEARNED, regression.weights, strict=True)}
    return LinearRanker(weights | dict(FACT_WEIGHTS), slope * regression.constant + constant)


def _held_out(table: _Table, penalty: float, seed: int) -> NDArray[np.float64]:
    """The grade of each pair (n,) as predicted by a regression over the judged pairs of the other folds."""
    predicted = np.zeros(len(table.grades))
    for fold in _folds(table.groups, seed):
        predicted[fold] = _regression(table.part(~fold & table.judged), penalty).predict(table.features[fold])
    return predicted


def _regression(table: _Table, penalty: float) -> _Regression:
    from sklearn.linear_model import Ridge

    scale = table.features.std(axis=0)
    scale[scale == 0] = 1.0
    fitted = Ridge(penalty).fit(table.features / scale, table.grades)
    return _Regression(fitted.coef_ / scale, float(fitted.intercept_))


def _folds(groups: NDArray[np.int64], seed: int) -> Iterator[NDArray[np.bool_]]:
    """`FOLDS` masks (n,) that split the pairs; a group is never split."""
    present = np.unique(groups)
    shuffled = np.random.default_rng(seed).permutation(len(present))
    fold_of = dict(zip(present.tolist(), (shuffled % FOLDS).tolist(), strict=True))
    folds = np.array([fold_of[group] for group in groups.tolist()])
    for number in range(FOLDS):
        yield folds == number
