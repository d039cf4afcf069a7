"""A posting as the matching sees it: titled text in weighted sections, and the facts that can be compared.

To change how a need or an offer becomes text for the encoder, start here; which of a posting's fields
becomes which section, and with which weight, is decided by whoever builds the `Document`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from matchmaker.matching.text.cleaning import clean, sentences

TITLE = "title"
"""The name under which a document's title appears among its passages and in its evidence."""

LONGEST_PASSAGE = 220
"""Characters in a passage. Some 150 tokens of Chinese: far below the encoder's 512, and short enough to quote."""

LONGEST_OPENING = 300
"""Characters of a document's opening."""

_TITLE_SHARE = 0.5
"""What the title weighs in a document's vector against all sections together."""

_REPEATABLE = 8
"""A repeated sentence of fewer characters (“是。”) is kept; a longer one is counted once."""


class Side(StrEnum):
    """Which side of the market a document stands on."""

    NEED = "need"
    OFFER = "offer"

    @property
    def other(self) -> Side:
        return Side.OFFER if self is Side.NEED else Side.NEED


@dataclass(frozen=True, slots=True)
class Section:
    """One text field of a posting. `weight` is relative to the document's other sections, per character."""

    name: str
    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What can be compared without reading. Everything is optional: None or empty means unknown.

    `trl` is what an offer has reached, `wanted_trl` what a need asks for (1–9). Amounts are in 万元: the range
    of a need's budget or of an offer's price; a single figure is a range of equal ends. `cooperation_modes`,
    `industry`, `field` and `district` are code words and are compared for equality only.
    """

    industry: str | None = None
    field: str | None = None
    trl: int | None = None
    wanted_trl: int | None = None
    amount_min: Decimal | None = None
    amount_max: Decimal | None = None
    negotiable: bool = False
    cooperation_modes: frozenset[str] = frozenset()
    district: str | None = None
    city: str | None = None
    deadline: date | None = None
    organization_id: int | None = None
    preferred_partner: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that is encoded and quoted as one.

    `text` is literally `section_text[start:start + len(text)]`. The weights of a document's passages add up
    to 1 and say what each counts in the document's vector.
    """

    section: str
    start: int
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Document:
    """A need or an offer. (`side`, `id`) identifies it; a draft that has no id yet takes any, e.g. 0."""

    id: int
    side: Side
    title: str
    sections: tuple[Section, ...] = ()
    facts: Facts = field(default_factory=Facts)

    def passages(self) -> tuple[Passage, ...]:
        """The title, then every section cut at sentence ends into passages of at most `LONGEST_PASSAGE`.

        The whole text is covered, except what is blank and sentences that this document has said before
        (pasted twice, as forms often are). A title too long for one passage is cut as well.
        """
        seen: set[str] = set()
        titles = [(piece, 1.0) for piece in _cut(TITLE, self.title, seen)]
        bodies = [
            (piece, section.weight) for section in self.sections for piece in _cut(section.name, section.text, seen)
        ]
        share = _TITLE_SHARE if titles and bodies else 1.0
        return (*_weighted(titles, share), *_weighted(bodies, 1.0 - share if titles else share))

    def opening(self) -> str:
        """The title and what follows it, in one, at most `LONGEST_OPENING` characters."""
        return "。".join(filter(None, map(clean, (self.title, *(s.text for s in self.sections)))))[:LONGEST_OPENING]

    def section_text(self, name: str) -> str:
        """The text in which the offsets of the passages of section `name` count; KeyError if there is none."""
        if name == TITLE:
            return self.title
        for section in self.sections:
            if section.name == name:
                return section.text
        raise KeyError(name)

    def content_hash(self) -> str:
        """64 hexadecimal digits that change when the text or its weights change, and only then."""
        digest = hashlib.sha256()
        for part in (self.side, self.title, *(f"{s.name}\x1f{s.weight}\x1f{s.text}" for s in self.sections)):
            digest.update(part.encode("utf-8", "surrogatepass"))
            digest.update(b"\x1e")
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Piece:
    section: str
    start: int
    text: str


def _cut(section: str, text: str, seen: set[str]) -> Iterator[_Piece]:
    """Fill passages with whole sentences, leaving out those in `seen`, which this adds to."""
    start = end = 0
    for sentence_start, sentence_end in sentences(text, LONGEST_PASSAGE):
        plain = clean(text[sentence_start:sentence_end])
        repeated = plain in seen
        if len(plain) >= _REPEATABLE:
            seen.add(plain)
        if repeated or sentence_end - start > LONGEST_PASSAGE:
            yield from _piece(section, text, start, end)
            start = sentence_end if repeated else sentence_start
        end = sentence_end
    yield from _piece(section, text, start, end)


def _piece(section: str, text: str, start: int, end: int) -> Iterator[_Piece]:
    raw = text[start:end]
    if clean(raw):
        yield _Piece(section, start + len(raw) - len(raw.lstrip()), raw.strip())


def _weighted(pieces: list[tuple[_Piece, float]], share: float) -> Iterator[Passage]:
    """Split `share` over the pieces in proportion to their section's weight and their length."""
    sizes = [weight * len(piece.text) for piece, weight in pieces]
    total = sum(sizes)
    for (piece, _), size in zip(pieces, sizes, strict=True):
        yield Passage(piece.section, piece.start, piece.text, share * size / total if total else 0.0)
