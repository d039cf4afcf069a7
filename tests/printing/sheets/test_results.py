from dataclasses import replace
from decimal import Decimal

import pytest

from matchmaker.printing.errors import InvalidSheetError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.results import (
    Attendance,
    CooperationTally,
    ResultsReport,
    Step,
    Tally,
    results_pdf,
    results_xlsx,
)
from tests.printing.reading import rows_of, text_of, without_spaces, workbook_of

REPORT = ResultsReport(
    whole=Tally("", 30, 10, 4, 2, 4.25, 12),
    enterprises=Attendance(20, 18),
    teams=Attendance(11, 11),
    enterprise_ratings=(0, 1, 2, 3, 14),
    team_ratings=(1, 0, 5, 9, 7),
    steps=(Step("互访考察", 8, 6), Step("商谈合作", 0, 3)),
    by_industry=(Tally("装备制造", 20, 5, 1, 0, 4.0, 8), Tally("", 10, 5, 3, 2, None, 4)),
    by_district=(Tally("涧西区", 30, 10, 4, 2, 4.25, 12),),
)


def test_every_figure_is_on_paper(event: EventHeader) -> None:
    text = text_of(results_pdf(event, REPORT))

    for figure in ("46洽谈总数", "75%履约率", "4.2平均评分", "12有后续意向", "18/20", "11/11", "互访考察86"):
        assert without_spaces(figure) in text, figure
    assert "装备制造2680%4.08" in text
    assert "未填写2067%—4" in text
    assert "涧西区" in text


def test_what_was_signed_is_told_once_there_is_something(event: EventHeader) -> None:
    assert "合作项目" not in text_of(results_pdf(event, REPORT))
    signed = replace(REPORT, cooperations=CooperationTally(7, 4, 2, Decimal("1098.800000"), Decimal("85.123456")))
    text = text_of(results_pdf(event, signed))
    for figure in ("7合作项目", "4意向协议", "2签订合同", "1,098.8合同成交额（万元）", "85.123456技术交易额（万元）"):
        assert figure in text, figure
    overview = dict(rows_of(results_xlsx(event, signed), "总览"))
    assert overview["合同成交额（万元）"] == "1,098.8"


def test_workbook_has_the_figures_behind_the_charts(event: EventHeader) -> None:
    xlsx = results_xlsx(event, REPORT)

    assert workbook_of(xlsx).sheetnames == ["总览", "评分", "后续打算", "按产业", "按县区"]
    assert rows_of(xlsx, "评分")[4] == ("5 分", 14, 7)
    assert rows_of(xlsx, "后续打算") == [("互访考察", 8, 6), ("商谈合作", 0, 3)]
    assert rows_of(xlsx, "按产业")[0] == ("装备制造", 20, 5, 1, 0, 26, "80%", "4.0", 8)


def test_a_report_without_ratings_or_steps_has_no_empty_charts(event: EventHeader) -> None:
    nothing = (0,) * 5
    bare = replace(REPORT, enterprise_ratings=nothing, team_ratings=nothing, steps=(), by_industry=(), by_district=())
    text = text_of(results_pdf(event, bare))

    assert "还没有评分。" in text
    assert "后续打算" not in text
    assert "按产业" not in text


def test_ratings_of_another_scale_are_refused() -> None:
    with pytest.raises(InvalidSheetError, match="1 to 5"):
        replace(REPORT, team_ratings=(1, 2, 3))
