"""Matching in one object: put the documents of both sides into it, ask it for matches.

matcher = Matcher(create_encoder("e5"), MemoryVectorStore())
matcher.upsert(offers)
matcher.match(need)
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Collection as Container
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.encoding.background import background_of
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.matching.encoding.projection import projection_of
from matchmaker.matching.encoding.vectors import (
    EmbeddedDocument,
    Progress,
    ReadOnlyVectorStore,
    VectorStore,
    embed_documents,
)
from matchmaker.matching.ranking.batches import score_candidates, score_rows
from matchmaker.matching.ranking.explanation import Explanation, explain
from matchmaker.matching.ranking.features import pair_features
from matchmaker.matching.ranking.hubness import DEFAULT_STRENGTH, HubnessCorrection
from matchmaker.matching.ranking.order import TopMatches, best_first, top_matches
from matchmaker.matching.ranking.ranker import FusionRanker, Ranker, log_odds
from matchmaker.matching.retrieval.candidates import candidates_for, candidates_of_all
from matchmaker.matching.retrieval.collection import Collection, IndexedDocument
from matchmaker.matching.retrieval.diversity import collapse
from matchmaker.matching.retrieval.index import Index
from matchmaker.matching.retrieval.lexical import TermCounts, Vocabulary, count_terms
from matchmaker.matching.text.document import LONGEST_PASSAGE, Document, Section, Side

_FEWEST_CANDIDATES = 64
"""Candidates ranked for a list, at least. A list of `k` ranks 1.5 `k` where that is more."""


@dataclass(frozen=True, slots=True)
class Match:
    """A need and an offer with a score from 0 to 100, which is comparable across needs.

    `components` are the pair's features by name. The id is None on the side that was a free text and no posting.
    `similar` are the ids of the near-duplicates that a varied list leaves out in favour of this posting, best first.
    """

    need_id: int | None
    offer_id: int | None
    score: float
    components: Mapping[str, float]
    similar: tuple[int, ...] = ()


class Matcher:
    """Ranks offers for needs and needs for offers.

    Safe to use from many threads: readers work on an immutable snapshot, writers take turns. Nothing is kept on
    disk: after a restart, `upsert` rebuilds everything from the documents and their stored vectors.
    """

    def __init__(
        self,
        encoder: Encoder,
        store: VectorStore,
        ranker: Ranker | None = None,
        hubness_strength: float = DEFAULT_STRENGTH,
    ) -> None:
        """`ranker` defaults to `FusionRanker`. `hubness_strength` is that of `HubnessCorrection`; with 0, lists are
        ordered by score alone.
        """
        self._encoder = encoder
        self._store = store
        self._ranker = ranker if ranker is not None else FusionRanker()
        self._vocabulary = Vocabulary()
        background = background_of(encoder.name, encoder.dimension)
        projection = projection_of(encoder.name, encoder.dimension)
        needs, offers = (Collection(side, background, 0, projection=projection) for side in (Side.NEED, Side.OFFER))
        self._index = Index(needs, offers)
        self._hubness = HubnessCorrection(self._index, self._ranker, hubness_strength)
        self._writing = threading.Lock()

    def upsert(self, documents: Sequence[Document], progress: Progress | None = None) -> None:
        """Index these documents of either side. A document replaces the one with the same side and id.

        Passages without a stored vector are encoded, which takes time. Readers see the old state until all documents
        are ready. `progress` is called with (done, total) passages to encode. Raises EncoderError when the encoder
        cannot be loaded.
        """
        embedded = embed_documents(documents, self._encoder, self._store, progress)
        with self._writing:
            index = self._index
            indexed = [_indexed(document, self._vocabulary.add) for document in embedded]
            for side in Side:
                changed = [entry for entry in indexed if entry.document.side is side]
                if changed:
                    index = index.replaced(index.side(side).replaced(changed, len(self._vocabulary)))
            self._index = index

    def remove(self, side: Side, ids: Iterable[int]) -> None:
        """Remove these documents from the index. Ids that are not indexed are ignored."""
        with self._writing:
            self._index = self._index.replaced(self._index.side(side).without(ids))

    @property
    def index(self) -> Index:
        """An immutable snapshot of everything that is indexed now."""
        return self._index

    def count(self, side: Side) -> int:
        """The number of indexed documents of one side."""
        return len(self._index.side(side))

    def documents(self, side: Side) -> tuple[Document, ...]:
        """The indexed documents of one side, in the order in which they were first indexed."""
        return tuple(indexed.document for indexed in self._index.side(side).documents)

    def match(
        self,
        document: Document,
        k: int = 20,
        *,
        exclude_organizations: frozenset[int] = frozenset(),
        among: Container[int] | None = None,
        varied: bool = False,
    ) -> list[Match]:
        """The `k` best documents of the other side, best first; fewer if there are fewer.

        `document` need not be indexed, and matching it does not index it. `among` restricts the answer to these ids;
        unknown ids are ignored. `exclude_organizations` leaves out the postings of these organizations. A `varied` list
        shows near-duplicates only once (see `diversity`).

        The order is by score minus a small penalty for hubs (see `hubness`). The scores in the matches do not contain
        the penalty.
        """
        index = self._index
        subject = self._indexed(index, document)
        side = document.side.other
        others = index.side(side)
        allowed = _allowed(others, exclude_organizations, among)
        rows = candidates_for(index, subject, allowed, _candidates(k))
        features = pair_features(index, subject, rows)
        scores = self._ranker.score(features)
        order = best_first(log_odds(scores) - self._penalties(index, side)[rows], others.ids[rows])
        positions = {int(rows[position]): int(position) for position in order}
        chosen = collapse(others, list(positions), k) if varied else [(row, []) for row in list(positions)[:k]]
        return [
            Match(
                need_id=document.id if side is Side.OFFER else int(others.ids[row]),
                offer_id=document.id if side is Side.NEED else int(others.ids[row]),
                score=float(scores[positions[row]]),
                components={name: float(values[positions[row]]) for name, values in features.items()},
                similar=tuple(int(others.ids[duplicate]) for duplicate in similar),
            )
            for row, similar in chosen
        ]

    def top_matches(self, k: int = 50) -> Mapping[Side, TopMatches]:
        """The `k` best offers for every indexed need and the `k` best needs for every indexed offer.

        Gives the same lists as `match` for each document, in a fraction of the time.
        """
        index = self._index
        by_needs, by_offers = candidates_of_all(index, _candidates(k))
        scores = score_candidates(self._ranker, index, by_needs | by_offers)
        needs, offers = index.needs.ids, index.offers.ids
        return {
            Side.NEED: top_matches(needs, offers, by_needs, scores, self._penalties(index, Side.OFFER), k),
            Side.OFFER: top_matches(offers, needs, by_offers.T, scores.T.tocsr(), self._penalties(index, Side.NEED), k),
        }

    def search(
        self, text: str, side: Side, k: int = 20, *, among: Container[int] | None = None, varied: bool = False
    ) -> list[Match]:
        """The documents of `side` that answer a free text, best first. `among` and `varied` work as in `match`.

        The text is treated as a document of the other side: as a need when offers are searched, as an offer when needs
        are searched. Its id in the matches is None.
        """
        matches = self.match(_text_document(text, side.other), k, among=among, varied=varied)
        if side is Side.OFFER:
            return [replace(match, need_id=None) for match in matches]
        return [replace(match, offer_id=None) for match in matches]

    def score_pairs(self, need_ids: Sequence[int], offer_ids: Sequence[int]) -> NDArray[np.float32]:
        """The scores, 0–100, of each of n needs with each of m offers, shape (n, m).

        Raises KeyError for an id that is not indexed.
        """
        index = self._index
        offers = np.array([index.offers.rows[offer_id] for offer_id in offer_ids], dtype=np.intp)
        needs = [index.needs.rows[need_id] for need_id in need_ids]
        scores = score_rows(self._ranker, index, [(need, offers) for need in needs])
        return np.array(scores, dtype=np.float32).reshape(len(needs), len(offers))

    def explain(self, need: Document, offer: Document) -> Explanation:
        """Why these two match or do not: their most similar passages, and their facts compared."""
        index = self._index
        return explain(
            self._indexed(index, need).embedded,
            self._indexed(index, offer).embedded,
            lambda term: index.is_informative(self._vocabulary.column(term)),
            index.needs.boilerplate | index.offers.boilerplate,
        )

    def _penalties(self, index: Index, side: Side) -> NDArray[np.float32]:
        """The hubness penalties of the documents of `side` (n,), computed once for each state of the index."""
        correction = self._hubness = self._hubness.for_index(index)
        return correction.penalties(side)

    def _indexed(self, index: Index, document: Document) -> IndexedDocument:
        """The document as it is indexed; a draft or an edited document is prepared for this call only."""
        collection = index.side(document.side)
        row = collection.rows.get(document.id)
        if row is not None and collection.documents[row].document == document:
            return collection.documents[row]
        (embedded,) = embed_documents([document], self._encoder, ReadOnlyVectorStore(self._store))
        return _indexed(embedded, self._vocabulary.known)


def _indexed(embedded: EmbeddedDocument, by_column: Callable[[Mapping[str, float]], TermCounts]) -> IndexedDocument:
    document = embedded.document
    title = replace(document, sections=())
    return IndexedDocument(embedded, by_column(count_terms(document)), by_column(count_terms(title)))


def _allowed(
    others: Collection, exclude_organizations: frozenset[int], among: Container[int] | None
) -> NDArray[np.bool_]:
    """Which rows (n,) of the other side may be in the answer."""
    allowed = np.ones(len(others), dtype=np.bool_)
    if among is not None:
        allowed &= np.isin(others.ids, list(among))
    if exclude_organizations:
        allowed &= ~np.isin(others.organizations, list(exclude_organizations))
    return allowed


def _candidates(k: int) -> int:
    """The number of candidates to rank for a list of `k`."""
    return max(k + k // 2, _FEWEST_CANDIDATES)


def _text_document(text: str, side: Side) -> Document:
    """A free text as a document: a short text becomes its title, a long one its description."""
    if len(text) <= LONGEST_PASSAGE:
        return Document(0, side, text)
    return Document(0, side, "", (Section("text", text),))
