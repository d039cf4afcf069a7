"""What a posting must have before others can see it. A draft needs only a title."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.postings.fields import NEED_FIELDS, VALID_UNTIL, letters_in
from matchmaker.domain.vocabulary import Side
from matchmaker.i18n import N_

SHORTEST_PROBLEM = 8
"""The fewest letters of a need's problem; a shorter text cannot be matched."""

_PROBLEM = next(field for field in NEED_FIELDS if field.name == "problem")
_DEADLINE = next(field for field in NEED_FIELDS if field.name == "deadline")


def check_complete(side: Side, values: Mapping[str, Any]) -> None:
    """Raise :class:`InvalidInput` if a need's problem is too short to be matched.

    An offer needs only a title, because lists of outcomes often have nothing else.
    """
    if side is Side.NEED and letters_in(values["problem"]) < SHORTEST_PROBLEM:
        raise InvalidInput(
            N_("“%(label)s”太短：请至少用 %(least)d 个字写出现象、材料或工艺，否则无从匹配"),
            field=_PROBLEM.name,
            label=_PROBLEM,
            least=SHORTEST_PROBLEM,
        )


def check_dates(values: Mapping[str, Any], today: date, unchanged: Mapping[str, Any] | None = None) -> None:
    """Raise :class:`InvalidInput` for a deadline or an end of validity in the past, unless it is unchanged."""
    for field in (_DEADLINE, VALID_UNTIL):
        day = values.get(field.name)
        if day is not None and day < today and not (unchanged and unchanged.get(field.name) == day):
            raise InvalidInput(
                N_("“%(label)s”%(day)s 已经过去，请改为今天或以后的日期"),
                field=field.name,
                label=field,
                day=day.isoformat(),
            )


def check_valid(valid_until: date | None, today: date) -> None:
    """Raise :class:`InvalidInput` if a posting that is about to be published is no longer valid."""
    check_dates({VALID_UNTIL.name: valid_until}, today)
