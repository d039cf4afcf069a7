"""What a match list or a plan reaches, goal by goal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Objective:
    """The goals in their order, so that the greater objective is the better one.

    `served` participants have their min_meetings, `requested` pairs that meet were asked for, `total_score` is the
    sum over all pairs that meet.
    """

    served: int
    requested: int
    total_score: float
