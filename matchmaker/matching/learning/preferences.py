"""Learning from what people did: a ranker that agrees better with their preferences, starting from the one in use.

Of two candidates that one person dealt with for the same posting, the one they went further with is preferred
(Joachims, “Optimizing search engines using clickthrough data”, KDD 2002). What stood lower in the list and was chosen
all the same counts more, by the inverse of the chance of having been looked at there (Joachims, Swaminathan & Schnabel,
“Unbiased learning-to-rank with biased feedback”, WSDM 2017). Only differences teach: somebody who does the same with
everything, a bot that saves all it is shown, says nothing; and nobody's word weighs more than `MOST_PER_PERSON`.
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
"""The sum of the weights of one person's preferences, at most."""

LAST_POSITION_WEIGHED = 10
"""From here on, the inverse chance of being looked at grows no more, so that single events cannot rule."""

FEWEST_PEOPLE = 3

_TRUST_IN_START = 20.0
"""Precision of the prior at the ranker in use, in preferences: so many agree before a weight moves far."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """The furthest that a person went with a candidate for one of their postings.

    `value` orders the deeds: below 0 for a dismissal, 0 for a look, more for more. `position` is the place in the list
    from 1, or None. `features` are one row in the order that the learner is told.
    """

    person: int
    posting: int
    value: float
    position: int | None
    features: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Preferences:
    """A candidate preferred to another, n times: `differences` (n, f) of features, `weights` (n,), `people` (n,)."""

    differences: NDArray[np.float64]
    weights: NDArray[np.float64]
    people: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.weights)

    def part(self, mask: NDArray[np.bool_]) -> Preferences:
        """Those that the mask (n,) marks."""
        return Preferences(self.differences[mask], self.weights[mask], self.people[mask])


@dataclass(frozen=True, slots=True)
class Learned:
    """A ranker from preferences. `agreement` is the weighted share of preferences that it agrees with, in a
    cross-validation over people; `before` the same of the ranker it started from; both 0–1.
    """

    ranker: LinearRanker
    agreement: float
    before: float
    people: int
    preferences: int


def preferences_from(deeds: Sequence[Interaction]) -> Preferences:
    """What can be learned from the deeds."""
    by_list: defaultdict[tuple[int, int], list[Interaction]] = defaultdict(list)
    for deed in deeds:
        by_list[deed.person, deed.posting].append(deed)
    found = [preference for own in by_list.values() for preference in _preferences(own)]
    width = len(deeds[0].features) if deeds else 0
    people = np.array([person for person, _, _ in found], dtype=np.int64)
    weights = np.array([weight for _, weight, _ in found], dtype=np.float64)
    differences = np.array([difference for _, _, difference in found], dtype=np.float64).reshape(len(found), width)
    return Preferences(differences, _capped(weights, people), people)


def learn(start: LinearRanker, names: Sequence[str], preferences: Preferences) -> Learned:
    """Learn from all preferences; `names` are those of the features, in order.

    Raises RankerError when fewer than `FEWEST_PEOPLE` people prefer anything, or when what is learned agrees with
    people it was not shown no better than the start does.
    """
    people = np.unique(preferences.people)
    if len(people) < FEWEST_PEOPLE:
        raise RankerError(
            f"Feedback that tells two offers apart came from {len(people)} people; at least {FEWEST_PEOPLE} are wanted."
        )
    before = np.array([start.weights.get(name, 0.0) for name in names])
    weights = _fitted(before, preferences)
    agreements = [
        (_agreement(_fitted(before, preferences.part(preferences.people != one)), own), _agreement(before, own), own)
        for one in people
        if len(own := preferences.part(preferences.people == one))
    ]
    totals = np.array([own.weights.sum() for _, _, own in agreements])
    learned = Learned(
        ranker=_rescaled(start, names, before, weights, preferences),
        agreement=float(np.average([after for after, _, _ in agreements], weights=totals)),
        before=float(np.average([earlier for _, earlier, _ in agreements], weights=totals)),
        people=len(people),
        preferences=len(preferences),
    )
    if learned.agreement <= learned.before:
        raise RankerError(
            f"What was learned agrees with {learned.agreement:.1%} of the preferences of people it was not shown, "
            f"the ranker in use with {learned.before:.1%}: it was kept."
        )
    return learned


def _preferences(deeds: Sequence[Interaction]) -> Iterator[tuple[int, float, NDArray[np.float64]]]:
    """Person, weight and difference of features, for each two deeds that differ in value."""
    for one, other in combinations(deeds, 2):
        if one.value != other.value:
            better, worse = (one, other) if one.value > other.value else (other, one)
            seldom_seen = min(better.position or 1, LAST_POSITION_WEIGHED)
            yield one.person, (better.value - worse.value) * seldom_seen, better.features - worse.features


def _capped(weights: NDArray[np.float64], people: NDArray[np.int64]) -> NDArray[np.float64]:
    capped = weights.copy()
    for person in np.unique(people):
        own = people == person
        capped[own] *= min(1.0, MOST_PER_PERSON / weights[own].sum())
    return capped


def _fitted(start: NDArray[np.float64], preferences: Preferences) -> NDArray[np.float64]:
    """Maximum a posteriori of the logistic model of preferences, with a normal prior at the start."""
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
    agrees = preferences.differences @ weights > 0
    return float(np.average(agrees, weights=preferences.weights))


def _rescaled(
    start: LinearRanker,
    names: Sequence[str],
    before: NDArray[np.float64],
    weights: NDArray[np.float64],
    preferences: Preferences,
) -> LinearRanker:
    """The learned direction with the reach that scores had: preferences say what is better, not how probable it is."""
    reach, wanted = ((preferences.differences @ one).std() for one in (weights, before))
    scale = wanted / reach if reach > 0 else 1.0
    learned: dict[str, float] = dict(zip(names, (scale * weights).tolist(), strict=True))
    return LinearRanker({**start.weights, **learned}, start.constant)
