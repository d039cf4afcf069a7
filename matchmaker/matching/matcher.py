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
from scipy import sparse

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
from matchmaker.matching.ranking.explanation import Explanation, explain
from matchmaker.matching.ranking.features import Features, pair_features
from matchmaker.matching.ranking.hubness import STRENGTH, HubnessCorrection
from matchmaker.matching.ranking.ranker import FusionRanker, Ranker, log_odds
from matchmaker.matching.retrieval.candidates import candidates_for, candidates_of_all
from matchmaker.matching.retrieval.collection import Collection, IndexedDocument
from matchmaker.matching.retrieval.diversity import collapse
from matchmaker.matching.retrieval.index import Market
from matchmaker.matching.retrieval.lexical import TermCounts, Vocabulary, count_terms
from matchmaker.matching.text.document import LONGEST_PASSAGE, Document, Section, Side

_FEWEST_CANDIDATES = 64
"""How many are ranked for a list, at least; half as many again as its length for a long one."""

_PAIRS_AT_ONCE = 200_000
"""Pairs whose features are handed to the ranker together: enough to make its calls few."""


@dataclass(frozen=True, slots=True)
class Match:
    """A need and an offer with a score from 0 to 100, comparable across needs, and what it was made of.

    The side that was only a text and no posting has the id None. `similar` are the ids of postings that a varied list
    leaves out because this one says the same, the better first.
    """

    need_id: int | None
    offer_id: int | None
    score: float
    components: Mapping[str, float]
    similar: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TopMatches:
    """The best matches of all documents of one side.

    Row i belongs to the document `ids[i]`: the ids of the other side's documents, best first, in `others` (n, k), their
    scores in `scores` (n, k); −1 in both beyond the end of a list.
    """

    ids: NDArray[np.int64]
    others: NDArray[np.int64]
    scores: NDArray[np.float32]


class Matcher:
    """Ranks offers for needs and needs for offers.

    Safe to use from many threads: readers work on an immutable snapshot, writers take turns. Nothing is kept
    on disk; after a restart everything is rebuilt by `upsert` from the documents and their stored vectors.
    """

    def __init__(
        self,
        encoder: Encoder,
        store: VectorStore,
        ranker: Ranker | None = None,
        evenness: float = STRENGTH,
    ) -> None:
        """With an `evenness` of 0 lists are ordered by score alone; see `exposure`."""
        self._encoder = encoder
        self._store = store
        self._ranker = ranker if ranker is not None else FusionRanker()
        self._vocabulary = Vocabulary()
        background = background_of(encoder.name, encoder.dimension)
        projection = projection_of(encoder.name, encoder.dimension)
        needs, offers = (Collection(side, background, 0, projection=projection) for side in (Side.NEED, Side.OFFER))
        self._market = Market(needs, offers)
        self._evenness = HubnessCorrection(self._market, self._ranker, evenness)
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
        varied: bool = False,
    ) -> list[Match]:
        """The `k` best documents of the other side, best first; fewer if fewer are there.

        `document` need not be indexed; as a draft it leaves no trace. `among` restricts the answer to these
        ids (unknown ones are ignored), `exclude_organizations` leaves out what these have posted. A `varied` list has
        near-identical postings only once (see `diversity`).

        Best first is by score, but for the few points that `exposure` takes from those who are near everybody; the
        scores are as they were.
        """
        market = self._market
        subject = self._indexed(market, document)
        side = document.side.other
        others = market.side(side)
        allowed = _allowed(others, exclude_organizations, among)
        rows = candidates_for(market, subject, allowed, _candidates(k))
        features = pair_features(market, subject, rows)
        scores = self._ranker.score(features)
        order = _best_first(log_odds(scores) - self._penalties(market, side)[rows], others.ids[rows])
        positions = {int(rows[position]): int(position) for position in order}
        chosen = collapse(others, list(positions), k) if varied else [(row, []) for row in list(positions)[:k]]
        return [
            Match(
                need_id=document.id if side is Side.OFFER else int(others.ids[row]),
                offer_id=document.id if side is Side.NEED else int(others.ids[row]),
                score=float(scores[positions[row]]),
                components={name: float(values[positions[row]]) for name, values in features.items()},
                similar=tuple(int(others.ids[one]) for one in similar),
            )
            for row, similar in chosen
        ]

    def top_matches(self, k: int = 50) -> Mapping[Side, TopMatches]:
        """The `k` best offers for every indexed need and the `k` best needs for every indexed offer.

        The lists are those that `match` gives document by document, made together in a fraction of the time.
        """
        market = self._market
        by_needs, by_offers = candidates_of_all(market, _candidates(k))
        scores = self._score_candidates(market, by_needs | by_offers)
        return {
            Side.NEED: self._top_matches(market, Side.NEED, by_needs, scores, k),
            Side.OFFER: self._top_matches(market, Side.OFFER, by_offers.T, scores.T.tocsr(), k),
        }

    def search(
        self, text: str, side: Side, k: int = 20, *, among: Container[int] | None = None, varied: bool = False
    ) -> list[Match]:
        """The documents of `side` that answer a free text, best first; `among` and `varied` as in `match`.

        The text stands for a document of the other side: searching offers it is what somebody needs, searching
        needs it is what somebody can do. In the matches its id is None.
        """
        matches = self.match(_text_document(text, side.other), k, among=among, varied=varied)
        if side is Side.OFFER:
            return [replace(match, need_id=None) for match in matches]
        return [replace(match, offer_id=None) for match in matches]

    def score_pairs(self, need_ids: Sequence[int], offer_ids: Sequence[int]) -> NDArray[np.float32]:
        """The scores (n, m), 0–100, of every one of these needs with every one of these offers.

        Raises KeyError for an id that is not indexed.
        """
        market = self._market
        offers = np.array([market.offers.rows[one] for one in offer_ids], dtype=np.intp)
        needs = [market.needs.rows[one] for one in need_ids]
        scores = self._score_rows(market, [(need, offers) for need in needs])
        return np.array(scores, dtype=np.float32).reshape(len(needs), len(offers))

    def explain(self, need: Document, offer: Document) -> Explanation:
        """Why these two match, or do not: passages of both that speak for it, and facts compared."""
        market = self._market
        return explain(
            self._indexed(market, need).embedded,
            self._indexed(market, offer).embedded,
            lambda term: market.is_telling(self._vocabulary.column(term)),
            market.needs.boilerplate | market.offers.boilerplate,
        )

    def _penalties(self, market: Market, side: Side) -> NDArray[np.float32]:
        """What `exposure` takes off, computed once for each state of the market."""
        evenness = self._evenness = self._evenness.at(market)
        return evenness.penalties(side)

    def _score_rows(self, market: Market, pairs: Iterable[tuple[int, NDArray[np.intp]]]) -> list[NDArray[np.float32]]:
        """The scores of needs (rows) with some offers each (rows), the ranker being asked about many pairs at once."""
        scores: list[NDArray[np.float32]] = []
        waiting: list[Features] = []
        pending = 0
        for need, offers in pairs:
            waiting.append(pair_features(market, market.needs.documents[need], offers))
            pending += len(offers)
            if pending >= _PAIRS_AT_ONCE:
                scores += self._score_features(waiting)
                waiting, pending = [], 0
        return scores + self._score_features(waiting)

    def _score_features(self, batch: Sequence[Features]) -> list[NDArray[np.float32]]:
        if not batch:
            return []
        together = {name: np.concatenate([features[name] for features in batch]) for name in batch[0]}
        ends = np.cumsum([len(next(iter(features.values()))) for features in batch])
        return np.split(self._ranker.score(together), ends[:-1])

    def _score_candidates(self, market: Market, nominated: NDArray[np.bool_]) -> sparse.csr_array:
        """The scores of the pairs that the mask (needs, offers) marks, as the entries of a matrix."""
        rows = [np.flatnonzero(marked) for marked in nominated]
        scores = self._score_rows(market, enumerate(rows))
        starts = np.cumsum([0, *(len(row) for row in rows)])
        return sparse.csr_array((np.concatenate(scores), np.concatenate(rows), starts), shape=nominated.shape)

    def _top_matches(
        self, market: Market, side: Side, nominated: NDArray[np.bool_], scores: sparse.csr_array, k: int
    ) -> TopMatches:
        """Order the nominated among the scored pairs (documents of `side`, documents of the other side)."""
        ids, other_ids = market.side(side).ids, market.side(side.other).ids
        rows = np.repeat(np.arange(len(ids)), np.diff(scores.indptr))
        own = nominated[rows, scores.indices]
        rows, columns, values = rows[own], scores.indices[own], scores.data[own]
        counts = np.bincount(rows, minlength=len(ids))
        places = np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows]
        shape = len(ids), max(int(counts.max(initial=0)), k)
        found, listed, keys = (
            np.full(shape, -1, np.int64),
            np.full(shape, -1, np.float32),
            np.full(shape, -np.inf, np.float32),
        )
        found[rows, places] = other_ids[columns]
        listed[rows, places] = values
        keys[rows, places] = log_odds(values) - self._penalties(market, side.other)[columns]
        best = _best_first(keys, found)[:, :k]
        return TopMatches(ids, np.take_along_axis(found, best, 1), np.take_along_axis(listed, best, 1))

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


def _candidates(k: int) -> int:
    """How many to rank for a list of `k`."""
    return max(k + k // 2, _FEWEST_CANDIDATES)


def _best_first(scores: NDArray[np.float32], ids: NDArray[np.int64]) -> NDArray[np.intp]:
    """Positions by falling score; equal scores by rising id, so that an answer can be repeated.

    Rounded, because the same vector in another row may be summed in another order. Lists as rows, if there are many.
    """
    return np.lexsort((ids, -np.round(scores, 3)), axis=-1)


def _text_document(text: str, side: Side) -> Document:
    """A free text as a document: a short one is like a title, a long one like a description."""
    if len(text) <= LONGEST_PASSAGE:
        return Document(0, side, text)
    return Document(0, side, "", (Section("text", text),))
