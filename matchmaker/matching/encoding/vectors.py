"""Documents with vectors. Encoding is slow: each text is encoded once, its vector stored by the text's hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from matchmaker.matching.encoding.encoder import Encoder, Vector, Vectors
from matchmaker.matching.text.cleaning import clean
from matchmaker.matching.text.document import Document, Passage, Side

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the numbers (done, total) of encoded passages."""

_BATCH = 32
"""Passages encoded and stored together. A few seconds of work, so little is lost when the process is stopped."""


class VectorStore(Protocol):
    """Stores the vectors (d,) of one encoder. Keys are opaque strings of 64 characters, see `vector_key`."""

    def get(self, keys: Sequence[str]) -> dict[str, Vector]:
        """The vectors of the known keys; unknown keys are left out."""

    def put(self, vectors: Mapping[str, Vector]) -> None:
        """Store these vectors."""


class MemoryVectorStore:
    """Keeps vectors in memory: for tests, evaluation and notebooks."""

    def __init__(self) -> None:
        self._vectors: dict[str, Vector] = {}

    def get(self, keys: Sequence[str]) -> dict[str, Vector]:
        return {key: self._vectors[key] for key in keys if key in self._vectors}

    def put(self, vectors: Mapping[str, Vector]) -> None:
        self._vectors.update(vectors)

    def __len__(self) -> int:
        return len(self._vectors)


class ReadOnlyVectorStore:
    """Reads from another store and stores nothing: for drafts and free texts, which are used once."""

    def __init__(self, store: VectorStore) -> None:
        self._store = store

    def get(self, keys: Sequence[str]) -> dict[str, Vector]:
        return self._store.get(keys)

    def put(self, vectors: Mapping[str, Vector]) -> None:
        pass


@dataclass(frozen=True, slots=True)
class EmbeddedDocument:
    """A document with its passages and their vectors.

    Row i of `passage_vectors` (n, d) belongs to `passages[i]`. `vector` (d,) is their sum by weight, scaled to unit
    length; zero without legible text. `opening` (d,) of a need is the vector of its opening, encoded as a passage so
    that it can be compared with offers; of an offer, it is `vector`.
    """

    document: Document
    passages: tuple[Passage, ...]
    passage_vectors: Vectors
    vector: Vector
    opening: Vector

    def vector_of(self, wanted: Callable[[Passage], bool]) -> Vector:
        """The vector (d,) of the passages for which `wanted` is true; zero if there are none."""
        weights = np.array([passage.weight if wanted(passage) else 0.0 for passage in self.passages], dtype=np.float32)
        return _unit(weights @ self.passage_vectors)


def vector_key(side: Side, text: str) -> str:
    """The key of a text's vector. Needs and offers are encoded differently, so the key depends on the side."""
    return hashlib.sha256(f"{side}\x1e{clean(text)}".encode()).hexdigest()


def embed_documents(
    documents: Sequence[Document], encoder: Encoder, store: VectorStore, progress: Progress | None = None
) -> list[EmbeddedDocument]:
    """The documents with their vectors, in the order given.

    Texts whose vectors are not in `store` are encoded, each once, needs as queries and offers as passages. They are
    stored batch by batch. `progress` counts these texts. Raises EncoderError when the encoder cannot be loaded.
    """
    passages = [document.passages() for document in documents]
    keys = [
        [vector_key(document.side, passage.text) for passage in document_passages]
        for document, document_passages in zip(documents, passages, strict=True)
    ]
    openings = [_opening(document) for document in documents]
    texts = {key: text for document in documents for key, text in vector_texts(document).items()}
    vectors = store.get(list(texts))
    missing = {key: text for key, text in texts.items() if key not in vectors}
    for batch in _encoded_batches(missing, encoder, progress):
        store.put(batch)
        vectors.update(batch)
    return [
        _embedded(
            document,
            document_passages,
            [vectors[key] for key in document_keys],
            vectors[vector_key(Side.OFFER, opening)] if opening else None,
            encoder.dimension,
        )
        for document, document_passages, document_keys, opening in zip(documents, passages, keys, openings, strict=True)
    ]


def vector_texts(document: Document) -> dict[str, tuple[Side, str]]:
    """Key → (side, text) of all texts of a document that have vectors; the side says how the text is encoded."""
    texts = [(document.side, passage.text) for passage in document.passages()]
    opening = _opening(document)
    if opening:
        texts.append((Side.OFFER, opening))
    return {vector_key(side, text): (side, text) for side, text in texts}


def _opening(document: Document) -> str:
    """The opening of a need, which is encoded as a passage; empty for an offer."""
    return document.opening() if document.side is Side.NEED else ""


def _encoded_batches(
    texts: Mapping[str, tuple[Side, str]], encoder: Encoder, progress: Progress | None
) -> Iterator[dict[str, Vector]]:
    encode = {Side.NEED: encoder.encode_queries, Side.OFFER: encoder.encode_passages}
    done = 0
    for side in Side:
        # Texts of similar length together, so that batches contain little padding.
        keys = sorted(
            (key for key, (text_side, _) in texts.items() if text_side is side), key=lambda key: len(texts[key][1])
        )
        for start in range(0, len(keys), _BATCH):
            batch = keys[start : start + _BATCH]
            encoded = encode[side]([texts[key][1] for key in batch])
            yield dict(zip(batch, encoded, strict=True))
            done += len(batch)
            if progress is not None:
                progress(done, len(texts))


def _embedded(
    document: Document,
    passages: tuple[Passage, ...],
    vectors: Sequence[Vector],
    opening: Vector | None,
    dimension: int,
) -> EmbeddedDocument:
    rows = np.array(vectors, dtype=np.float32).reshape(len(vectors), dimension)
    weights = np.array([passage.weight for passage in passages], dtype=np.float32)
    vector = _unit(weights @ rows)
    return EmbeddedDocument(document, passages, rows, vector, vector if opening is None else opening)


def _unit(vector: Vector) -> Vector:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length > 0 else vector
