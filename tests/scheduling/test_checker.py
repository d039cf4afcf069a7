"""The checker refuses plans that were damaged on purpose, each with its reason."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from matchmaker.scheduling import (
    Meeting,
    Objective,
    Plan,
    PlanRefusedError,
    Problem,
    Rule,
    UnservedParticipant,
    check,
    schedule,
)
from tests.scheduling.problems import fair

Damage = Callable[[Plan], Plan]


@pytest.fixture(scope="module")
def problem() -> Problem:
    return fair()


@pytest.fixture(scope="module")
def plan(problem: Problem) -> Plan:
    return schedule(problem)


def edit(need: str, offer: str, /, **fields: object) -> Damage:
    """Change fields of one meeting."""

    def damage(plan: Plan) -> Plan:
        assert any(meeting.key == (need, offer) for meeting in plan.meetings), "the plan has no such meeting"
        return replace(
            plan,
            meetings=tuple(
                replace(meeting, **fields) if meeting.key == (need, offer) else meeting for meeting in plan.meetings
            ),
        )

    return damage


def add(need: str, offer: str, slot: int, table: int, score: float = 0.0) -> Damage:
    return lambda plan: replace(plan, meetings=(*plan.meetings, Meeting(need, offer, slot, table, score)))


def drop(need: str, offer: str) -> Damage:
    return lambda plan: replace(plan, meetings=tuple(m for m in plan.meetings if m.key != (need, offer)))


def again(need: str, offer: str, slot: int, table: int) -> Damage:
    """One more meeting of a pair that meets already."""
    return add(need, offer, slot, table)


def state(**fields: object) -> Damage:
    """Change what the plan says of itself."""
    return lambda plan: replace(plan, **fields)  # type: ignore[arg-type]


def objective(**fields: object) -> Damage:
    return lambda plan: replace(plan, objective=replace(plan.objective, **fields))


def bound(**fields: object) -> Damage:
    return lambda plan: replace(plan, bound=replace(plan.bound, **fields))


def unserved(*entries: UnservedParticipant) -> Damage:
    return lambda plan: replace(plan, unserved=entries)


E6 = UnservedParticipant("e6", 0, 1, "e6 is free in no slot")

DAMAGED: dict[str, tuple[Damage, Rule]] = {
    # Things that do not exist.
    "an unknown need": (add("e99", "r2", 3, 4), Rule.UNKNOWN_PARTICIPANT),
    "an unknown offer": (add("e1", "r99", 3, 4), Rule.UNKNOWN_PARTICIPANT),
    "an empty id": (add("", "r2", 3, 4), Rule.UNKNOWN_PARTICIPANT),
    "sides exchanged": (add("r2", "e2", 3, 4), Rule.WRONG_SIDE),
    "two needs": (add("e1", "e2", 3, 4), Rule.WRONG_SIDE),
    "two offers": (add("r2", "r3", 3, 4), Rule.WRONG_SIDE),
    "a pair that is no candidate": (add("e2", "r4", 0, 4), Rule.NOT_A_CANDIDATE),
    "a partner exchanged": (edit("e5", "r3", offer="r4"), Rule.NOT_A_CANDIDATE),
    "a slot after the last": (edit("e1", "r2", slot=4), Rule.UNKNOWN_SLOT),
    "a slot before the first": (edit("e1", "r2", slot=-1), Rule.UNKNOWN_SLOT),
    "half a slot": (edit("e1", "r2", slot=1.5), Rule.UNKNOWN_SLOT),
    "a truth value for a slot": (edit("e1", "r2", slot=True), Rule.UNKNOWN_SLOT),
    "a table too many": (edit("e1", "r2", table=5), Rule.UNKNOWN_TABLE),
    "table zero": (edit("e1", "r2", table=0), Rule.UNKNOWN_TABLE),
    "a negative table": (edit("e1", "r2", table=-2), Rule.UNKNOWN_TABLE),
    "no table": (edit("e1", "r2", table=None), Rule.UNKNOWN_TABLE),
    # Clashes.
    "a pair twice": (again("e1", "r3", 2, 4), Rule.PAIR_TWICE),
    "a meeting copied": (again("e1", "r3", 0, 3), Rule.PAIR_TWICE),
    "a need in two meetings at once": (add("e1", "r1", 0, 2, 0.9), Rule.PERSON_COLLISION),
    "an offer in two meetings at once": (add("e2", "r3", 0, 4, 0.6), Rule.PERSON_COLLISION),
    "a locked need booked elsewhere": (add("e5", "r2", 1, 4, 0.2), Rule.PERSON_COLLISION),
    "one person on two chairs": (
        lambda plan: replace(
            plan, meetings=(Meeting("e3", "r2", 2, 1, 0.5), Meeting("e4", "r4", 2, 3, 0.75), *plan.meetings)
        ),
        Rule.PERSON_COLLISION,
    ),
    "two meetings at one table": (add("e2", "r2", 0, 3), Rule.TABLE_COLLISION),
    "two meetings at one booth": (add("e2", "r2", 1, 2), Rule.TABLE_COLLISION),
    "more meetings than tables": (
        lambda plan: replace(plan, meetings=tuple(replace(m, slot=0) for m in plan.meetings)),
        Rule.TOO_FEW_TABLES,
    ),
    # Calendars, limits, booths.
    "a slot in which the need is away": (edit("e2", "r3", slot=3), Rule.NOT_AVAILABLE),
    "a slot in which the offer is away": (edit("e5", "r3", slot=3), Rule.NOT_AVAILABLE),
    "someone who is never there": (add("e6", "r1", 3, 2, 0.95), Rule.NOT_AVAILABLE),
    "an offer over its maximum": (
        lambda plan: replace(plan, meetings=(*plan.meetings, *(Meeting(f"e{i}", "r4", 3, i, 0.0) for i in (1, 2)))),
        Rule.MAXIMUM_EXCEEDED,
    ),
    "a need over its maximum": (
        lambda plan: replace(plan, meetings=(*plan.meetings, *(Meeting("e2", f"r{i}", 1, i, 0.0) for i in (2, 4)))),
        Rule.MAXIMUM_EXCEEDED,
    ),
    "an exhibitor away from its booth": (edit("e5", "r1", table=4), Rule.AWAY_FROM_BOOTH),
    # Locked meetings.
    "a locked meeting left out": (drop("e5", "r1"), Rule.LOCKED_MISSING),
    "every meeting left out": (state(meetings=()), Rule.LOCKED_MISSING),
    "a locked meeting in another slot": (edit("e1", "r3", slot=2), Rule.LOCKED_MOVED),
    "a locked meeting at another table": (edit("e1", "r3", table=4), Rule.LOCKED_MOVED),
    # What is said of scores.
    "a score embellished": (edit("e1", "r2", score=0.99), Rule.WRONG_SCORE),
    "a score for a pair without one": (edit("e5", "r1", score=0.5), Rule.WRONG_SCORE),
    "a score that is no number": (edit("e1", "r2", score=math.nan), Rule.WRONG_SCORE),
    # What is said of the unserved.
    "an unserved participant concealed": (unserved(), Rule.WRONG_UNSERVED),
    "a served participant called unserved": (
        unserved(E6, UnservedParticipant("e1", 0, 1, "no luck")),
        Rule.WRONG_UNSERVED,
    ),
    "an unknown participant called unserved": (
        unserved(E6, UnservedParticipant("e99", 0, 1, "no luck")),
        Rule.WRONG_UNSERVED,
    ),
    "an unserved participant twice": (unserved(E6, E6), Rule.WRONG_UNSERVED),
    "meetings of the unserved miscounted": (unserved(replace(E6, met=1)), Rule.WRONG_UNSERVED),
    "wishes of the unserved miscounted": (unserved(replace(E6, wanted=2)), Rule.WRONG_UNSERVED),
    "no reason": (unserved(replace(E6, reason="  ")), Rule.WRONG_UNSERVED),
    # What is said of the whole.
    "one more served": (objective(served=10), Rule.WRONG_OBJECTIVE),
    "one fewer served": (objective(served=8), Rule.WRONG_OBJECTIVE),
    "one more request": (objective(requested=9), Rule.WRONG_OBJECTIVE),
    "a total embellished": (objective(total_score=99.0), Rule.WRONG_OBJECTIVE),
    "a total that is no number": (objective(total_score=math.nan), Rule.WRONG_OBJECTIVE),
    "a bound below those served": (bound(served=1), Rule.WRONG_BOUND),
    "a bound above all who came": (bound(served=11), Rule.WRONG_BOUND),
    "a bound below the requests": (bound(requested=0), Rule.WRONG_BOUND),
    "a bound below the total": (bound(total_score=0.1), Rule.WRONG_BOUND),
    "a bound that is no number": (bound(total_score=math.nan), Rule.WRONG_BOUND),
    "an infinite bound": (bound(total_score=math.inf), Rule.WRONG_BOUND),
    "a negative duration": (state(seconds=-1.0), Rule.WRONG_DURATION),
    "a duration that is no number": (state(seconds=math.nan), Rule.WRONG_DURATION),
    "a plan of another problem": (state(problem_fingerprint="0" * 64), Rule.OTHER_PROBLEM),
}


def test_there_are_fifty_damages() -> None:
    assert len(DAMAGED) >= 50


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_plan_is_refused_with_its_reason(name: str, problem: Problem, plan: Plan) -> None:
    damage, rule = DAMAGED[name]
    certificate = check(problem, damage(plan))
    assert rule in {violation.rule for violation in certificate.violations}
    for violation in certificate.violations:
        assert all(f"{need}–{offer}" in violation.sentence for need, offer in violation.pairs)
        assert violation.participant is None or violation.sentence.startswith(violation.participant)
    with pytest.raises(PlanRefusedError) as refused:
        certificate.require_valid()
    assert len(refused.value.violations) == len(certificate.violations)


def test_the_undamaged_plan_is_certified(problem: Problem, plan: Plan) -> None:
    certificate = check(problem, plan)
    certificate.require_valid()
    assert certificate.proven
    assert certificate.seed == 0
    assert certificate.problem_fingerprint == problem.fingerprint
    assert certificate.unserved == ("e6",)
    assert certificate.wishes == 4
    assert certificate.wishes_met == plan.objective.requested
    assert certificate.meetings == sum(certificate.tables_in_use) == len(plan.meetings)
    assert certificate.slots_filled == len(plan.meetings) / 16
    assert certificate.fewest_meetings == 0
    assert sum(certificate.meetings_of.values()) == 2 * len(plan.meetings)
    json.dumps(certificate.to_document(), allow_nan=False)


def test_gaps_are_counted_between_consecutive_meetings(problem: Problem) -> None:
    meetings = (Meeting("e1", "r3", 0, 3, 0.3), Meeting("e1", "r1", 3, 2, 0.9), Meeting("e5", "r1", 1, 2, 0.0))
    plan = Plan(meetings, (), Objective(0, 0, 0.0), Objective(0, 0, 0.0), 0.0)
    certificate = check(problem, plan)
    assert certificate.idle_slots["e1"] == 2
    assert certificate.idle_slots["r1"] == 1
    assert certificate.greatest_idle_gap == 2
    assert certificate.mean_idle_gap == 1.5
