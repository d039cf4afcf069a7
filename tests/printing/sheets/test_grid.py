from datetime import datetime, timedelta

import pytest

from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.grid import GridMeeting, GridTable, MasterGrid, grid_pdf, grid_xlsx
from tests.printing.reading import pages_of, rows_of, workbook_of

START = datetime(2026, 11, 26, 9, 0)
LENGTH = timedelta(minutes=20)


def master_grid(days: int, slots: int, tables: int) -> MasterGrid:
    """Every table taken in every slot, by a pair named after slot and table."""
    starts = tuple(START + timedelta(days=day) + slot * LENGTH for day in range(days) for slot in range(slots))
    return MasterGrid(
        slots=starts,
        slot_length=LENGTH,
        tables=tuple(GridTable(str(number)) for number in range(1, tables + 1)),
        meetings=tuple(
            GridMeeting(start, str(table), f"企{start:%d%H%M}桌{table}", f"队{start:%d%H%M}桌{table}")
            for start in starts
            for table in range(1, tables + 1)
        ),
    )


@pytest.mark.parametrize(("slots", "parts"), [(1, 1), (6, 1), (7, 2), (12, 2), (13, 3)])
def test_a_day_is_cut_into_parts_that_fit_a_page(event: EventHeader, slots: int, parts: int) -> None:
    pages = pages_of(grid_pdf(event, master_grid(1, slots, 1)))

    assert len(pages) == parts
    assert f"第{parts}幅/共{parts}幅" in pages[-1]
    assert f"第{parts}页/共{parts}页" in pages[-1]


def test_no_part_crosses_midnight_and_nobody_is_lost(event: EventHeader) -> None:
    grid = master_grid(3, 8, 40)
    pages = pages_of(grid_pdf(event, grid))
    text = "".join(pages)

    assert all(meeting.enterprise in text and meeting.team in text for meeting in grid.meetings)
    for page in pages:
        days = {meeting.start.day for meeting in grid.meetings if meeting.enterprise in page}
        assert len(days) == 1, "a page shows one day"
    assert all(("桌号" in page and "09:" in page) or "10:" in page for page in pages), "headings on every page"


def test_free_tables_stay_in_the_grid(event: EventHeader) -> None:
    grid = MasterGrid((START,), LENGTH, (GridTable("1", "牡丹厅"), GridTable("2", "科技厅")), ())
    (page,) = pages_of(grid_pdf(event, grid))

    assert "牡丹厅" in page
    assert "科技厅" in page


def test_workbook_has_a_sheet_for_each_day_that_prints_several_pages_wide(event: EventHeader) -> None:
    workbook = workbook_of(grid_xlsx(event, master_grid(2, 12, 3)))

    assert workbook.sheetnames == ["11月26日（周四）", "11月27日（周五）"]
    for sheet in workbook:
        assert sheet.page_setup.fitToWidth == 2
        assert sheet.print_title_cols == "$A:$A"
        assert sheet.freeze_panes == "B4"
    rows = rows_of(grid_xlsx(event, master_grid(2, 12, 3)), "11月26日（周四）")
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert rows[1][1] == "企260900桌2 — 队260900桌2"


def test_an_empty_grid_says_so(event: EventHeader) -> None:
    empty = MasterGrid((), LENGTH, (), ())

    assert "暂无洽谈安排。" in pages_of(grid_pdf(event, empty))[0]
    assert workbook_of(grid_xlsx(event, empty)).sheetnames == ["洽谈总表"]
