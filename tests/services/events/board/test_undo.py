import pytest

from matchmaker.domain.errors import Conflict
from matchmaker.domain.vocabulary import MeetingStatus, PlanOrigin
from matchmaker.services.events.board.edit_lock import BoardConflict
from matchmaker.services.events.board.edits import cancel_meeting, lock_meeting, place_meeting, swap_meetings
from matchmaker.services.events.board.undo import redo, steps_of, undo
from matchmaker.services.events.board.view import board_state
from matchmaker.services.events.plan.versions import record_version
from tests.scheduled import slot
from tests.services.events.board.fair import Fair, on_both_databases


@on_both_databases
def test_several_steps_are_undone_and_done_again(fair: Fair) -> None:
    fair.move(1, to=1, table=1)
    fair.do(swap_meetings, fair.meetings[1].id, fair.meetings[2].id)
    fair.do(lock_meeting, fair.meetings[0].id)
    fair.do(cancel_meeting, fair.meetings[2].id, "来不了")
    assert fair.event.plan_version == 5

    places = [fair.place(number) for number in (1, 2, 3)]
    for _ in range(4):
        fair.with_corpus(undo)
    assert [fair.place(number) for number in (1, 2, 3)] == [(slot(0), number) for number in (1, 2, 3)]
    assert not fair.meetings[0].locked
    assert fair.meetings[2].status is MeetingStatus.PLANNED
    assert fair.event.plan_version == 9
    with pytest.raises(Conflict, match="没有可以撤销的步骤"):
        fair.with_corpus(undo)

    for _ in range(4):
        fair.with_corpus(redo)
    assert [fair.place(number) for number in (1, 2, 3)] == places
    assert fair.meetings[0].locked
    assert fair.meetings[2].status is MeetingStatus.CANCELLED
    with pytest.raises(Conflict, match="没有可以重做的步骤"):
        fair.with_corpus(redo)


def test_a_new_step_forgets_what_was_undone(fair: Fair) -> None:
    fair.move(1, to=1, table=1)
    fair.with_corpus(undo)
    fair.move(2, to=1, table=1)
    assert steps_of(fair.session, fair.organizer, fair.event).undone == []
    fair.with_corpus(undo)
    assert fair.place(2) == (slot(0), 2)


def test_a_placed_new_pair_is_undone_and_done_again(fair: Fair) -> None:
    pair = fair.pair(1, 2)
    fair.with_corpus(place_meeting, pair, slot(2), 1)
    fair.with_corpus(undo)
    assert len(board_state(fair.session, fair.event).meetings) == 3
    fair.with_corpus(redo)
    state = board_state(fair.session, fair.event)
    assert (state.placed[slot(2), 1].need_side_id, state.placed[slot(2), 1].offer_side_id) == pair


def test_nobody_undoes_what_another_did(fair: Fair) -> None:
    fair.move(1, to=1, table=1)
    fair.move(2, to=2, table=2, by=fair.colleague)
    changed = fair.with_corpus(undo, seen=2)
    assert (fair.place(1), fair.place(2)) == ((slot(0), 1), (slot(2), 2))
    assert changed.concurrent_changes is not None


def test_what_was_changed_since_is_not_undone(fair: Fair) -> None:
    fair.move(1, to=1, table=1)
    fair.move(1, to=2, table=2, by=fair.colleague)
    with pytest.raises(BoardConflict, match="又被别人改过"):
        fair.with_corpus(undo)
    assert fair.place(1) == (slot(2), 2)


def test_a_step_whose_old_place_was_given_away_is_not_undone(fair: Fair) -> None:
    fair.move(1, to=1, table=1)
    fair.do(swap_meetings, fair.meetings[1].id, fair.meetings[2].id, by=fair.colleague)
    fair.move(2, to=0, table=1, by=fair.colleague)
    with pytest.raises(BoardConflict, match="1 号桌这个时段已有洽谈"):
        fair.with_corpus(undo)


def test_a_meeting_that_was_held_since_stays(fair: Fair) -> None:
    fair.move(1, to=1, table=1)
    fair.meetings[0].status = MeetingStatus.HELD
    fair.session.commit()
    with pytest.raises(BoardConflict, match="已经洽谈"):
        fair.with_corpus(undo)


def test_a_rebuilt_plan_is_a_new_beginning(fair: Fair) -> None:
    fair.move(1, to=1, table=1)
    record_version(fair.session, fair.organizer, fair.event, origin=PlanOrigin.BUILT, reasons={})
    fair.session.commit()
    assert steps_of(fair.session, fair.organizer, fair.event).done == []
