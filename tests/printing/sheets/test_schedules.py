from datetime import datetime, timedelta

import pytest

from matchmaker.printing.errors import InvalidSheetError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.schedules import (
    PersonalSchedule,
    ScheduledMeeting,
    personal_schedules_pdf,
    personal_schedules_xlsx,
)
from tests.printing.reading import pages_of, rows_of

MORNING = datetime(2026, 11, 26, 9, 0)


def meeting(partner: str, start: datetime = MORNING, table: str = "12") -> ScheduledMeeting:
    return ScheduledMeeting(
        start=start,
        end=start + timedelta(minutes=20),
        table=table,
        partner=partner,
        partner_organization="河南科技大学",
        topic="轴承寿命试验平台",
        score=80,
    )


def schedule(name: str, *meetings: ScheduledMeeting) -> PersonalSchedule:
    return PersonalSchedule(name, "示例轴承有限公司", meetings)


def test_each_delegate_has_a_sheet_with_meetings_in_time_order_under_their_day(event: EventHeader) -> None:
    next_day = MORNING + timedelta(days=1)
    schedules = [
        schedule("李镕", meeting("后来者", next_day), meeting("先到者"), meeting("中间人", MORNING.replace(hour=10))),
        schedule("王旸", meeting("李镕")),
    ]
    first, second = pages_of(personal_schedules_pdf(event, schedules))

    in_order = ["李镕", "11月26日（周四）", "09:00–09:20", "先到者", "中间人", "11月27日（周五）", "后来者"]
    positions = [first.index(text) for text in in_order]
    assert positions == sorted(positions)
    assert "王旸" in second
    assert "先到者" not in second


@pytest.mark.slow
def test_every_name_of_many_schedules_can_be_read_back(event: EventHeader) -> None:
    names = [f"{chr(0x4E00 + 7 * number)}垚{chr(0x6000 + 5 * number)}" for number in range(120)]
    pages = pages_of(personal_schedules_pdf(event, [schedule(name, meeting("张三")) for name in names]))

    assert len(pages) == len(names)
    assert all(name in page for name, page in zip(names, pages, strict=True))


def test_a_delegate_without_meetings_is_told_so(event: EventHeader) -> None:
    (page,) = pages_of(personal_schedules_pdf(event, [schedule("李镕")]))

    assert "暂无洽谈安排。" in page


def test_english_days(event: EventHeader) -> None:
    (page,) = pages_of(personal_schedules_pdf(event, [schedule("Li", meeting("Wang"))], "en"))

    assert "Thu26Nov" in page


def test_workbook_has_a_row_for_each_meeting(event: EventHeader) -> None:
    xlsx = personal_schedules_xlsx(
        event, [schedule("李镕", meeting("乙", MORNING.replace(hour=10), "A-3"), meeting("甲"))]
    )

    assert rows_of(xlsx, "洽谈日程") == [
        (
            "李镕",
            "示例轴承有限公司",
            "11月26日（周四）",
            time,
            table,
            partner,
            "河南科技大学",
            "轴承寿命试验平台",
            80,
        )
        for time, table, partner in [("09:00–09:20", "12", "甲"), ("10:00–10:20", "A-3", "乙")]
    ]


def test_a_meeting_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InvalidSheetError, match=r"meeting with '张三'.*must be later than its start"):
        ScheduledMeeting(MORNING, MORNING, "1", "张三", "", "", 50)
