"""Markets of any size for the matching benchmarks, the same for the same seed, without a neural network.

Every posting is composed of the sentences of two postings of the demo city, and a text's vector is drawn around those
of the postings whose sentences it has: texts and vectors go together and spread as real ones do, in greater number.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from sqlalchemy import select

from matchmaker.config import load_settings
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.matching.encoding.encoder import Encoder, Vector, Vectors, create_encoder
from matchmaker.matching.encoding.vectors import MemoryVectorStore, ReadOnlyVectorStore, VectorStore, embed_documents
from matchmaker.matching.matcher import Matcher
from matchmaker.matching.ranking.ranker_file import FILE_NAME, read_ranker
from matchmaker.matching.text.cleaning import sentences
from matchmaker.matching.text.document import Document, Section, Side
from matchmaker.services.demo.city import load_demo, store_vectors
from matchmaker.services.learning.rankers import MODELS
from matchmaker.services.platform import create_platform
from matchmaker.services.posting.documents import document_of

NOISE = 0.2
"""Length of what is added to a text's vector at random: passages of one subject differ by about so much."""

KEPT = 0.7
"""Share of a posting's sentences that a posting made of it keeps; of a second posting it takes the rest."""

LONGEST_SENTENCE = 200
MARKS = "。！？；!?;, \n"
AT_ONCE = 5_000


class DrawingEncoder:
    """Vectors in another encoder's space, drawn around those of known sentences; one text has always the same."""

    def __init__(self, encoder: Encoder, vectors: Mapping[str, Vector]) -> None:
        self.name, self.dimension = encoder.name, encoder.dimension
        self._vectors = vectors
        self._mean = np.mean(list(vectors.values()), axis=0)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return np.array([self._drawn(text) for text in texts], dtype=np.float32)

    encode_passages = encode_queries

    def _drawn(self, text: str) -> Vector:
        known = [self._vectors[sentence] for sentence in _sentences(text) if sentence in self._vectors]
        noise = np.random.default_rng(zlib.crc32(text.encode())).standard_normal(self.dimension)
        vector = (np.mean(known, axis=0) if known else self._mean) + NOISE * noise / np.linalg.norm(noise)
        drawn: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
        return drawn


def demo_city() -> tuple[list[Document], VectorStore]:
    """The demo city's postings as documents, and the vectors that come with it."""
    store = MemoryVectorStore()
    store_vectors(store, create_encoder("e5").name)
    with tempfile.TemporaryDirectory() as folder:
        platform = create_platform(load_settings({"MATCHMAKER_DATA": folder, "DATABASE_URL": ""}))
        platform.database.upgrade()
        with platform.database.writing() as session:
            load_demo(session)
            documents = [document_of(posting) for kind in (Need, Offer) for posting in session.scalars(select(kind))]
        platform.database.engine.dispose()
    return documents, store


def market(needs: int, offers: int, *, seed: int = 0) -> Matcher:
    """A matcher that holds so many composed needs and offers, with ids from 1 on either side."""
    encoder = create_encoder("e5")
    originals, store = demo_city()
    vectors = {
        sentence: embedded.vector
        for embedded in embed_documents(originals, encoder, store)
        for text in (embedded.document.title, *(section.text for section in embedded.document.sections))
        for sentence in _sentences(text)
    }
    rng = np.random.default_rng(seed)
    ranker = read_ranker(MODELS / FILE_NAME, encoder.name).ranker
    matcher = Matcher(DrawingEncoder(encoder, vectors), ReadOnlyVectorStore(MemoryVectorStore()), ranker)
    for side, count in ((Side.NEED, needs), (Side.OFFER, offers)):
        documents = [document for document in originals if document.side is side]
        for start in range(1, count + 1, AT_ONCE):
            ids = range(start, min(start + AT_ONCE, count + 1))
            matcher.upsert([_composed(rng, documents, number) for number in ids])
    return matcher


def _composed(rng: np.random.Generator, originals: Sequence[Document], number: int) -> Document:
    first, second = (originals[position] for position in rng.integers(0, len(originals), 2))
    title = f"{first.title}；{second.title[: int(rng.integers(2, 9))]}"
    return replace(first, id=number, title=title, sections=tuple(_sections(rng, first, second)))


def _sections(rng: np.random.Generator, first: Document, second: Document) -> Iterator[Section]:
    borrowed = [sentence for section in second.sections for sentence in _sentences(section.text)]
    for section in first.sections:
        mixed = [sentence for sentence in _sentences(section.text) if rng.random() < KEPT]
        mixed += [sentence for sentence in borrowed if rng.random() > KEPT]
        if mixed:
            yield replace(section, text="。".join(rng.permutation(mixed)) + "。")


def _sentences(text: str) -> list[str]:
    return [text[start:end].strip(MARKS) for start, end in sentences(text, LONGEST_SENTENCE)]
