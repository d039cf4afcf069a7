"""Markets of any size for the matching benchmarks, the same for the same seed, without encoding anything.

Every posting is composed of the sentences of two postings of the demo city, its passages' vectors are drawn around
those of the two: texts and vectors go together and spread as real ones do, only in greater number.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from matchmaker.config import load_settings
from matchmaker.matching.document import Document, Section, Side
from matchmaker.matching.encoder import Encoder, Vector, create_encoder
from matchmaker.matching.matcher import Matcher
from matchmaker.matching.text import sentences
from matchmaker.matching.vectors import EmbeddedDocument, MemoryVectorStore, embed_documents, vector_key
from matchmaker.services.demo import load_demo, store_vectors
from matchmaker.services.platform import create_platform

NOISE = 0.2
"""Length of what is added to a passage's vector at random: postings of one subject differ by about so much."""

KEPT = 0.7
"""Share of a posting's sentences that a posting made of it keeps; of a second posting it takes the rest."""

LONGEST_SENTENCE = 200
AT_ONCE = 5_000


def demo_market() -> tuple[Encoder, dict[Side, list[EmbeddedDocument]]]:
    """The demo city's postings with their vectors, from its files."""
    encoder = create_encoder("e5")
    store = MemoryVectorStore()
    store_vectors(store, encoder.name)
    with tempfile.TemporaryDirectory() as folder:
        platform = create_platform(load_settings({"MATCHMAKER_DATA": folder, "DATABASE_URL": ""}))
        platform.database.upgrade()
        with platform.database.writing() as session:
            load_demo(session)
        store_vectors(platform.corpus.store, encoder.name)
        platform.corpus.refresh()
        documents = {side: platform.corpus.matcher.documents(side) for side in Side}
        platform.database.engine.dispose()
    return encoder, {side: embed_documents(documents[side], encoder, store) for side in Side}


def market(needs: int, offers: int, *, seed: int = 0) -> Matcher:
    """A matcher that holds so many composed needs and offers, with ids from 1 on either side."""
    encoder, originals = demo_market()
    rng = np.random.default_rng(seed)
    store = _PassingStore()
    matcher = Matcher(encoder, store)
    for side, count in ((Side.NEED, needs), (Side.OFFER, offers)):
        for start in range(1, count + 1, AT_ONCE):
            composed = [_composed(rng, originals[side], one) for one in range(start, min(start + AT_ONCE, count + 1))]
            store.vectors = {key: vector for _, vectors in composed for key, vector in vectors.items()}
            matcher.upsert([document for document, _ in composed])
    store.vectors = {}
    return matcher


class _PassingStore:
    """Has the vectors of those documents only that are being indexed: the matcher keeps its own."""

    def __init__(self) -> None:
        self.vectors: dict[str, Vector] = {}

    def get(self, keys: Sequence[str]) -> dict[str, Vector]:
        return {key: self.vectors[key] for key in keys if key in self.vectors}

    def put(self, vectors: Mapping[str, Vector]) -> None:
        raise AssertionError("Nothing is encoded here")


def _composed(
    rng: np.random.Generator, originals: Sequence[EmbeddedDocument], number: int
) -> tuple[Document, dict[str, Vector]]:
    first, second = (originals[position] for position in rng.integers(0, len(originals), 2))
    title = f"{first.document.title}{second.document.title[: int(rng.integers(2, 9))]}"
    sections = tuple(_sections(rng, first.document, second.document))
    document = replace(first.document, id=number, title=title, sections=sections)
    share = rng.uniform(0.2, 0.8)
    vectors = {
        vector_key(document.side, passage.text): _near(rng, first, second, share) for passage in document.passages()
    }
    return document, vectors


def _sections(rng: np.random.Generator, first: Document, second: Document) -> Iterator[Section]:
    borrowed = [sentence for section in second.sections for sentence in _sentences(section.text)]
    for section in first.sections:
        own = [sentence for sentence in _sentences(section.text) if rng.random() < KEPT]
        own += [sentence for sentence in borrowed if rng.random() > KEPT]
        if own:
            yield replace(section, text="".join(rng.permutation(own)))


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, LONGEST_SENTENCE)]


def _near(rng: np.random.Generator, first: EmbeddedDocument, second: EmbeddedDocument, share: float) -> Vector:
    one, other = (rng.choice(embedded.passage_vectors) for embedded in (first, second))
    noise = rng.standard_normal(len(one))
    vector = share * one + (1 - share) * other + NOISE * noise / np.linalg.norm(noise)
    return (vector / np.linalg.norm(vector)).astype(np.float32)
