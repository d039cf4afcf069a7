"""Chinese technical words survive segmentation, and are found where they stand."""

import pytest

from matchmaker.matching.text.words import located_terms, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LiFePO4 正极材料", ["lifepo4", "正极", "材料"]),
        ("LiFePO₄正极", ["lifepo4"]),
        ("输出 2.7 V 电压", ["2.7v", "电压"]),
        ("输出2.7V", ["2.7v"]),
        ("噪声 40 dB 以下", ["40db", "噪声"]),
        ("抗压强度≥35 MPa", ["35mpa", "强度"]),
        ("孔径φ12 mm的孔", ["12mm"]),
        ("Φ12mm", ["12mm"]),
        ("外径⌀ 12 mm", ["12mm"]),
        ("Al2O3陶瓷", ["al2o3", "陶瓷"]),
        ("Al₂O₃-TiO2涂层", ["al2o3-tio2", "al2o3", "tio2"]),
        ("TC4/TC11 钛合金", ["tc4/tc11", "tc4", "tc11", "钛合金"]),
        ("C/C复合材料", ["c/c"]),
        ("耐温 1 200 ℃", ["200°c"]),
        ("导热系数0.035 W/(m·K)", ["0.035w/(m·k)"]),
        ("转速3000r/min", ["3000r/min"]),
        ("纯度99.99%", ["99.99%"]),
        ("粒径 5 μm", ["5μm"]),
        ("ＧＣｒ１５轴承钢", ["gcr15", "轴承"]),
        ("PM2.5 与5G+AI", ["pm2.5", "5g", "ai"]),
        ("high-speed bearing 轴承", ["high-speed", "high", "speed", "bearing", "轴承"]),
        ("高速鐵路軸承", ["高速", "铁路", "轴承"]),
        ("显著降低二噁英排放", ["显著", "噁英", "排放"]),
        ("甾体激素", ["甾体", "激素"]),
    ],
)
def test_formulas_figures_and_units_are_terms(text: str, expected: list[str]) -> None:
    assert set(expected) <= set(terms(text))


def test_one_spelling_for_full_and_half_width() -> None:
    assert terms("５０ｋＷ电机") == terms("50kW电机")


@pytest.mark.parametrize(
    "text", ["采用ＧＣｒ１５轴承钢，寿命提高1.8倍", "㎏级Al₂O₃-TiO2涂层，½厚，φ12 mm", "ﬁne Straße 5 ㎜ İ轴承"]
)
def test_terms_are_located_in_the_text_as_written(text: str) -> None:
    located = located_terms(text)
    assert [term for term, _, _ in located]
    for term, start, end in located:
        assert term in terms(text[start:end])


def test_only_what_is_wanted_is_located() -> None:
    text = "超声滚压强化轴承滚道，寿命提高1.8倍"
    everything = located_terms(text)
    wanted = {"轴承", "滚道", "不在其中"}
    assert located_terms(text, wanted) == [one for one in everything if one[0] in wanted]


@pytest.mark.parametrize("text", ["", "   ", "😀🎉", "。，！"])
def test_nothing_legible_has_no_terms(text: str) -> None:
    assert terms(text) == []
