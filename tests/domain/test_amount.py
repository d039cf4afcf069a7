"""Amounts as people write them."""

from decimal import Decimal

import pytest

from matchmaker.domain.amount import Amount, parse_amount
from matchmaker.domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "minimum", "maximum"),
    [
        ("50", 50, 50),
        ("５０万元", 50, 50),
        ("50-80万", 50, 80),
        ("５０～８０万元", 50, 80),
        ("50万至1.2百万元", 50, 120),
        ("0.5-1千万", 500, 1000),
        ("1,200 万", 1200, 1200),
        ("500000元", 50, 50),
        ("不超过1.2亿", None, 12000),
        ("100万以内", None, 100),
        ("至少 30 万", 30, None),
        ("人民币 20w 左右", 20, 20),
    ],
)
def test_figures_are_in_ten_thousands(text: str, minimum: int | None, maximum: int | None) -> None:
    amount = parse_amount(text)
    expected = tuple(None if figure is None else Decimal(figure) for figure in (minimum, maximum))
    assert (amount.minimum, amount.maximum) == expected
    assert not amount.negotiable


@pytest.mark.parametrize("text", ["面议", " 面 议 ", "价格面议", "双方协商确定", "待定", "Negotiable"])
def test_words_for_negotiable(text: str) -> None:
    assert parse_amount(text) == Amount(negotiable=True)


def test_a_figure_may_be_negotiable() -> None:
    assert parse_amount("50-80万（可面议）") == Amount(Decimal(50), Decimal(80), negotiable=True)


@pytest.mark.parametrize("text", ["", "  ", "\u3000", None])
def test_nothing_said(text: str | None) -> None:
    assert parse_amount(text) == Amount()


@pytest.mark.parametrize("text", ["五十万", "-5", "80-50万", "很多", "50美元", "1e9", "💰", "99999999999万"])
def test_what_cannot_be_read_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_amount(text)


@pytest.mark.parametrize("text", ["50", "50-80万", "不超过100万", "30万以上", "面议", "50万，面议", "0.05", "1亿"])
def test_the_label_is_read_back_as_the_same_amount(text: str) -> None:
    amount = parse_amount(text)
    assert parse_amount(amount.label()) == amount
