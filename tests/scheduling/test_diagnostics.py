"""Everyone left out is told why, and what would help does help."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from matchmaker.scheduling import (
    Candidate,
    LockedMeeting,
    Participant,
    Plan,
    Problem,
    UnscheduledReason,
    WhyNotReason,
    schedule,
    table_gains,
    why_not,
    why_not_all,
)
from matchmaker.scheduling.diagnostics import ChangeKind, WhyNot
from matchmaker.scheduling.errors import UnknownPartyError
from tests.scheduling.problems import fair, problems, times

BOTH = (0, 1)


def problem(*participants: Participant, tables: int = 5, locked: tuple[LockedMeeting, ...] = ()) -> Problem:
    """Two slots; e9 is the one left out; every need is a candidate for every offer, e1 best."""
    everyone = (*participants, Participant("e1", "need", BOTH, max_meetings=1))
    needs = [p.id for p in everyone if p.side == "need"]
    offers = [p.id for p in everyone if p.side == "offer"]
    candidates = tuple(Candidate(n, o, 0.9 if n == "e1" else 0.1) for n in needs for o in offers)
    return Problem(times(2), tables, everyone, candidates, locked)


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (problem(Participant("e9", "need", BOTH, 3, 2), Participant("r1", "offer", BOTH)), "maximum_below_minimum"),
        (problem(Participant("e9", "need", BOTH), Participant("r1", "offer", BOTH), tables=0), "no_tables"),
        (problem(Participant("e9", "need", BOTH)), "no_candidates"),
        (problem(Participant("e9", "need", ()), Participant("r1", "offer", BOTH)), "never_available"),
        (problem(Participant("e9", "need", BOTH, 3), Participant("r1", "offer", BOTH)), "too_few_slots"),
        (problem(Participant("e9", "need", BOTH, 2), Participant("r1", "offer", BOTH)), "too_few_candidates"),
        (problem(Participant("e9", "need", (1,)), Participant("r1", "offer", (0,))), "no_common_slot"),
        (
            problem(
                Participant("e9", "need", BOTH),
                Participant("r1", "offer", BOTH, 1, 1),
                locked=(LockedMeeting("e1", "r1", 0),),
            ),
            "candidates_full",
        ),
        (
            problem(
                Participant("e9", "need", (0,)),
                Participant("r1", "offer", BOTH),
                Participant("r2", "offer", BOTH),
                tables=1,
                locked=(LockedMeeting("e1", "r1", 0),),
            ),
            "tables_full",
        ),
        (
            problem(
                Participant("e9", "need", (0,)),
                Participant("r1", "offer", BOTH),
                locked=(LockedMeeting("e1", "r1", 0),),
            ),
            "candidates_busy",
        ),
    ],
)
def test_the_unserved_are_told_why(case: Problem, reason: str) -> None:
    (entry,) = [entry for entry in schedule(case).unserved if entry.id == "e9"]
    assert entry.code == UnscheduledReason(reason)
    assert entry.reason


def by_hand(case: Problem) -> Plan:
    """The plan with the locked meetings only."""
    return schedule(replace(case, candidates=()))


def ask(case: Problem, need: str = "e9", offer: str = "r1") -> WhyNot:
    return why_not(case, by_hand(case), need, offer)


def test_why_not_no_common_slot_names_who_would_have_to_come() -> None:
    answer = ask(problem(Participant("e9", "need", (1,)), Participant("r1", "offer", (0,))))
    assert answer.reason == WhyNotReason.NO_COMMON_SLOT
    assert answer.change is not None
    assert (answer.change.kind, answer.change.slot, answer.change.participants) == (ChangeKind.BE_AVAILABLE, 0, ("e9",))


def test_why_not_limit_reached_names_whose() -> None:
    answer = ask(
        problem(
            Participant("e9", "need", BOTH),
            Participant("r1", "offer", BOTH, 1, 1),
            locked=(LockedMeeting("e1", "r1", 0),),
        )
    )
    assert (answer.reason, answer.at_limit) == (WhyNotReason.LIMIT_REACHED, ("r1",))
    assert answer.change is not None
    assert (answer.change.kind, answer.change.slot) == (ChangeKind.RAISE_MAXIMUM, 1)


def test_why_not_tables_full_names_the_slots() -> None:
    case = problem(
        Participant("e9", "need", (0,)),
        Participant("r1", "offer", BOTH),
        Participant("r2", "offer", BOTH),
        tables=1,
        locked=(LockedMeeting("e1", "r2", 0),),
    )
    answer = ask(case)
    assert (answer.reason, answer.full_slots) == (WhyNotReason.TABLES_FULL, (0,))
    assert [(gain.slot, gain.more_tables) for gain in table_gains(case, by_hand(case))] == [(0, 1)]


def test_why_not_lost_names_the_meetings_in_the_way() -> None:
    case = problem(
        Participant("e9", "need", (0,)), Participant("r1", "offer", BOTH), locked=(LockedMeeting("e1", "r1", 0),)
    )
    answer = ask(case)
    assert answer.reason == WhyNotReason.LOST_TO_OTHERS
    assert [m.key for m in answer.in_the_way] == [("e1", "r1")]
    assert answer.change is not None
    assert answer.change.instead_of == answer.in_the_way


def test_why_not_for_pairs_that_never_could() -> None:
    case = fair()
    plan = schedule(case)
    assert why_not(case, plan, "e2", "r4").reason == WhyNotReason.NOT_A_CANDIDATE
    booths = problem(Participant("e9", "need", BOTH, table=1), Participant("r1", "offer", BOTH, table=2))
    assert ask(booths).reason == WhyNotReason.SAME_PERSON_OR_BOOTHS
    with pytest.raises(UnknownPartyError, match="e77"):
        why_not(case, plan, "e77", "r1")
    with pytest.raises(ValueError, match="do meet"):
        why_not(case, plan, "e5", "r1")


@pytest.mark.slow
@given(problems())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_wish_left_out_is_explained_and_the_change_makes_room(case: Problem) -> None:
    plan = schedule(case)
    met = {meeting.key for meeting in plan.meetings}
    answers = why_not_all(case, plan)
    assert {(a.need, a.offer) for a in answers} == {c.key for c in case.candidates if c.requested} - met
    for answer in answers:
        # What the optimum leaves out cannot simply be added: it would have been.
        assert answer.reason not in (WhyNotReason.OPEN, WhyNotReason.NOT_A_CANDIDATE)
        if answer.change is not None and answer.change.slot is not None:
            changed, gone = after(case, answer)
            stands = tuple(LockedMeeting(m.need, m.offer, m.slot) for m in plan.meetings if m.key not in gone)
            replace(changed, locked=(*stands, LockedMeeting(answer.need, answer.offer, answer.change.slot)))


def after(case: Problem, answer: WhyNot) -> tuple[Problem, set[tuple[str, str]]]:
    """The problem with the suggested change made, and the meetings given up."""
    change = answer.change
    assert change is not None
    assert change.slot is not None
    slot = change.slot

    def adapted(participant: Participant) -> Participant:
        if participant.id not in change.participants:
            return participant
        if change.kind == ChangeKind.RAISE_MAXIMUM:
            return replace(participant, max_meetings=participant.max_meetings + 1)
        return replace(participant, available=tuple(sorted({*participant.available, slot})))

    tables = case.tables + (change.kind == ChangeKind.MORE_TABLES)
    changed = replace(case, tables=tables, participants=tuple(map(adapted, case.participants)), locked=())
    return changed, {meeting.key for meeting in change.instead_of}
