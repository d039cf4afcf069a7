from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.events.event import Event
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.vocabulary import MeetingStatus, RequestStatus, Side
from matchmaker.services.events.analysis.why_not import LeftOut, explain_left_out
from matchmaker.services.events.pairing.partnerships import exclude_pair, pin_pair
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.scheduling.build import build_schedule
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.fairs import limit, make_fair, needs_of, offers_of, on_day, text_of

pytestmark = pytest.mark.slow


def request(session: Session, event: Event, pair: tuple[int, int], status: RequestStatus) -> None:
    session.add(
        MeetingRequest(
            event_id=event.id,
            need_side_id=pair[0],
            offer_side_id=pair[1],
            side=Side.NEED,
            status=status,
            expires_at=now(),
        )
    )
    session.commit()


def explained(session: Session, search_index: SearchIndex, event: Event, pair: tuple[int, int]) -> LeftOut:
    found = explain_left_out(session, search_index, event).left_out
    return next(one for one in found if (one.need_side.id, one.offer_side.id) == pair)


def wish(session: Session, event: Event) -> tuple[int, int]:
    """The first enterprise wishes to meet the second team."""
    return needs_of(session, event)[0].id, offers_of(session, event)[1].id


def test_a_wish_without_a_common_slot_names_who_would_have_to_come(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    pair = wish(session, fair)
    need, offer = needs_of(session, fair)[0], offers_of(session, fair)[1]
    need.unavailable = [text_of(slot) for slot in fair.slots[:3]]
    offer.unavailable = [text_of(slot) for slot in fair.slots[3:]]
    session.commit()
    request(session, fair, pair, RequestStatus.ACCEPTED)
    build_schedule(session, search_index, fair)
    left = explained(session, search_index, fair, pair)

    assert left.requested
    assert left.reason() == "没有双方都能参加的时段"
    assert left.change().startswith("请“")
    assert "到场" in left.change()


def test_a_strong_match_is_told_when_tables_are_missing_and_how_many_help(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    fair.table_count = 1
    fair.sessions[0].ends_at = fair.sessions[0].starts_at + timedelta(minutes=20)
    session.commit()
    build_schedule(session, search_index, fair)
    found = explain_left_out(session, search_index, fair)

    assert len(found.left_out) == 2
    assert {left.reason() for left in found.left_out} == {"双方都空的时段桌位已满：09:00"}
    assert {left.change() for left in found.left_out} == {"09:00 加一张桌"}
    assert [one.text() for one in found.more_tables] == ["09:00 多 2 张桌，可多安排 2 场"]
    assert found.about("企业9号") == []


def test_a_wish_beyond_a_limit_names_whose_and_what_would_do(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=1)
    build_schedule(session, search_index, fair)
    pair = wish(session, fair)
    request(session, fair, pair, RequestStatus.ACCEPTED)
    left = explained(session, search_index, fair, pair)

    assert left.reason() == "已达到最多场数：示例企业1号、示例理工大学 · 第2团队"
    assert "最多场数加一" in left.change()


def test_a_wish_that_lost_to_others_names_what_would_have_to_go(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    need = needs_of(session, fair)[0]
    need.unavailable = [text_of(slot) for slot in fair.slots[1:]]
    need.max_meetings = 2
    session.commit()
    own = (need.id, offers_of(session, fair)[0].id)
    pin_pair(session, None, fair, own)
    build_schedule(session, search_index, fair)
    pair = wish(session, fair)
    request(session, fair, pair, RequestStatus.ACCEPTED)
    left = explained(session, search_index, fair, pair)

    assert "“示例企业1号—示例理工大学 · 第1团队”" in left.reason()
    assert left.change().startswith("放弃 09:00 的 “示例企业1号—示例理工大学 · 第1团队”")


def test_what_people_decided_is_told_as_such(session: Session, search_index: SearchIndex, fair: Event) -> None:
    build_schedule(session, search_index, fair)
    strong = [pair_of(m) for m in sorted(meetings_of(session, fair), key=lambda m: -m.score)[:3]]
    exclude_pair(session, None, fair, strong[0], "竞争对手")
    build_schedule(session, search_index, fair)
    for meeting in meetings_of(session, fair):
        if pair_of(meeting) == strong[1]:
            meeting.status = MeetingStatus.CANCELLED
        if pair_of(meeting) == strong[2]:
            session.delete(meeting)
    session.commit()
    request(session, fair, strong[2], RequestStatus.DECLINED)

    told = {
        (one.need_side.id, one.offer_side.id): one.reason()
        for one in explain_left_out(session, search_index, fair).left_out
    }
    assert told[strong[0]] == "组织方已排除这一对"
    assert told[strong[1]] == "这一场已取消，或有一方未到场"
    assert told[strong[2]] == "对方谢绝了约见"


def test_two_days_are_named_with_their_day(session: Session, search_index: SearchIndex) -> None:
    event = make_fair(session, search_index, sessions=(on_day(30, "09:00", "09:20"), on_day(31, "09:00", "09:20")))
    event.table_count = 1
    session.commit()
    build_schedule(session, search_index, event)

    assert explain_left_out(session, search_index, event).more_tables[0].time == f"{event.slots[0]:%m-%d %H:%M}"
