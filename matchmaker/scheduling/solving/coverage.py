"""The binary program of both the match list and the timetable.

It chooses options, each of which is a meeting of a need and an offer: a pair for the match list, a pair in a slot for
the timetable. Goals: most parties served, then most requests granted, then the greatest total score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags, hstack, vstack

from matchmaker.scheduling.solving.lexicographic import BinaryProgram, Goal, Vector

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Options:
    """n options, as arrays (n,).

    `need` and `offer` are positions of the parties, `score` is in [0, 1], `requested` is 0 or 1.
    """

    need: Positions
    offer: Positions
    score: Vector
    requested: Vector

    def __len__(self) -> int:
        return len(self.score)


def incidence(rows: Positions, columns: Positions, shape: tuple[int, int]) -> csr_matrix:
    """The 0/1 matrix with ones at these rows and columns."""
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)


def coverage_program(
    options: Options, minimum: Vector, maximum: Vector, limits: csr_matrix, at_most: Vector
) -> tuple[BinaryProgram, tuple[Goal, Goal, Goal]]:
    """The program and its goals: served parties, requests, score.

    `minimum` and `maximum` are the numbers of meetings that each party still needs and may still have. Parties with
    minimum ≤ 0 are served already and not counted. ``limits @ chosen ≤ at_most`` are the other constraints. The
    variables are the options, then "is served" for each party that is not served yet.
    """
    n_parties = len(minimum)
    to_serve = np.flatnonzero(minimum > 0)
    every_option = np.arange(len(options))
    meetings = incidence(options.need, every_option, (n_parties, len(options))) + incidence(
        options.offer, every_option, (n_parties, len(options))
    )
    option_columns = vstack([meetings, limits, meetings[to_serve]])
    party_columns = vstack(
        [csr_matrix((n_parties + limits.shape[0], len(to_serve))), diags(-minimum[to_serve], format="csr")]
    )
    program = BinaryProgram(
        matrix=hstack([option_columns, party_columns], format="csr"),
        lower=np.concatenate([np.full(n_parties + len(at_most), -np.inf), np.zeros(len(to_serve))]),
        upper=np.concatenate([maximum, at_most, np.full(len(to_serve), np.inf)]),
    )
    nobody = np.zeros(len(to_serve))
    goals = (
        Goal(np.concatenate([np.zeros(len(options)), np.ones(len(to_serve))]), counts=True),
        Goal(np.concatenate([options.requested, nobody]), counts=True),
        Goal(np.concatenate([options.score, nobody]), counts=False),
    )
    return program, goals
