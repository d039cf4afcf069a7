"""Lists in the columns that an organizer chose."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from matchmaker.printing.errors import InvalidSheetError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.match_list import Grouping, MatchLine, MatchList, match_list_pdf, match_list_xlsx
from matchmaker.printing.sheets.sign_in import SignInEntry, sign_in_pdf, sign_in_xlsx
from tests.printing.reading import pages_of, rows_of, workbook_of

LINES = (
    MatchLine("示例轴承", "疲劳寿命", "示例大学", "摩擦学团队", "试验平台", 60, "都谈到疲劳"),
    MatchLine("示例钢厂", "夹杂", "示例大学", "摩擦学团队", "纯净钢", 90, "", "09:00–09:20", "12"),
)


def test_a_match_list_has_the_columns_in_that_order(event: EventHeader) -> None:
    columns = ("team", "enterprise", "score")
    match_list = MatchList(event, LINES)
    (whole,) = pages_of(match_list_pdf(match_list, Grouping.WHOLE, "zh", columns))
    (team,) = pages_of(match_list_pdf(match_list, Grouping.TEAM, "zh", columns))

    assert "科研团队企业匹配度摩擦学团队示例轴承60摩擦学团队示例钢厂90" in whole
    assert "摩擦学团队示例钢厂90摩擦学团队示例轴承60" in team, "a party's sheet has its best first"
    assert "疲劳寿命" not in whole
    assert rows_of(match_list_xlsx(match_list, "zh", columns), "总表")[0] == ("摩擦学团队", "示例轴承", 60)


def test_wide_tables_are_printed_in_landscape(event: EventHeader) -> None:
    many = ("number", "person", "job_title", "organization", "side", "booth_or_table", "contact", "signature")
    for columns, landscape in ((many, True), (("number", "person", "signature"), False)):
        page = PdfReader(BytesIO(sign_in_pdf(event, [SignInEntry("张垚", "")], "zh", columns))).pages[0]
        assert (page.mediabox.width > page.mediabox.height) is landscape


def test_what_the_sheet_does_not_have_is_refused(event: EventHeader) -> None:
    for print_it in (
        lambda: sign_in_pdf(event, [], "zh", ["phone"]),
        lambda: sign_in_xlsx(event, [], "zh", ["phone"]),
        lambda: match_list_pdf(MatchList(event, LINES), Grouping.WHOLE, "zh", ["phone"]),
    ):
        with pytest.raises(InvalidSheetError, match="column 'phone' is unknown; choose among"):
            print_it()


def test_a_workbook_without_a_plan_names_no_version(event: EventHeader) -> None:
    unplanned = EventHeader(event.name, "", "", "", 0, event.printed_at)
    sheet = workbook_of(sign_in_xlsx(unplanned, []))["签到表"]

    assert "第 0 版" not in str(sheet["A2"].value)
