"""Why a need and an offer match: their most similar passages, and their facts compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias, TypeVar

import numpy as np

from matchmaker.matching.encoding.vectors import EmbeddedDocument
from matchmaker.matching.text.document import Facts, Passage
from matchmaker.matching.text.words import located_terms

_EVIDENCE = 3
"""The most pairs of passages quoted."""

AmountRange: TypeAlias = tuple[Decimal | None, Decimal | None]
"""Lower and upper bound in 万元; None where a bound is open."""

_Ordered = TypeVar("_Ordered", int, date, Decimal)

FactValue: TypeAlias = str | int | date | frozenset[str] | AmountRange | None


@dataclass(frozen=True, slots=True)
class Span:
    """A quotation: `text` is literally `section_text[start:start + len(text)]` of the document.

    `section` is the section's name, or "title". `highlights` are the (start, end) offsets in `text` of the words that
    the other document's span contains too, in order and without overlap.
    """

    section: str
    text: str
    start: int
    highlights: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two similar passages; `similarity` is the cosine of their vectors."""

    need: Span
    offer: Span
    similarity: float


class Verdict(StrEnum):
    """Whether a fact of the two sides agrees; unknown where a side does not state it."""

    FITS = "fits"
    CONFLICTS = "conflicts"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FactCheck:
    """One fact compared. Values are as in `Facts`, amounts as a range; None where a side does not state the fact.

    `fact` is one of budget, trl, cooperation_modes, industry, field, district, deadline.
    """

    fact: str
    verdict: Verdict
    need_value: FactValue
    offer_value: FactValue


@dataclass(frozen=True, slots=True)
class Explanation:
    """Evidence, most similar first, and the facts. `evidence` is empty when a side has no legible text."""

    evidence: tuple[Evidence, ...]
    facts: tuple[FactCheck, ...]


def explain(
    need: EmbeddedDocument,
    offer: EmbeddedDocument,
    is_informative: Callable[[str], bool],
    boilerplate: Container[str] = frozenset(),
) -> Explanation:
    """Compare two documents passage by passage and fact by fact.

    Only terms for which `is_informative` is true are highlighted. Passages whose text is in `boilerplate` are no
    evidence, unless a document consists of nothing else.
    """
    evidence = tuple(
        _evidence(need.passages[row], offer.passages[column], similarity, is_informative)
        for row, column, similarity in _best_aligned(need, offer, boilerplate)
    )
    return Explanation(evidence, compare_facts(need.document.facts, offer.document.facts))


def _best_aligned(
    need: EmbeddedDocument, offer: EmbeddedDocument, boilerplate: Container[str]
) -> Iterator[tuple[int, int, float]]:
    """Pairs of passages as (need row, offer row, cosine), most similar first, each passage at most once."""
    rows, columns = _without_boilerplate(need, boilerplate), _without_boilerplate(offer, boilerplate)
    similarities = need.passage_vectors[rows] @ offer.passage_vectors[columns].T
    for _ in range(min(_EVIDENCE, *similarities.shape)):
        row, column = np.unravel_index(np.argmax(similarities), similarities.shape)
        yield rows[row], columns[column], float(similarities[row, column])
        similarities[row, :] = -np.inf
        similarities[:, column] = -np.inf


def _without_boilerplate(document: EmbeddedDocument, boilerplate: Container[str]) -> list[int]:
    """The positions of the passages that are not boilerplate; of all passages if none is left."""
    positions = range(len(document.passages))
    kept = [position for position in positions if document.passages[position].text not in boilerplate]
    return kept or list(positions)


def _evidence(need: Passage, offer: Passage, similarity: float, is_informative: Callable[[str], bool]) -> Evidence:
    need_places = _places(need.text)
    offer_terms = located_terms(offer.text, need_places)
    shared = {term for term in {term for term, _, _ in offer_terms} if len(term) > 1 and is_informative(term)}
    return Evidence(
        _span(need, (place for term in shared for place in need_places[term])),
        _span(offer, ((start, end) for term, start, end in offer_terms if term in shared)),
        similarity,
    )


@lru_cache(maxsize=256)
def _places(text: str) -> Mapping[str, Sequence[tuple[int, int]]]:
    """The (start, end) places of each term of a passage. Cached, because a list explains the same need many times."""
    places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for term, start, end in located_terms(text):
        places[term].append((start, end))
    return dict(places)


def _span(passage: Passage, places: Iterable[tuple[int, int]]) -> Span:
    return Span(passage.section, passage.text, passage.start, tuple(_joined(sorted(places))))


def _joined(places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Sorted places, with overlapping and touching ones merged."""
    current: tuple[int, int] | None = None
    for start, end in places:
        if current is not None and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current


def compare_facts(need: Facts, offer: Facts) -> tuple[FactCheck, ...]:
    """Every fact that at least one side states, the most important for a decision first.

    A different district is left out: it is no reason against a partner.
    """
    checks = (
        _budget(need, offer),
        FactCheck("trl", _at_least(offer.trl, need.wanted_trl), need.wanted_trl, offer.trl),
        _cooperation_modes(need, offer),
        FactCheck("industry", _equal(need.industry, offer.industry), need.industry, offer.industry),
        FactCheck("field", _equal(need.field, offer.field), need.field, offer.field),
        FactCheck("deadline", _at_least(need.deadline, offer.deadline), need.deadline, offer.deadline),
        FactCheck("district", _equal(need.district, offer.district), need.district, offer.district),
    )
    return tuple(
        check
        for check in checks
        if (check.need_value or check.offer_value)
        and not (check.fact == "district" and check.verdict is Verdict.CONFLICTS)
    )


def _budget(need: Facts, offer: Facts) -> FactCheck:
    """Fits when the lowest price is within the highest budget; a higher price is unknown if negotiable (面议)."""
    budget, price = _amount(need), _amount(offer)
    verdict = Verdict.UNKNOWN
    if budget is not None and price is not None:
        most = budget[1] if budget[1] is not None else budget[0]
        least = price[0] if price[0] is not None else price[1]
        verdict = _at_least(most, least)
        if verdict is Verdict.CONFLICTS and (need.negotiable or offer.negotiable):
            verdict = Verdict.UNKNOWN
    return FactCheck("budget", verdict, budget, price)


def _amount(facts: Facts) -> AmountRange | None:
    if facts.amount_min is None and facts.amount_max is None:
        return None
    return facts.amount_min, facts.amount_max


def _cooperation_modes(need: Facts, offer: Facts) -> FactCheck:
    verdict = Verdict.UNKNOWN
    if need.cooperation_modes and offer.cooperation_modes:
        verdict = Verdict.FITS if need.cooperation_modes & offer.cooperation_modes else Verdict.CONFLICTS
    return FactCheck("cooperation_modes", verdict, need.cooperation_modes or None, offer.cooperation_modes or None)


def _at_least(value: _Ordered | None, required: _Ordered | None) -> Verdict:
    if value is None or required is None:
        return Verdict.UNKNOWN
    return Verdict.FITS if value >= required else Verdict.CONFLICTS


def _equal(need_word: str | None, offer_word: str | None) -> Verdict:
    if not need_word or not offer_word:
        return Verdict.UNKNOWN
    return Verdict.FITS if need_word == offer_word else Verdict.CONFLICTS
