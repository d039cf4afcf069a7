from datetime import datetime

from matchmaker.services.events.board.edit_lock import BoardConflict
from matchmaker.services.events.board.edits import (
    cancel_meeting,
    lock_meeting,
    move_meeting,
    place_meeting,
    swap_meetings,
    take_off,
)
from matchmaker.services.events.board.undo import undo
from matchmaker.services.events.board.view import board_state, preview
from matchmaker.services.events.plan.changes import ChangeAction, in_words
from tests.scheduled import slot
from tests.services.events.board.fair import Fair, on_both_databases


def test_the_preview_agrees_with_what_a_drop_does(fair: Fair) -> None:
    fair.participant(fair.pair(1, 1)[1]).unavailable = ["2031-05-18T09:40"]
    fair.session.commit()
    fair.move(3, to=1, table=3)
    fair.do(lock_meeting, fair.meetings[2].id)
    fair.session.commit()
    clashes = preview(fair.session, fair.event, fair.pair(1, 1))

    at = {(m.starts_at, m.table): m.id for m in fair.meetings}
    met_with: dict[tuple[datetime, int], list[str]] = {}
    for place in [(slot(number), table) for number in range(4) for table in range(1, 4)]:
        there = at.get(place, fair.meetings[0].id)
        try:
            if there == fair.meetings[0].id:
                made = fair.do(move_meeting, there, *place)
            else:
                made = fair.do(swap_meetings, fair.meetings[0].id, there)
        except BoardConflict as error:
            met_with[place] = [obstacle.text() for obstacle in error.obstacles]
        else:
            if made.changes:
                fair.with_corpus(undo)
    assert met_with == {place: [one.text() for one in obstacles] for place, obstacles in clashes.items()}
    assert {place for place in clashes if place[0] == slot(2)} == {(slot(2), table) for table in (1, 2, 3)}
    assert (slot(1), 3) in clashes


def test_a_full_participant_can_be_dropped_nowhere(fair: Fair) -> None:
    fair.participant(fair.pair(1, 1)[0]).max_meetings = 1
    fair.session.commit()
    clashes = preview(fair.session, fair.event, fair.pair(1, 2))
    assert len(clashes) == 4 * 3
    assert "达到上限" in clashes[slot(3), 3][0].text()


@on_both_databases
def test_the_difference_to_what_participants_see(fair: Fair) -> None:
    fair.event.published_version = 1
    fair.session.commit()
    fair.move(1, to=1, table=1)
    fair.do(cancel_meeting, fair.meetings[1].id, "来不了")
    fair.do(take_off, fair.meetings[2].id)
    fair.with_corpus(place_meeting, fair.pair(1, 2), slot(3), 1)

    state = board_state(fair.session, fair.event)
    actions = {change.pair: change.action for change in state.unpublished}
    assert actions == {
        fair.pair(1, 1): ChangeAction.MOVED,
        fair.pair(2, 2): ChangeAction.CANCELLED,
        fair.pair(3, 3): ChangeAction.TAKEN_OFF,
        fair.pair(1, 2): ChangeAction.PLACED,
    }
    lines = in_words(state.unpublished, state.names, fair.event)
    assert "安排：示例对接会示例企业1号 — 示例对接会示例大学2号，10:00 1 号桌" in lines
