import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.people import Organization
from matchmaker.domain.postings.posting import Need
from tests.services.transfer.tables import HEADINGS, ROW, as_csv, count, run


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


def test_cells_beyond_the_heading_are_a_problem(session: Session) -> None:
    (problem,) = run(session, as_csv(HEADINGS, [*ROW, "多出来"])).problems
    assert "多出 1 格" in problem.error.text()
