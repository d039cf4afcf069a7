"""Chinese technical words survive segmentation, and are found where they stand."""

import pytest

from matchmaker.matching.words import located_terms, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LiFePO4 正极材料", "lifepo4"),
        ("输出 2.7 V 电压", "2.7"),
        ("噪声 40 dB 以下", "40"),
        ("ＧＣｒ１５轴承钢", "gcr15"),
        ("高速铁路軸承", "高速"),
    ],
)
def test_formulas_figures_and_full_width_letters_are_terms(text: str, expected: str) -> None:
    assert any(expected in term for term in terms(text))


def test_one_spelling_for_full_and_half_width() -> None:
    assert terms("５０ｋＷ电机") == terms("50kW电机")


def test_terms_are_located_in_the_text_as_written() -> None:
    text = "采用ＧＣｒ１５轴承钢，寿命提高1.8倍"
    for term, start, end in located_terms(text):
        assert terms(text[start:end]) == [term] or term in terms(text[start:end])


@pytest.mark.parametrize("text", ["", "   ", "😀🎉", "。，！"])
def test_nothing_legible_has_no_terms(text: str) -> None:
    assert terms(text) == []
