"""Documents: a posting as matching sees it, with a title, weighted sections of text, and facts to compare.

To change how a document is split into passages for the encoder, start here. The code that builds a `Document` decides
which field of a posting becomes which section, and with which weight (`services/posting/documents.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from matchmaker.matching.text.cleaning import clean, sentences
from matchmaker.matching.text.facts import Facts

TITLE = "title"
"""The section name of passages and quotations from a document's title."""

LONGEST_PASSAGE = 220
"""The most characters in a passage: about 150 tokens of Chinese, below the encoder's 512 and short enough to quote."""

LONGEST_OPENING = 300
"""The most characters of a document's opening."""

_TITLE_SHARE = 0.5
"""The weight of the title in a document's vector; the sections together have the rest."""

_REPEATABLE = 8
"""A repeated sentence with at least this many characters is left out; a shorter one (“是。”) is kept."""


class Side(StrEnum):
    """Whether a document is a need or an offer."""

    NEED = "need"
    OFFER = "offer"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.OFFER if self is Side.NEED else Side.NEED


@dataclass(frozen=True, slots=True)
class Section:
    """A text field of a posting. `weight` is the weight of each of its characters, relative to other sections."""

    name: str
    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that is encoded and quoted as a unit.

    `text` is literally `section_text[start:start + len(text)]`. `weight` is the passage's share of the document's
    vector; the weights of all passages of a document sum to 1.
    """

    section: str
    start: int
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Document:
    """A need or an offer, identified by `side` and `id`. A draft without an id may have any id, for example 0."""

    id: int
    side: Side
    title: str
    sections: tuple[Section, ...] = ()
    facts: Facts = field(default_factory=Facts)

    def passages(self) -> tuple[Passage, ...]:
        """The title and all sections, cut at sentence ends into passages of at most `LONGEST_PASSAGE` characters.

        The passages cover the whole text, except blanks and sentences that occurred before in this document (texts of
        forms are often pasted twice). A long title is cut too.
        """
        seen: set[str] = set()
        titles = [(piece, 1.0) for piece in _cut(TITLE, self.title, seen)]
        bodies = [
            (piece, section.weight) for section in self.sections for piece in _cut(section.name, section.text, seen)
        ]
        share = _TITLE_SHARE if titles and bodies else 1.0
        return (*_weighted(titles, share), *_weighted(bodies, 1.0 - share if titles else share))

    def opening(self) -> str:
        """The beginning of the document, title first: at most `LONGEST_OPENING` characters of cleaned text."""
        texts = (self.title, *(section.text for section in self.sections))
        return "。".join(filter(None, map(clean, texts)))[:LONGEST_OPENING]

    def section_text(self, name: str) -> str:
        """The text of a section, to which the offsets of its passages refer. Raises KeyError for an unknown name."""
        if name == TITLE:
            return self.title
        for section in self.sections:
            if section.name == name:
                return section.text
        raise KeyError(name)

    def content_hash(self) -> str:
        """A SHA-256 of side, title and sections with weights, in hexadecimal. Facts and id do not count."""
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
    """Pieces of whole sentences. Sentences in `seen` are left out; new ones are added to it."""
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
    """Passages with weights that sum to `share`, in proportion to their length and the weight of their section."""
    sizes = [weight * len(piece.text) for piece, weight in pieces]
    total = sum(sizes)
    for (piece, _), size in zip(pieces, sizes, strict=True):
        yield Passage(piece.section, piece.start, piece.text, share * size / total if total else 0.0)
