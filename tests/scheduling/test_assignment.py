"""Who meets whom, without times."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.scheduling.assignment import (
    AssignmentProblem,
    Pair,
    Party,
    UnmatchedReason,
    assign,
    shortlist,
)
from matchmaker.scheduling.errors import (
    ContradictionError,
    DuplicateError,
    UnknownPartyError,
    ValueRangeError,
)
from matchmaker.scheduling.objective import Objective

NEEDS = ("e1", "e2", "e3")
OFFERS = ("r1", "r2", "r3")
EVERY_KEY = tuple((need, offer) for need in NEEDS for offer in OFFERS)


def best_by_enumeration(problem: AssignmentProblem) -> Objective:
    """The optimum found by trying every subset of the pairs: slow, obviously right, shares nothing with `assign`."""
    score = {pair.key: pair.score for pair in problem.pairs}
    requested = {pair.key for pair in problem.pairs if pair.requested}
    free = sorted(set(score) - problem.pinned - problem.excluded)
    best = (-1, -1, -1.0)
    for size in range(len(free) + 1):
        for extra in combinations(free, size):
            made = {*problem.pinned, *extra}
            met = {party.id: sum(party.id in key for key in made) for party in problem.parties}
            if any(met[party.id] > party.max_meetings for party in problem.parties):
                continue
            if problem.most_pairs is not None and len(made) > problem.most_pairs:
                continue
            served = sum(met[party.id] >= party.min_meetings for party in problem.parties)
            total = sum(score.get(key, 0.0) for key in sorted(made))
            best = max(best, (served, len(made & requested), total))
    return Objective(*best)


@st.composite
def small_problems(draw: st.DrawFn) -> AssignmentProblem:
    parties = tuple(
        Party(name, side, draw(st.integers(0, 2)), draw(st.integers(1, 3)))
        for side, names in (("need", NEEDS), ("offer", OFFERS))
        for name in names
    )
    keys = draw(st.lists(st.sampled_from(EVERY_KEY), unique=True, max_size=8))
    pairs = tuple(Pair(*key, draw(st.floats(0, 1)), draw(st.booleans())) for key in keys)
    pinned = frozenset(draw(st.lists(st.sampled_from(EVERY_KEY), max_size=1)))
    excluded = frozenset(draw(st.lists(st.sampled_from(EVERY_KEY), max_size=2))) - pinned
    return AssignmentProblem(parties, pairs, pinned, excluded, draw(st.none() | st.integers(1, 6)))


@pytest.mark.slow
@given(small_problems())
@settings(max_examples=150, deadline=None)
def test_reaches_what_enumeration_finds_and_keeps_the_rules(problem: AssignmentProblem) -> None:
    assignment = assign(problem)

    best = best_by_enumeration(problem)
    assert assignment.proven
    assert assignment.objective == assignment.bound
    assert (assignment.objective.served, assignment.objective.requested) == (best.served, best.requested)
    assert assignment.objective.total_score == pytest.approx(best.total_score, abs=2e-6)

    made = [(pair.need, pair.offer) for pair in assignment.pairs]
    assert len(made) == len(set(made))
    assert problem.pinned <= set(made)
    assert not problem.excluded & set(made)
    for party in problem.parties:
        met = sum(party.id in key for key in made)
        assert met <= party.max_meetings
        assert (party.id in {unserved.id for unserved in assignment.unserved}) == (met < party.min_meetings)


def test_coverage_comes_before_requests_and_requests_before_score() -> None:
    parties = (Party("e1", "need"), Party("e2", "need"), Party("r1", "offer", 1, 1), Party("r2", "offer", 1, 1))
    pairs = (Pair("e1", "r1", 1.0), Pair("e1", "r2", 0.1), Pair("e2", "r1", 0.1))
    coverage_first = assign(AssignmentProblem(parties, pairs))
    assert [(p.need, p.offer) for p in coverage_first.pairs] == [("e1", "r2"), ("e2", "r1")]

    pairs = (Pair("e1", "r1", 0.9), Pair("e2", "r2", 0.9), Pair("e1", "r2", 0.1, requested=True), Pair("e2", "r1", 0.1))
    requests_first = assign(AssignmentProblem(parties, pairs))
    assert requests_first.objective == Objective(served=4, requested=1, total_score=0.2)


def test_a_pinned_pair_needs_no_score_and_counts_towards_the_maximum() -> None:
    parties = (Party("e1", "need", 1, 1), Party("r1", "offer"), Party("r2", "offer"))
    assignment = assign(AssignmentProblem(parties, (Pair("e1", "r2", 1.0),), pinned=frozenset({("e1", "r1")})))
    (pair,) = assignment.pairs
    assert (pair.offer, pair.score, pair.pinned) == ("r1", 0.0, True)
    assert [(u.id, u.reason) for u in assignment.unserved] == [("r2", UnmatchedReason.PARTNERS_FULL)]


@pytest.mark.parametrize(
    ("party", "pairs", "excluded", "most_pairs", "reason"),
    [
        (Party("e9", "need"), (), (), None, UnmatchedReason.NO_CANDIDATES),
        (Party("e9", "need"), (Pair("e9", "r1", 1.0),), (("e9", "r1"),), None, UnmatchedReason.ALL_EXCLUDED),
        (Party("e9", "need", 2), (Pair("e9", "r1", 1.0),), (), None, UnmatchedReason.TOO_FEW_CANDIDATES),
        (Party("e9", "need", 2, 1), (Pair("e9", "r1", 1.0),), (), None, UnmatchedReason.MAXIMUM_BELOW_MINIMUM),
        (Party("e9", "need"), (Pair("e9", "r1", 0.1),), (), None, UnmatchedReason.PARTNERS_FULL),
        (Party("e9", "need"), (Pair("e9", "r1", 0.1),), (), 1, UnmatchedReason.LIST_FULL),
    ],
)
def test_who_is_left_out_is_told_why(party, pairs, excluded, most_pairs, reason) -> None:  # type: ignore[no-untyped-def]
    parties = (Party("e1", "need"), party, Party("r1", "offer", 1, 1))
    problem = AssignmentProblem(
        parties, (Pair("e1", "r1", 0.9), *pairs), excluded=frozenset(excluded), most_pairs=most_pairs
    )
    assert {unserved.id: unserved.reason for unserved in assign(problem).unserved}["e9"] == reason


def test_nobody_and_nothing_to_pair_is_an_empty_list() -> None:
    assert assign(AssignmentProblem((), ())).pairs == ()
    assert assign(AssignmentProblem((Party("e1", "need", 0),), ())).objective == Objective(1, 0, 0.0)


@pytest.mark.parametrize(
    ("error", "words", "parties", "pairs", "pinned", "excluded"),
    [
        (DuplicateError, "e1", [Party("e1", "offer")], [], [], []),
        (DuplicateError, "e1–r1", [], [Pair("e1", "r1", 0.5)], [], []),
        (UnknownPartyError, "r7", [], [Pair("e1", "r7", 0.5)], [], []),
        (UnknownPartyError, "r7", [], [], [("e1", "r7")], []),
        (UnknownPartyError, "other side", [], [], [], [("r1", "e1")]),
        (ValueRangeError, "nan", [Party("r2", "offer")], [Pair("e1", "r2", float("nan"))], [], []),
        (ValueRangeError, "-0.1", [Party("r2", "offer")], [Pair("e1", "r2", -0.1)], [], []),
        (ValueRangeError, "1.1", [Party("r2", "offer")], [Pair("e1", "r2", 1.1)], [], []),
        (ValueRangeError, "max_meetings", [Party("r2", "offer", 0, -1)], [], [], []),
        (ValueRangeError, "side", [Party("r2", "demand")], [], [], []),  # type: ignore[arg-type]
        (ContradictionError, "excluded", [], [], [("e1", "r1")], [("e1", "r1")]),
        (ContradictionError, "max_meetings", [Party("r2", "offer", 0, 0)], [], [("e1", "r2")], []),
    ],
)
def test_a_malformed_problem_is_refused_naming_the_entry(error, words, parties, pairs, pinned, excluded) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=words):
        AssignmentProblem(
            (Party("e1", "need"), Party("r1", "offer"), *parties),
            (Pair("e1", "r1", 0.5), *pairs),
            frozenset(pinned),
            frozenset(excluded),
        )


def test_more_pins_than_the_list_may_hold_are_refused() -> None:
    parties = (Party("e1", "need"), Party("r1", "offer"), Party("r2", "offer"))
    with pytest.raises(ContradictionError, match="only 1 may be made"):
        AssignmentProblem(parties, (), frozenset({("e1", "r1"), ("e1", "r2")}), most_pairs=1)


def test_shortlist_keeps_the_best_of_both_sides_and_the_requested() -> None:
    pairs = (
        Pair("e1", "r1", 0.9),
        Pair("e1", "r2", 0.8),
        Pair("e2", "r1", 0.7),
        Pair("e2", "r2", 0.1),
        Pair("e1", "r3", 0.05, requested=True),
    )
    assert shortlist(pairs, 1) == (pairs[0], pairs[1], pairs[2], pairs[4])
