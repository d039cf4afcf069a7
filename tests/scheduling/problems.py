"""Problems for the scheduling tests: a small fair that uses every feature, and any valid problem for Hypothesis."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from matchmaker.scheduling import Candidate, InvalidProblemError, LockedMeeting, Participant, Problem
from matchmaker.scheduling.pair import Side


def times(n_slots: int) -> tuple[str, ...]:
    return tuple(f"2027-05-18T{9 + i // 3:02}:{i % 3 * 20:02}" for i in range(n_slots))


def fair() -> Problem:
    """Six needs, four offers, four slots, four tables; with a booth, a person on two chairs and a locked meeting."""
    every_slot = (0, 1, 2, 3)
    return Problem(
        slots=times(4),
        tables=4,
        participants=(
            Participant("e1", "need", every_slot, 1, 3),
            Participant("e2", "need", (0, 1), 1, 2),
            Participant("e3", "need", (2, 3), 1, 2, person="Li"),
            Participant("e4", "need", every_slot, 2, 3, person="Li"),
            Participant("e5", "need", every_slot, 1, 2),
            Participant("e6", "need", (), 1, 2),
            Participant("r1", "offer", every_slot, 1, 4, table=2),
            Participant("r2", "offer", every_slot, 1, 3),
            Participant("r3", "offer", (0, 1, 2), 1, 3),
            Participant("r4", "offer", every_slot, 0, 1),
        ),
        candidates=tuple(
            Candidate(need, offer, score, requested)
            for need, offer, score, requested in (
                ("e1", "r1", 0.9, False),
                ("e1", "r2", 0.8, True),
                ("e1", "r3", 0.3, False),
                ("e2", "r1", 0.7, False),
                ("e2", "r3", 0.6, True),
                ("e3", "r1", 0.65, False),
                ("e3", "r2", 0.5, False),
                ("e4", "r1", 0.85, False),
                ("e4", "r2", 0.4, False),
                ("e4", "r4", 0.75, False),
                ("e5", "r2", 0.2, False),
                ("e5", "r3", 0.45, True),
                ("e6", "r1", 0.95, True),
            )
        ),
        locked=(LockedMeeting("e5", "r1", 1), LockedMeeting("e1", "r3", 0, table=3)),
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Any valid problem of up to seven by five participants, with booths, shared people and locked meetings.

    Hypothesis draws the seed of one source of randomness: drawn one by one, most problems would come out almost empty.
    """
    random = draw(st.randoms(use_true_random=True))
    n_slots, tables = random.choice([1, 2, 3, 4, 5, 5]), random.choice([0, 1, 2, 2, 3, 3, 4, 5])
    n_needs, n_offers = random.choice([0, 2, 5, 6, 7, 7]), random.choice([0, 2, 4, 5, 5, 5])
    availability, density = random.choice([0.3, 0.6, 0.8]), random.choice([0.3, 0.6, 0.9])
    special = random.choice([0.0, 0.0, 0.2])

    def participant(name: str, side: Side) -> Participant:
        return Participant(
            id=name,
            side=side,
            available=tuple(slot for slot in range(n_slots) if random.random() < availability),
            min_meetings=random.choice([0, 1, 1, 1, 1, 1, 2, 3]),
            max_meetings=random.choice([6, 4, 4, 3, 3, 2, 2, 1, 1, 0]),
            table=random.randint(1, tables) if tables and random.random() < special else None,
            person=random.choice(["Li", "Wang"]) if random.random() < special else None,
        )

    needs = [participant(f"e{i}", "need") for i in range(n_needs)]
    offers = [participant(f"r{i}", "offer") for i in range(n_offers)]
    pairs = [(need.id, offer.id) for need in needs for offer in offers]
    candidates = tuple(
        Candidate(*pair, score=random.randint(0, 100) / 100, requested=random.random() < 0.3)
        for pair in pairs
        if random.random() < density
    )
    problem = Problem(times(n_slots), tables, (*needs, *offers), candidates)
    for _ in range(random.choice([0, 0, 2, 8]) if pairs and tables else 0):
        table = random.choice([None, random.randint(1, tables)])
        problem = _with_locked(problem, LockedMeeting(*random.choice(pairs), random.randrange(n_slots), table))
    return problem


def _with_locked(problem: Problem, meeting: LockedMeeting) -> Problem:
    """The problem with the meeting locked, or as it was if that would contradict something."""
    try:
        return replace(problem, locked=(*problem.locked, meeting))
    except InvalidProblemError:
        return problem
