from datetime import datetime, timedelta

import pytest

from matchmaker.printing.errors import InvalidSheetError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.change_slips import Change, ChangeSlip, Place, change_slips_pdf, change_slips_xlsx
from matchmaker.printing.sheets.schedules import ScheduledMeeting
from tests.printing.reading import pages_of, rows_of

START = datetime(2026, 11, 26, 9, 0)
LENGTH = timedelta(minutes=20)


def place(slot: int, table: str) -> Place:
    return Place(START + slot * LENGTH, START + (slot + 1) * LENGTH, table)


MOVED = Change("甲团队", "轴承", place(3, "5"), place(1, "8"))
ADDED = Change("乙团队", "润滑", None, place(2, "6"))
CANCELLED = Change("丙团队", "", place(0, "7"), None)


def test_a_slip_stands_by_itself_when_cut_off(event: EventHeader) -> None:
    meeting = ScheduledMeeting(START + LENGTH, START + 2 * LENGTH, "8", "甲团队", "", "", 50)
    slips = [ChangeSlip("示例轴承", (MOVED, ADDED, CANCELLED), (meeting,), "张垚"), ChangeSlip("示例钢厂", (ADDED,))]
    (page,) = pages_of(change_slips_pdf(event, slips, 2))

    assert page.count(f"日程变更通知单·{event.name}") == 2
    assert page.count("第2版→第3版·2026-11-2410:42") == 2
    first = page[page.index("示例轴承") : page.index("示例钢厂")]
    order = ["取消09:00–09:20", "丙团队", "调整10:00–10:20", "09:20–09:40", "甲团队", "新增", "09:40–10:00", "乙团队"]
    assert [first.index(text) for text in order] == sorted(first.index(text) for text in order)
    assert "您现在的全部日程：09:208号桌甲团队" in first
    assert "暂无洽谈安排。" in page[page.index("示例钢厂") :]


def test_workbook_tells_before_and_after(event: EventHeader) -> None:
    rows = rows_of(change_slips_xlsx(event, [ChangeSlip("示例轴承", (MOVED, ADDED, CANCELLED))], 2), "变更通知单")

    assert [row[2:6] for row in rows] == [
        ("取消", "11月26日（周四） 09:00–09:20 7 号桌", None, "丙团队"),
        ("调整", "11月26日（周四） 10:00–10:20 5 号桌", "11月26日（周四） 09:20–09:40 8 号桌", "甲团队"),
        ("新增", None, "11月26日（周四） 09:40–10:00 6 号桌", "乙团队"),
    ]


def test_nothing_to_hand_out_is_told(event: EventHeader) -> None:
    assert "没有人的日程有变更" in pages_of(change_slips_pdf(event, [], 2))[0]


@pytest.mark.parametrize("both", [None, place(1, "5")])
def test_a_change_that_is_none_is_refused(both: Place | None) -> None:
    with pytest.raises(InvalidSheetError, match="nothing changed"):
        Change("甲团队", "", both, both)
