"""All indexed documents of one side, as an immutable value: a change makes a new one, readers keep theirs."""

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
    OfferStatistics,
    TermCounts,
    count_matrix,
    need_weights,
)
from matchmaker.matching.text.document import TITLE, Document, Side
from matchmaker.matching.text.facts import FactColumns, fact_columns

_NO_ORGANIZATION = -1

_BOILERPLATE_SHARE = 0.02
_FEW_COPIES = 4
"""A posting may be there several times; a form's fixed sentences are in many."""


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document with everything that is computed from it alone."""

    embedded: EmbeddedDocument
    terms: TermCounts
    title_terms: TermCounts

    @property
    def document(self) -> Document:
        return self.embedded.document

    @property
    def title_vector(self) -> Vector:
        """The title's own vector (d,), of unit length; zero if nothing in it is legible."""
        return self.embedded.vector_of(lambda passage: passage.section == TITLE)

    @property
    def body_vector(self) -> Vector:
        """The vector (d,) of all but the title, of unit length; zero if there is no more."""
        return self.embedded.vector_of(lambda passage: passage.section != TITLE)


class Collection:
    """The indexed documents of one side. Row i of `dense` and of `counts` belongs to `documents[i]`."""

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
        return np.fromiter(self.rows, np.int64, len(self))

    @cached_property
    def organizations(self) -> NDArray[np.int64]:
        """Who posted each document (n,); −1 where that is unknown."""
        posters = (indexed.document.facts.organization_id for indexed in self.documents)
        return np.fromiter((_NO_ORGANIZATION if p is None else p for p in posters), np.int64, len(self))

    @cached_property
    def dense(self) -> FlatIndex:
        vectors = np.zeros((len(self), self._background.dimension), dtype=np.float32)
        for row, indexed in enumerate(self.documents):
            vectors[row] = indexed.embedded.vector
        return FlatIndex(vectors)

    @cached_property
    def mean(self) -> Vector:
        """What the documents' vectors have in common (d,); see `background`."""
        return mean_vector(self.dense.vectors, self._background.of(self.side))

    @cached_property
    def projected_wholes(self) -> Vectors:
        """The documents' vectors as the ranker compares them (n, d); see `projection`."""
        return project(self.dense.vectors, self.mean, self.projection)

    @cached_property
    def projected_titles(self) -> Vectors:
        """The same for the titles alone; zero where there is none."""
        return project(self._stacked([one.title_vector for one in self.documents]), self.mean, self.projection)

    @cached_property
    def projected_bodies(self) -> Vectors:
        """The same for the documents without their titles; zero for those that are a title and no more."""
        return project(self._stacked([one.body_vector for one in self.documents]), self.mean, self.projection)

    @cached_property
    def projected_openings(self) -> Vectors:
        """The same for the openings of needs, which lie among the offers' vectors: without their own mean."""
        return project(self._openings, self.openings_mean, self.projection)

    @cached_property
    def openings_mean(self) -> Vector:
        """What the openings' vectors have in common (d,)."""
        return mean_vector(self._openings, self._background.openings)

    @cached_property
    def _openings(self) -> Vectors:
        return self._stacked([one.embedded.opening for one in self.documents])

    @cached_property
    def title_counts(self) -> sparse.csr_array:
        """Term counts of the titles, shape as `counts`."""
        return count_matrix([indexed.title_terms for indexed in self.documents], self._vocabulary_size)

    def _stacked(self, vectors: Sequence[Vector]) -> Vectors:
        return np.array(vectors, dtype=np.float32).reshape(len(self), self._background.dimension)

    @cached_property
    def boilerplate(self) -> frozenset[str]:
        """Texts of passages that so many of the documents have word for word that they say nothing of any of them."""
        counts = Counter(passage.text for one in self.documents for passage in one.embedded.passages)
        many = max(_BOILERPLATE_SHARE * len(self), _FEW_COPIES)
        return frozenset(text for text, count in counts.items() if count > many)

    @cached_property
    def facts(self) -> FactColumns:
        """The documents' facts, by column."""
        return fact_columns([indexed.document.facts for indexed in self.documents])

    @cached_property
    def title_shares(self) -> sparse.csr_array:
        """Of offers: each title term's share of the rarity of its title, shape as `title_counts`."""
        return self.statistics.rarity_shares(self.title_counts)

    @cached_property
    def counts(self) -> sparse.csr_array:
        """Term counts (n, vocabulary when this collection was made)."""
        return count_matrix([indexed.terms for indexed in self.documents], self._vocabulary_size)

    @cached_property
    def statistics(self) -> OfferStatistics:
        """How rare terms are in this collection."""
        return OfferStatistics(self.counts)

    @cached_property
    def lexical(self) -> LexicalIndex:
        """Computed at the first search after a change, so that a series of changes costs one computation."""
        return LexicalIndex(
            need_weights(self.counts) if self.side is Side.NEED else self.statistics.offer_weights(self.counts)
        )

    def replaced(self, documents: Iterable[IndexedDocument], vocabulary_size: int) -> Collection:
        """A collection in which these documents stand in the place of, or beside, those it has now."""
        by_id = {indexed.document.id: indexed for indexed in self.documents}
        by_id.update((indexed.document.id, indexed) for indexed in documents)
        return Collection(self.side, self._background, vocabulary_size, tuple(by_id.values()), self.projection)

    def without(self, ids: Iterable[int]) -> Collection:
        """A collection without these documents; ids it does not have are ignored."""
        gone = set(ids)
        kept = tuple(indexed for indexed in self.documents if indexed.document.id not in gone)
        return Collection(self.side, self._background, self._vocabulary_size, kept, self.projection)
