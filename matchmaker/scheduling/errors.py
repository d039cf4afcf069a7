"""Errors of scheduling.

Every error carries its facts as data: a :class:`Fault` that says what is wrong, the wrong entry, and the participants,
pair, slot and table that it is about. ``str(error)`` words them in English. Code that needs another language has its
own table from fault to text.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from matchmaker.scheduling.pair import PairKey


class Fault(Enum):
    """What is wrong: a code, and the English text of it, whose fields are in the error's ``details``."""

    NOT_UTF8 = "is not text in UTF-8 (byte {byte}); save it as UTF-8"
    NOT_JSON = "is not JSON: line {line}, column {column}: {reason}"
    TOO_DEEP = "is nested too deeply to be read"
    NO_OBJECT_IN_FILE = "must hold one JSON object"
    NO_OBJECT = "must be an object, not {given}"
    FIELD_MISSING = "{field} is missing"
    NO_TEXT = "{field} must be a text of at least one character, not {given}"
    NO_WHOLE_NUMBER = "{field} must be a whole number, not {given}"
    NO_NUMBER = "{field} must be a number, not {given}"
    NO_TRUTH_VALUE = "{field} must be true or false, not {given}"
    NO_LIST = "{field} must be a list, not {given}"
    NO_SIDE = "side is {given!r}; it must be 'need' or 'offer'"

    NO_SLOTS = "there are none; give the starting time of at least one"
    NO_TIME = "{given!r} is not a time; write it like 2026-05-18T09:00"
    MIXED_OFFSETS = "some have a UTC offset and some have none; give all or none"
    SLOT_TWICE = "{given} is given twice; where the clocks go back, give UTC offsets"
    SLOTS_UNSORTED = "{given} is earlier than the one before it; sort them"
    UNKNOWN_SLOT = "{field} has slot {slot}; the {count} slots are numbered from 0"
    UNKNOWN_TABLE = "table is {table}; the tables are numbered from 1 to {count}"
    NEGATIVE_TABLES = "is {given}; it must not be negative"
    NEGATIVE_NUMBER = "{field} is {given}; it must not be negative"
    NO_SHARE = "score is {given}; it must be a number from 0 to 1"

    PARTICIPANT_TWICE = "this id is given twice; ids must be unique over both sides"
    PAIR_TWICE = "this pair is given twice; keep the one whose score counts"
    UNKNOWN_PARTICIPANT = "{participant} is not among the participants; add or remove it"
    WRONG_SIDE = "{participant} is on the other side; it cannot be the {side}"

    LOCKED_TWICE = "is locked twice; a pair meets at most once, remove one"
    NOT_AVAILABLE = "{participant} is not available at {time}; unlock the meeting or correct the availability"
    SEVERAL_TABLES = "is bound to the tables {tables} at once; a participant's booth is its only table"
    SAME_PERSON = "one person ({person}) stands on both sides"
    CLASH = "clashes with locked {other_need}–{other_offer}: both need {resource} {name} at {time}; move or unlock one"
    TOO_MANY_AT_ONCE = "more meetings are locked at {time} than there are tables ({count}); unlock one or add a table"
    TOO_MANY_MEETINGS = (
        "{participant} has more locked meetings than its max_meetings ({most}); unlock one or raise the maximum"
    )

    PINNED_AND_EXCLUDED = "is also excluded; remove the pin or the exclusion"
    TOO_MANY_PINS = "has {count} pinned pairs but max_meetings is {most}; remove a pin or raise the maximum"
    PINS_EXCEED_LIST = "{count} pairs are pinned but only {most} may be made"


class SchedulingError(Exception):
    """Base of all errors of this package."""


class DocumentError(SchedulingError, ValueError):
    """An invalid problem or plan.

    `where` is the entry at fault in the words of the input, e.g. ``candidates[3]`` or ``participants e7``; `fault` says
    what is wrong with it, `details` the facts that the fault is about.
    """

    def __init__(self, where: str, fault: Fault, pair: PairKey | None = None, **details: object) -> None:
        self.where = where
        self.fault = fault
        self.pair = pair
        """The wrong pair; None if the fault is not about a pair."""
        self.details: Mapping[str, object] = details
        super().__init__(f"{where}: {fault.value.format(**details)}")


class InvalidProblemError(DocumentError):
    """The problem as given is malformed or contradicts itself."""


class UnknownPartyError(InvalidProblemError):
    """A pair or meeting names an id that is not among the parties, or one on the other side."""


class DuplicateError(InvalidProblemError):
    """An id, slot or pair is given twice."""


class ValueRangeError(InvalidProblemError):
    """A value has the wrong form or is out of range."""


class ContradictionError(InvalidProblemError):
    """Two demands that cannot both be met: a pair pinned and excluded, two locked meetings at one table…"""


class InvalidPlanError(DocumentError):
    """A plan document that cannot be read, because it does not have the documented structure."""


class PlanRefusedError(SchedulingError):
    """A plan that breaks rules, as the checker found. `violations` has a sentence for each."""

    def __init__(self, violations: tuple[str, ...]) -> None:
        shown = "; ".join(violations[:5])
        more = f"; and {len(violations) - 5} more" if len(violations) > 5 else ""
        super().__init__(f"the plan may not be published: {shown}{more}")
        self.violations = violations


class SolverError(SchedulingError):
    """The solver ended without a solution."""
