"""Who is shown how often, and a small handicap for those who are near everybody.

Some postings lie near the questions of almost anybody (hubs: Radovanović, Nanopoulos & Ivanović, “Hubs in space”, JMLR
2010) and take places from those who fit one question well. As in cross-domain similarity local scaling (Conneau et al.,
“Word translation without parallel data”, ICLR 2018), what a posting has in common with the questions nearest to it is
held against it, relative to the others. The handicap follows from vectors alone: no list has to be made first, nothing
that was clicked enters, and a posting is treated on its first day as on any other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.encoder import Vectors

STRENGTH = 2.0
"""Log odds taken off for each unit of mean cosine with the nearest questions. `benchmarks/exposure.py` draws what other
values would do."""

MOST_LOG_ODDS = 0.3
"""The greatest handicap or advance: nobody is overtaken by a posting whose log odds are more than twice that lower."""

_NEAREST = 5
_SAMPLE = 256
"""Questions that are looked at, evenly spaced among all."""

_FEW_DOCUMENTS = 10
"""Nearness to few questions is chance: with so many of them half of it is believed."""


def handicaps(shown: Vectors, asking: Vectors, strength: float = STRENGTH) -> NDArray[np.float32]:
    """What is taken off the log odds of each posting when a list is ordered, (n,); never part of a score that is shown.

    `shown` (n, d) and `asking` (m, d) are the projected vectors of both sides; the mean handicap is about 0.
    """
    if not len(shown) or not len(asking):
        return np.zeros(len(shown), dtype=np.float32)
    spaced = np.unique(np.linspace(0, len(asking) - 1, min(len(asking), _SAMPLE)).astype(np.intp))
    cosines = shown @ asking[spaced].T
    nearest = min(_NEAREST, cosines.shape[1])
    crowding = np.partition(cosines, -nearest, axis=1)[:, -nearest:].mean(axis=1)
    belief = len(asking) / (len(asking) + _FEW_DOCUMENTS)
    handicap = belief * strength * (crowding - crowding.mean())
    bounded: NDArray[np.float32] = np.clip(handicap, -MOST_LOG_ODDS, MOST_LOG_ODDS).astype(np.float32)
    return bounded


def gini(appearances: NDArray[np.integer]) -> float:
    """How unequally places are given out: 0 when all appear equally often, towards 1 when one takes all (Gini 1912)."""
    counts = np.sort(appearances.astype(np.float64))
    if not counts.sum():
        return 0.0
    ranks = np.arange(1, len(counts) + 1)
    return float((2 * ranks - len(counts) - 1) @ counts / (len(counts) * counts.sum()))


def share_of_most_shown(appearances: NDArray[np.integer], share: float = 0.1) -> float:
    """What part of all places the most shown `share` of the postings holds, 0–1."""
    counts = np.sort(appearances)[::-1]
    return float(counts[: int(np.ceil(share * len(counts)))].sum() / max(counts.sum(), 1))
