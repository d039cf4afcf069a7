"""Changing a plan by hand, on both databases: what is allowed, what is told, and that nothing is lost."""

import pytest
from sqlalchemy import select

from matchmaker.domain.errors import InvalidInput, NotFound
from matchmaker.domain.events.event import Meeting
from matchmaker.domain.vocabulary import MeetingStatus, PlanOrigin
from matchmaker.services.events.board.edit_lock import BoardConflict
from matchmaker.services.events.board.edits import (
    cancel_meeting,
    lock_meeting,
    place_meeting,
    swap_meetings,
    take_off,
    unlock_meeting,
)
from matchmaker.services.events.board.view import board_state
from matchmaker.services.events.plan.placements import Placement
from tests.factories import make_need, make_offer
from tests.scheduled import make_fair, slot
from tests.services.events.board.fair import Fair, last_version, last_words, on_both_databases


@on_both_databases
def test_a_meeting_moves_and_the_plan_gets_a_version(fair: Fair) -> None:
    changed = fair.move(1, to=2, table=3)

    assert fair.place(1) == (slot(2), 3)
    assert changed.concurrent_changes is None
    version = last_version(fair)
    assert (version.version, version.origin, version.made_by) == (2, PlanOrigin.CHANGED, fair.organizer)
    assert last_words(fair) == "移动：示例对接会示例企业1号 — 示例对接会示例大学1号，09:00 1 号桌 → 09:40 3 号桌"
    row = next(row for row in version.schedule if row.pair == fair.pair(1, 1))
    assert Placement.of(row) == Placement(slot(2), 3)


def test_without_a_table_the_first_free_one_is_taken(fair: Fair) -> None:
    fair.move(1, to=1, table=None)
    fair.move(2, to=1, table=None)
    assert (fair.place(1), fair.place(2)) == ((slot(1), 1), (slot(1), 2))


def test_moving_to_where_it_is_makes_no_version(fair: Fair) -> None:
    fair.move(1, to=0, table=1)
    assert fair.event.plan_version == 1


@on_both_databases
def test_two_meetings_swap_slots_and_tables(fair: Fair) -> None:
    fair.move(2, to=1, table=2)
    fair.do(swap_meetings, fair.meetings[0].id, fair.meetings[1].id)
    assert (fair.place(1), fair.place(2)) == ((slot(1), 2), (slot(0), 1))


@on_both_databases
def test_tables_swap_within_a_slot(fair: Fair) -> None:
    fair.do(swap_meetings, fair.meetings[0].id, fair.meetings[2].id)
    assert (fair.place(1), fair.place(3)) == ((slot(0), 3), (slot(0), 1))


def test_a_meeting_is_taken_off_and_placed_again(fair: Fair) -> None:
    fair.do(take_off, fair.meetings[0].id)
    assert fair.place(1) == (None, None)
    state = board_state(fair.session, fair.event)
    assert [meeting.id for meeting in state.waiting] == [fair.meetings[0].id]

    fair.with_corpus(place_meeting, fair.pair(1, 1), slot(3), 2)
    assert fair.place(1) == (slot(3), 2)


@on_both_databases
def test_a_cancelled_meeting_frees_its_place_and_can_be_placed_again(fair: Fair) -> None:
    fair.do(cancel_meeting, fair.meetings[0].id, "企业临时来不了")
    assert last_words(fair).endswith("（企业临时来不了）")
    assert fair.meetings[0].status is MeetingStatus.CANCELLED

    fair.with_corpus(place_meeting, fair.pair(1, 2), slot(1), 1)
    fair.with_corpus(place_meeting, fair.pair(1, 1), slot(0), 1)
    assert fair.place(1) == (slot(0), 1)
    assert fair.meetings[0].status is MeetingStatus.PLANNED


def test_cancelling_needs_a_reason(fair: Fair) -> None:
    with pytest.raises(InvalidInput, match="理由") as caught:
        fair.do(cancel_meeting, fair.meetings[0].id, " …")
    assert caught.value.field == "reason"


@pytest.mark.slow
def test_a_new_pair_is_placed_with_its_score_and_reason(fair: Fair) -> None:
    need_side, offer_side = (fair.participant(one) for one in fair.pair(1, 2))
    make_need(fair.session, need_side.organization, title="高铁轴承接触疲劳寿命不足")
    make_offer(fair.session, offer_side.organization, title="高速铁路轴承接触疲劳试验与寿命预测")

    fair.with_corpus(place_meeting, fair.pair(1, 2), slot(2), None)

    meeting = fair.session.scalars(select(Meeting).order_by(Meeting.id.desc()).limit(1)).one()
    assert (meeting.starts_at, meeting.table, meeting.status) == (slot(2), 1, MeetingStatus.PLANNED)
    assert meeting.score > 50
    assert "轴承" in "".join(meeting.reason.terms)


@pytest.mark.parametrize(
    ("to", "table", "words"),
    [(0, 2, "已有洽谈"), (9, 1, "不是这个活动的时段"), (1, 99, "没有 99 号桌"), (1, 0, "没有 0 号桌")],
)
def test_places_that_do_not_exist_or_are_taken(fair: Fair, to: int, table: int, words: str) -> None:
    with pytest.raises(BoardConflict, match=words):
        fair.move(1, to=to, table=table)


def test_a_meeting_of_another_event_is_not_found(fair: Fair) -> None:
    other = make_fair(fair.session, name="另一场对接会")
    foreign = other.meetings[0]
    with pytest.raises(NotFound):
        fair.do(take_off, foreign.id)
    with pytest.raises(NotFound):
        fair.with_corpus(place_meeting, (foreign.need_side_id, foreign.offer_side_id), slot(2), 1)


def test_locked_meetings_stand_until_unlocked(fair: Fair) -> None:
    fair.do(lock_meeting, fair.meetings[0].id)
    for refused in (
        lambda: fair.move(1, to=1, table=1),
        lambda: fair.do(swap_meetings, fair.meetings[0].id, fair.meetings[1].id),
        lambda: fair.do(swap_meetings, fair.meetings[1].id, fair.meetings[0].id),
        lambda: fair.do(take_off, fair.meetings[0].id),
        lambda: fair.do(cancel_meeting, fair.meetings[0].id, "来不了"),
    ):
        with pytest.raises(BoardConflict, match="已锁定"):
            refused()
    fair.do(unlock_meeting, fair.meetings[0].id)
    fair.move(1, to=1, table=1)
    assert fair.place(1) == (slot(1), 1)
