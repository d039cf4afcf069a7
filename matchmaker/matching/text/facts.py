"""Facts of needs and offers compared for many pairs at once, as features: 1 fits, −1 conflicts, 0 unknown.

`explanation.compare_facts` gives the same verdicts for a single pair; a test checks that the two agree.
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
"""Code word → number from 1, shared by all collections of the process."""

_modes: dict[str, int] = {}
"""Cooperation mode → number of its bit."""


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


def fact_features(needs: FactColumns, offers: FactColumns) -> Mapping[str, NDArray[np.float32]]:
    """One array of verdicts for each of `FACTS`. The columns are broadcast against each other."""
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
