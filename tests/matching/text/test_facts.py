"""Facts as features are the verdicts that explanations give."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

import numpy as np

from matchmaker.matching.text.facts import FACTS, Facts, Verdict, compare_facts, fact_columns, fact_features

NAMES = [fact.name for fact in FACTS]
VALUES = {Verdict.FITS: 1.0, Verdict.CONFLICTS: -1.0, Verdict.UNKNOWN: 0.0}

T = TypeVar("T")


def _some_facts(chance: random.Random) -> Facts:
    def maybe(value: T) -> T | None:
        return value if chance.random() < 0.6 else None

    least = Decimal(chance.randint(1, 100))
    return Facts(
        industry=maybe(chance.choice("abc")),
        field=maybe(chance.choice("xyz")),
        trl=maybe(chance.randint(1, 9)),
        wanted_trl=maybe(chance.randint(1, 9)),
        amount_min=maybe(least),
        amount_max=maybe(least + chance.randint(0, 50)),
        negotiable=chance.random() < 0.3,
        cooperation_modes=frozenset(chance.sample(("license", "transfer", "service"), chance.randint(0, 2))),
        district=maybe(chance.choice("pq")),
        deadline=maybe(date(2026, 1, 1) + timedelta(days=chance.randint(0, 300))),
    )


def test_features_are_the_verdicts_of_explanations() -> None:
    chance = random.Random(0)
    needs, offers = ([_some_facts(chance) for _ in range(60)] for _ in range(2))
    columns = fact_columns(offers)
    for need in needs:
        features = fact_features(fact_columns([need]), columns)
        for row, offer in enumerate(offers):
            expected = dict.fromkeys(NAMES, 0.0)
            expected |= {check.fact: VALUES[check.verdict] for check in compare_facts(need, offer)}
            assert {name: float(features[name][row]) for name in NAMES} == expected


def test_either_side_may_be_the_single_one() -> None:
    chance = random.Random(1)
    needs, offer = [_some_facts(chance) for _ in range(20)], _some_facts(chance)
    together = fact_features(fact_columns(needs), fact_columns([offer]))
    for row, need in enumerate(needs):
        alone = fact_features(fact_columns([need]), fact_columns([offer]))
        assert all(np.array_equal(together[name][row : row + 1], alone[name]) for name in NAMES)
