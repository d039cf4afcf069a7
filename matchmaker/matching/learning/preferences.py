"""Learning to rank from feedback: starting from the ranker in use, it learns the preferences that people showed.

If a person interacted with two candidates for the same posting, the one they went further with is preferred (Joachims,
“Optimizing search engines using clickthrough data”, KDD 2002). A candidate that was chosen from far down a list counts
more, by the inverse propensity of being looked at there (Joachims, Swaminathan & Schnabel, “Unbiased learning-to-rank
with biased feedback”, WSDM 2017). Only differences count: a person, or a bot, who treats all candidates alike gives no
preference. The preferences of one person weigh at most `MOST_PER_PERSON`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from matchmaker.matching.errors import RankerError
from matchmaker.matching.ranking.ranker import LinearRanker

MOST_PER_PERSON = 20.0
"""The greatest sum of the weights of one person's preferences."""

LAST_POSITION_WEIGHED = 10
"""The inverse propensity stops growing at this position, so that a single event cannot dominate."""

FEWEST_PEOPLE = 3
"""People whose preferences are needed for learning."""

_TRUST_IN_START = 20.0
"""Precision of the prior at the ranker in use: about the number of preferences that it takes to move a weight far."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """The furthest that a person went with a candidate for one of their postings.

    `value` orders interactions: negative for a dismissal, 0 for a view, higher for going further. `position` is the
    place in the list, from 1, or None if unknown. `features` (f,) are in the order of the names given to `learn`.
    """

    person: int
    posting: int
    value: float
    position: int | None
    features: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Preferences:
    """n preferences: `differences` (n, f) of the features of the preferred and the other candidate.

    `weights` (n,) say how much each counts, `people` (n,) whose it is.
    """

    differences: NDArray[np.float64]
    weights: NDArray[np.float64]
    people: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.weights)

    def part(self, mask: NDArray[np.bool_]) -> Preferences:
        """The preferences that the mask (n,) marks."""
        return Preferences(self.differences[mask], self.weights[mask], self.people[mask])


@dataclass(frozen=True, slots=True)
class Learned:
    """A ranker learned from preferences.

    `agreement` is the weighted share, 0–1, of the preferences that the learned ranker agrees with, in a
    cross-validation over people. `before` is the share that the ranker it started from agrees with.
    """

    ranker: LinearRanker
    agreement: float
    before: float
    people: int
    preferences: int


def preferences_from(interactions: Sequence[Interaction]) -> Preferences:
    """The preferences between interactions of one person for one posting, capped for each person."""
    by_list: defaultdict[tuple[int, int], list[Interaction]] = defaultdict(list)
    for interaction in interactions:
        by_list[interaction.person, interaction.posting].append(interaction)
    found = [preference for candidates in by_list.values() for preference in _preferences(candidates)]
    width = len(interactions[0].features) if interactions else 0
    people = np.array([person for person, _, _ in found], dtype=np.int64)
    weights = np.array([weight for _, weight, _ in found], dtype=np.float64)
    differences = np.array([difference for _, _, difference in found], dtype=np.float64).reshape(len(found), width)
    return Preferences(differences, _capped(weights, people), people)


def learn(start: LinearRanker, names: Sequence[str], preferences: Preferences) -> Learned:
    """Learn from all preferences; `names` are the names of the features in order.

    Raises RankerError when fewer than `FEWEST_PEOPLE` people have preferences, or when in the cross-validation the
    learned ranker agrees with unseen people no better than `start` does.
    """
    people = np.unique(preferences.people)
    if len(people) < FEWEST_PEOPLE:
        raise RankerError(
            f"Feedback that tells two offers apart came from {len(people)} people; at least {FEWEST_PEOPLE} are wanted."
        )
    before = np.array([start.weights.get(name, 0.0) for name in names])
    weights = _fitted(before, preferences)
    agreements: list[tuple[float, float, float]] = []
    for person in people:
        others, held_out = (
            preferences.part(mask) for mask in (preferences.people != person, preferences.people == person)
        )
        after = _agreement(_fitted(before, others), held_out)
        agreements.append((after, _agreement(before, held_out), held_out.weights.sum()))
    afters, earlier, totals = zip(*agreements, strict=True)
    learned = Learned(
        ranker=_rescaled(start, names, before, weights, preferences),
        agreement=float(np.average(afters, weights=totals)),
        before=float(np.average(earlier, weights=totals)),
        people=len(people),
        preferences=len(preferences),
    )
    if learned.agreement <= learned.before:
        raise RankerError(
            f"What was learned agrees with {learned.agreement:.1%} of the preferences of people it was not shown, "
            f"the ranker in use with {learned.before:.1%}: it was kept."
        )
    return learned


def _preferences(interactions: Sequence[Interaction]) -> Iterator[tuple[int, float, NDArray[np.float64]]]:
    """(person, weight, difference of features) for each two interactions with different values."""
    for first, second in combinations(interactions, 2):
        if first.value != second.value:
            better, worse = (first, second) if first.value > second.value else (second, first)
            inverse_propensity = min(better.position or 1, LAST_POSITION_WEIGHED)
            yield first.person, (better.value - worse.value) * inverse_propensity, better.features - worse.features


def _capped(weights: NDArray[np.float64], people: NDArray[np.int64]) -> NDArray[np.float64]:
    """The weights (n,), scaled so that those of each person sum to at most `MOST_PER_PERSON`."""
    capped = weights.copy()
    for person in np.unique(people):
        mask = people == person
        capped[mask] *= min(1.0, MOST_PER_PERSON / weights[mask].sum())
    return capped


def _fitted(start: NDArray[np.float64], preferences: Preferences) -> NDArray[np.float64]:
    """The weights (f,) of maximum posterior in a logistic model of preferences, with a normal prior at `start` (f,)."""
    spread = preferences.differences.std(axis=0)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = preferences.differences @ weights
        moved = (weights - start) * spread**2 * _TRUST_IN_START
        value = -(preferences.weights * log_expit(margins)).sum() + 0.5 * (moved * (weights - start)).sum()
        gradient = -preferences.differences.T @ (preferences.weights * expit(-margins)) + moved
        return float(value), gradient

    fitted: NDArray[np.float64] = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return fitted


def _agreement(weights: NDArray[np.float64], preferences: Preferences) -> float:
    """The weighted share of the preferences, 0–1, that a ranker with these weights agrees with."""
    agrees = preferences.differences @ weights > 0
    return float(np.average(agrees, weights=preferences.weights))


def _rescaled(
    start: LinearRanker,
    names: Sequence[str],
    before: NDArray[np.float64],
    weights: NDArray[np.float64],
    preferences: Preferences,
) -> LinearRanker:
    """The learned weights, scaled to the spread that the differences had before.

    Preferences say which candidate is better, but nothing about probabilities.
    """
    reach, wanted = ((preferences.differences @ vector).std() for vector in (weights, before))
    scale = wanted / reach if reach > 0 else 1.0
    learned: dict[str, float] = dict(zip(names, (scale * weights).tolist(), strict=True))
    return LinearRanker({**start.weights, **learned}, start.constant)
