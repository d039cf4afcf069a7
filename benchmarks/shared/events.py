"""Events of any size for the scheduling benchmarks, the same for the same seed."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from matchmaker.scheduling.problem import Candidate, Participant, Problem

FIRST_SLOT = datetime(2027, 5, 18, 9, 0)
SLOT_LENGTH = timedelta(minutes=20)
POPULARITY_EXPONENT = 0.8


def event(
    n_needs: int,
    n_offers: int,
    n_slots: int,
    tables: int,
    *,
    seed: int = 0,
    available: float = 0.8,
    best: int = 20,
    requested: float = 0.0,
    half_days: bool = False,
) -> Problem:
    """An event in which either side's candidates are its `best` by score, popularity being Zipf-distributed.

    `available` is the probability that someone is free in a slot; with `half_days` a third of the participants comes
    in the first half only and a third in the second half only. `requested` is the probability that a candidate is asked
    for.
    """
    rng = np.random.default_rng(seed)
    needs = [f"e{i}" for i in range(1, n_needs + 1)]
    offers = [f"r{i}" for i in range(1, n_offers + 1)]
    score = (
        0.6 * rng.random((n_needs, n_offers))
        + 0.15 * _popularity(rng, n_needs)[:, None]
        + 0.25 * _popularity(rng, n_offers)[None, :]
    )
    among_best = np.zeros_like(score, dtype=bool)
    np.put_along_axis(among_best, np.argsort(-score, axis=1)[:, :best], True, axis=1)
    np.put_along_axis(among_best, np.argsort(-score, axis=0)[:best], True, axis=0)
    free = rng.random((n_needs + n_offers, n_slots)) < available
    if half_days:
        comes = rng.integers(0, 3, n_needs + n_offers)
        free[comes == 0, : n_slots // 2] = False
        free[comes == 1, n_slots // 2 :] = False
    return Problem(
        slots=tuple((FIRST_SLOT + i * SLOT_LENGTH).isoformat(timespec="minutes") for i in range(n_slots)),
        tables=tables,
        participants=tuple(
            Participant(name, "need" if i < n_needs else "offer", tuple(np.flatnonzero(free[i]).tolist()))
            for i, name in enumerate([*needs, *offers])
        ),
        candidates=tuple(
            Candidate(needs[i], offers[j], round(float(score[i, j]), 4), bool(rng.random() < requested))
            for i, j in zip(*np.nonzero(among_best), strict=True)
        ),
    )


def _popularity(rng: np.random.Generator, n: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """1 for the most popular, falling by Zipf's law, in random order."""
    return rng.permutation(np.arange(1, n + 1) ** -POPULARITY_EXPONENT)
