"""A published plan is repaired with the fewest changes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from matchmaker.scheduling import (
    Candidate,
    InvalidProblemError,
    LockedMeeting,
    Participant,
    Plan,
    Problem,
    check,
    differences,
    replan,
    schedule,
)
from matchmaker.scheduling.errors import UnknownPartyError
from tests.scheduling.problems import fair, problems, times

pytestmark = pytest.mark.slow


def fewest_changes_by_enumeration(problem: Problem, published: Plan) -> int:
    """Try every set of published meetings, largest first, until one can be locked as a whole."""
    locked = {(m.need, m.offer): m for m in problem.locked}
    candidates = {(c.need, c.offer) for c in problem.candidates}
    changed_by_lock = [
        m
        for m in published.meetings
        if m.key in locked and (locked[m.key].slot != m.slot or locked[m.key].table not in (None, m.table))
    ]
    may_stand = [m for m in published.meetings if m.key in candidates | set(locked) and m not in changed_by_lock]
    for size in range(len(may_stand), -1, -1):
        for standing in combinations(may_stand, size):
            tables = {m.key: LockedMeeting(m.need, m.offer, m.slot, m.table) for m in standing}
            try:
                replace(problem, locked=tuple({**locked, **tables}.values()))
            except InvalidProblemError:
                continue
            return len(published.meetings) - size
    raise AssertionError("not even the empty set can stand")


@given(problems(), st.randoms(use_true_random=True))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_whatever_changes_the_new_plan_is_valid_and_changes_the_fewest_meetings(
    problem: Problem, random: Random
) -> None:
    published = schedule(problem)
    assume(0 < len(published.meetings) <= 8)
    cancelled = [p.id for p in problem.participants if random.random() < 0.2]
    present = [p for p in problem.participants if p.id not in cancelled]
    changed = replace(
        problem,
        tables=max([problem.tables - random.choice([0, 1]), *(p.table or 0 for p in problem.participants)]),
        participants=tuple(
            replace(p, available=tuple(s for s in p.available if random.random() < 0.8)) for p in present
        ),
        candidates=tuple(c for c in problem.candidates if not set(c.key) & set(cancelled)),
        locked=(),
    )
    for meeting in problem.locked:
        with suppress(InvalidProblemError):
            changed = replace(changed, locked=(*changed.locked, meeting))

    replanned = replan(changed, published)

    assert check(replanned.problem, replanned.plan).violations == ()
    assert replanned.differences.changed == replanned.fewest_changes
    assert replanned.fewest_changes == fewest_changes_by_enumeration(changed, published)
    assert {(m.need, m.offer, m.slot) for m in changed.locked} <= {
        (m.need, m.offer, m.slot) for m in replanned.plan.meetings
    }


def test_only_the_meetings_of_those_who_cancel_change() -> None:
    problem = fair()
    published = schedule(problem)
    gone = {"r2"}
    replanned = replan(problem, published, cancelled=gone)
    assert {m.key for m in replanned.differences.dropped} == {m.key for m in published.meetings if gone & set(m.key)}
    assert replanned.differences.moved == ()
    assert gone.isdisjoint(i for m in replanned.plan.meetings for i in m.key)


def test_a_freed_slot_goes_to_the_next_best_who_is_free() -> None:
    problem = Problem(
        slots=times(1),
        tables=1,
        participants=tuple(
            Participant(name, "need" if name < "r" else "offer", (0,)) for name in ("e1", "e2", "e3", "r1")
        ),
        candidates=(Candidate("e1", "r1", 0.9), Candidate("e2", "r1", 0.5), Candidate("e3", "r1", 0.7)),
    )
    replanned = replan(problem, schedule(problem), cancelled=["e1"])
    assert [(m.need, m.offer) for m in replanned.differences.added] == [("e3", "r1")]


def test_a_new_lock_displaces_only_what_it_clashes_with() -> None:
    problem = fair()
    published = schedule(problem)
    displaced = next(m for m in published.meetings if m.need == "e1" and m.offer == "r2")
    locked = LockedMeeting("e3", "r2", 3)
    changed = replace(problem, locked=(*problem.locked, locked))
    replanned = replan(changed, published)
    clashing = [m for m in published.meetings if m.slot == 3 and {"e3", "e4", "r2"} & set(m.key)]
    also = [m for m in published.meetings if m.key == locked.key and m.slot != 3]
    assert displaced.slot != 3 or displaced in clashing
    assert replanned.differences.changed == len({*clashing, *also})
    assert ("e3", "r2", 3) in {(m.need, m.offer, m.slot) for m in replanned.plan.meetings}


def one_move_serves_two_more() -> tuple[Problem, Plan]:
    """e1 and r1 meet in slot 0; if they moved to slot 1, e2 and r2, who can only come in slot 0, had the table."""
    problem = Problem(
        slots=times(2),
        tables=1,
        participants=(
            Participant("e1", "need", (0, 1)),
            Participant("e2", "need", ()),
            Participant("r1", "offer", (0, 1)),
            Participant("r2", "offer", (0,)),
        ),
        candidates=(Candidate("e1", "r1", 0.9), Candidate("e2", "r2", 0.8)),
        locked=(LockedMeeting("e1", "r1", 0),),
    )
    published = schedule(problem)
    comes_now = replace(problem.participants[1], available=(0,))
    return replace(problem, participants=(problem.participants[0], comes_now, *problem.participants[2:]), locked=()), (
        published
    )


def test_stability_comes_before_coverage_unless_more_changes_are_allowed() -> None:
    problem, published = one_move_serves_two_more()
    steady = replan(problem, published)
    assert (steady.differences.changed, steady.plan.objective.served, steady.free_bound.served) == (0, 2, 4)

    broader = replan(problem, published, more_changes=1)
    assert (broader.differences.changed, broader.fewest_changes, broader.plan.objective.served) == (1, 0, 4)
    assert [move.after.slot for move in broader.differences.moved] == [1]
    assert check(broader.problem, broader.plan).valid


def test_nothing_changed_means_no_changes() -> None:
    problem = fair()
    published = schedule(problem)
    replanned = replan(problem, published)
    assert differences(published, replanned.plan).kept == published.meetings
    assert replanned.differences.changed == len(replanned.differences.added) == 0


def test_who_is_unknown_cannot_cancel() -> None:
    problem = fair()
    with pytest.raises(UnknownPartyError, match="e77"):
        replan(problem, schedule(problem), cancelled=["e77"])
