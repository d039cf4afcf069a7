"""What a need says and what it leaves open: five elements, figures, conditions, budget and deadline.

Matching fails for vague needs. The five elements of a technical need are material (材料), method (方法), effect (功效),
product (产品) and application (应用). Rules recognise them: the words of `lexicon` in segmented text, and regular
expressions. `tests/matching/coaching/test_coach.py` measures precision and recall for each element, on sentences
written for the test (half of them unseen while the rules were made) and on needs of the demo city.

    reading = read_need(document)
    reading.missing        # what to ask for, the most helpful first
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import rjieba

from matchmaker.matching.coaching import lexicon
from matchmaker.matching.text.document import TITLE, Document

_HAN_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")


class Element(StrEnum):
    """What a need should say, in the order in which it is asked for."""

    PRODUCT = "product"
    EFFECT = "effect"
    MATERIAL = "material"
    CONDITIONS = "conditions"
    FIGURES = "figures"
    METHOD = "method"
    APPLICATION = "application"
    BUDGET = "budget"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where an element is mentioned: `text` is literally `section_text[start:start + len(text)]`."""

    element: Element
    section: str
    start: int
    text: str


@dataclass(frozen=True)
class Reading:
    """What was recognised in a need. `found` includes elements known only from facts (budget, deadline)."""

    mentions: tuple[Mention, ...]
    found: frozenset[Element]

    @cached_property
    def missing(self) -> tuple[Element, ...]:
        """The elements that the need does not say, in the order of :class:`Element`."""
        return tuple(element for element in Element if element not in self.found)

    def first(self, element: Element) -> Mention | None:
        """The first mention of an element; mentions in the title come first."""
        return next((mention for mention in self.mentions if mention.element is element), None)


def read_need(document: Document) -> Reading:
    """Recognise the elements in a need's texts and facts. Any text is valid input, of any length."""
    texts = [(TITLE, document.title), *((section.name, section.text) for section in document.sections)]
    mentions = tuple(mention for name, text in texts for mention in _mentions(name, text[:_LONGEST_READ]))
    facts = document.facts
    found = {mention.element for mention in mentions}
    if facts.amount_min is not None or facts.amount_max is not None or facts.negotiable:
        found.add(Element.BUDGET)
    if facts.deadline is not None:
        found.add(Element.DEADLINE)
    return Reading(mentions, frozenset(found))


def without_element(document: Document, element: Element) -> Document | None:
    """The need with all mentions of an element cut out of its sections.

    None if the need does not mention the element, or mentions it in the title, which is not cut.
    """
    mentions = [mention for mention in read_need(document).mentions if mention.element is element]
    if not mentions or any(mention.section == TITLE for mention in mentions):
        return None
    sections = tuple(
        replace(
            section, text=_cut_out(section.text, [mention for mention in mentions if mention.section == section.name])
        )
        for section in document.sections
    )
    return replace(document, id=0, sections=sections)


def spread(scores: Sequence[float], places: int = 10) -> float:
    """How far the best match stands out: the first score minus the mean of the first `places` scores.

    `scores` are 0–100, best first. Missing places of a short list count as 0. The spread of an empty list is 0.
    """
    if not scores:
        return 0.0
    return float(scores[0]) - sum(scores[:places]) / places


_LONGEST_READ = 20_000
"""Characters of each text that are read; the rest is ignored."""

# Repetitions are bounded and anchored where a number begins, so that 100,000 digits do not take a minute.
_NUMBER = (
    r"(?:(?<![\d.])\d{1,9}(?:[.,]\d{1,9})?|(?<![一二两三四五六七八九十百千几])[一二两三四五六七八九十百千几]{1,8})"
)
_RANGE = rf"{_NUMBER}(?:\s*(?:-|~|～|—|–|至|到)\s*[-−]?{_NUMBER})?"
_UNIT = (
    r"(?:%|‰|℃|°c|°|k(?![a-z])|[kmgt]?hz|[gmk]?pa|[kmgnpμµ]?[mgvawlfhsω](?![a-z])|[kmg]?wh|m?ah|db|rpm|ppm|ppb|kn|mpa|nm|um|"
    r"kg|km|cm|mm|μm|µm|mol|min|hrc|hv|hb|r/min|m/s|mg/l|g/l|n·m|t/h|j(?![a-z])|d(?![a-z])|t(?![a-z])|"
    r"万?公里|千米|分米|厘米|毫米|微米|纳米|分贝|兆帕|千帕|摄氏度|度(?!员)|公斤|千克|毫克|克|万?小时|分钟|秒|吨|万?次|万?倍|毫升|升|"
    r"千瓦|兆瓦|瓦|伏|安时|安|级|目|转|个?点(?!燃)|天(?!内)|个月(?![内前])|年(?![内前底月]))"
)
_QUANTITY = rf"[-−]?{_RANGE}\s*{_UNIT}"
_MONEY = (
    rf"{_RANGE}\s*(?:多|余|来)?\s*(?:万元?|百万|千万|亿元?)(?!公里|小时|次|倍|吨|只|件|台|亩|千瓦|转|平|套|立|块|条|人)"
)
_BOUND = r"(?:≤|≥|<|>|＜|＞|不大于|不小于|不超过|不低于|不高于|不少于|低于|高于|小于|大于|优于|达到?|降|提高)\s*"
_TIME = r"(?:(?<!\d)[一二两三四五六七八九十\d]{1,4}\s*(?:个?月|年|周|天)|半年|年)"

_PATTERNS: Mapping[Element, tuple[str, ...]] = {
    Element.MATERIAL: (
        # Steel grades, alloys, formulas: Q690D, 42CrMo, TC4, 304 不锈钢, Al2O3, LiFePO4.
        r"(?<![a-z0-9])(?:q\d{3}[a-e]?|tc\d+|ta\d+|gcr15\w*|zg?\d{2}\w*|\d{2,3}(?:cr|mn|si|ni|mo)\w*|(?:al|ti|zr|si|fe|mg|ca|zn)\d?o\d?"
        r"|lifepo4|sic|gan|si3n4|peek|pvdf|ptfe|abs|pet|pp|pe|pvc|epdm|hdpe|tbhq)(?![a-z0-9])",
    ),
    Element.PRODUCT: (
        r"(?:(?![的这该套台种些个上新们厂])[\u4e00-\u9fff]){2}(?<!公司)(?<!整套)(?<!现有)(?<!生产)(?<!自动化)(?<!有关)(?<!相关)(?<!进口)"
        r"(?:设备|装置|系统|装备|仪器|部件|模组|软件)",
    ),
    Element.METHOD: (
        r"[\u4e00-\u9fff]{2}(?<!生产)(?<!现有)(?<!成熟)(?<!加工)(?<!改进)(?<!整套)(?<!一套)(?<!什么)(?<!相关)(?<!涂层)工艺",
        r"[\u4e00-\u9fff](?<![方办无没想做说用设看])法(?=[\u4e00-\u9fff]{0,3}[，。；、,;.]|$|制|提|测|处理)",
        r"(?<![a-z])(?:3d\s*打印|cfd|dcs|slam|pid|cvd|pvd|sls|slm|hplc|icp)(?![a-z])",
    ),
    Element.EFFECT: (
        rf"(?:{lexicon.EFFECT_VERBS})[^，。；,;]{{0,8}}?(?:{lexicon.PROPERTIES})",
        rf"(?:{lexicon.PROPERTIES})[^，。；,;]{{0,6}}?(?:{lexicon.SHORTCOMINGS})",
        r"(?:成本|能耗|噪声|噪音|损耗)[^，。；,;]{0,4}?降",
    ),
    Element.APPLICATION: (
        r"(?:应用于|适用于|用于|用在|装在|安装在|面向|供应|给)(?!我|他|你|它|出|企业|公司)[\u4e00-\u9fff]{2,8}",
        r"[\u4e00-\u9fff]{2}(?:行业|领域|场合|场景|工况|现场)(?!下)",
    ),
    Element.FIGURES: (rf"{_BOUND}{_QUANTITY}", _QUANTITY),
    Element.CONDITIONS: (
        rf"(?<![≤≥<>＜＞a-z0-9])(?<!不大于)(?<!不超过)(?<!低于)(?<!升)(?<!达){_RANGE}\s*"
        r"(?:℃|°c|摄氏度|兆帕|mpa|kpa|pa(?![a-z])|r/min|rpm|kv(?![a-z])|a/m)",
        r"ph\s*\d",
        r"真空(?:度|下|环境|条件|状态)",
        r"零下[一二三四五六七八九十\d]",
        r"[\u4e00-\u9fff]{2,6}(?:条件|工况|环境|温度|压力|转速|载荷|气氛|介质|负载)(?:下|里|中)",
    ),
    Element.BUDGET: (
        rf"(?:预算|经费|投入|资金|费用|出资|给到|拿出)[^，。；,;\d一二三四五六七八九十]{{0,8}}{_MONEY}",
        r"(?:预算|经费|费用|价格|资金)[^，。；,;]{0,4}(?:面议|面谈|协商)",
    ),
    Element.DEADLINE: (
        r"20\d\d\s*[年./-]\s*(?:\d{1,2}\s*月?|底)?\s*\d{0,2}\s*日?\s*(?:底|前|之前|以前|完成|交付)",
        rf"(?<!前){_TIME}\s*(?:以内|之内|内)",
        r"(?:年底|月底|年内|季度末|明年|今年底)[^，。；,;]{0,2}(?:前|完成|交付|要)?",
        rf"(?:工期|周期要求|期限)[^，。；,;]{{0,4}}{_TIME}|{_TIME}[^，。；,;]{{0,2}}(?:期限|工期)",
    ),
}
"""Regular expressions for folded text, by the element they recognise."""

_HEADS: Mapping[Element, frozenset[str]] = {
    Element.MATERIAL: lexicon.MATERIALS,
    Element.PRODUCT: lexicon.PRODUCTS,
    Element.METHOD: lexicon.METHODS,
    Element.EFFECT: lexicon.SYMPTOMS,
    Element.APPLICATION: lexicon.PLACES,
    Element.CONDITIONS: lexicon.CONDITIONS,
}
"""Words by the element they recognise: a word of the text counts when it ends with one of them."""

_COMPILED = {element: tuple(re.compile(pattern) for pattern in patterns) for element, patterns in _PATTERNS.items()}
_LONGEST_HEAD = max(len(head) for heads in _HEADS.values() for head in heads)
_WITH_QUANTITIES = {Element.CONDITIONS, Element.BUDGET, Element.DEADLINE}
"""Elements whose quantities are no target figures: at 1600 ℃, within 6 months, 50 万元."""

_WHERE = "里上中内下外"


def _mentions(section: str, text: str) -> Iterator[Mention]:
    """The mentions in one text, in the order of the text."""
    folded, origins = _folded(text)
    spans = {(start, end, element) for element, start, end in _by_pattern(folded)}
    taken = [(start, end) for start, end, element in spans if element in _WITH_QUANTITIES]
    spans = {
        (start, end, element)
        for start, end, element in spans
        if element is not Element.FIGURES or not _overlaps(start, end, taken)
    }
    spans.update((start, end, element) for element, start, end in _by_head(folded))
    for start, end, element in sorted(spans):
        first, last = origins[start], origins[end - 1] + 1
        yield Mention(element, section, first, text[first:last])


def _by_pattern(folded: str) -> Iterator[tuple[Element, int, int]]:
    for element, patterns in _COMPILED.items():
        for pattern in patterns:
            for found in pattern.finditer(folded):
                yield element, *found.span()


def _by_head(folded: str) -> Iterator[tuple[Element, int, int]]:
    """Elements of the words that end with one of their heads; the longest head of each element counts."""
    for run in _HAN_RUN.finditer(folded):
        start = run.start()
        for word in rjieba.cut(run.group(), hmm=False):
            end = start + len(word)
            if word not in lexicon.EXCEPTIONS:
                for element, heads in _HEADS.items():
                    head = _head_at(folded, run.start(), end, heads)
                    if head is None and word[-1] in _WHERE:
                        head = _head_at(folded, run.start(), end - 1, heads)
                    if head is not None and (len(head) > 1 or end - run.start() > 1):
                        yield element, min(start, end - len(head)), end
            start = end


def _head_at(folded: str, earliest: int, end: int, heads: frozenset[str]) -> str | None:
    for length in range(min(_LONGEST_HEAD, end - earliest), 0, -1):
        head = folded[end - length : end]
        if head in heads:
            return head
    return None


def _cut_out(text: str, mentions: Sequence[Mention]) -> str:
    kept, place = [], 0
    for mention in mentions:
        kept.append(text[place : max(place, mention.start)])
        place = max(place, mention.start + len(mention.text))
    return "".join((*kept, text[place:]))


def _overlaps(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < last and first < end for first, last in spans)


def _folded(text: str) -> tuple[str, list[int]]:
    """The text in NFKC and lower case, and for each of its characters the offset in `text` it came from."""
    folded: list[str] = []
    origins: list[int] = []
    for offset, character in enumerate(text):
        plain = unicodedata.normalize("NFKC", character).casefold()
        folded.append(plain)
        origins.extend([offset] * len(plain))
    return "".join(folded), origins
