"""The moves of an interest, against the table written out by hand."""

import pytest

from matchmaker.domain.errors import Conflict
from matchmaker.domain.interest import Interest, InterestAction, InterestStatus

ALLOWED = {
    ("asked", "accept"): "accepted",
    ("asked", "decline"): "declined",
    ("asked", "question"): "questioned",
    ("asked", "withdraw"): "withdrawn",
    ("questioned", "accept"): "accepted",
    ("questioned", "decline"): "declined",
    ("questioned", "answer"): "asked",
    ("questioned", "withdraw"): "withdrawn",
}


@pytest.mark.parametrize("status", list(InterestStatus))
@pytest.mark.parametrize("action", list(InterestAction))
def test_only_the_allowed_moves_are_made(status: InterestStatus, action: InterestAction) -> None:
    interest = Interest(status=status)
    wanted = ALLOWED.get((status.value, action.value))
    if wanted is None:
        with pytest.raises(Conflict, match=status.zh):
            interest.move(action)
        assert interest.status is status
    else:
        interest.move(action)
        assert interest.status.value == wanted


@pytest.mark.parametrize("status", list(InterestStatus))
def test_open_is_what_somebody_has_to_answer(status: InterestStatus) -> None:
    assert Interest(status=status).open is (status.value in ("asked", "questioned"))
