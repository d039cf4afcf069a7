import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.errors import NotFound
from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.vocabulary import MeetingStatus
from matchmaker.services.events.participation.participants import participants_of
from matchmaker.services.events.plan.versions import record_version
from matchmaker.services.events.printing import Sheet
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.events.printing.printed_city import first_meeting, printed, tabled

pytestmark = pytest.mark.slow


def move(session: Session, event: Event) -> Meeting:
    """Move the first meeting to a slot and a table that are free."""
    meeting = first_meeting(session, event)
    meeting.starts_at, meeting.table = event.slots[-1], 4
    record_version(session, None, event)
    session.commit()
    return meeting


def test_only_those_whose_schedule_changed_get_a_slip(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    before = first_meeting(session, planned).starts_at
    meeting = move(session, planned)
    rows = tabled(session, search_index, planned, Sheet.CHANGE_SLIPS, against=2)["变更通知单"][1:]
    (page,) = printed(session, search_index, planned, Sheet.CHANGE_SLIPS, against=2)

    assert [row[0] for row in rows] == [meeting.need_side.name, meeting.offer_side.name]
    assert {row[2] for row in rows} == {"调整"}
    assert before is not None
    assert f"{before:%H:%M}" in str(rows[0][3])
    assert "10:40–11:00 4 号桌" in str(rows[0][4])
    assert "第2版→第3版" in page
    assert "2个参会方的日程有变更" in page
    others = {p.name for p in participants_of(session, planned)} - {meeting.need_side.name, meeting.offer_side.name}
    now_meeting = page.count("您现在的全部日程")
    assert now_meeting == 2
    assert not any(f"·示例对接会{name}" in page for name in others)


def test_added_and_cancelled_meetings_are_told_as_such(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    meeting = first_meeting(session, planned)
    meeting.status = MeetingStatus.CANCELLED
    record_version(session, None, planned)
    session.commit()
    rows = tabled(session, search_index, planned, Sheet.CHANGE_SLIPS)["变更通知单"][1:]
    assert {(row[2], row[4]) for row in rows} == {("取消", None)}

    meeting.status = MeetingStatus.PLANNED
    record_version(session, None, planned)
    session.commit()
    rows = tabled(session, search_index, planned, Sheet.CHANGE_SLIPS)["变更通知单"][1:]
    assert {(row[2], row[3]) for row in rows} == {("新增", None)}
    assert "没有人的日程有变更" in "".join(printed(session, search_index, planned, Sheet.CHANGE_SLIPS, against=2))


def test_slips_compare_with_what_was_last_published(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    planned.versions[-1].published_at = now()
    meeting = move(session, planned)
    meeting.locked = True
    record_version(session, None, planned)
    session.commit()

    assert "第2版→第4版" in "".join(printed(session, search_index, planned, Sheet.CHANGE_SLIPS))
    assert "没有人的日程有变更" in "".join(printed(session, search_index, planned, Sheet.CHANGE_SLIPS, against=3))
    for wrong in (4, 77):
        with pytest.raises(NotFound, match=f"第 {wrong} 版"):
            printed(session, search_index, planned, Sheet.CHANGE_SLIPS, against=wrong)
