"""Texts as people paste them: in another language or script, boilerplate, tables, one word, twice."""

from dataclasses import replace

import pytest

from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.matching.encoding.vectors import MemoryVectorStore, VectorStore
from matchmaker.matching.matcher import Matcher
from matchmaker.matching.text.document import Document, Section, Side
from tests.matching.documents import need, offer

PROBLEMS = {
    1: ("高铁轴箱轴承早期剥落", "轴箱轴承滚道在一百二十万公里后剥落，希望把接触疲劳寿命提高一倍。"),
    2: ("超级电容器高温漏电", "超级电容器在 70 ℃ 下自放电快，漏电流要降到 2.7 V 时 5 μA 以下。"),
    3: ("湿式离合器换挡冲击", "大马力拖拉机换挡时离合器结合不平顺，希望改进油压控制。"),
    4: ("牡丹籽油低温萃取", "热榨的牡丹籽油亚麻酸氧化，想用低温萃取保留营养。"),
    5: ("窑尾烟气脱硝催化剂失活", "水泥窑烟气碱金属高，脱硝催化剂半年就失活，需要再生办法。"),
    6: ("光纤预制棒气泡", "拉丝前预制棒里有气泡，光纤衰减超标，想找到气泡的来源。"),
}
ENGLISH_OFFERS = {
    1: "Ultrasonic surface rolling of bearing raceways to extend rolling contact fatigue life",
    2: "Electrolyte additives that suppress leakage current and self-discharge of supercapacitors at high temperature",
    3: "Pressure control of wet clutches for smooth gear shifting in heavy tractors",
    4: "Subcritical low-temperature extraction of vegetable oil from peony seeds",
    5: "Regeneration of SCR denitration catalysts poisoned by alkali metals in cement kiln flue gas",
    6: "Eliminating bubbles in optical fibre preforms before drawing",
}
CHINESE_OFFERS = {
    1: "轴承滚道超声滚压强化",
    2: "双电层电容器低漏电流电解液",
    3: "动力换挡离合器油压控制策略",
    4: "牡丹籽油亚临界萃取装置",
    5: "碱金属中毒脱硝催化剂再生",
    6: "光纤预制棒气泡消除工艺",
}
ENGLISH_NEEDS = {
    1: "Raceways of high-speed train axle box bearings flake too early; rolling contact fatigue life must be doubled",
    2: "Supercapacitors lose their charge too fast at 70 °C: leakage current must fall below 5 μA at 2.7 V",
    3: "The wet clutch of our tractor jerks when shifting under load; better oil pressure control is wanted",
    4: "Peony seed oil oxidizes when pressed hot; extraction at low temperature should keep its nutrients",
    5: "SCR denitration catalyst in cement kilns dies within half a year from alkali metals and must be regenerated",
    6: "Bubbles in optical fibre preforms raise attenuation; where do they come from before drawing",
}
TRADITIONAL_NEEDS = {
    1: "高鐵軸箱軸承早期剝落",
    2: "超級電容器高溫漏電",
    3: "濕式離合器換擋衝擊",
    4: "牡丹籽油低溫萃取",
    5: "窯尾煙氣脫硝催化劑失活",
    6: "光纖預製棒氣泡",
}
BOILERPLATE = (
    "需求内容：见附件，欢迎有实力的高校和科研院所与我公司联系。",
    "现有工作基础：公司拥有完善的研发团队、检测设备和产学研合作经验，具备良好的产业化条件。",
)


@pytest.fixture(scope="module")
def store() -> VectorStore:
    """Shared, so that each text is encoded once for the whole module."""
    return MemoryVectorStore()


def matcher_with(encoder: Encoder, store: VectorStore, *documents: Document) -> Matcher:
    matcher = Matcher(encoder, store)
    matcher.upsert(documents)
    return matcher


def needs_of(titles: dict[int, str]) -> list[Document]:
    return [need(number, title) for number, title in titles.items()]


def offers_of(titles: dict[int, str]) -> list[Document]:
    return [offer(number, title) for number, title in titles.items()]


def first_choices(matcher: Matcher, documents: list[Document]) -> dict[int, int | None]:
    return {one.id: matcher.match(one, 1)[0].offer_id for one in documents}


def test_an_english_offer_is_found_by_a_chinese_need_and_finds_it(encoder: Encoder, store: VectorStore) -> None:
    needs = [need(number, *texts) for number, texts in PROBLEMS.items()]
    offers = offers_of(ENGLISH_OFFERS)
    matcher = matcher_with(encoder, store, *needs, *offers)
    assert first_choices(matcher, needs) == {number: number for number in PROBLEMS}
    assert {one.id: matcher.match(one, 1)[0].need_id for one in offers} == {number: number for number in PROBLEMS}


def test_a_chinese_offer_is_found_by_an_english_need(encoder: Encoder, store: VectorStore) -> None:
    needs = needs_of(ENGLISH_NEEDS)
    matcher = matcher_with(encoder, store, *needs, *offers_of(CHINESE_OFFERS))
    assert first_choices(matcher, needs) == {number: number for number in ENGLISH_NEEDS}


def test_english_competes_with_chinese(encoder: Encoder, store: VectorStore) -> None:
    needs = [need(number, *texts) for number, texts in PROBLEMS.items()]
    mixed = [offer(number, ENGLISH_OFFERS[number]) for number in (1, 3, 5)]
    mixed += [offer(number, CHINESE_OFFERS[number]) for number in (2, 4, 6)]
    matcher = matcher_with(encoder, store, *needs, *mixed)
    assert first_choices(matcher, needs) == {number: number for number in PROBLEMS}


def test_traditional_characters_find_simplified_ones(encoder: Encoder, store: VectorStore) -> None:
    needs = needs_of(TRADITIONAL_NEEDS)
    matcher = matcher_with(encoder, store, *needs, *offers_of(CHINESE_OFFERS))
    assert first_choices(matcher, needs) == {number: number for number in TRADITIONAL_NEEDS}


def with_boilerplate(number: int) -> Document:
    title, problem = PROBLEMS[number]
    sections = (
        Section("problem", problem),
        Section("indicators", BOILERPLATE[0], 0.8),
        Section("groundwork", BOILERPLATE[1], 0.4),
    )
    return Document(number, Side.NEED, title, sections)


def test_boilerplate_does_not_rule_the_ranking(encoder: Encoder, store: VectorStore) -> None:
    needs = [with_boilerplate(number) for number in PROBLEMS]
    # Sixty others filled in the same form.
    others = [replace(with_boilerplate(1 + number % 6), id=100 + number) for number in range(60)]
    form = offer(9, "需求内容与现有工作基础", "现有工作基础：公司拥有完善的研发团队和检测设备，具备良好的产业化条件。")
    matcher = matcher_with(encoder, store, *needs, *others, *offers_of(CHINESE_OFFERS), form)
    assert first_choices(matcher, needs) == {number: number for number in PROBLEMS}


def test_boilerplate_is_no_evidence(encoder: Encoder, store: VectorStore) -> None:
    needs = [with_boilerplate(number) for number in PROBLEMS]
    form = offer(9, "技术服务", "现有工作基础：团队拥有完善的检测设备。轴承剥落分析也做。")
    matcher = matcher_with(encoder, store, *needs, form)
    for asked in needs:
        evidence = matcher.explain(asked, form).evidence
        assert evidence
        assert not {one.need.text for one in evidence} & set(BOILERPLATE)
        marked = {one.need.text[start:end] for one in evidence for start, end in one.need.highlights}
        assert not any("工作" in words or "基础" in words for words in marked)


def test_a_need_of_nothing_but_boilerplate_is_still_explained(encoder: Encoder, store: VectorStore) -> None:
    empty = [Document(number, Side.NEED, "", (Section("problem", BOILERPLATE[0]),)) for number in range(1, 8)]
    matcher = matcher_with(encoder, store, *empty, offer(1))
    assert matcher.explain(empty[0], offer(1)).evidence


def test_a_posting_there_twice_is_no_boilerplate(encoder: Encoder, store: VectorStore) -> None:
    copies = [need(number, *PROBLEMS[1]) for number in (1, 2, 3)]
    matcher = matcher_with(encoder, store, *copies, offer(1, CHINESE_OFFERS[1]))
    assert matcher.explain(copies[0], offer(1, CHINESE_OFFERS[1])).evidence[0].need.text in PROBLEMS[1]


@pytest.mark.parametrize("title", ["轴承", "轴", "SiC", "φ12 mm", "？轴承？"])
def test_one_word_is_a_posting(encoder: Encoder, store: VectorStore, title: str) -> None:
    matcher = matcher_with(encoder, store, *offers_of(CHINESE_OFFERS))
    asked = need(77, title)
    matches = matcher.match(asked)
    assert len(matches) == len(CHINESE_OFFERS)
    for match in matches:
        explanation = matcher.explain(asked, offer(match.offer_id or 0, CHINESE_OFFERS[match.offer_id or 0]))
        assert [one.need.text for one in explanation.evidence] == [title]


def test_a_pasted_table_is_read(encoder: Encoder, store: VectorStore) -> None:
    table = "指标\t要求\t现状\r\n漏电流\t≤5 μA\t18 μA\r\n工作电压\t2.7 V\t2.7 V\r\n温度\t70 ℃\t25 ℃\r\n"
    asked = need(5, "电容器", table)
    matcher = matcher_with(encoder, store, *offers_of(CHINESE_OFFERS))
    assert matcher.match(asked, 1)[0].offer_id == 2
    for one in matcher.explain(asked, offer(2, CHINESE_OFFERS[2])).evidence:
        text = asked.section_text(one.need.section)
        assert text[one.need.start : one.need.start + len(one.need.text)] == one.need.text
