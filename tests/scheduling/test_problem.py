"""Reading problems, and refusing what is malformed or contradicts itself."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from matchmaker.scheduling import (
    InvalidPlanError,
    InvalidProblemError,
    Problem,
    check,
    read_plan,
    read_problem,
    schedule,
)
from matchmaker.scheduling.errors import ContradictionError, DuplicateError, UnknownPartyError, ValueRangeError
from tests.scheduling.problems import problems

CONTRACT: dict[str, Any] = {
    "slots": ["2026-05-18T09:00", "2026-05-18T09:20"],
    "tables": 60,
    "participants": [
        {"id": "e1", "side": "need", "available": [0, 1], "min_meetings": 1, "max_meetings": 6, "table": None},
        {"id": "e2", "side": "need", "available": [0, 1]},
        {"id": "r4", "side": "offer"},
        {"id": "r9", "side": "offer", "table": 3},
    ],
    "candidates": [{"need": "e1", "offer": "r4", "score": 0.83, "requested": False}],
    "locked": [{"need": "e2", "offer": "r9", "slot": 1, "table": 3}],
}


def edited(path: str, value: object) -> dict[str, Any]:
    """The contract's example with the entry at `path` (``participants.0.side``) replaced."""
    document = deepcopy(CONTRACT)
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    entry: Any = document
    for key in parents:
        entry = entry[key]
    if isinstance(entry, list) and last == len(entry):
        entry.append(value)
    else:
        entry[last] = value
    return document


def test_the_contracts_example_is_read_and_solved(tmp_path: Path) -> None:
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(CONTRACT), encoding="utf-8-sig")
    problem = read_problem(path)
    assert problem == read_problem(CONTRACT)
    assert problem.participants[2].available == (0, 1)
    plan = schedule(problem)
    assert check(problem, plan).valid
    assert [(m.need, m.offer, m.table, m.score) for m in plan.meetings if m.slot == 1][-1] == ("e2", "r9", 3, 0.0)


@given(problems())
def test_a_problem_survives_being_written_and_read(problem: Problem) -> None:
    again = read_problem(json.loads(json.dumps(problem.to_document())))
    assert again == problem
    assert again.fingerprint == problem.fingerprint


NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("path", "value", "error", "words"),
    [
        ("slots", [], ValueRangeError, "at least one"),
        ("slots", None, InvalidProblemError, "slots is missing"),
        ("slots", "09:00", InvalidProblemError, "slots must be a list"),
        ("slots.1", "9 o'clock", ValueRangeError, "slots\\[1\\].*not a time"),
        ("slots.1", "2026-05-18T09:00", DuplicateError, "given twice"),
        ("slots.1", "2026-05-18T08:00", ValueRangeError, "earlier"),
        ("slots.1", "2026-05-18T09:20+08:00", ValueRangeError, "offset"),
        ("tables", -1, ValueRangeError, "must not be negative"),
        ("tables", "sixty", InvalidProblemError, 'tables must be a whole number, not "sixty"'),
        ("tables", True, InvalidProblemError, "whole number"),
        ("tables", 2, ValueRangeError, "numbered from 1 to 2"),
        ("participants", {}, InvalidProblemError, "participants must be a list"),
        ("participants.0", "e1", InvalidProblemError, "participants\\[0\\]: must be an object"),
        ("participants.0.id", 1, InvalidProblemError, "id must be a text"),
        ("participants.0.id", "", InvalidProblemError, "at least one character"),
        ("participants.0.id", "e2", DuplicateError, "e2.*given twice"),
        ("participants.0.side", "demand", ValueRangeError, "'need' or 'offer'"),
        ("participants.0.available", [2], ValueRangeError, "slot 2.*numbered from 0"),
        ("participants.0.available", [-1], ValueRangeError, "slot -1"),
        ("participants.0.available", ["0"], InvalidProblemError, "available\\[0\\] must be a whole number"),
        ("participants.0.min_meetings", -1, ValueRangeError, "min_meetings"),
        ("participants.0.max_meetings", -1, ValueRangeError, "max_meetings"),
        ("participants.0.max_meetings", 1.5, InvalidProblemError, "whole number"),
        ("participants.0.table", 61, ValueRangeError, "numbered from 1 to 60"),
        ("participants.0.table", 0, ValueRangeError, "numbered from 1"),
        ("candidates.0.need", "e7", UnknownPartyError, "e7"),
        ("candidates.0.offer", "e1", UnknownPartyError, "other side"),
        ("candidates.1", CONTRACT["candidates"][0], DuplicateError, "e1–r4.*twice"),
        ("candidates.0.score", NAN, ValueRangeError, "score is nan"),
        ("candidates.0.score", -0.1, ValueRangeError, "score is -0.1"),
        ("candidates.0.score", 1.01, ValueRangeError, "score is 1.01"),
        ("candidates.0.score", INFINITY, ValueRangeError, "score is inf"),
        ("candidates.0.score", None, InvalidProblemError, "score is missing"),
        ("candidates.0.score", "0.8", InvalidProblemError, "score must be a number"),
        ("candidates.0.requested", "yes", InvalidProblemError, "true or false"),
        ("locked.0.slot", 2, ValueRangeError, "slot 2"),
        ("locked.0.table", 61, ValueRangeError, "numbered from 1 to 60"),
        ("locked.0.table", 4, ContradictionError, "tables \\[3, 4\\] at once"),
        ("locked.0.need", "e8", UnknownPartyError, "e8"),
        ("locked.1", CONTRACT["locked"][0], ContradictionError, "locked twice"),
        ("locked.1", {"need": "e2", "offer": "r4", "slot": 1}, ContradictionError, "participant e2"),
        ("locked.1", {"need": "e1", "offer": "r4", "slot": 1, "table": 3}, ContradictionError, "table 3"),
        ("participants.1.available", [0], ContradictionError, "e2 is not available"),
        ("participants.1.max_meetings", 0, ContradictionError, "max_meetings \\(0\\)"),
    ],
)
def test_what_is_malformed_is_refused_naming_the_entry(
    path: str, value: object, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        read_problem(edited(path, value))


def test_more_locked_meetings_than_tables_are_refused() -> None:
    document = edited("tables", 1)
    document["participants"][3]["table"] = None
    document["locked"] = [{"need": "e2", "offer": "r9", "slot": 1}, {"need": "e1", "offer": "r4", "slot": 1}]
    with pytest.raises(ContradictionError, match="than there are tables"):
        read_problem(document)


def test_one_person_on_both_sides_of_a_locked_meeting_is_refused() -> None:
    document = edited("participants.1.person", "Li")
    document["participants"][3]["person"] = "Li"
    with pytest.raises(ContradictionError, match="one person"):
        read_problem(document)


def test_clocks_that_go_back_need_offsets() -> None:
    repeated = ["2026-10-25T02:40+02:00", "2026-10-25T02:00+01:00"]
    assert read_problem(edited("slots", repeated)).slots == tuple(repeated)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "not JSON: line 1"),
        (b"[]", "one JSON object"),
        ('{"slots": "对接会"}'.encode("gbk"), "UTF-8"),
        (b"[" * 100_000, "JSON|deeply"),
        (b"", "not JSON"),
    ],
)
def test_a_file_that_is_no_problem_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "problem.json"
    path.write_bytes(content)
    with pytest.raises(InvalidProblemError, match=words):
        read_problem(path)


def test_a_plan_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidPlanError, match="meetings is missing"):
        read_plan({})
    with pytest.raises(InvalidPlanError, match=r"meetings\[0\]: table is missing"):
        read_plan({"meetings": [{"need": "e1", "offer": "r1", "slot": 0}]})
