"""Headings as people write them."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.amount import Amount
from matchmaker.domain.vocabulary import Side
from matchmaker.services.transfer.columns import OWNER_KIND, TableKind, recognized_columns
from tests.services.transfer.tables import HEADINGS, ROW, as_csv, only_need, run


@pytest.mark.parametrize(
    "heading",
    ["需求名称", " 需求 名称 ", "需求名称*", "需求名称（必填）", "需求名称[示例]", "title", "TITLE", "ＴＩＴＬＥ："],
)
def test_a_heading_is_known_whatever_people_vary(heading: str) -> None:
    assert [field.name for field in recognized_columns(TableKind.NEEDS, ["别的", heading]).values()] == ["title"]


def test_positions_are_those_of_the_table_and_what_is_unknown_is_left_out() -> None:
    assert list(recognized_columns(TableKind.NEEDS, [None, "天气", "需求名称", 5])) == [2]


@pytest.mark.parametrize("kind", list(TableKind))
def test_every_column_is_known_by_its_labels_and_its_name(kind: TableKind) -> None:
    for field in kind.columns:
        for heading in (field.zh, field.en, field.name):
            assert recognized_columns(kind, [heading]) == {0: field}


def test_lists_of_postings_may_say_what_an_organization_is() -> None:
    assert recognized_columns(TableKind.NEEDS, ["单位类型"]) == {0: OWNER_KIND}
    assert [kind.side for kind in TableKind] == [Side.NEED, Side.OFFER, None]


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


def test_unused_columns_are_named(session: Session) -> None:
    report = run(session, as_csv([*HEADINGS, "备注", "空列", ""], [*ROW, "急", "", "x"]))
    assert (report.landed, report.unused_columns) == (True, ["备注", "(G)"])
