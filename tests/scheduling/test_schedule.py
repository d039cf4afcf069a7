"""Plans are valid, as good as can be, and the same again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from matchmaker.scheduling import (
    Candidate,
    LockedMeeting,
    Objective,
    Participant,
    Problem,
    check,
    read_plan,
    schedule,
    upper_bound,
    write_plan,
)
from tests.scheduling.problems import fair, problems, times

HUNDREDTHS = 100


def best_by_another_solver(problem: Problem) -> Objective:
    """The optimum by CP-SAT over meetings at tables in slots, written from the contract alone.

    Scores must be whole hundredths.
    """
    model = cp_model.CpModel()
    locked = {(m.need, m.offer): m for m in problem.locked}
    score = {(c.need, c.offer): round(c.score * HUNDREDTHS) for c in problem.candidates}
    requested = {(c.need, c.offer) for c in problem.candidates if c.requested}
    by_id = {p.id: p for p in problem.participants}
    at = {
        (pair, slot, table): model.new_bool_var("")
        for pair in {*score, *locked}
        for slot in range(len(problem.slots))
        for table in range(1, problem.tables + 1)
        if all(slot in by_id[i].available and by_id[i].table in (None, table) for i in pair)
    }

    def chosen(**fixed: object) -> cp_model.LinearExpr:
        return sum(  # type: ignore[return-value]
            x
            for (pair, slot, table), x in at.items()
            if fixed.get("pair", pair) == pair
            and fixed.get("slot", slot) == slot
            and fixed.get("table", table) == table
            and fixed.get("who", pair[0]) in pair
        )

    people: dict[str, list[str]] = {}
    for participant in problem.participants:
        people.setdefault(participant.person or f"only {participant.id}", []).append(participant.id)
        model.add(chosen(who=participant.id) <= participant.max_meetings)
    for pair in {*score, *locked}:
        model.add(chosen(pair=pair) <= 1)
    for slot in range(len(problem.slots)):
        for table in range(1, problem.tables + 1):
            model.add(chosen(slot=slot, table=table) <= 1)
        for ids in people.values():
            model.add(sum(chosen(slot=slot, who=i) for i in ids) <= 1)
    for pair, meeting in locked.items():
        where = {"table": meeting.table} if meeting.table is not None else {}
        model.add(chosen(pair=pair, slot=meeting.slot, **where) == 1)
    served = []
    for participant in problem.participants:
        is_served = model.new_bool_var("")
        model.add(chosen(who=participant.id) >= participant.min_meetings).only_enforce_if(is_served)
        served.append(is_served)
    granted = sum(chosen(pair=pair) for pair in requested)
    total = sum(score.get(pair, 0) * x for (pair, _, _), x in at.items())
    model.maximize(10**8 * sum(served) + 10**5 * granted + total)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return Objective(sum(map(solver.value, served)), solver.value(granted), solver.value(total) / HUNDREDTHS)


@pytest.mark.slow
@given(problems())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_valid_problem_gets_a_valid_plan_as_good_as_another_solver_finds(problem: Problem) -> None:
    plan = schedule(problem)

    certificate = check(problem, plan)
    assert certificate.violations == ()
    best = best_by_another_solver(problem)
    assert (plan.objective.served, plan.objective.requested) == (best.served, best.requested)
    assert plan.objective.total_score == pytest.approx(best.total_score, abs=1e-4)
    assert plan.proven
    assert certificate.proven


@pytest.mark.slow
@given(problems(), st.integers(0, 3))
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_valid_problem_ever_yields_an_invalid_plan(problem: Problem, seed: int) -> None:
    plan = schedule(problem, seed=seed)
    certificate = check(problem, plan)
    assert certificate.violations == ()
    assert certificate.proven


@pytest.mark.slow
@given(problems())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_without_any_time_the_plan_is_still_valid_and_its_bound_holds(problem: Problem) -> None:
    hurried = schedule(problem, time_limit=0.0)
    assert check(problem, hurried).violations == ()
    assert hurried.bound >= schedule(problem).objective


@pytest.mark.slow
@given(problems())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_plan_exceeds_the_upper_bound(problem: Problem) -> None:
    objective, bound = schedule(problem).objective, upper_bound(problem)
    assert objective.served <= bound.served
    assert objective.requested <= bound.requested
    assert objective.total_score <= bound.total_score + 1e-6


def test_the_same_problem_and_seed_give_the_same_bytes(tmp_path) -> None:  # type: ignore[no-untyped-def]
    def content(seed: int) -> bytes:
        write_plan(replace(schedule(fair(), seed=seed), seconds=0.0), tmp_path / "plan.json")
        return (tmp_path / "plan.json").read_bytes()

    assert content(seed=1) == content(seed=1)
    assert len({content(seed) for seed in range(6)}) > 1


def test_another_seed_is_as_good() -> None:
    assert len({schedule(fair(), seed=seed).objective for seed in range(6)}) == 1


def test_coverage_comes_first() -> None:
    """The pair with the greatest score would leave two unserved."""
    problem = Problem(
        slots=times(1),
        tables=2,
        participants=(
            Participant("e1", "need", (0,)),
            Participant("e2", "need", (0,)),
            Participant("r1", "offer", (0,)),
            Participant("r2", "offer", (0,)),
        ),
        candidates=(Candidate("e1", "r1", 1.0), Candidate("e1", "r2", 0.1), Candidate("e2", "r1", 0.1)),
    )
    assert {m.key for m in schedule(problem).meetings} == {("e1", "r2"), ("e2", "r1")}


def test_best_pairs_that_cannot_all_meet_give_way_to_others() -> None:
    """Choosing pairs without regard to time takes both pairs of e1, who has one slot in common with each: the same."""
    problem = Problem(
        slots=times(2),
        tables=5,
        participants=(
            Participant("e1", "need", (0, 1), 0),
            Participant("r1", "offer", (0,), 0),
            Participant("r2", "offer", (0,), 0),
            Participant("r3", "offer", (1,), 0),
        ),
        candidates=(Candidate("e1", "r1", 0.9), Candidate("e1", "r2", 0.8), Candidate("e1", "r3", 0.1)),
    )
    plan = schedule(problem)
    assert {m.key for m in plan.meetings} == {("e1", "r1"), ("e1", "r3")}
    assert plan.proven


def test_locked_meetings_stand_and_get_a_table_where_they_have_none() -> None:
    plan = schedule(fair())
    meetings = {meeting.key: meeting for meeting in plan.meetings}
    assert (meetings["e1", "r3"].slot, meetings["e1", "r3"].table) == (0, 3)
    assert (meetings["e5", "r1"].slot, meetings["e5", "r1"].table) == (1, 2)
    assert meetings["e5", "r1"].score == 0.0


def test_two_participants_may_share_a_booth_and_take_turns() -> None:
    problem = Problem(
        slots=times(2),
        tables=2,
        participants=(
            Participant("e1", "need", (0, 1)),
            Participant("e2", "need", (0, 1)),
            Participant("r1", "offer", (0, 1), table=2),
            Participant("r2", "offer", (0, 1), table=2),
        ),
        candidates=(Candidate("e1", "r1", 1.0), Candidate("e2", "r2", 1.0)),
    )
    plan = schedule(problem)
    assert [meeting.table for meeting in plan.meetings] == [2, 2]
    assert {meeting.slot for meeting in plan.meetings} == {0, 1}


def test_a_stranger_locked_at_a_booth_keeps_its_owner_waiting() -> None:
    problem = Problem(
        slots=times(2),
        tables=2,
        participants=(
            Participant("e1", "need", (0,)),
            Participant("e2", "need", (0, 1)),
            Participant("r1", "offer", (0, 1), table=1),
            Participant("r2", "offer", (0, 1)),
        ),
        candidates=(Candidate("e2", "r1", 1.0),),
        locked=(LockedMeeting("e1", "r2", 0, table=1),),
    )
    assert [(m.need, m.slot, m.table) for m in schedule(problem).meetings] == [("e1", 0, 1), ("e2", 1, 1)]


def test_people_stay_at_their_table_where_it_is_free() -> None:
    problem = Problem(
        slots=times(3),
        tables=3,
        participants=(
            *(Participant(f"e{i}", "need", (0, 1, 2)) for i in range(6)),
            *(Participant(f"r{i}", "offer", (0, 1, 2)) for i in range(2)),
        ),
        candidates=tuple(Candidate(f"e{i}", f"r{i % 2}", 0.5) for i in range(6)),
    )
    plan = schedule(problem)
    assert len(plan.meetings) == 6
    assert len({(meeting.offer, meeting.table) for meeting in plan.meetings}) == 2


def test_a_plan_in_json_has_the_shape_of_the_contract_and_reads_back(tmp_path) -> None:  # type: ignore[no-untyped-def]
    plan = schedule(fair())
    write_plan(plan, tmp_path / "plan.json")
    document = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert list(document) == ["meetings", "unserved", "objective", "bound", "seconds"]
    assert list(document["meetings"][0]) == ["need", "offer", "slot", "table", "score"]
    assert document["unserved"] == [{"id": "e6", "met": 0, "wanted": 1, "reason": "e6 is free in no slot"}]
    assert {"served", "total_score"} <= document["objective"].keys() & document["bound"].keys()
    again = read_plan(tmp_path / "plan.json")
    assert (again.meetings, again.objective, again.bound) == (plan.meetings, plan.objective, plan.bound)
    assert check(fair(), again).valid
