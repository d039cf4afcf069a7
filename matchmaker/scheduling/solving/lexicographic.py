"""Lexicographic optimization of several linear goals over a binary program, with HiGHS from SciPy.

The programs of this package are close to network flows, whose linear relaxations have integral optima. The relaxation
is therefore solved first, goal by goal; branch and bound is used only if its optimum is fractional.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, vstack

from matchmaker.scheduling.errors import SolverError

Vector = npt.NDArray[np.float64]

# The violation of a row that HiGHS accepts, and the absolute gap within which it calls a solution optimal.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class BinaryProgram:
    """The constraints ``lower ≤ matrix @ x ≤ upper``, where every x is 0 or 1."""

    matrix: csr_matrix
    lower: Vector
    upper: Vector

    def with_floor(self, weights: Vector, floor: float) -> BinaryProgram:
        """This program with the further constraint ``weights @ x ≥ floor``."""
        return BinaryProgram(
            vstack([self.matrix, csr_matrix(weights)], format="csr"),
            np.append(self.lower, floor),
            np.append(self.upper, np.inf),
        )


@dataclass(frozen=True)
class Goal:
    """The goal to maximize ``weights @ x``. With `counts`, all weights are integers, and so is the value."""

    weights: Vector
    counts: bool

    @property
    def is_trivial(self) -> bool:
        """Whether every solution has the value 0."""
        return not self.weights.any()

    def floor(self, value: float) -> float:
        """A lower limit for the goal that keeps `value` reachable despite rounding errors."""
        return value - (0.5 if self.counts else TOLERANCE)

    def rounded_bound(self, bound: float) -> float:
        return math.floor(bound + TOLERANCE) if self.counts else bound


@dataclass(frozen=True)
class Relaxation:
    """The lexicographic optimum of the linear relaxation; x may be fractional.

    `bounds[k]` is an upper bound on goal k for all solutions that reach the earlier bounds. If the time ran out, x is
    None and there are fewer bounds than goals.
    """

    x: Vector | None
    bounds: tuple[float, ...]


@dataclass(frozen=True)
class Optimum:
    """The best solution found; all entries of `x` are 0 or 1.

    `values` are the values of the goals at x. `bounds[k]` is an upper bound on goal k for all solutions that keep the
    earlier values.
    """

    x: Vector
    values: tuple[float, ...]
    bounds: tuple[float, ...]

    @property
    def proven(self) -> bool:
        """Whether every value equals its bound."""
        return all(
            bound - value <= TOLERANCE * max(1.0, value) for value, bound in zip(self.values, self.bounds, strict=True)
        )


def is_whole(x: Vector) -> bool:
    """Whether all entries are integers, up to `TOLERANCE`."""
    return bool(np.all(np.abs(x - np.rint(x)) <= TOLERANCE))


def relax_in_order(program: BinaryProgram, goals: Sequence[Goal], time_limit: float = math.inf) -> Relaxation:
    """Maximize goal after goal over the linear relaxation (0 ≤ x ≤ 1), for at most `time_limit` seconds."""
    deadline = time.monotonic() + time_limit
    bounds: list[float] = []
    x: Vector | None = None
    for goal in goals:
        if goal.is_trivial and x is not None:
            bounds.append(0.0)
            continue
        x, bound = _maximize(program, goal, whole=False, seconds=deadline - time.monotonic())
        if x is None:
            break
        bounds.append(goal.rounded_bound(bound))
        program = program.with_floor(goal.weights, bounds[-1] - TOLERANCE)
    return Relaxation(x, tuple(bounds))


def maximize_in_order(
    program: BinaryProgram,
    goals: Sequence[Goal],
    time_limit: float = math.inf,
    relaxation: Relaxation | None = None,
) -> Optimum:
    """Maximize the first goal, then the second among the optima of the first, and so on.

    `relaxation` is the result of `relax_in_order` for this program and these goals, if it is already known.
    Exact unless `time_limit` (seconds) runs out. Raises SolverError if the program has no solution, or if none is found
    in time.
    """
    deadline = time.monotonic() + time_limit
    relaxation = relaxation or relax_in_order(program, goals, time_limit)
    if relaxation.x is not None and is_whole(relaxation.x):
        x = np.rint(relaxation.x)
        optimum = Optimum(x, tuple(float(goal.weights @ x) for goal in goals), relaxation.bounds)
        if optimum.proven:
            return replace(optimum, bounds=tuple(map(max, optimum.values, optimum.bounds)))
    return _branch_in_order(program, goals, deadline)


def bound_in_order(
    program: BinaryProgram, goals: Sequence[Goal], values: Sequence[float], time_limit: float = math.inf
) -> tuple[float, ...]:
    """For each goal, an upper bound on all solutions that keep the earlier `values`, from the linear relaxation."""
    deadline = time.monotonic() + time_limit
    bounds = []
    for goal, value in zip(goals, values, strict=True):
        _, bound = _maximize(program, goal, whole=False, seconds=deadline - time.monotonic())
        bounds.append(max(goal.rounded_bound(bound), value))
        program = program.with_floor(goal.weights, goal.floor(value))
    return tuple(bounds)


def _branch_in_order(program: BinaryProgram, goals: Sequence[Goal], deadline: float) -> Optimum:
    values: list[float] = []
    bounds: list[float] = []
    best: Vector | None = None
    for goal in goals:
        if goal.is_trivial and best is not None:
            values.append(0.0)
            bounds.append(0.0)
            continue
        x, bound = _maximize(program, goal, whole=True, seconds=deadline - time.monotonic())
        best = x if x is not None else best
        if best is None:
            raise SolverError("no solution was found in time; allow more time or give fewer candidates")
        values.append(float(goal.weights @ best))
        bounds.append(max(goal.rounded_bound(bound), values[-1]))
        program = program.with_floor(goal.weights, goal.floor(values[-1]))
    assert best is not None, "at least one goal is required"
    return Optimum(best, tuple(values), tuple(bounds))


def _maximize(program: BinaryProgram, goal: Goal, *, whole: bool, seconds: float) -> tuple[Vector | None, float]:
    """The best solution found, or None, and a proven upper bound on the goal."""
    trivial_bound = float(np.maximum(goal.weights, 0).sum())
    if not len(goal.weights):
        return goal.weights, 0.0
    if seconds <= 0:
        return None, trivial_bound
    options: dict[str, float] = {"mip_rel_gap": 1e-9}
    if math.isfinite(seconds):
        options["time_limit"] = seconds
    result = milp(
        -goal.weights,
        constraints=LinearConstraint(program.matrix, program.lower, program.upper),
        bounds=Bounds(0, 1),
        integrality=np.full(len(goal.weights), int(whole)),
        options=options,
    )
    if not whole:
        return (result.x, -float(result.fun)) if result.status == 0 else (None, trivial_bound)
    bound = trivial_bound if result.mip_dual_bound is None else -float(result.mip_dual_bound)
    return None if result.x is None else np.rint(result.x), min(bound, trivial_bound)
