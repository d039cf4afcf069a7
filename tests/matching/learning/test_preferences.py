"""Learning from simulated people, who look at the top of a list first and act on what they find."""

import numpy as np
import pytest
from numpy.typing import NDArray

from matchmaker.matching.errors import RankerError
from matchmaker.matching.learning.metrics import ndcg
from matchmaker.matching.learning.preferences import Interaction, Preferences, learn, preferences_from
from matchmaker.matching.ranking.ranker import LinearRanker

NAMES = ("title", "body", "budget")
START = LinearRanker({"title": 3.0, "body": 0.5, "budget": 0.3}, -2.0)
WANTED = np.array([1.0, 3.0, 1.5])
"""What the people go by; the start overrates titles."""

LISTS_EACH = 4
LENGTH = 12


def _candidates(chance: np.random.Generator) -> NDArray[np.float64]:
    """Features of one list, best first by the start."""
    features = np.column_stack(
        [chance.normal(0, 0.6, LENGTH), chance.normal(0, 0.6, LENGTH), chance.choice([-1.0, 0.0, 1.0], LENGTH)]
    )
    return features[np.argsort(-_scores(START, features))]


def _scores(ranker: LinearRanker, features: NDArray[np.float64]) -> NDArray[np.float32]:
    return ranker.score(dict(zip(NAMES, features.T.astype(np.float32), strict=True)))


def _people(count: int, seed: int) -> list[Interaction]:
    """Each looks at place p with chance 1/p^0.7, saves what suits them, asks for what suits them well."""
    chance = np.random.default_rng(seed)
    interactions = []
    for person in range(count):
        for posting in range(LISTS_EACH):
            features = _candidates(chance)
            suits = 1 / (1 + np.exp(-(features @ WANTED) * 2 + chance.normal(0, 0.5, LENGTH)))
            for place in range(LENGTH):
                if chance.random() < (place + 1) ** -0.7:
                    value = 2.0 if suits[place] > 0.9 else 1.0 if suits[place] > 0.6 else 0.0
                    interactions.append(Interaction(person, posting, value, place + 1, features[place]))
    return interactions


def _bot(person: int, value: float, seed: int) -> list[Interaction]:
    """Does the same with everything on fifty lists."""
    chance = np.random.default_rng(seed)
    return [
        Interaction(person, posting, value, place + 1, row)
        for posting in range(50)
        for place, row in enumerate(_candidates(chance))
    ]


def _quality(ranker: LinearRanker) -> float:
    """Mean nDCG@10 by what the people want, over lists that nobody has seen."""
    chance = np.random.default_rng(99)
    measures = []
    for _ in range(300):
        features = _candidates(chance)
        grades = np.digitize(features @ WANTED, [0.0, 1.0, 2.0])
        order = np.argsort(-_scores(ranker, features), kind="stable")
        measures.append(ndcg(grades[order].tolist(), grades.tolist()))
    return float(np.mean([measure for measure in measures if measure is not None]))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_learned_from_people_ranks_better_than_the_start(seed: int) -> None:
    learned = learn(START, NAMES, preferences_from(_people(30, seed)))
    assert _quality(learned.ranker) > _quality(START) + 0.05
    assert learned.agreement > learned.before


@pytest.mark.parametrize("value", [0.0, 1.0, 2.0])
def test_a_bot_that_does_the_same_with_everything_teaches_nothing(value: float) -> None:
    people = _people(30, 0)
    without = learn(START, NAMES, preferences_from(people))
    beside = learn(START, NAMES, preferences_from([*people, *_bot(1000, value, 1)]))
    assert beside.ranker == without.ranker


def test_a_single_zealot_moves_little() -> None:
    people = _people(30, 0)
    zealot = [
        Interaction(
            1000,
            interaction.posting,
            2.0 if interaction.features[0] > 0 else -2.0,
            interaction.position,
            interaction.features,
        )
        for interaction in _bot(1000, 0.0, 2)
    ]
    learned = learn(START, NAMES, preferences_from([*people, *zealot]))
    assert _quality(learned.ranker) > _quality(START) + 0.04


def test_what_was_chosen_far_down_counts_more() -> None:
    row = np.zeros(3)
    lists = [[Interaction(1, 0, 1.0, place, row + 1), Interaction(1, 0, 0.0, 1, row)] for place in (2, 8, 500)]
    weights = [float(preferences_from(interactions).weights[0]) for interactions in lists]
    assert weights == [2.0, 8.0, 10.0]


def test_too_little_feedback_is_refused() -> None:
    with pytest.raises(RankerError, match="at least 3"):
        learn(START, NAMES, preferences_from(_people(2, 0)))


def test_feedback_that_teaches_nothing_new_is_refused() -> None:
    contradicting = Preferences(
        differences=np.array([[1.0, 0, 0], [-1.0, 0, 0]] * 4), weights=np.ones(8), people=np.repeat(np.arange(4), 2)
    )
    with pytest.raises(RankerError, match="it was kept"):
        learn(START, NAMES, contradicting)


def test_preferences_change_what_is_better_not_how_far_scores_reach() -> None:
    preferences = preferences_from(_people(30, 0))
    learned = learn(START, NAMES, preferences)
    before, after = (
        (preferences.differences @ np.array([ranker.weights[name] for name in NAMES])).std()
        for ranker in (START, learned.ranker)
    )
    assert after == pytest.approx(before)
    assert learned.ranker.constant == START.constant
