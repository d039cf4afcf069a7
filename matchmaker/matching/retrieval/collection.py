"""All indexed documents of one side. A collection is immutable: a change makes a new one, readers keep the old one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matchmaker.matching.encoding.background import Background, mean_vector
from matchmaker.matching.encoding.encoder import Vector, Vectors
from matchmaker.matching.encoding.projection import Projection, project
from matchmaker.matching.encoding.vectors import EmbeddedDocument
from matchmaker.matching.retrieval.dense import FlatIndex
from matchmaker.matching.retrieval.lexical import (
    LexicalIndex,
    TermCounts,
    TermStatistics,
    count_matrix,
    need_weights,
)
from matchmaker.matching.text.document import TITLE, Document, Side
from matchmaker.matching.text.facts import FactColumns, fact_columns

_NO_ORGANIZATION = -1

_BOILERPLATE_SHARE = 0.02
_FEW_COPIES = 4
"""A passage is boilerplate when more than this share and more than this number of documents contain it word for word. A
posting may have been entered a few times; a form's fixed sentences are in many documents."""


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document with everything that is computed from this document alone."""

    embedded: EmbeddedDocument
    terms: TermCounts
    title_terms: TermCounts

    @property
    def document(self) -> Document:
        return self.embedded.document

    @property
    def title_vector(self) -> Vector:
        """The vector of the title (d,), of unit length; zero if the title has no legible text."""
        return self.embedded.vector_of(lambda passage: passage.section == TITLE)

    @property
    def body_vector(self) -> Vector:
        """The vector of everything except the title (d,), of unit length; zero if there is nothing else."""
        return self.embedded.vector_of(lambda passage: passage.section != TITLE)


class Collection:
    """The indexed documents of one side. Row i of every array and matrix here belongs to `documents[i]`.

    What is derived from the documents is computed when first needed, so a series of changes costs one computation.
    """

    def __init__(
        self,
        side: Side,
        background: Background,
        vocabulary_size: int,
        documents: Sequence[IndexedDocument] = (),
        projection: Projection | None = None,
    ) -> None:
        self.side = side
        self.documents = tuple(documents)
        self.rows = {indexed.document.id: row for row, indexed in enumerate(self.documents)}
        self._background = background
        self._vocabulary_size = vocabulary_size
        self.projection = np.eye(background.dimension, dtype=np.float32) if projection is None else projection

    def __len__(self) -> int:
        return len(self.documents)

    @cached_property
    def ids(self) -> NDArray[np.int64]:
        """The ids of the documents (n,)."""
        return np.fromiter(self.rows, np.int64, len(self))

    @cached_property
    def organizations(self) -> NDArray[np.int64]:
        """The id of the organization that posted each document (n,); −1 where it is unknown."""
        posters = (indexed.document.facts.organization_id for indexed in self.documents)
        return np.fromiter((_NO_ORGANIZATION if poster is None else poster for poster in posters), np.int64, len(self))

    @cached_property
    def dense(self) -> FlatIndex:
        """The documents' vectors (n, d), searchable by inner product."""
        vectors = np.zeros((len(self), self._background.dimension), dtype=np.float32)
        for row, indexed in enumerate(self.documents):
            vectors[row] = indexed.embedded.vector
        return FlatIndex(vectors)

    @cached_property
    def mean(self) -> Vector:
        """The mean of the documents' vectors (d,), drawn towards the general mean; see `background`."""
        return mean_vector(self.dense.vectors, self._background.of(self.side))

    @cached_property
    def projected_wholes(self) -> Vectors:
        """The documents' vectors after centring and projection (n, d); see `projection`."""
        return project(self.dense.vectors, self.mean, self.projection)

    @cached_property
    def projected_titles(self) -> Vectors:
        """The titles' vectors after centring and projection (n, d); zero where there is no title."""
        return project(self._stacked([indexed.title_vector for indexed in self.documents]), self.mean, self.projection)

    @cached_property
    def projected_bodies(self) -> Vectors:
        """The vectors of the documents without their titles, centred and projected (n, d); zero for a title alone."""
        return project(self._stacked([indexed.body_vector for indexed in self.documents]), self.mean, self.projection)

    @cached_property
    def projected_openings(self) -> Vectors:
        """The vectors of the documents' openings (n, d), centred with `openings_mean` and projected."""
        return project(self._openings, self.openings_mean, self.projection)

    @cached_property
    def openings_mean(self) -> Vector:
        """The mean of the openings' vectors (d,): they are encoded as passages and need their own mean."""
        return mean_vector(self._openings, self._background.openings)

    @cached_property
    def _openings(self) -> Vectors:
        return self._stacked([indexed.embedded.opening for indexed in self.documents])

    @cached_property
    def title_counts(self) -> sparse.csr_array:
        """Term counts of the titles (n, vocabulary size)."""
        return count_matrix([indexed.title_terms for indexed in self.documents], self._vocabulary_size)

    def _stacked(self, vectors: Sequence[Vector]) -> Vectors:
        return np.array(vectors, dtype=np.float32).reshape(len(self), self._background.dimension)

    @cached_property
    def boilerplate(self) -> frozenset[str]:
        """Texts of passages that so many documents contain word for word that they say nothing about any of them."""
        counts = Counter(passage.text for indexed in self.documents for passage in indexed.embedded.passages)
        many = max(_BOILERPLATE_SHARE * len(self), _FEW_COPIES)
        return frozenset(text for text, count in counts.items() if count > many)

    @cached_property
    def facts(self) -> FactColumns:
        """The documents' facts, an array (n,) for each fact."""
        return fact_columns([indexed.document.facts for indexed in self.documents])

    @cached_property
    def title_shares(self) -> sparse.csr_array:
        """The share of each title term in the rarity of its title (n, vocabulary size). Used for offers."""
        return self.statistics.rarity_shares(self.title_counts)

    @cached_property
    def counts(self) -> sparse.csr_array:
        """Weighted term counts (n, size of the vocabulary when this collection was made)."""
        return count_matrix([indexed.terms for indexed in self.documents], self._vocabulary_size)

    @cached_property
    def statistics(self) -> TermStatistics:
        """Document frequencies of the terms in this collection."""
        return TermStatistics(self.counts)

    @cached_property
    def lexical(self) -> LexicalIndex:
        """The BM25 weights of the documents, searchable by the weights of the other side."""
        return LexicalIndex(
            need_weights(self.counts) if self.side is Side.NEED else self.statistics.offer_weights(self.counts)
        )

    def replaced(self, documents: Iterable[IndexedDocument], vocabulary_size: int) -> Collection:
        """A collection with these documents added; they replace documents with the same id."""
        by_id = {indexed.document.id: indexed for indexed in self.documents}
        by_id.update((indexed.document.id, indexed) for indexed in documents)
        return Collection(self.side, self._background, vocabulary_size, tuple(by_id.values()), self.projection)

    def without(self, ids: Iterable[int]) -> Collection:
        """A collection without these documents; unknown ids are ignored."""
        gone = set(ids)
        kept = tuple(indexed for indexed in self.documents if indexed.document.id not in gone)
        return Collection(self.side, self._background, self._vocabulary_size, kept, self.projection)
