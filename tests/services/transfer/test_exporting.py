"""Exports: the same columns back, safe to open in Excel, and importing them again changes nothing."""

import csv
import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.postings.posting import Need
from matchmaker.domain.vocabulary import PostingStatus
from matchmaker.services.demo.city import load_demo
from matchmaker.services.transfer.columns import TableKind
from matchmaker.services.transfer.exporting import check_ending, export_file, export_rows, template_file
from matchmaker.services.transfer.importing import import_table, read_import
from tests.factories import make_need

pytestmark = pytest.mark.slow

HOSTILE = [
    '=HYPERLINK("http://example.com","x")',
    "-5 ℃ 以下仍能启动，低温不结冰不断流",
    "-2+3+cmd|' /C calc'!A0 这样的一段文字",
    "+86 0379 开头的一段用来描述问题的文字",
    "@SUM(1+1)*cmd|' /C calc'!A0 的一段文字",
    "'=1+1 撇号开头的一段用来描述问题的文字",
    "''=1+1 两个撇号开头的一段描述问题的文字",
    "＝全角等号开头的一段用来描述问题的文字",
    "- 第一条难点\n- 第二条难点是另外一回事",
    '含"引号"、逗号,和分号;以及\t制表符的一段',
]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", list(TableKind))
def test_the_demo_city_survives_the_round_trip(demo: Session, kind: TableKind, ending: str, language: str) -> None:
    content = export_file(demo, kind, ending, language)
    report = import_table(demo, None, kind, read_import(kind, content))
    assert (report.problems, report.warnings, report.unused_columns, report.new_organizations) == ([], [], [], [])
    assert (report.created, report.updated, report.unchanged) == (0, 0, report.rows)
    assert report.rows >= 80


@pytest.fixture
def demo(session: Session) -> Session:
    load_demo(session)
    return session


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_hostile_texts_are_harmless_and_come_back_unharmed(session: Session, text: str, ending: str) -> None:
    make_need(session, code="A1", problem=text)
    content = export_file(session, TableKind.NEEDS, ending)
    assert import_table(session, None, TableKind.NEEDS, read_import(TableKind.NEEDS, content)).unchanged == 1
    if ending == "xlsx":
        cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row]
        assert all(cell.data_type != "f" and cell.hyperlink is None for cell in cells)


def problem_cell(content: bytes) -> str:
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return row["需求背景与技术难点"]


@pytest.mark.parametrize("text", [text for text in HOSTILE if text[0] in "=@'＝" or "cmd" in text])
def test_csv_guards_what_excel_would_compute(session: Session, text: str) -> None:
    make_need(session, problem=text)
    assert problem_cell(export_file(session, TableKind.NEEDS, "csv")) == f"'{text}"


@pytest.mark.parametrize("text", ["-5 ℃ 以下仍能启动", "+20 kN 的预紧力", "−40 ℃ 启动力矩", "正常的文字=1"])
def test_csv_leaves_figures_as_they_are(session: Session, text: str) -> None:
    make_need(session, problem=text)
    assert problem_cell(export_file(session, TableKind.NEEDS, "csv")) == text


@pytest.mark.parametrize("status", [status for status in PostingStatus if status is not PostingStatus.PUBLISHED])
def test_only_published_postings_are_exported(session: Session, status: PostingStatus) -> None:
    make_need(session, status=status)
    assert len(export_rows(session, TableKind.NEEDS)) == 1


@pytest.mark.parametrize("kind", list(TableKind))
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_templates_are_read_as_empty_tables(kind: TableKind, ending: str, language: str) -> None:
    table = read_import(kind, template_file(kind, ending, language))
    assert (len(table.headings), table.rows) == (len(kind.columns), ())


def test_days_are_real_days_in_a_workbook(session: Session) -> None:
    make_need(session, deadline=date(2099, 6, 30))
    sheet: Any = openpyxl.load_workbook(io.BytesIO(export_file(session, TableKind.NEEDS, "xlsx"))).active
    place = [cell.value for cell in sheet[1]].index("完成时限")
    assert sheet[2][place].is_date
    assert sheet[2][place].value.date() == date(2099, 6, 30)


def test_other_endings_are_refused() -> None:
    assert check_ending(".XLSX") == "xlsx"
    with pytest.raises(InvalidInput, match=r"\.xlsx 或 \.csv"):
        check_ending(".xls")


def test_a_code_is_kept(session: Session) -> None:
    need: Need = make_need(session, code="007")
    rows = export_rows(session, TableKind.NEEDS)
    assert rows[1][0] == need.code
