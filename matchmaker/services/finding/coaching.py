"""Helping a need to say more: what is missing, what to ask, and how much sharper the ranking would become."""

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev
from time import monotonic
from weakref import WeakKeyDictionary, ref

from matchmaker.domain.base import now
from matchmaker.domain.postings.coaching import RankingSpread
from matchmaker.domain.postings.posting import Need
from matchmaker.i18n import N_, translate
from matchmaker.matching.coaching.coach import Element, Reading, read_need, spread, without_element
from matchmaker.matching.text.document import TITLE, Document, Side
from matchmaker.services.database import Database
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.posting.documents import document_of

PLACES = 10
SURVEYED = 40
"""How many stored needs a survey tries each element on: a need without an element has to be encoded anew."""

LEAST_SURVEYED = 10
"""Needs on which an element was tried, below which nothing is said."""

LEAST_CHANGE = 1.0
"""Points of spread; a smaller change is not worth a word."""

_GOOD_FOR = 24 * 3600.0

NAMES: Mapping[Element, str] = {
    Element.PRODUCT: N_("产品或部件"),
    Element.EFFECT: N_("功效"),
    Element.MATERIAL: N_("材料"),
    Element.CONDITIONS: N_("工况与试验条件"),
    Element.FIGURES: N_("指标数值"),
    Element.METHOD: N_("方法"),
    Element.APPLICATION: N_("应用场景"),
    Element.BUDGET: N_("预算"),
    Element.DEADLINE: N_("完成时限"),
}

QUESTIONS: Mapping[Element, str] = {
    Element.PRODUCT: N_("问题出在哪个产品、部件或设备上？写出名称和型号，如“A4VSO 型柱塞泵的滑靴”"),
    Element.EFFECT: N_("%(subject)s希望改善哪一项性能，或者消除什么现象？如“滑靴不再偏磨，寿命延长”"),
    Element.MATERIAL: N_("%(subject)s用什么材料或处理什么介质？写出牌号或成分，如“42CrMo，表面氮化”“含油污泥”"),
    Element.CONDITIONS: N_(
        "%(subject)s在什么条件下工作或试验？写出温度、压力、转速、介质，如“35 MPa、80 ℃、抗磨液压油”"
    ),
    Element.FIGURES: N_("现在是多少，要达到多少？写数值和单位，如“寿命由 200 h 提高到 2000 h”"),
    Element.METHOD: N_("%(subject)s现在用什么工艺，试过哪些办法，结果怎样？不想走的路线也请写出"),
    Element.APPLICATION: N_("%(subject)s用在哪里、装在什么上面、卖给哪个行业？如“用于煤矿井下的液压支架”"),
    Element.BUDGET: N_("打算投入多少？给一个范围即可，如“50-80万”，没想好可选“面议”"),
    Element.DEADLINE: N_("最迟什么时候要有结果？"),
}
"""What to ask for each element. ``subject`` is the product that the need names, or nothing."""

FIELDS: Mapping[Element, str] = {
    Element.FIGURES: "indicators",
    Element.BUDGET: "budget",
    Element.DEADLINE: "deadline",
}
"""The field of the form that an answer belongs into; everything else goes into the problem."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What saying an element did for the spread of ``needs`` stored needs that say it: with it less without it.

    ``points`` is the mean, ``margin`` half of its 95 % confidence interval. Needs that say something are not compared
    with others that do not: these differ in much else.
    """

    points: float
    margin: float
    needs: int

    @property
    def certain(self) -> bool:
        """Whether there is a gain worth speaking of."""
        return self.points - self.margin > 0 and self.points >= LEAST_CHANGE


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that the need does not say. ``field`` is where to write it."""

    element: Element
    subject: str
    gain: Gain | None

    @property
    def field(self) -> str:
        return FIELDS.get(self.element, "problem")

    def label(self, language: str = "zh") -> str:
        """The element's name in the reader's language."""
        return translate(NAMES[self.element], language)

    def question(self, language: str = "zh") -> str:
        """What to ask, in the reader's language."""
        subject = translate(N_("“%(product)s”"), language, product=self.subject) if self.subject else ""
        return translate(QUESTIONS[self.element], language, subject=subject)


@dataclass(frozen=True, slots=True)
class Coaching:
    """What there is to say about a need. ``spread`` is that of :func:`matchmaker.matching.coaching.coach.spread`, now;
    ``previous`` that before the last change of the need, if its people looked at it then.
    """

    need_id: int
    reading: Reading
    spread: float
    previous: float | None
    advice: tuple[Advice, ...]

    @property
    def said(self) -> list[str]:
        """Message ids of the names of what the need does say, in the order of asking."""
        return [NAMES[element] for element in Element if element in self.reading.found]


def coach(database: Database, search_index: SearchIndex, need: Need) -> Coaching:
    """Read a stored need, draft or published, and say what would help.

    Keeps the spread on a session of its own, so that it can be compared after the next change: call it from a page that
    only reads.
    """
    document = document_of(need)
    search_index.refresh_async()
    sharpness = ranking_spread(search_index, document)
    gains = current_survey(search_index)
    reading = read_need(document)
    subject = _subject(reading)
    advice = tuple(Advice(element, subject, gains.get(element)) for element in reading.missing)
    return Coaching(need.id, reading, sharpness, keep_spread(database, need, sharpness), advice)


def ranking_spread(search_index: SearchIndex, document: Document) -> float:
    """How sharply the need's ranking, its own organization's offers aside, tells the best from the rest (0–100)."""
    own = document.facts.organization_id
    excluded = frozenset() if own is None else frozenset({own})
    matches = search_index.matcher.match(document, PLACES, exclude_organizations=excluded)
    return spread([match.score for match in matches], PLACES)


def keep_spread(database: Database, need: Need, sharpness: float) -> float | None:
    """Keep the spread for the need's present version, at the first look at it; returns that of the version before.

    An edit that hardly changes the spread (another contact) leaves what was before.
    """
    with database.reading() as session:
        kept = session.get(RankingSpread, need.id)
    if kept is not None and kept.version >= need.version:
        return kept.previous
    with database.writing() as session:
        kept = session.get(RankingSpread, need.id)
        if kept is None:
            kept = RankingSpread(need_id=need.id, version=need.version, spread=sharpness)
            session.add(kept)
        elif abs(kept.spread - sharpness) >= LEAST_CHANGE:
            kept.previous = kept.spread
        kept.version, kept.spread, kept.at = need.version, sharpness, now()
        session.commit()
        return kept.previous


def survey(search_index: SearchIndex) -> dict[Element, Gain]:
    """What saying each element does for the spread, tried on published needs by cutting it out of their texts."""
    documents = _evenly(search_index.matcher.documents(Side.NEED), SURVEYED)
    if len(documents) < LEAST_SURVEYED:
        return {}
    tried: defaultdict[Element, list[float]] = defaultdict(list)
    for document in documents:
        sharpness = ranking_spread(search_index, document)
        for element in Element:
            without = without_element(document, element)
            if without is not None:
                tried[element].append(sharpness - ranking_spread(search_index, without))
    return {element: _gain(points) for element, points in tried.items() if len(points) >= LEAST_SURVEYED}


def current_survey(search_index: SearchIndex) -> Mapping[Element, Gain]:
    """The last :func:`survey`, empty at first. A survey that is a day old is made anew in the background."""
    return _surveys_of(search_index).current()


class _Surveys:
    """The last survey of a search index. Refers to the index weakly: it is a key of the dictionary that holds this."""

    def __init__(self, search_index: SearchIndex) -> None:
        self._corpus = ref(search_index)
        self._last: Mapping[Element, Gain] = {}
        self._made_at: float | None = None
        self._working: threading.Thread | None = None
        self._starting = threading.Lock()

    def current(self) -> Mapping[Element, Gain]:
        stale = self._made_at is None or monotonic() - self._made_at > _GOOD_FOR
        with self._starting:
            if stale and (self._working is None or not self._working.is_alive()):
                self._working = threading.Thread(target=self._renew, name="coaching survey", daemon=True)
                self._working.start()
        return self._last

    def _renew(self) -> None:
        search_index = self._corpus()
        if search_index is not None:
            self._last = survey(search_index)
            self._made_at = monotonic()


_kept_surveys: WeakKeyDictionary[SearchIndex, _Surveys] = WeakKeyDictionary()
_keeping = threading.Lock()


def _surveys_of(search_index: SearchIndex) -> _Surveys:
    with _keeping:
        if search_index not in _kept_surveys:
            _kept_surveys[search_index] = _Surveys(search_index)
        return _kept_surveys[search_index]


def _gain(points: Sequence[float]) -> Gain:
    return Gain(fmean(points), 1.96 * stdev(points) / sqrt(len(points)), len(points))


def _subject(reading: Reading) -> str:
    """The product to ask about: the last that the title names (of 牵引电机轴承 the bearing), or the text's first."""
    products = [mention for mention in reading.mentions if mention.element is Element.PRODUCT]
    titled = [mention.text for mention in products if mention.section == TITLE]
    return titled[-1] if titled else products[0].text if products else ""


def _evenly(documents: Sequence[Document], most: int) -> Sequence[Document]:
    """At most ``most`` of the documents, evenly spaced."""
    step = -(-len(documents) // most) or 1
    return documents[::step]
