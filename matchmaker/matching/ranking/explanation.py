"""Why a need and an offer match: their most similar passages, and their facts compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from matchmaker.matching.encoding.vectors import EmbeddedDocument
from matchmaker.matching.text.document import Passage
from matchmaker.matching.text.facts import FactCheck, compare_facts
from matchmaker.matching.text.words import located_terms

_EVIDENCE = 3
"""The most pairs of passages quoted."""


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
