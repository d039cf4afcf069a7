from datetime import datetime, timedelta

from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.day_sheets import DaySheet, SeatedMeeting, day_sheets_pdf, day_sheets_xlsx
from tests.printing.reading import pages_of, rows_of

START = datetime(2026, 11, 26, 9, 0)
LENGTH = timedelta(minutes=20)


def seated(number: int) -> SeatedMeeting:
    start = START + number * LENGTH
    return SeatedMeeting(start, start + LENGTH, f"企业{number:02}", f"团队{number:02}", f"议题{number:02}")


def test_each_table_and_day_has_a_sheet_with_its_meetings_in_order(event: EventHeader) -> None:
    sheets = [
        DaySheet("7", START.date(), (seated(2), seated(0)), "牡丹厅"),
        DaySheet("7", (START + timedelta(days=1)).date(), (seated(1),)),
    ]
    first, second = pages_of(day_sheets_pdf(event, sheets))

    assert "7号桌" in first
    assert "牡丹厅·11月26日（周四）·共2场洽谈" in first
    assert first.index("09:00–09:20企业00团队00") < first.index("09:40–10:00企业02团队02")
    assert "11月27日（周五）" in second
    assert "企业00" not in second


def test_a_full_day_runs_on_with_its_pages_counted(event: EventHeader) -> None:
    pages = pages_of(day_sheets_pdf(event, [DaySheet("7", START.date(), tuple(seated(n) for n in range(40)))]))

    assert len(pages) > 1
    assert f"第2页/共{len(pages)}页" in pages[1]
    assert all(f"企业{number:02}" in "".join(pages) for number in range(40))


def test_workbook_has_a_row_for_each_meeting(event: EventHeader) -> None:
    xlsx = day_sheets_xlsx(event, [DaySheet("7", START.date(), (seated(1), seated(0)), "牡丹厅")], "en")

    assert [row[:7] for row in rows_of(xlsx, "Table sheets")] == [
        ("7", "牡丹厅", "Thu 26 Nov", "09:00–09:20", "企业00", "团队00", "议题00"),
        ("7", "牡丹厅", "Thu 26 Nov", "09:20–09:40", "企业01", "团队01", "议题01"),
    ]


def test_no_tables_are_told(event: EventHeader) -> None:
    assert "暂无洽谈安排。" in pages_of(day_sheets_pdf(event, []))[0]
