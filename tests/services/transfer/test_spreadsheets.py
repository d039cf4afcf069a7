import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.amount import Amount
from matchmaker.services.transfer.columns import TableKind
from matchmaker.services.transfer.importing import read_import
from matchmaker.services.transfer.spreadsheets import LARGEST_FILE
from matchmaker.services.transfer.workbook_guard import UnreadableFile
from tests.services.transfer.tables import HEADINGS, NEXT_YEAR, ROW, as_csv, as_xlsx, only_need, run


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gbk", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(session: Session, encoding: str, delimiter: str) -> None:
    report = run(session, as_csv(HEADINGS, ROW, delimiter=delimiter, encoding=encoding))
    assert (report.created, report.problems, report.landed) == (1, [], True)
    assert only_need(session).title == ROW[2]


def test_semicolons_divide_though_texts_have_more_commas(session: Session) -> None:
    content = "编号;单位;需求名称;需求背景与技术难点\nA1;示例厂;润滑失效;一, 二, 三, 四, 五, 六, 七, 八, 九, 十\n"
    assert run(session, content.encode()).landed
    assert only_need(session).problem.endswith("九, 十")


def test_titles_above_the_heading_and_merged_cells(session: Session) -> None:
    def merge(workbook: openpyxl.Workbook) -> None:
        workbook.active.merge_cells("A1:D1")
        workbook.active.merge_cells("B4:B5")

    content = as_xlsx(
        ["某市企业技术需求汇总表"],
        ["填报日期：", None, None, None],
        HEADINGS,
        ["A1", "示例轴承厂", ROW[2], ROW[3]],
        ["A2", None, "磨削烧伤检测", "磨削后套圈表面偶有烧伤，目前只能酸洗抽检"],
        prepare=merge,
    )
    report = run(session, content)
    assert (report.created, report.new_organizations, report.problems) == (2, ["示例轴承厂"], [])


def test_spreadsheet_values_are_read_as_people_see_them(session: Session) -> None:
    headings = [*HEADINGS, "完成时限", "有效期至", "期望成熟度", "拟投入资金", "联系电话"]
    serial = (NEXT_YEAR - date(1899, 12, 30)).days
    moment = datetime(NEXT_YEAR.year, NEXT_YEAR.month, NEXT_YEAR.day)
    assert run(session, as_xlsx(headings, [*ROW, moment, serial, 6.0, 80.5, 13800000000.0])).landed
    need = only_need(session)
    assert (need.deadline, need.valid_until, need.wanted_trl) == (NEXT_YEAR, NEXT_YEAR, 6)
    assert (need.budget, need.contact_phone) == (Amount(Decimal("80.5"), Decimal("80.5")), "13800000000")


def test_formulas_without_result_and_excel_errors_are_named(session: Session) -> None:
    content = as_xlsx(HEADINGS, ["A1", "示例厂", "=A1&B1", ROW[3]], ["A2", "示例厂", "#REF!", ROW[3]])
    report = run(session, content)
    assert [(p.row, p.column, p.value) for p in report.problems] == [
        (2, "需求名称", "=A1&B1"),
        (3, "需求名称", "#REF!"),
    ]
    assert "保存一次" in report.problems[0].error.text()
    assert not report.landed


def test_the_sheet_with_the_table_is_found(session: Session) -> None:
    def add(workbook: openpyxl.Workbook) -> None:
        workbook.active.title = "说明"
        for name in ("需求", "备份"):
            sheet = workbook.create_sheet(name)
            sheet.append(HEADINGS)
            sheet.append(ROW)

    report = run(session, as_xlsx(["填表说明"], prepare=add))
    assert (report.created, report.other_sheets) == (1, ["备份"])


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 120_000_000)
    return stream.getvalue()


def plain_zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", "hello")
    return stream.getvalue()


def far_cell() -> bytes:
    def put(workbook: openpyxl.Workbook) -> None:
        workbook.active["A1048576"] = "x"

    return as_xlsx(HEADINGS, ROW, prepare=put)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "空的", id="empty"),
        pytest.param(b"\xef\xbb\xbf", "表头", id="only a mark"),
        pytest.param(b" \r\n ", "空的", id="blank"),
        pytest.param(b"\xd0\xcf\x11\xe0" + b"\0" * 600, "另存为 .xlsx", id="xls"),
        pytest.param(b"%PDF-1.7 ...", "PDF", id="pdf"),
        pytest.param(b"<html><table><tr><td>1</td></tr></table></html>", "网页", id="html called xls"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "图片", id="png"),
        pytest.param(b"PK\x03\x04 no archive", "损坏", id="damaged"),
        pytest.param(as_xlsx(HEADINGS, ROW)[:-200], "损坏", id="cut off"),
        pytest.param(plain_zip(), "不是 Excel", id="zip"),
        pytest.param(bomb(), "展开后太大", id="bomb"),
        pytest.param(far_cell(), "20000 行", id="a cell far below"),
        pytest.param(bytes(range(256)) * 20, "编码", id="binary"),
        pytest.param(as_csv(*([["编号", "说明"]] * 3)).replace("编号".encode(), b"x"), "表头", id="no heading"),
        pytest.param(as_csv(HEADINGS[:3], ROW[:3]), "缺少列：需求背景与技术难点", id="missing column"),
        pytest.param(as_csv([*HEADINGS, "标题"], [*ROW, "x"]), "都是“需求名称”", id="column twice"),
        pytest.param((",".join(HEADINGS) + '\nA1,示例厂,"轴承,没有合上\n').encode(), "引号", id="open quote"),
        pytest.param(b"x" * (LARGEST_FILE + 1), "最多 16 MB", id="too large"),
        pytest.param(b"x" * 20 * 1024 * 1024, "20 MB", id="20 MB"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read_import(TableKind.NEEDS, content)
