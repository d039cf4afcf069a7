"""The matching in one object: keep documents of both sides in it, ask it for matches.

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

from matchmaker.matching.background import background_of
from matchmaker.matching.collection import Collection, IndexedDocument
from matchmaker.matching.document import LONGEST_PASSAGE, Document, Section, Side
from matchmaker.matching.encoder import Encoder
from matchmaker.matching.explanation import Explanation, explain
from matchmaker.matching.features import pair_features
from matchmaker.matching.lexical import TermCounts, Vocabulary, count_terms
from matchmaker.matching.market import Market
from matchmaker.matching.projection import projection_of
from matchmaker.matching.ranking import FusionRanker, Ranker
from matchmaker.matching.vectors import (
    EmbeddedDocument,
    Progress,
    ReadOnlyVectorStore,
    VectorStore,
    embed_documents,
)

_CANDIDATES = 200
"""How many each retriever nominates for ranking."""


@dataclass(frozen=True, slots=True)
class Match:
    """A need and an offer with a score from 0 to 100, comparable across needs, and what it was made of.

    The side that was only a text and no posting has the id None.
    """

    need_id: int | None
    offer_id: int | None
    score: float
    components: Mapping[str, float]


class Matcher:
    """Ranks offers for needs and needs for offers.

    Safe to use from many threads: readers work on an immutable snapshot, writers take turns. Nothing is kept
    on disk; after a restart everything is rebuilt by `upsert` from the documents and their stored vectors.
    """

    def __init__(self, encoder: Encoder, store: VectorStore, ranker: Ranker | None = None) -> None:
        self._encoder = encoder
        self._store = store
        self._ranker = ranker if ranker is not None else FusionRanker()
        self._vocabulary = Vocabulary()
        background = background_of(encoder.name, encoder.dimension)
        projection = projection_of(encoder.name, encoder.dimension)
        needs, offers = (Collection(side, background, 0, projection=projection) for side in (Side.NEED, Side.OFFER))
        self._market = Market(needs, offers)
        self._writing = threading.Lock()

    def upsert(self, documents: Sequence[Document], progress: Progress | None = None) -> None:
        """Index these documents of either side, in the place of those with the same side and id.

        What the store has no vectors for is encoded, which takes time; readers see the old state until all is
        ready, then the new one. `progress` is called with (done, total) passages to encode.
        """
        embedded = embed_documents(documents, self._encoder, self._store, progress)
        with self._writing:
            market = self._market
            indexed = [_indexed(one, self._vocabulary.add) for one in embedded]
            for side in Side:
                own = [one for one in indexed if one.document.side is side]
                if own:
                    market = market.replaced(market.side(side).replaced(own, len(self._vocabulary)))
            self._market = market

    def remove(self, side: Side, ids: Iterable[int]) -> None:
        """Forget these documents; ids that are not indexed are ignored."""
        with self._writing:
            self._market = self._market.replaced(self._market.side(side).without(ids))

    @property
    def market(self) -> Market:
        """All that is indexed, at this moment."""
        return self._market

    def count(self, side: Side) -> int:
        return len(self._market.side(side))

    def documents(self, side: Side) -> tuple[Document, ...]:
        """The indexed documents of one side, in the order they first came."""
        return tuple(indexed.document for indexed in self._market.side(side).documents)

    def match(
        self,
        document: Document,
        k: int = 20,
        *,
        exclude_organizations: frozenset[int] = frozenset(),
        among: Container[int] | None = None,
    ) -> list[Match]:
        """The `k` best documents of the other side, best first; fewer if fewer are there.

        `document` need not be indexed; as a draft it leaves no trace. `among` restricts the answer to these
        ids (unknown ones are ignored), `exclude_organizations` leaves out what these have posted.
        """
        market = self._market
        subject = self._indexed(market, document)
        others = market.side(document.side.other)
        allowed = _allowed(others, exclude_organizations, among)
        rows = _candidates(market, subject, allowed, max(k, _CANDIDATES))
        features = pair_features(market, subject, rows)
        scores = self._ranker.score(features)
        return [
            Match(
                need_id=document.id if document.side is Side.NEED else int(others.ids[rows[best]]),
                offer_id=document.id if document.side is Side.OFFER else int(others.ids[rows[best]]),
                score=float(scores[best]),
                components={name: float(values[best]) for name, values in features.items()},
            )
            for best in _best_first(scores, others.ids[rows])[:k]
        ]

    def search(self, text: str, side: Side, k: int = 20, *, among: Container[int] | None = None) -> list[Match]:
        """The documents of `side` that answer a free text, best first; `among` as in `match`.

        The text stands for a document of the other side: searching offers it is what somebody needs, searching
        needs it is what somebody can do. In the matches its id is None.
        """
        matches = self.match(_text_document(text, side.other), k, among=among)
        if side is Side.OFFER:
            return [Match(None, match.offer_id, match.score, match.components) for match in matches]
        return [Match(match.need_id, None, match.score, match.components) for match in matches]

    def score_pairs(self, need_ids: Sequence[int], offer_ids: Sequence[int]) -> NDArray[np.float32]:
        """The scores (n, m), 0–100, of every one of these needs with every one of these offers.

        Raises KeyError for an id that is not indexed.
        """
        market = self._market
        offers = np.array([market.offers.rows[one] for one in offer_ids], dtype=np.intp)
        scores = np.zeros((len(need_ids), len(offer_ids)), dtype=np.float32)
        for row, need_id in enumerate(need_ids):
            need = market.needs.documents[market.needs.rows[need_id]]
            scores[row] = self._ranker.score(pair_features(market, need, offers))
        return scores

    def explain(self, need: Document, offer: Document) -> Explanation:
        """Why these two match, or do not: passages of both that speak for it, and facts compared."""
        market = self._market
        statistics = market.offers.statistics
        return explain(
            self._indexed(market, need).embedded,
            self._indexed(market, offer).embedded,
            lambda term: statistics.is_telling(self._vocabulary.column(term)),
        )

    def _indexed(self, market: Market, document: Document) -> IndexedDocument:
        """The document as indexed if it is, unchanged; else prepared for this one question."""
        collection = market.side(document.side)
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
    """Which rows (n,) of the other side may be answered."""
    allowed = np.ones(len(others), dtype=np.bool_)
    if among is not None:
        allowed &= np.isin(others.ids, list(among))
    if exclude_organizations:
        allowed &= ~np.isin(others.organizations, list(exclude_organizations))
    return allowed


def _candidates(market: Market, subject: IndexedDocument, allowed: NDArray[np.bool_], limit: int) -> NDArray[np.intp]:
    """The rows worth ranking: the `limit` nearest by vectors and the `limit` best by words.

    Empty when the subject has nothing legible. All allowed rows when that is no more work.
    """
    if not subject.embedded.passages:
        return np.zeros(0, dtype=np.intp)
    rows = np.flatnonzero(allowed)
    if len(rows) <= 2 * limit:
        return rows
    others = market.side(subject.document.side.other)
    beyond_common = subject.embedded.vector - market.side(subject.document.side).mean
    nearest = others.dense.nearest(beyond_common, limit, allowed)
    bm25 = others.lexical.scores(market.term_weights(subject.document.side, subject.terms))
    best = rows[np.argpartition(-bm25[rows], limit)[:limit]]
    return np.union1d(nearest, best[bm25[best] > 0])


def _best_first(scores: NDArray[np.float32], ids: NDArray[np.int64]) -> NDArray[np.intp]:
    """Positions by falling score; equal scores by rising id, so that an answer can be repeated.

    Rounded, because the same vector in another row may be summed in another order.
    """
    return np.lexsort((ids, -np.round(scores, 3)))


def _text_document(text: str, side: Side) -> Document:
    """A free text as a document: a short one is like a title, a long one like a description."""
    if len(text) <= LONGEST_PASSAGE:
        return Document(0, side, text)
    return Document(0, side, "", (Section("text", text),))
