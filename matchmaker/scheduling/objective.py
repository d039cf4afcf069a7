"""The goals of a match list or a plan."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Objective:
    """The values of the goals in order of importance, so that the better objective compares as greater.

    `served`: participants with at least their min_meetings. `requested`: pairs that meet and were requested.
    `total_score`: sum of the scores of all pairs that meet.
    """

    served: int
    requested: int
    total_score: float
