"""How well the coach recognises what a need says, on sentences annotated by hand.

`coach_sample.tsv` was written for this test; its part `held_out` was not looked at while the rules were made, nor were
the needs of the demo city in `coach_demo_sample.tsv`, which somebody else wrote. The limits are a little below what
was measured, so that a change that spoils the coach is noticed.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from matchmaker.matching.coaching.coach import Element, read_need, spread, without_element
from matchmaker.matching.text.document import Document, Section, Side
from matchmaker.matching.text.facts import Facts

HERE = Path(__file__).parent
DEMO_NEEDS = HERE.parents[2] / "seed_data" / "demo" / "needs.csv"
OF_TEXTS = set(Element) - {Element.BUDGET, Element.DEADLINE}
"""The demo city's budgets and deadlines are facts, which takes no reading."""


@dataclass
class Case:
    document: Document
    elements: set[Element]


def need(text: str, title: str = "", facts: Facts | None = None) -> Document:
    return Document(0, Side.NEED, title, (Section("problem", text),), facts or Facts())


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def written_for_this(part: str) -> Iterator[Case]:
    for row in _rows(HERE / "coach_sample.tsv"):
        if row["part"] == part:
            yield Case(need(row["text"]), {Element(word) for word in row["elements"].split()})


def of_the_demo_city() -> Iterator[Case]:
    with DEMO_NEEDS.open(encoding="utf-8", newline="") as file:
        needs = {row["code"]: row for row in csv.DictReader(file)}
    for row in _rows(HERE / "coach_demo_sample.tsv"):
        written = needs[row["code"]]
        sections = tuple(Section(name, written[name]) for name in ("problem", "indicators"))
        elements = {Element(word) for word in row["elements"].split()}
        yield Case(Document(0, Side.NEED, written["title"], sections), elements & OF_TEXTS)


def precision_and_recall(cases: list[Case]) -> tuple[float, float]:
    """Over all decisions “this need says that element”."""
    answers = [(case.elements, read_need(case.document).found) for case in cases]
    right = sum(len(wanted & found) for wanted, found in answers)
    return right / sum(len(found) for _, found in answers), right / sum(len(wanted) for wanted, _ in answers)


@pytest.mark.parametrize(
    ("cases", "precision", "recall"),
    [
        # Measured 1.00 and 1.00: the rules were made on these.
        pytest.param(list(written_for_this("tuning")), 0.95, 0.95, id="tuning"),
        # Measured 0.91 and 0.92.
        pytest.param(list(written_for_this("held_out")), 0.88, 0.89, id="held out"),
        # Measured 0.96 and 0.83: applications (3 of 9) and effects (8 of 13) are the ones overlooked.
        pytest.param(list(of_the_demo_city()), 0.90, 0.80, id="demo city"),
    ],
)
def test_recognition(cases: list[Case], precision: float, recall: float) -> None:
    assert len(cases) >= 13
    measured = precision_and_recall(cases)
    assert measured[0] >= precision
    assert measured[1] >= recall


def test_mentions_are_literally_in_the_text() -> None:
    text = "ＴＣ４ 钛合金叶片铣削，８０ ℃ 下寿命不少于 ２００ ｈ，预算 50 万元，2027年6月前完成，用于航空发动机"
    document = need(text, title="叶片铣削刀具磨损")
    reading = read_need(document)
    assert reading.missing == ()
    for mention in reading.mentions:
        source = document.title if mention.section == "title" else text
        assert source[mention.start : mention.start + len(mention.text)] == mention.text
        assert mention.text


def test_the_order_of_asking() -> None:
    assert read_need(need("想找人合作")).missing == tuple(Element)
    assert read_need(need("柱塞泵滑靴偏磨")).missing[0] is Element.MATERIAL
    assert read_need(need("滑靴偏磨", title="柱塞泵")).first(Element.PRODUCT).text == "柱塞泵"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "facts",
    [
        Facts(amount_min=Decimal(50), deadline=date(2027, 6, 30)),
        Facts(amount_max=Decimal(50), deadline=date(2027, 6, 30)),
        Facts(negotiable=True, deadline=date(2027, 6, 30)),
    ],
)
def test_facts_answer_too(facts: Facts) -> None:
    assert {Element.BUDGET, Element.DEADLINE} <= read_need(need("设备老坏", facts=facts)).found


@pytest.mark.parametrize(
    ("text", "element"),
    [("寿命要到 50 万公里", Element.BUDGET), ("投入 50 万只样品", Element.BUDGET), ("预算 50 万元", Element.FIGURES)],
)
def test_amounts_and_figures_are_told_apart(text: str, element: Element) -> None:
    assert element not in read_need(need(text)).found


def test_a_need_without_an_element_is_otherwise_the_same() -> None:
    said = need("４２ MPa 下铜合金滑靴偏磨，求柱塞泵专家", title="偏磨问题")
    without = without_element(said, Element.MATERIAL)
    assert without is not None
    assert Element.MATERIAL not in read_need(without).found
    assert without.sections[0].text == "４２ MPa 下滑靴偏磨，求柱塞泵专家"
    assert without_element(said, Element.BUDGET) is None, "it never said one"
    assert without_element(said, Element.EFFECT) is None, "the title says it too"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "泵",
        "😀",
        "\x00\ud800",
        "1" * 100_000,
        "1," * 50_000,
        "一" * 100_000,
        "不大于" * 30_000,
        "钢\t12 MPa\n" * 10_000,
    ],
    ids=["empty", "one word", "emoji", "no text", "digits", "commas", "numerals", "bounds", "table"],
)
def test_any_text_is_read(text: str) -> None:
    reading = read_need(need(text))
    assert set(reading.missing) == set(Element) - reading.found


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([], 0.0),
        ([80.0] * 10, 0.0),
        ([90.0] + [40.0] * 9, 45.0),
        ([90.0] + [40.0] * 9 + [0.0] * 90, 45.0),
        ([60.0], 54.0),
    ],
)
def test_spread(scores: list[float], expected: float) -> None:
    assert spread(scores) == pytest.approx(expected)
