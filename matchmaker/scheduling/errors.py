"""What can be wrong with a problem or a plan. Every message names the entry at fault and how to mend it."""

from __future__ import annotations


class SchedulingError(Exception):
    """Base of all errors of this package."""


class DocumentError(SchedulingError, ValueError):
    """Something given to the package is wrong.

    `where` is the entry at fault in the words of the input, e.g. ``candidates[3]`` or ``participants e7``; `why` says
    what is wrong with it and how to mend it.
    """

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


class InvalidProblemError(DocumentError):
    """The problem as given is malformed or contradicts itself."""


class UnknownPartyError(InvalidProblemError):
    """A pair or meeting names an id that is not among the parties, or one on the other side."""


class DuplicateError(InvalidProblemError):
    """An id, slot or pair is given twice."""


class ValueRangeError(InvalidProblemError):
    """A number is not a number, or outside what it may be."""


class ContradictionError(InvalidProblemError):
    """Two demands that cannot both be met: a pair pinned and excluded, two locked meetings at one table…"""


class InvalidPlanError(DocumentError):
    """A plan that cannot be read: not the shape that the contract gives."""


class PlanRefusedError(SchedulingError):
    """A plan that the checker found to break the rules; `violations` has each with its reason."""

    def __init__(self, violations: tuple[str, ...]) -> None:
        shown = "; ".join(violations[:5])
        more = f"; and {len(violations) - 5} more" if len(violations) > 5 else ""
        super().__init__(f"the plan may not be published: {shown}{more}")
        self.violations = violations


class SolverError(SchedulingError):
    """The solver ended without any answer."""
