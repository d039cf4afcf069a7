from collections.abc import Callable
from datetime import datetime

import pytest

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Delegate, Meeting, PairDecision
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.vocabulary import EventStatus, MeetingStatus, PairDecisionKind, ParticipantStatus, Side
from matchmaker.services.events.board.edit_lock import BoardConflict
from matchmaker.services.events.board.edits import place_meeting, swap_meetings
from matchmaker.services.events.board.view import board_state
from tests.scheduled import slot
from tests.services.events.board.fair import Fair


def unavailable(fair: Fair) -> None:
    fair.participant(fair.pair(1, 1)[0]).unavailable = ["2031-05-18T09:20"]


def withdrawn(fair: Fair) -> None:
    fair.participant(fair.pair(1, 1)[1]).status = ParticipantStatus.WITHDRAWN


def table_taken(fair: Fair) -> None:
    fair.meetings[1].starts_at, fair.meetings[1].table = slot(1), 2


def partner_busy(fair: Fair) -> None:
    pair = fair.pair(1, 2)
    fair.session.add(Meeting(event=fair.event, need_side_id=pair[0], offer_side_id=pair[1], score=1, starts_at=slot(1)))


def same_person(fair: Fair) -> None:
    for one in (fair.pair(1, 1)[0], fair.pair(2, 1)[0]):
        fair.participant(one).delegates.append(Delegate(name="李工", email="li@example.com", is_lead=True))
    fair.meetings[1].starts_at, fair.meetings[1].table = slot(1), 1


def kept_table(fair: Fair) -> None:
    fair.participant(fair.pair(1, 1)[1]).table = 1


def held_slot(fair: Fair) -> None:
    need_side, offer_side = fair.pair(1, 3)
    fair.session.add(
        MeetingRequest(
            event=fair.event,
            need_side_id=need_side,
            offer_side_id=offer_side,
            side=Side.NEED,
            starts_at=slot(1),
            expires_at=datetime(2031, 1, 1).astimezone(),
        )
    )


def locked(fair: Fair) -> None:
    fair.meetings[0].locked = True


def held(fair: Fair) -> None:
    fair.meetings[0].status = MeetingStatus.HELD


def cancelled(fair: Fair) -> None:
    fair.meetings[0].status = MeetingStatus.CANCELLED


def finished(fair: Fair) -> None:
    fair.event.status = EventStatus.FINISHED


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (unavailable, "这个时段不能参加"),
        (withdrawn, "不参会（已退出）"),
        (table_taken, "2 号桌这个时段已有洽谈"),
        (partner_busy, "示例企业1号”这个时段已与“示例对接会示例大学2号”洽谈"),
        (same_person, "由同一人洽谈"),
        (kept_table, "固定在 1 号桌"),
        (held_slot, "待答复的约见请求"),
        (locked, "已锁定，请先解锁"),
        (held, "已经洽谈"),
        (cancelled, "已取消"),
        (finished, "已经结束"),
    ],
)
def test_a_move_that_clashes_is_refused_with_reason(fair: Fair, prepare: Callable[[Fair], None], words: str) -> None:
    prepare(fair)
    fair.session.commit()
    with pytest.raises(Conflict, match=words):
        fair.move(1, to=1, table=2)
    assert fair.place(1) == (slot(0), 1)
    assert fair.event.plan_version == 1


def test_a_swap_that_breaks_a_calendar_is_refused(fair: Fair) -> None:
    fair.move(2, to=1, table=2)
    fair.participant(fair.pair(1, 1)[0]).unavailable = ["2031-05-18T09:20"]
    fair.session.commit()
    with pytest.raises(BoardConflict, match="不能参加"):
        fair.do(swap_meetings, fair.meetings[0].id, fair.meetings[1].id)
    assert (fair.place(1), fair.place(2)) == ((slot(0), 1), (slot(1), 2))


def excluded(fair: Fair, pair: tuple[int, int]) -> None:
    fair.session.add(
        PairDecision(
            event=fair.event,
            need_side_id=pair[0],
            offer_side_id=pair[1],
            decision=PairDecisionKind.EXCLUDE,
            reason="合作过",
        )
    )


def one_organization(fair: Fair, pair: tuple[int, int]) -> None:
    fair.participant(pair[1]).organization = fair.participant(pair[0]).organization


def full_participant(fair: Fair, pair: tuple[int, int]) -> None:
    fair.participant(pair[0]).max_meetings = 1


@pytest.mark.parametrize(
    ("prepare", "words"),
    [(excluded, "已排除（合作过）"), (one_organization, "不能互相洽谈"), (full_participant, "达到上限")],
)
def test_pairs_that_must_not_meet(fair: Fair, prepare: Callable[[Fair, tuple[int, int]], None], words: str) -> None:
    pair = fair.pair(1, 2)
    prepare(fair, pair)
    fair.session.commit()
    with pytest.raises(Conflict, match=words):
        fair.with_corpus(place_meeting, pair, slot(2), 1)
    assert len(board_state(fair.session, fair.event).meetings) == 3


def test_a_pair_that_has_a_place_is_not_placed_twice(fair: Fair) -> None:
    with pytest.raises(Conflict, match="已经排好"):
        fair.with_corpus(place_meeting, fair.pair(1, 1), slot(2), 1)
