"""What the scheduler finds wrong, in the reader's language."""

from typing import Any

import pytest

from matchmaker.i18n import translate
from matchmaker.scheduling import InvalidProblemError, read_problem
from matchmaker.scheduling.errors import DocumentError, Fault
from matchmaker.services.events.scheduling.fault_messages import fault_message

DETAILS: dict[str, Any] = {
    "byte": 3,
    "line": 1,
    "column": 2,
    "reason": "Expecting value",
    "given": "x",
    "field": "available",
    "slot": 7,
    "table": 9,
    "tables": [3, 4],
    "count": 2,
    "most": 1,
    "participant": "e1",
    "side": "need",
    "person": "Li",
    "other_need": "e2",
    "other_offer": "r2",
    "resource": "person",
    "name": "Li",
    "time": "09:00",
}


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_fault_has_its_words(fault: Fault, language: str) -> None:
    for pair in (("e1", "r1"), None):
        error = DocumentError("locked e1–r1", fault, pair, **DETAILS)
        message, values = fault_message(error)
        names = {"need": "", "offer": ""} | values
        text = translate(message, language, **names)
        assert text
        assert "%(" not in text
        assert (text == message % names) is (language == "zh")


PROBLEM: dict[str, Any] = {
    "slots": ["2031-05-18T09:00", "2031-05-18T09:20"],
    "tables": 1,
    "participants": [
        {"id": "e1", "side": "need"},
        {"id": "e2", "side": "need", "available": [0]},
        {"id": "r1", "side": "offer", "max_meetings": 1},
    ],
    "candidates": [],
}


@pytest.mark.parametrize(
    ("change", "fault", "pair", "text"),
    [
        (
            {"locked": [{"need": "e2", "offer": "r1", "slot": 1}]},
            Fault.NOT_AVAILABLE,
            ("e2", "r1"),
            "“乙厂”与“r1”定在 时段 1，但“乙厂”这个时段不能参加；请解锁、改时间或改其可参加时段",
        ),
        (
            {"locked": [{"need": "e1", "offer": "r1", "slot": 0, "table": 2}]},
            Fault.UNKNOWN_TABLE,
            ("e1", "r1"),
            "“e1”与“r1”定在 时段 0 的 2 号桌，但只有 1 张桌；请换桌或加桌",
        ),
        (
            {"locked": [{"need": "e1", "offer": "r1", "slot": 1}, {"need": "e2", "offer": "r1", "slot": 0}]},
            Fault.TOO_MANY_MEETINGS,
            ("e2", "r1"),
            "“r1”最多洽谈 1 场，已定下 2 场；请解锁一场或提高上限",
        ),
        (
            {"locked": [{"need": "e1", "offer": "r1", "slot": 0}, {"need": "e2", "offer": "r1", "slot": 0}]},
            Fault.CLASH,
            ("e2", "r1"),
            "“乙厂”与“r1”、“e1”与“r1”都定在 时段 0",
        ),
        ({"participants": [{"id": "e1", "side": "need", "table": 4}]}, Fault.UNKNOWN_TABLE, None, "“e1”固定在 4 号桌"),
    ],
)
def test_contradictions_are_told_with_names_and_times(
    change: dict[str, Any], fault: Fault, pair: tuple[str, str] | None, text: str
) -> None:
    with pytest.raises(InvalidProblemError) as refused:
        read_problem(PROBLEM | change)
    error = refused.value
    assert (error.fault, error.pair) == (fault, pair)
    message, values = fault_message(error, lambda name: {"e2": "乙厂"}.get(name, name), lambda slot: f"时段 {slot}")
    assert text in translate(message, "zh", **values)
