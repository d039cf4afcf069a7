"""What must hold before a posting goes before others."""

from datetime import date

import pytest

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.postings.posting_rules import check_complete, check_dates, check_valid
from matchmaker.domain.vocabulary import Side

TODAY = date(2026, 5, 18)
YESTERDAY = date(2026, 5, 17)


@pytest.mark.parametrize("problem", ["", "磨", "⚙️" * 50, "。" * 50])
def test_a_need_must_say_what_the_problem_is(problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_complete(Side.NEED, {"problem": problem})
    assert caught.value.field == "problem"


def test_one_sentence_is_enough() -> None:
    check_complete(Side.NEED, {"problem": "柱塞泵压力升高后滑靴偏磨"})
    check_complete(Side.OFFER, {})


@pytest.mark.parametrize("name", ["deadline", "valid_until"])
def test_days_of_the_past_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="2026-05-17 已经过去") as caught:
        check_dates({name: YESTERDAY}, TODAY)
    assert caught.value.field == name


def test_today_and_no_day_are_fine() -> None:
    check_dates({"deadline": TODAY, "valid_until": None}, TODAY)


def test_a_day_that_was_there_before_may_stay() -> None:
    check_dates({"deadline": YESTERDAY}, TODAY, unchanged={"deadline": YESTERDAY})


def test_what_is_handed_in_must_still_be_valid() -> None:
    check_valid(None, TODAY)
    with pytest.raises(InvalidInput):
        check_valid(YESTERDAY, TODAY)
