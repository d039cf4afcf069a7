"""The binary program behind both the match list and the timetable: serve most parties, then grant most requests,
then collect the greatest score, by choosing among options that each bring one need and one offer together.

For the match list an option is a pair, for the timetable a pair in a slot.
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
    """What can be chosen, one entry of each array for one option.

    `need` and `offer` are positions among the parties, `score` in [0, 1], `requested` 0 or 1.
    """

    need: Positions
    offer: Positions
    score: Vector
    requested: Vector

    def __len__(self) -> int:
        return len(self.score)


def incidence(rows: Positions, columns: Positions, shape: tuple[int, int]) -> csr_matrix:
    """The 0/1 matrix with ones at the given places."""
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)


def coverage_program(
    options: Options, minimum: Vector, maximum: Vector, limits: csr_matrix, at_most: Vector
) -> tuple[BinaryProgram, tuple[Goal, Goal, Goal]]:
    """The program and its goals: served parties, requests, score.

    `minimum` and `maximum` are the meetings each party still wants and may still have; parties with minimum ≤ 0 are
    served already and not counted. ``limits @ chosen ≤ at_most`` holds what else the options compete for. The
    variables are the options, then "is served" for each party that is not yet.
    """
    n_parties = len(minimum)
    to_serve = np.flatnonzero(minimum > 0)
    every_option = np.arange(len(options))
    meetings = incidence(options.need, every_option, (n_parties, len(options))) + incidence(
        options.offer, every_option, (n_parties, len(options))
    )
    of_options = vstack([meetings, limits, meetings[to_serve]])
    of_parties = vstack(
        [csr_matrix((n_parties + limits.shape[0], len(to_serve))), diags(-minimum[to_serve], format="csr")]
    )
    program = BinaryProgram(
        matrix=hstack([of_options, of_parties], format="csr"),
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
