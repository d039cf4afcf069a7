"""The table of allowed moves."""

import pytest

from matchmaker.domain.errors import Conflict
from matchmaker.domain.postings.lifecycle import MOVES, may_become, move
from matchmaker.domain.postings.posting import Need
from matchmaker.domain.vocabulary import PostingStatus as Status

ALLOWED = {
    "draft": "submitted published withdrawn",
    "submitted": "published returned withdrawn",
    "returned": "submitted published withdrawn",
    "published": "expired withdrawn closed",
    "expired": "submitted published withdrawn closed",
    "withdrawn": "submitted published",
    "closed": "",
}


@pytest.mark.parametrize("start", list(Status))
def test_moves(start: Status) -> None:
    assert {status.value for status in MOVES[start]} == set(ALLOWED[start.value].split())


@pytest.mark.parametrize("start", list(Status))
@pytest.mark.parametrize("end", list(Status))
def test_a_posting_moves_only_where_it_may(start: Status, end: Status) -> None:
    need = Need(title="滑靴偏磨", status=start)
    if may_become(need, end):
        move(need, end, "因为")
        assert (need.status, need.status_reason) == (end, "因为")
    else:
        with pytest.raises(Conflict, match=f"滑靴偏磨.*{start.zh}.*{end.zh}"):
            move(need, end)
        assert need.status is start


def test_the_message_names_states_in_the_readers_language() -> None:
    with pytest.raises(Conflict) as caught:
        move(Need(title="t", status=Status.CLOSED), Status.DRAFT)
    assert "Closed" in caught.value.text("en")
