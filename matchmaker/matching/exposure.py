"""Who is shown how often, and a small handicap for those who are near everybody.

Some postings lie near the questions of almost anybody (hubs: Radovanović, Nanopoulos & Ivanović, “Hubs in space”, JMLR
2010) and take places from those who fit one question well. Centring (`background`) removes what they have with
everybody on average; what is left is how widely their similarities spread: who spreads most is among the best of most
lists. As in Schnitzer et al., “Local and global scaling reduce hubs in space”, JMLR 2012, the similarities of a
posting are taken for normally distributed, so that the spread, hence the handicap, follows from its vector and the
other side's covariance: no list has to be made first, nothing that was clicked enters, and a posting is treated on
its first day as on any other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.encoder import Vectors

MOST_POINTS = 3.0
"""The greatest handicap or advance in points of the score (0–100): nobody is overtaken by a posting that scores more
than twice as many points less. `benchmarks/exposure.py` draws what other values would do."""

_USUAL_RANGE = 0.64
"""Natural logarithm of how much the variances of usual postings differ from the typical one: two standard deviations,
0.29 to 0.35 each on the Henan needs and the demo city. Beyond it the handicap is the greatest."""

_FEW_DOCUMENTS = 10
"""A spread over few questions is chance: with so many of them half of it is believed."""


def handicaps(centred: Vectors, covariance: NDArray[np.float32], typical: float, asking: int) -> NDArray[np.float32]:
    """How much handicap these postings get, from −1 (the greatest advance) to 1 (the greatest handicap), shape (n,).

    `centred` (n, d) are their vectors without their side's mean, `covariance` (d, d) is that of the `asking` documents
    of the other side, `typical` the mean variance of a posting's similarities. Never part of a score that is shown.
    """
    if typical <= 0:
        return np.zeros(len(centred), dtype=np.float32)
    variances = np.einsum("ij,ij->i", centred @ covariance, centred)
    relative = np.log(np.maximum(variances, np.finfo(np.float32).tiny) / typical) / _USUAL_RANGE
    belief = asking / (asking + _FEW_DOCUMENTS)
    shares: NDArray[np.float32] = (belief * np.clip(relative, -1, 1)).astype(np.float32)
    return shares


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
