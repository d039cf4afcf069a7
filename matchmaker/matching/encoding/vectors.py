"""Vectors are dear, texts repeat: every passage is encoded once and its vector kept by the text's hash."""

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
"""Called with (done, total) passages while something long is running."""

_BATCH = 32
"""Passages encoded and stored at once: a few seconds of work, so little is lost when it is cut short."""


class VectorStore(Protocol):
    """Where the vectors of one encoder are kept. Keys are opaque strings of 64 characters."""

    def get(self, keys: Sequence[str]) -> dict[str, Vector]:
        """The vectors of those keys that are known; the others are left out."""

    def put(self, vectors: Mapping[str, Vector]) -> None: ...


class MemoryVectorStore:
    """Keeps vectors for as long as the process runs: for tests, evaluation and notebooks."""

    def __init__(self) -> None:
        self._vectors: dict[str, Vector] = {}

    def get(self, keys: Sequence[str]) -> dict[str, Vector]:
        return {key: self._vectors[key] for key in keys if key in self._vectors}

    def put(self, vectors: Mapping[str, Vector]) -> None:
        self._vectors.update(vectors)

    def __len__(self) -> int:
        return len(self._vectors)


class ReadOnlyVectorStore:
    """Reads another store and keeps nothing: for drafts and free texts, which come and go."""

    def __init__(self, store: VectorStore) -> None:
        self._store = store

    def get(self, keys: Sequence[str]) -> dict[str, Vector]:
        return self._store.get(keys)

    def put(self, vectors: Mapping[str, Vector]) -> None:
        pass


@dataclass(frozen=True, slots=True)
class EmbeddedDocument:
    """A document with its passages, one row of `passage_vectors` for each, and its own `vector` (d,).

    The vector is the normalized sum of the passages' vectors by their weights; zero if nothing is legible. A need also
    has the vector of its `opening` (d,), encoded as offers are: seen so, it speaks their language. An offer's is its
    own.
    """

    document: Document
    passages: tuple[Passage, ...]
    passage_vectors: Vectors
    vector: Vector
    opening: Vector

    def vector_of(self, wanted: Callable[[Passage], bool]) -> Vector:
        """The vector (d,) of a part of the document, made of its passages as the whole is of all."""
        weights = np.array([p.weight if wanted(p) else 0.0 for p in self.passages], dtype=np.float32)
        return _unit(weights @ self.passage_vectors)


def vector_key(side: Side, text: str) -> str:
    """The key of a passage's vector. Needs and offers are encoded differently, so the side is part of it."""
    return hashlib.sha256(f"{side}\x1e{clean(text)}".encode()).hexdigest()


def embed_documents(
    documents: Sequence[Document], encoder: Encoder, store: VectorStore, progress: Progress | None = None
) -> list[EmbeddedDocument]:
    """Every document with its vectors, in the order given.

    Only passages that `store` lacks are encoded, each text once, needs as queries and offers as passages; they
    are stored batch by batch. `progress` counts these.
    """
    passages = [document.passages() for document in documents]
    keys = [
        [vector_key(document.side, passage.text) for passage in own]
        for document, own in zip(documents, passages, strict=True)
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
            own,
            [vectors[key] for key in own_keys],
            vectors[vector_key(Side.OFFER, opening)] if opening else None,
            encoder.dimension,
        )
        for document, own, own_keys, opening in zip(documents, passages, keys, openings, strict=True)
    ]


def vector_texts(document: Document) -> dict[str, tuple[Side, str]]:
    """All texts of a document that have vectors, by key, with the side as which each is encoded."""
    texts = [(document.side, passage.text) for passage in document.passages()]
    opening = _opening(document)
    if opening:
        texts.append((Side.OFFER, opening))
    return {vector_key(side, text): (side, text) for side, text in texts}


def _opening(document: Document) -> str:
    """What of a document is encoded in one as offers are: nothing of an offer, which is so encoded anyway."""
    return document.opening() if document.side is Side.NEED else ""


def _encoded_batches(
    texts: Mapping[str, tuple[Side, str]], encoder: Encoder, progress: Progress | None
) -> Iterator[dict[str, Vector]]:
    encode = {Side.NEED: encoder.encode_queries, Side.OFFER: encoder.encode_passages}
    done = 0
    for side in Side:
        # Texts of like length together, so that little of a batch is padding.
        keys = sorted((key for key, (own, _) in texts.items() if own is side), key=lambda key: len(texts[key][1]))
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
