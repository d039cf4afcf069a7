"""The features of a pair of need and offer. They are the same whichever side the pair is looked at from.

To add a feature, compute it here (in `pair_features` and `cross_features`), name it in `LEARNED`, and train again:
`matchmaker train`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matchmaker.matching.encoding.projection import project
from matchmaker.matching.retrieval.collection import Collection, IndexedDocument
from matchmaker.matching.retrieval.index import Index
from matchmaker.matching.retrieval.lexical import count_matrix, need_weights
from matchmaker.matching.text.document import Side
from matchmaker.matching.text.facts import fact_columns, fact_features

Features: TypeAlias = Mapping[str, NDArray[np.float32]]
"""Feature name → its values, one for each pair: shape (n,), or (n, m) for all pairs of n needs and m offers."""

LEARNED = (
    "whole",
    "opening",
    "title",
    "body",
    "terms",
    "title_terms",
    "offer_title_covered",
)
"""Features whose weights are learned from judgments."""

_LEXICAL_MIDPOINT = 30.0
"""The BM25 score at which the lexical feature is 0.5; about the median of strongly related pairs."""


def pair_features(index: Index, document: IndexedDocument, rows: NDArray[np.intp]) -> Features:
    """The features of `document` paired with these rows of the other side's collection.

    - `dense`: the cosine of the two document vectors.
    - `centred`: their inner product after subtracting each side's mean (see `background`), mostly within ±0.05.
    - `lexical`: BM25, mapped from [0, ∞) to [0, 1).
    - `whole`, `opening`, `body`: cosines of the whole offer with the whole need, with the need's opening (encoded as a
      passage) and with the need without its title. `title`: the cosine of the two titles. All four after projection
      (see `projection`); 0 where a part is missing.
    - `terms`, `title_terms`: square roots of the BM25 of the whole offer with the whole need and with its title.
    - `offer_title_covered`: the share of the offer's title terms that the need contains, weighed by rarity, 0–1.
    - The features of `facts`: 1 fits, −1 conflicts, 0 unknown.
    """
    side = document.document.side
    others = index.side(side.other)
    vectors = others.dense.vectors[rows]
    beyond_common = document.embedded.vector - index.side(side).mean
    return {
        "dense": vectors @ document.embedded.vector,
        "centred": vectors @ beyond_common - others.mean @ beyond_common,
        **_lexical_features(index, document, rows),
        **_projected_cosines(index.side(side), document, others, rows),
        **_fact_features(document, others, rows),
    }


def cross_features(index: Index, needs: NDArray[np.intp], offers: NDArray[np.intp]) -> Features:
    """The features of all these needs with all these offers, each (n, m).

    `title_terms` and `offer_title_covered` are 0 for all pairs: they would cost more than all others together.
    """
    need_side, offer_side = index.needs, index.offers
    wholes = offer_side.projected_wholes[offers].T
    bm25 = index.bm25(needs, offers)
    no_title = np.zeros_like(bm25)
    return {
        "dense": need_side.dense.vectors[needs] @ offer_side.dense.vectors[offers].T,
        "centred": (need_side.dense.vectors[needs] - need_side.mean)
        @ (offer_side.dense.vectors[offers] - offer_side.mean).T,
        **_bm25_features(bm25),
        "title_terms": no_title,
        "offer_title_covered": no_title,
        "whole": need_side.projected_wholes[needs] @ wholes,
        "opening": need_side.projected_openings[needs] @ wholes,
        "title": need_side.projected_titles[needs] @ offer_side.projected_titles[offers].T,
        "body": need_side.projected_bodies[needs] @ wholes,
        **fact_features(need_side.facts.rows((needs, np.newaxis)), offer_side.facts.rows((np.newaxis, offers))),
    }


def _bm25_features(bm25: NDArray[np.float32]) -> Features:
    return {"lexical": bm25 / (bm25 + np.float32(_LEXICAL_MIDPOINT)), "terms": np.sqrt(bm25)}


def _projected_cosines(
    own_side: Collection, document: IndexedDocument, others: Collection, rows: NDArray[np.intp]
) -> Features:
    embedded = document.embedded
    whole, title, body = project(
        np.array([embedded.vector, document.title_vector, document.body_vector]), own_side.mean, own_side.projection
    )
    wholes = others.projected_wholes[rows]
    if own_side.side is Side.NEED:
        opening = project(embedded.opening[np.newaxis], own_side.openings_mean, own_side.projection)[0]
        by_opening, by_body = wholes @ opening, wholes @ body
    else:
        by_opening, by_body = others.projected_openings[rows] @ whole, others.projected_bodies[rows] @ whole
    return {
        "whole": wholes @ whole,
        "opening": by_opening,
        "title": others.projected_titles[rows] @ title,
        "body": by_body,
    }


def _lexical_features(index: Index, document: IndexedDocument, rows: NDArray[np.intp]) -> Features:
    statistics = index.offers.statistics
    side = document.document.side
    others = index.side(side.other)
    text = index.term_weights(side, document.terms)
    weights = index.lexical(side.other).weights[rows]
    bm25 = _products(weights, text)
    own_title = count_matrix([document.title_terms], statistics.columns)
    if side is Side.NEED:
        title_bm25 = _products(weights, need_weights(own_title))
        covered = _products(others.title_shares[rows], _presence(count_matrix([document.terms], statistics.columns)))
    else:
        title_bm25 = _products(need_weights(others.title_counts[rows]), text)
        covered = _products(_presence(others.counts[rows]), statistics.rarity_shares(own_title))
    return {
        **_bm25_features(bm25),
        "title_terms": np.sqrt(title_bm25),
        "offer_title_covered": covered,
    }


def _fact_features(document: IndexedDocument, others: Collection, rows: NDArray[np.intp]) -> Features:
    document_facts, other_facts = fact_columns([document.document.facts]), others.facts.rows(rows)
    if others.side is Side.OFFER:
        return fact_features(document_facts, other_facts)
    return fact_features(other_facts, document_facts)


def _presence(counts: sparse.csr_array) -> sparse.csr_array:
    return sparse.csr_array((np.ones_like(counts.data), counts.indices, counts.indptr), shape=counts.shape)


def _products(rows: sparse.csr_array, row: sparse.csr_array) -> NDArray[np.float32]:
    """The inner products of `rows` (n, a) with `row` (1, b), shape (n,). Columns that only one of them has count 0."""
    dense = np.zeros(max(rows.shape[1], row.shape[1]), dtype=np.float32)
    dense[row.indices] = row.data
    products: NDArray[np.float32] = (rows @ dense[: rows.shape[1]]).astype(np.float32)
    return products
