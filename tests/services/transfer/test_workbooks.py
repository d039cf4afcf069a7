"""What a workbook's cells become, and what happens when reading them takes too much."""

import io
from datetime import date, datetime

import openpyxl
import pytest

from matchmaker.services.transfer import workbook_process, workbooks
from matchmaker.services.transfer.workbook_guard import UnreadableFile
from matchmaker.services.transfer.workbooks import BrokenCell, Sheet, read_workbook


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_cells_come_over_as_people_see_them() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "清单"
    sheet.append(["轴承", 12, 0.1 + 0.2, 3.0, True, date(2026, 5, 18), datetime(2026, 5, 18, 9, 20), None, "=1+1"])
    sheet.append(["#N/A"])
    sheet["A2"].data_type = "e"
    hidden = book.create_sheet("备份")
    hidden.sheet_state = "hidden"
    [read] = read_workbook(saved(book))
    assert (read.title, read.height, read.width) == ("清单", 2, 9)
    first, second = read.rows
    assert first.cells[:8] == ("轴承", 12, 0.3, 3, "是", date(2026, 5, 18), "2026-05-18 09:20:00", None)
    broken = [first.cells[8], second.cells[0]]
    assert [type(cell) for cell in broken] == [BrokenCell, BrokenCell]
    assert ["公式" in str(getattr(cell, "message", "")) for cell in broken] == [True, False]


def test_a_value_merged_over_rows_stands_in_each() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "示例厂"
    sheet.merge_cells("A1:A3")
    sheet["B3"] = "末行"
    [read] = read_workbook(saved(book))
    assert [row.cells[0] for row in read.rows] == ["示例厂", "示例厂", "示例厂"]


def test_of_a_sheet_that_is_too_large_only_the_extent_is_told() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1048576"] = "x"
    assert read_workbook(saved(book)) == [Sheet(sheet.title, 1_048_576, 1, ())]


@pytest.mark.slow
@pytest.mark.parametrize(("limit", "value"), [("MEMORY", 24 * 1024 * 1024), ("PROCESSOR_SECONDS", 1)])
def test_a_child_that_takes_too_much_ends_and_the_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    """The limits are set in the child itself, so a test starts it with lower ones."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for number in range(4000):
        sheet.append([f"需求 {number} {column}" for column in range(20)])
    content = saved(book)
    program = (
        "import sys; from matchmaker.services.transfer import workbook_process as process\n"
        f"process.{limit} = {value}\n"
        "process.main()"
    )
    monkeypatch.setattr(workbooks, "_CHILD", ("-c", program))
    with pytest.raises(UnreadableFile):
        read_workbook(content)
    monkeypatch.setattr(workbooks, "_CHILD", ("-m", workbook_process.__name__))
    assert read_workbook(content)[0].height == 4000
