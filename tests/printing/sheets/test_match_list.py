import pytest
from openpyxl.utils import get_column_letter

from matchmaker.printing.errors import InvalidSheetError, PrintingError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.match_list import (
    Grouping,
    MatchLine,
    MatchList,
    Unmatched,
    match_list_pdf,
    match_list_xlsx,
)
from tests.printing.reading import pages_of, rows_of, text_of, without_spaces, workbook_of


def line(enterprise: str = "示例轴承有限公司", score: int = 80, **fields: object) -> MatchLine:
    facts = {
        "need_title": "高铁轴承疲劳寿命",
        "provider": "河南科技大学",
        "team": "摩擦学团队",
        "offer_title": "轴承寿命试验平台",
        "reason": "双方都提到疲劳寿命",
    }
    return MatchLine(enterprise=enterprise, score=score, **(facts | fields))  # type: ignore[arg-type]


TITLES = [
    "镕旸垚龘与𠮷野家",
    "（“全角”标点：《》、；！？……——）",
    "比电容≥280 F/g、导热系数0.035 W/(m·K)、30 ℃、±0.5 μm",
    "CO₂ 捕集与 Al₂O₃ 陶瓷，10⁻⁶ m³/h",
    "AlCoCrFeNi high-entropy alloy",
    "５０万元",
]


@pytest.mark.parametrize("grouping", Grouping)
@pytest.mark.parametrize("title", TITLES)
def test_every_character_of_a_title_can_be_read_back(event: EventHeader, grouping: Grouping, title: str) -> None:
    pdf = match_list_pdf(MatchList(event, (line(need_title=title),)), grouping)

    assert without_spaces(title) in text_of(pdf)


@pytest.mark.parametrize("grouping", Grouping)
def test_text_is_never_read_as_markup(event: EventHeader, grouping: Grouping) -> None:
    hostile = r'#import"x.typ":*;*粗*_斜_$x^2$@引用<标>\//注/*注*/[]{}#panic()'
    pdf = match_list_pdf(MatchList(event, (line(enterprise=hostile, offer_title=hostile),)), grouping)

    assert text_of(pdf).count(hostile) == 2


def test_every_page_names_event_version_and_page(event: EventHeader) -> None:
    lines = tuple(line(f"示例企业{number}") for number in range(40))
    pages = pages_of(match_list_pdf(MatchList(event, lines), Grouping.WHOLE))

    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert without_spaces(f"{event.name}{event.place} · {event.dates}") in page
        assert f"第{number}页/共{len(pages)}页" in page
        assert "第3版2026-11-2410:42" in page
        assert "匹配度" in page, "the headings are repeated"


def test_each_enterprise_gets_its_own_sheet_best_match_first(event: EventHeader) -> None:
    lines = (
        line("甲公司", 61, team="第二名"),
        line("乙公司", 70, team="别家的"),
        line("甲公司", 93, team="第一名"),
    )
    first, second = pages_of(match_list_pdf(MatchList(event, lines), Grouping.ENTERPRISE))

    assert first.index("甲公司") < first.index("第一名") < first.index("第二名")
    assert "乙公司" not in first
    assert "别家的" not in first
    assert "乙公司" in second
    assert "第1页/共1页" in first
    assert "第1页/共1页" in second


def test_pages_are_counted_within_a_sheet(event: EventHeader) -> None:
    long_sheet = tuple(line("甲公司", team=f"团队{number}") for number in range(30))
    pages = pages_of(match_list_pdf(MatchList(event, (*long_sheet, line("乙公司"))), Grouping.ENTERPRISE))

    assert f"第1页/共{len(pages) - 1}页" in pages[0]
    assert f"第{len(pages) - 1}页/共{len(pages) - 1}页" in pages[-2]
    assert "第1页/共1页" in pages[-1]


def test_teams_of_the_same_name_at_two_universities_get_two_sheets(event: EventHeader) -> None:
    lines = (line(provider="甲大学", team="材料团队"), line(provider="乙大学", team="材料团队"))

    assert len(pages_of(match_list_pdf(MatchList(event, lines), Grouping.TEAM))) == 2


def test_slots_tables_and_pins_are_shown(event: EventHeader) -> None:
    scheduled = line(slot="09:20–09:40", table="12", pinned=True)
    for grouping in Grouping:
        text = text_of(match_list_pdf(MatchList(event, (scheduled,)), grouping))
        assert "09:20–09:40" in text
        assert "12号桌" in text
        assert "指定" in text
    assert "时段与桌号" not in text_of(match_list_pdf(MatchList(event, (line(),)), Grouping.WHOLE))


def test_those_without_a_match_stand_at_the_end_of_the_whole_table_only(event: EventHeader) -> None:
    match_list = MatchList(event, (line(),), (Unmatched("孤单公司", "need", "没有候选团队"),))

    assert "未配对名单序号名称类别未配对原因1孤单公司需求方没有候选团队" in text_of(
        match_list_pdf(match_list, Grouping.WHOLE)
    )
    assert "孤单公司" not in text_of(match_list_pdf(match_list, Grouping.ENTERPRISE))


def test_a_very_long_title_runs_over_pages_and_nothing_of_it_is_cut(event: EventHeader) -> None:
    title = "".join(chr(0x4E00 + number) for number in range(2_000))
    pages = pages_of(match_list_pdf(MatchList(event, (line(need_title=title),)), Grouping.WHOLE))

    assert len(pages) > 2
    assert set(title) <= set("".join(pages))


def test_english_labels(event: EventHeader) -> None:
    text = text_of(match_list_pdf(MatchList(event, (line(),)), Grouping.WHOLE, "en"))

    assert "Page1of1" in text
    assert "Version3" in text
    assert "匹配度" not in text


def test_equal_lists_give_equal_bytes(event: EventHeader) -> None:
    match_list = MatchList(event, (line(),))

    assert match_list_pdf(match_list, Grouping.WHOLE) == match_list_pdf(match_list, Grouping.WHOLE)


@pytest.mark.parametrize("score", [-1, 101])
def test_a_score_outside_its_range_is_refused(score: int) -> None:
    with pytest.raises(InvalidSheetError, match=r"示例轴承有限公司.*score .* must lie in 0–100"):
        line(score=score)
    assert issubclass(InvalidSheetError, PrintingError)


def test_workbook_has_four_sheets_ready_to_filter_and_print(event: EventHeader) -> None:
    xlsx = match_list_xlsx(MatchList(event, (line(), line("乙公司")), (Unmatched("丙公司", "need", "无候选"),)))
    workbook = workbook_of(xlsx)

    assert workbook.sheetnames == ["总表", "按企业", "按团队", "未配对"]
    for sheet in workbook:
        assert event.name in sheet["A2"].value
        assert sheet.freeze_panes == "A4"
        assert sheet.auto_filter.ref == f"A3:{get_column_letter(sheet.max_column)}{sheet.max_row}"
        assert sheet.print_title_rows == "$1:$3"
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9, "A4"
        assert sheet.page_setup.fitToHeight == 0, "as many pages down as needed, one across"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_workbook_ranks_within_each_party(event: EventHeader) -> None:
    lines = (line("甲公司", 61), line("乙公司", 70, team="别队"), line("甲公司", 93, team="别队"))
    xlsx = match_list_xlsx(MatchList(event, lines))

    assert [(row[0], row[1], row[6]) for row in rows_of(xlsx, "按企业")] == [
        ("甲公司", 1, 93),
        ("甲公司", 2, 61),
        ("乙公司", 1, 70),
    ]
    assert [(row[1], row[2], row[6]) for row in rows_of(xlsx, "按团队")] == [
        ("摩擦学团队", 1, 61),
        ("别队", 1, 93),
        ("别队", 2, 70),
    ]


@pytest.mark.parametrize("text", ['=HYPERLINK("http://example.org")', "+1", "-1+2", "@SUM(A1)", "{=1+1}"])
def test_cells_that_look_like_formulas_are_text(event: EventHeader, text: str) -> None:
    workbook = workbook_of(match_list_xlsx(MatchList(event, (line(enterprise=text, need_title=text),))))
    cell = workbook["总表"]["B4"]

    assert cell.value == text
    assert cell.data_type == "s"
    assert cell.quotePrefix == (text[0] in "=+-@")


def test_an_empty_match_list_says_so(event: EventHeader) -> None:
    empty = MatchList(event, ())

    for grouping in Grouping:
        assert "暂无匹配结果。" in text_of(match_list_pdf(empty, grouping))
    assert rows_of(match_list_xlsx(empty), "总表") == []
