"""Imports: files as offices really send them, all good rows or none, and every bad cell named."""

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.activity import Activity
from matchmaker.domain.amount import Amount
from matchmaker.domain.people import Organization, Team
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import (
    CooperationMode,
    OfferKind,
    OrganizationKind,
    PostingStatus,
    Visibility,
)
from matchmaker.services.platform import Platform
from matchmaker.services.transfer.columns import TableKind
from matchmaker.services.transfer.importing import import_and_encode, import_table, preview_import, read_import
from matchmaker.services.transfer.report import ImportReport
from matchmaker.services.transfer.spreadsheets import LARGEST_FILE
from matchmaker.services.transfer.workbook_guard import UnreadableFile
from tests.factories import make_need, make_organization

HEADINGS = ["编号", "单位", "需求名称", "需求背景与技术难点"]
ROW = ["A1", "示例轴承厂", "高速轴承润滑失效", "轴承在高温下润滑脂发干，三个月就要更换一次"]
NEXT_YEAR = date.today() + timedelta(days=365)


def as_csv(*rows: Sequence[object], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(*rows: Sequence[object], prepare: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(list(row))
    if prepare is not None:
        prepare(workbook)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def run(session: Session, content: bytes, kind: TableKind = TableKind.NEEDS, *, skip_bad: bool = False) -> ImportReport:
    return import_table(session, None, kind, read_import(kind, content), skip_bad=skip_bad)


def only_need(session: Session) -> Need:
    return session.scalars(select(Need)).one()


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


# --- files


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


@pytest.mark.parametrize(
    "headings",
    [
        ["Code", "Organization", "Title", "Background and problem", "Budget"],
        ["code", "organization", "title", "problem", "budget"],
        ["编 号", "企业名称", "技术需求名称*", "技术难点（必填）", "拟投入资金（万元）"],
        ["需求编号", "单位名称", " 标题 ", "需求描述：", "预算(万)"],
    ],
)
def test_headings_are_forgiven_their_form(session: Session, headings: list[str]) -> None:
    assert run(session, as_csv(headings, [*ROW, "50-80万"])).landed
    assert only_need(session).budget == Amount(Decimal(50), Decimal(80))


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


# --- rows


def test_bad_cells_are_all_reported_and_nothing_lands(session: Session) -> None:
    headings = [*HEADINGS, "拟投入资金", "完成时限", "产业领域"]
    report = run(
        session,
        as_csv(
            headings,
            [*ROW, "50-80万", "", ""],
            ["A2", "示例厂", "🚀🚀", ROW[3], "很多钱", "下周", "养鸡"],
            ["A3", "", "", ROW[3], "", "2001-01-01", ""],
            ["A4", "示例厂", "好" * 50_000, "短", "", "", ""],
        ),
    )
    found = {(p.row, p.column) for p in report.problems}
    assert found == {
        (3, "需求名称"),
        (3, "拟投入资金"),
        (3, "完成时限"),
        (3, "产业领域"),
        (4, "单位"),
        (4, "需求名称"),
        (5, "需求名称"),
    }
    assert (report.bad_rows, report.landed) == (3, False)
    assert count(session, Need) == count(session, Organization) == 0


@pytest.mark.parametrize("written", ["2001-01-01", "2001年1月1日"])
def test_days_gone_by_are_refused(session: Session, written: str) -> None:
    report = run(session, as_csv([*HEADINGS, "完成时限"], [*ROW, written]))
    assert [(p.row, p.column, p.value) for p in report.problems] == [(2, "完成时限", written)]
    assert "已经过去" in report.problems[0].error.text()


def test_too_short_a_problem_is_refused(session: Session) -> None:
    (problem,) = run(session, as_csv(HEADINGS, [*ROW[:3], "热"])).problems
    assert (problem.column, problem.value) == ("需求背景与技术难点", "热")


def test_skipping_bad_rows_lands_the_others(session: Session) -> None:
    report = run(session, as_csv(HEADINGS, ROW, ["A2", "另一家", "N", ROW[3]]), skip_bad=True)
    assert (report.created, report.bad_rows, report.landed) == (1, 1, True)
    assert session.scalars(select(Organization.name)).all() == ["示例轴承厂"]


def test_cells_beyond_the_heading_are_a_problem(session: Session) -> None:
    (problem,) = run(session, as_csv(HEADINGS, [*ROW, "多出来"])).problems
    assert "多出 1 格" in problem.error.text()


def test_unused_columns_are_named(session: Session) -> None:
    report = run(session, as_csv([*HEADINGS, "备注", "空列", ""], [*ROW, "急", "", "x"]))
    assert (report.landed, report.unused_columns) == (True, ["备注", "(G)"])


@pytest.mark.parametrize("code", ["A1", ""])
def test_the_same_row_again_changes_nothing(session: Session, code: str) -> None:
    content = as_csv([*HEADINGS, "合作方式"], [code, *ROW[1:], "技术转让；合作开发"])
    assert run(session, content).created == 1
    version = only_need(session).version
    report = run(session, content)
    assert (report.created, report.updated, report.unchanged) == (0, 0, 1)
    assert only_need(session).version == version
    assert only_need(session).cooperation_modes == {CooperationMode.TRANSFER, CooperationMode.JOINT_DEVELOPMENT}


def test_a_changed_row_updates_and_a_missing_column_keeps_its_value(session: Session) -> None:
    run(session, as_csv([*HEADINGS, "拟投入资金"], [*ROW, "面议"]))
    report = run(session, as_csv(HEADINGS, [*ROW[:2], "改过的名称", ROW[3]]))
    need = only_need(session)
    assert (report.updated, need.title, need.budget.negotiable) == (1, "改过的名称", True)


def test_a_code_can_be_added_later(session: Session) -> None:
    run(session, as_csv(HEADINGS, ["", *ROW[1:]]))
    assert run(session, as_csv(HEADINGS, ROW)).updated == 1
    assert only_need(session).code == "A1"


@pytest.mark.parametrize("code", ["A1", ""])
def test_one_posting_twice_in_a_file_is_a_problem(session: Session, code: str) -> None:
    row = [code, *ROW[1:]]
    report = run(session, as_csv(HEADINGS, row, row))
    assert [(p.row, p.error.params["row"]) for p in report.problems] == [(3, 2)]


def test_organizations_are_recognised_whatever_the_width_of_brackets(session: Session) -> None:
    organization = make_organization(session, name="洛水（示例）有限公司")
    report = run(session, as_csv(HEADINGS, ["A1", "洛水(示例) 有限公司", *ROW[2:]]))
    assert report.new_organizations == []
    assert only_need(session).organization_id == organization.id


def test_what_its_owner_withdrew_is_left_alone(session: Session) -> None:
    organization = make_organization(session, name=ROW[1])
    need = make_need(session, organization, title=ROW[2], status=PostingStatus.WITHDRAWN)
    report = run(session, as_csv(HEADINGS, ROW))
    assert (report.left_alone, report.landed, len(report.warnings)) == (1, True, 1)
    session.refresh(need)
    assert (need.status, need.problem) == (PostingStatus.WITHDRAWN, "")


def test_a_blank_visibility_does_not_make_public(session: Session) -> None:
    organization = make_organization(session, name=ROW[1])
    need = make_need(session, organization, code="A1", title=ROW[2], visibility=Visibility.PRIVATE)
    assert run(session, as_csv([*HEADINGS, "公开范围"], [*ROW, ""])).updated == 1
    session.refresh(need)
    assert need.visibility is Visibility.PRIVATE


def test_imports_are_published_and_logged(session: Session) -> None:
    run(session, as_csv(HEADINGS, ROW))
    need = only_need(session)
    assert (need.status, need.published_at is not None, need.revision) == (PostingStatus.PUBLISHED, True, 1)
    assert session.scalars(select(Activity.action)).all() == ["imported"]


OFFER_HEADINGS = ["编号", "完成单位", "科研团队", "供给类型", "成果名称", "成熟度", "可提供的服务"]


def test_offers_make_teams_and_guess_what_their_owners_are(session: Session) -> None:
    report = run(
        session,
        as_csv(
            OFFER_HEADINGS,
            ["1", "示例工业大学", "摩擦学团队", "科技成果", "长寿命润滑脂", "7", ""],
            ["2", "示例工业大学", "摩擦学团队", "科研能力", "润滑失效分析", "", "失效分析"],
            ["3", "示例材料研究所", "", "outcome", "高氮轴承钢", "TRL6", ""],
            ["4", "示例仪器有限公司", "研发部", "科技成果", "轴承振动检测仪", "9", ""],
        ),
        TableKind.OFFERS,
    )
    assert (report.created, report.problems) == (4, [])
    kinds = {one.name: one.kind for one in session.scalars(select(Organization))}
    assert kinds == {
        "示例工业大学": OrganizationKind.UNIVERSITY,
        "示例材料研究所": OrganizationKind.INSTITUTE,
        "示例仪器有限公司": OrganizationKind.ENTERPRISE,
    }
    assert session.scalars(select(Team.name)).all() == ["摩擦学团队"]


def test_the_kind_of_an_unknown_organization_can_be_said(session: Session) -> None:
    run(session, as_csv([*HEADINGS, "单位类型"], [*ROW, "高校"]))
    assert session.scalars(select(Organization.kind)).all() == [OrganizationKind.UNIVERSITY]


def test_cells_that_an_offer_of_that_kind_has_not_are_pointed_out(session: Session) -> None:
    row = ["1", "示例大学", "", "科研能力", "润滑失效分析", "7", "失效分析"]
    report = run(session, as_csv(OFFER_HEADINGS, row), TableKind.OFFERS)
    assert report.landed
    assert [(w.row, w.column, w.value) for w in report.warnings] == [(2, "成熟度", "7")]


def test_an_offer_keeps_its_kind(session: Session) -> None:
    row = ["1", "示例大学", "", "科研能力", "润滑失效分析", "", ""]
    run(session, as_csv(OFFER_HEADINGS, row), TableKind.OFFERS)
    row[3] = "科技成果"
    (problem,) = run(session, as_csv(OFFER_HEADINGS, row), TableKind.OFFERS).problems
    assert problem.column == "供给类型"
    assert session.scalars(select(Offer.kind)).all() == [OfferKind.CAPABILITY]


def test_organizations_are_imported_and_updated(session: Session) -> None:
    headings = ["企业名称", "类型", "城市", "县区", "行业"]
    row = ["示例厂", "企业", "洛阳", "涧西区", "装备制造"]
    assert run(session, as_csv(headings, row), TableKind.ORGANIZATIONS).created == 1
    need = make_need(session, session.scalars(select(Organization)).one())
    before = need.revision
    assert run(session, as_csv(headings, row), TableKind.ORGANIZATIONS).unchanged == 1
    report = run(session, as_csv(headings, [*row[:3], "高新区", row[4]]), TableKind.ORGANIZATIONS)
    session.refresh(need)
    assert (report.updated, session.scalars(select(Organization.district_code)).one()) == (1, "gaoxin")
    assert need.revision > before, "the matcher compares districts"


# --- as a whole


def test_a_preview_writes_nothing_and_tells_the_same(session: Session) -> None:
    table = read_import(TableKind.NEEDS, as_csv(HEADINGS, ROW, ["A2", "示例厂", "N", ROW[3]]))
    preview = preview_import(session, TableKind.NEEDS, table)
    assert (count(session, Need), [document.title for document in preview.documents]) == (0, [ROW[2]])
    report = import_table(session, None, TableKind.NEEDS, table, skip_bad=True)
    assert preview.report.to_dict() == report.to_dict() | {"imported": False}


def test_an_import_can_be_found_at_once(platform: Platform) -> None:
    table = read_import(TableKind.NEEDS, as_csv(HEADINGS, ROW))
    encoded: list[int] = []
    report = import_and_encode(
        platform.database,
        platform.search_index,
        None,
        TableKind.NEEDS,
        table,
        progress=lambda done, _: encoded.append(done),
    )
    status = platform.search_index.status()
    assert (report.landed, status.needs, status.revision, status.vectors) == (True, 1, status.database_revision, 3)
    assert encoded[-1] == 3, "every passage and the opening once, before the posting appears"


def test_what_is_wrong_is_said_in_english_too(session: Session) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_import(TableKind.NEEDS, as_csv(HEADINGS[:3], ROW[:3]))
    assert "Background and problem" in caught.value.text("en")
    table = read_import(TableKind.NEEDS, as_csv(HEADINGS, ROW))
    import_table(session, None, TableKind.NEEDS, table)
    session.scalars(select(Need)).one().status = PostingStatus.CLOSED
    session.commit()
    (warning,) = import_table(session, None, TableKind.NEEDS, table).warnings
    assert "Closed" in warning.error.text("en")
    assert "已达成" in warning.error.text("zh")
