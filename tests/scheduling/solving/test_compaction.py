"""Idle time is shortened and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from matchmaker.scheduling import Candidate, LockedMeeting, Participant, Problem, check, schedule
from matchmaker.scheduling.solving.compaction import idle_slots
from tests.scheduling.problems import problems, times


@pytest.mark.slow
@given(problems())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_pairs_meet_with_no_more_idle_slots(problem: Problem) -> None:
    loose, compact = schedule(problem), schedule(problem, compactly=True)
    assert {m.key for m in compact.meetings} == {m.key for m in loose.meetings}
    assert compact.objective == loose.objective
    certificate = check(problem, compact)
    assert certificate.violations == ()
    assert sum(certificate.idle_slots.values()) <= sum(check(problem, loose).idle_slots.values())


def test_a_meeting_moves_next_to_a_locked_one_and_displaces_another() -> None:
    """e1 is locked in slot 0 and best met r2 in slot 1, where r2 may meet e2, who can come in slots 1 and 2."""
    problem = Problem(
        slots=times(3),
        tables=1,
        participants=(
            Participant("e1", "need", (0, 1, 2)),
            Participant("e2", "need", (1, 2)),
            Participant("r1", "offer", (0, 1, 2)),
            Participant("r2", "offer", (1, 2)),
        ),
        candidates=(Candidate("e1", "r2", 0.9), Candidate("e2", "r2", 0.9)),
        locked=(LockedMeeting("e1", "r1", 0),),
    )
    for seed in range(5):
        plan = schedule(problem, seed=seed, compactly=True)
        assert [(m.need, m.offer, m.slot) for m in plan.meetings] == [("e1", "r1", 0), ("e1", "r2", 1), ("e2", "r2", 2)]


@pytest.mark.parametrize(("mask", "idle"), [(0, 0), (0b1, 0), (0b1000, 0), (0b11, 0), (0b101, 1), (0b1001010, 3)])
def test_idle_slots_are_those_between_the_first_and_the_last_meeting(mask: int, idle: int) -> None:
    assert idle_slots(mask) == idle
