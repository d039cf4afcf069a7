"""Facts of two postings compared, as features: 1 where they fit, −1 where they conflict, 0 where it is not known.

The verdicts are those of `explanation.compare_facts`, for many pairs at once; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import SupportsFloat

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.text.document import Facts

FACTS = ("industry", "field", "trl", "budget", "cooperation_modes", "deadline", "district")

_UNKNOWN = 0
_codes: dict[str, int] = {}
"""Code words ↔ numbers from 1, the same for all collections of the process."""

_modes: dict[str, int] = {}
"""Cooperation modes ↔ bits."""


@dataclass(frozen=True)
class FactColumns:
    """The facts of n postings, one array (n,) for each. Numbers are NaN and codes 0 where a fact is unknown.

    `modes` are bit sets. `most` is what a budget or price reaches, `least` what it begins with.
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
        """Those of some rows; with a `None` beside them for one more dimension, as NumPy has it."""
        return FactColumns(*(getattr(self, one.name)[rows] for one in fields(self)))


def fact_columns(facts: Sequence[Facts]) -> FactColumns:
    """The facts of many postings as columns."""
    return FactColumns(
        industry=_coded(one.industry for one in facts),
        field=_coded(one.field for one in facts),
        district=_coded(one.district for one in facts),
        modes=np.array([_mode_bits(one.cooperation_modes) for one in facts], dtype=np.int64),
        trl=_numbers(one.trl for one in facts),
        wanted_trl=_numbers(one.wanted_trl for one in facts),
        most=_numbers(one.amount_min if one.amount_max is None else one.amount_max for one in facts),
        least=_numbers(one.amount_max if one.amount_min is None else one.amount_min for one in facts),
        negotiable=np.array([one.negotiable for one in facts], dtype=np.bool_),
        deadline=_numbers(None if one.deadline is None else one.deadline.toordinal() for one in facts),
    )


def fact_features(needs: FactColumns, offers: FactColumns) -> Mapping[str, NDArray[np.float32]]:
    """One array for each of `FACTS`; their shapes are broadcast, so that one row can stand for all."""
    budget = _at_least(needs.most, offers.least)
    open_to_talks = needs.negotiable | offers.negotiable
    district = _equal(needs.district, offers.district)
    return {
        "industry": _equal(needs.industry, offers.industry),
        "field": _equal(needs.field, offers.field),
        "trl": _at_least(offers.trl, needs.wanted_trl),
        "budget": np.where((budget < 0) & open_to_talks, np.float32(0), budget),
        "cooperation_modes": _verdicts((needs.modes & offers.modes) != 0, (needs.modes != 0) & (offers.modes != 0)),
        "deadline": _at_least(needs.deadline, offers.deadline),
        "district": np.maximum(district, np.float32(0)),
    }


def _equal(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float32]:
    return _verdicts(one == other, (one != _UNKNOWN) & (other != _UNKNOWN))


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
