"""What can be compared of two postings without reading them: all that matching knows of each fact.

A fact is an entry of :data:`FACTS`, with what it compares in :class:`Facts` and :class:`FactColumns`. Features and
explanations follow from it. How a posting states a fact, and how it is said, is in `domain/postings/facts.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import SupportsFloat, TypeAlias

import numpy as np
from numpy.typing import NDArray

_UNKNOWN = 0
_codes: dict[str, int] = {}
"""Code word → number from 1, shared by all collections of the process."""

_modes: dict[str, int] = {}
"""Cooperation mode → number of its bit."""

AmountRange: TypeAlias = tuple[Decimal | None, Decimal | None]
"""Lower and upper bound in 万元; None where a bound is open."""

FactValue: TypeAlias = str | int | date | frozenset[str] | AmountRange | None

Feature: TypeAlias = NDArray[np.float32]
"""1 where a fact fits, −1 where it conflicts, 0 where it is not known."""


class Verdict(StrEnum):
    """Whether a fact of the two sides agrees; unknown where a side does not state it."""

    FITS = "fits"
    CONFLICTS = "conflicts"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Facts:
    """Structured facts of a posting. Everything is optional: None or empty means unknown.

    `trl` is the technology readiness level (1–9) of an offer, `wanted_trl` the level a need asks for. `amount_min` and
    `amount_max` are the range of a need's budget or an offer's price in 万元; for a single figure both are equal.
    `cooperation_modes`, `industry`, `field` and `district` are codes that are compared for equality only.
    """

    industry: str | None = None
    field: str | None = None
    trl: int | None = None
    wanted_trl: int | None = None
    amount_min: Decimal | None = None
    amount_max: Decimal | None = None
    negotiable: bool = False
    cooperation_modes: frozenset[str] = frozenset()
    district: str | None = None
    city: str | None = None
    deadline: date | None = None
    organization_id: int | None = None
    preferred_partner: str = ""


@dataclass(frozen=True, slots=True)
class FactCheck:
    """One fact compared. Values are as in `Facts`, amounts as a range; None where a side does not state the fact.

    `fact` is the name of one of `FACTS`.
    """

    fact: str
    verdict: Verdict
    need_value: FactValue
    offer_value: FactValue


@dataclass(frozen=True)
class FactColumns:
    """The facts of n postings, one array (n,) for each fact. Unknown numbers are NaN, unknown codes 0.

    `modes` are bit sets of cooperation modes. `most` and `least` are the upper and lower ends of budget or price in
    万元; if only one end is known, both have it. `deadline` is a day number (`date.toordinal`).
    """

    industry: NDArray[np.int64]
    field: NDArray[np.int64]
    district: NDArray[np.int64]
    modes: NDArray[np.int64]
    trl: NDArray[np.float64]
    wanted_trl: NDArray[np.float64]
    most: NDArray[np.float64]
    least: NDArray[np.float64]
    negotiable: NDArray[np.bool_]
    deadline: NDArray[np.float64]

    def rows(self, rows: NDArray[np.intp] | tuple[NDArray[np.intp] | None, ...]) -> FactColumns:
        """The columns indexed by `rows`. A tuple with None adds a dimension, as in NumPy, to broadcast over pairs."""
        return FactColumns(*(getattr(self, column.name)[rows] for column in fields(self)))


def fact_columns(facts: Sequence[Facts]) -> FactColumns:
    """The facts of n postings as columns."""
    return FactColumns(
        industry=_coded(posting.industry for posting in facts),
        field=_coded(posting.field for posting in facts),
        district=_coded(posting.district for posting in facts),
        modes=np.array([_mode_bits(posting.cooperation_modes) for posting in facts], dtype=np.int64),
        trl=_numbers(posting.trl for posting in facts),
        wanted_trl=_numbers(posting.wanted_trl for posting in facts),
        most=_numbers(posting.amount_min if posting.amount_max is None else posting.amount_max for posting in facts),
        least=_numbers(posting.amount_max if posting.amount_min is None else posting.amount_min for posting in facts),
        negotiable=np.array([posting.negotiable for posting in facts], dtype=np.bool_),
        deadline=_numbers(None if posting.deadline is None else posting.deadline.toordinal() for posting in facts),
    )


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its name, what each side says of it, and how it compares.

    `compare` takes the columns of needs and of offers, whose shapes are broadcast. `weight` is what a fitting fact adds
    to the log odds, and a conflicting one takes off: assumed, for judged datasets know no facts, and corrected by
    `matchmaker train --from-feedback`.
    """

    name: str
    weight: float
    need_says: Callable[[Facts], FactValue]
    offer_says: Callable[[Facts], FactValue]
    compare: Callable[[FactColumns, FactColumns], Feature]
    differences_matter: bool = True


def _budget(needs: FactColumns, offers: FactColumns) -> Feature:
    """Fits when the lowest price is within the highest budget; 面议 on either side leaves a conflict open."""
    budget = _at_least(needs.most, offers.least)
    open_to_talks = needs.negotiable | offers.negotiable
    return np.where((budget < 0) & open_to_talks, np.float32(0), budget)


def _cooperation_modes(needs: FactColumns, offers: FactColumns) -> Feature:
    return _verdicts((needs.modes & offers.modes) != 0, (needs.modes != 0) & (offers.modes != 0))


def _district(needs: FactColumns, offers: FactColumns) -> Feature:
    """Never a conflict: that a partner is elsewhere is no reason against it."""
    return np.maximum(_equal(needs.district, offers.district), np.float32(0))


def _amount(facts: Facts) -> AmountRange | None:
    if facts.amount_min is None and facts.amount_max is None:
        return None
    return facts.amount_min, facts.amount_max


def _same(name: str) -> tuple[Callable[[Facts], FactValue], Callable[[Facts], FactValue]]:
    """Both sides say the fact under one name."""

    def says(facts: Facts) -> FactValue:
        value: FactValue = getattr(facts, name)
        return value or None

    return says, says


FACTS = (
    Fact("budget", 0.3, _amount, _amount, _budget),
    Fact(
        "trl",
        0.2,
        lambda need: need.wanted_trl,
        lambda offer: offer.trl,
        lambda needs, offers: _at_least(offers.trl, needs.wanted_trl),
    ),
    Fact("cooperation_modes", 0.15, *_same("cooperation_modes"), _cooperation_modes),
    Fact("industry", 0.3, *_same("industry"), lambda needs, offers: _equal(needs.industry, offers.industry)),
    Fact("field", 0.4, *_same("field"), lambda needs, offers: _equal(needs.field, offers.field)),
    Fact("deadline", 0.1, *_same("deadline"), lambda needs, offers: _at_least(needs.deadline, offers.deadline)),
    Fact("district", 0.1, *_same("district"), _district, differences_matter=False),
)
"""All facts, in the order of their weight for a person's decision."""

FACT_WEIGHTS: Mapping[str, float] = {fact.name: fact.weight for fact in FACTS}


def fact_features(needs: FactColumns, offers: FactColumns) -> Mapping[str, Feature]:
    """One array for each of `FACTS`, by name; shapes are broadcast, so that one row can stand for all."""
    return {fact.name: fact.compare(needs, offers) for fact in FACTS}


def compare_facts(need: Facts, offer: Facts) -> tuple[FactCheck, ...]:
    """Every fact that at least one side has stated, in the order of `FACTS`, but for differences that do not matter."""
    needs, offers = fact_columns([need]), fact_columns([offer])
    checks = (_check(fact, need, offer, fact.compare(needs, offers)) for fact in FACTS)
    return tuple(check for check in checks if check is not None)


def _check(fact: Fact, need: Facts, offer: Facts, feature: Feature) -> FactCheck | None:
    """One fact of one pair, whose feature (1,) is given; None when there is nothing to tell."""
    wanted, offered = fact.need_says(need) or None, fact.offer_says(offer) or None
    verdict = _verdict(feature)
    if not (wanted or offered):
        return None
    if wanted and offered and verdict is not Verdict.FITS and not fact.differences_matter:
        return None
    return FactCheck(fact.name, verdict, wanted, offered)


def _verdict(feature: Feature) -> Verdict:
    """The verdict on one pair, from its feature (1,)."""
    value = float(feature[0])
    return Verdict.FITS if value > 0 else Verdict.CONFLICTS if value < 0 else Verdict.UNKNOWN


def _equal(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float32]:
    return _verdicts(a == b, (a != _UNKNOWN) & (b != _UNKNOWN))


def _at_least(value: NDArray[np.float64], required: NDArray[np.float64]) -> NDArray[np.float32]:
    return _verdicts(value >= required, ~(np.isnan(value) | np.isnan(required)))


def _verdicts(fits: NDArray[np.bool_], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    verdicts: NDArray[np.float32] = np.where(known, np.where(fits, np.float32(1), np.float32(-1)), np.float32(0))
    return verdicts


def _coded(words: Iterable[str | None]) -> NDArray[np.int64]:
    return np.array([_code(word) if word else _UNKNOWN for word in words], dtype=np.int64)


def _mode_bits(modes: Iterable[str]) -> int:
    return sum(1 << _modes.setdefault(mode, len(_modes)) for mode in modes)


def _code(word: str) -> int:
    return _codes.setdefault(word, len(_codes) + 1)


def _numbers(values: Iterable[SupportsFloat | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)
