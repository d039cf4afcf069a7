"""What is known about a pair of need and offer, as numbers that are the same from whichever side one looks.

To add a feature, compute it here from one document and many candidates, name it in `LEARNED`, and train
again: `matchmaker train`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matchmaker.matching.encoding.projection import project
from matchmaker.matching.retrieval.collection import Collection, IndexedDocument
from matchmaker.matching.retrieval.index import Market
from matchmaker.matching.retrieval.lexical import count_matrix, need_weights
from matchmaker.matching.text.document import Side
from matchmaker.matching.text.facts import fact_columns, fact_features

Features: TypeAlias = Mapping[str, NDArray[np.float32]]
"""One array (n,) for each feature, over the n pairs of a document with its candidates."""

LEARNED = (
    "whole",
    "opening",
    "title",
    "body",
    "terms",
    "title_terms",
    "offer_title_covered",
)
"""What the ranker weighs by what it has learned from judgments, beside the facts."""

FACT_WEIGHTS: Mapping[str, float] = {
    "field": 0.4,
    "industry": 0.3,
    "budget": 0.3,
    "trl": 0.2,
    "cooperation_modes": 0.15,
    "deadline": 0.1,
    "district": 0.1,
}
"""What a fitting fact adds to the log odds, and a conflicting one takes off. Assumed, for judged datasets know no
facts; `matchmaker train --from-feedback` corrects them by what happened."""

_LEXICAL_MIDPOINT = 30.0
"""The BM25 score at which the lexical feature is 0.5; about the median of strongly related pairs."""


def pair_features(market: Market, document: IndexedDocument, rows: NDArray[np.intp]) -> Features:
    """The features of `document` paired with these rows of the other side's collection.

    - `dense`: the cosine of the two document vectors; `centred`: the same after each side's mean was taken off (see
      `background`), mostly within ±0.05; `lexical`: BM25 brought from [0, ∞) to [0, 1).
    - `whole`, `opening`, `title`, `body`: cosines of the whole need, of its opening (encoded as offers are) and of the
      need without its title with the whole offer, and of title with title, all projected (see `projection`); 0 where a
      part is missing.
    - `terms`, `title_terms`: square roots of the BM25 of the whole need, and of its title, with the whole offer.
    - `offer_title_covered`: which share of the terms of the offer's title, weighed by rarity, the need has, 0–1.
    - those of `facts`.
    """
    side = document.document.side
    others = market.side(side.other)
    vectors = others.dense.vectors[rows]
    beyond_common = document.embedded.vector - market.side(side).mean
    return {
        "dense": vectors @ document.embedded.vector,
        "centred": vectors @ beyond_common - others.mean @ beyond_common,
        **_lexical_features(market, document, rows),
        **_projected_cosines(market.side(side), document, others, rows),
        **_fact_features(document, others, rows),
    }


def broad_features(market: Market, needs: NDArray[np.intp], offers: NDArray[np.intp]) -> Features:
    """The features of all these needs with all these offers (n, m), but for those of titles' words, which are 0."""
    own, others = market.needs, market.offers
    wholes = others.projected_wholes[offers].T
    bm25 = market.bm25(needs, offers)
    no_title = np.zeros_like(bm25)
    return {
        "dense": own.dense.vectors[needs] @ others.dense.vectors[offers].T,
        "centred": (own.dense.vectors[needs] - own.mean) @ (others.dense.vectors[offers] - others.mean).T,
        **_of_bm25(bm25),
        "title_terms": no_title,
        "offer_title_covered": no_title,
        "whole": own.projected_wholes[needs] @ wholes,
        "opening": own.projected_openings[needs] @ wholes,
        "title": own.projected_titles[needs] @ others.projected_titles[offers].T,
        "body": own.projected_bodies[needs] @ wholes,
        **fact_features(own.facts.rows((needs, np.newaxis)), others.facts.rows((np.newaxis, offers))),
    }


def _of_bm25(bm25: NDArray[np.float32]) -> Features:
    return {"lexical": bm25 / (bm25 + np.float32(_LEXICAL_MIDPOINT)), "terms": np.sqrt(bm25)}


def _projected_cosines(
    own: Collection, document: IndexedDocument, others: Collection, rows: NDArray[np.intp]
) -> Features:
    embedded = document.embedded
    whole, title, body = project(
        np.array([embedded.vector, document.title_vector, document.body_vector]), own.mean, own.projection
    )
    wholes = others.projected_wholes[rows]
    if own.side is Side.NEED:
        opening = project(embedded.opening[np.newaxis], own.openings_mean, own.projection)[0]
        by_opening, by_body = wholes @ opening, wholes @ body
    else:
        by_opening, by_body = others.projected_openings[rows] @ whole, others.projected_bodies[rows] @ whole
    return {
        "whole": wholes @ whole,
        "opening": by_opening,
        "title": others.projected_titles[rows] @ title,
        "body": by_body,
    }


def _lexical_features(market: Market, document: IndexedDocument, rows: NDArray[np.intp]) -> Features:
    statistics = market.offers.statistics
    side = document.document.side
    others = market.side(side.other)
    text = market.term_weights(side, document.terms)
    weights = market.lexical(side.other).weights[rows]
    bm25 = _products(weights, text)
    own_title = count_matrix([document.title_terms], statistics.columns)
    if side is Side.NEED:
        title_bm25 = _products(weights, need_weights(own_title))
        covered = _products(others.title_shares[rows], _presence(count_matrix([document.terms], statistics.columns)))
    else:
        title_bm25 = _products(need_weights(others.title_counts[rows]), text)
        covered = _products(_presence(others.counts[rows]), statistics.rarity_shares(own_title))
    return {
        **_of_bm25(bm25),
        "title_terms": np.sqrt(title_bm25),
        "offer_title_covered": covered,
    }


def _fact_features(document: IndexedDocument, others: Collection, rows: NDArray[np.intp]) -> Features:
    own, theirs = fact_columns([document.document.facts]), others.facts.rows(rows)
    return fact_features(own, theirs) if others.side is Side.OFFER else fact_features(theirs, own)


def _presence(counts: sparse.csr_array) -> sparse.csr_array:
    return sparse.csr_array((np.ones_like(counts.data), counts.indices, counts.indptr), shape=counts.shape)


def _products(rows: sparse.csr_array, row: sparse.csr_array) -> NDArray[np.float32]:
    """The inner product of each of `rows` (n, columns) with the one `row` (1, other columns), shape (n,)."""
    dense = np.zeros(max(rows.shape[1], row.shape[1]), dtype=np.float32)
    dense[row.indices] = row.data
    products: NDArray[np.float32] = (rows @ dense[: rows.shape[1]]).astype(np.float32)
    return products
