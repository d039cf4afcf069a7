"""What is known about a pair of need and offer, as numbers that are the same from whichever side one looks.

To add a feature, compute it here from one document and many candidates, name it in `LEARNED` (or in `FACTS`), and train
again: `matchmaker train`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matchmaker.matching.collection import Collection, IndexedDocument
from matchmaker.matching.document import Side
from matchmaker.matching.facts import fact_features
from matchmaker.matching.lexical import OfferStatistics, count_matrix, need_weights
from matchmaker.matching.market import Market
from matchmaker.matching.projection import project

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
"""What the ranker weighs by what it has learned from judgments, beside `FACTS`."""

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
    bm25 = others.lexical.scores_of(rows, market.term_weights(side, document.terms))
    vectors = others.dense.vectors[rows]
    beyond_common = document.embedded.vector - market.side(side).mean
    return {
        "dense": vectors @ document.embedded.vector,
        "centred": vectors @ beyond_common - others.mean @ beyond_common,
        "lexical": bm25 / (bm25 + np.float32(_LEXICAL_MIDPOINT)),
        "terms": np.sqrt(bm25),
        **_projected_cosines(market.side(side), document, others, rows),
        **_title_features(market, document, rows),
        **fact_features(document.document, [others.documents[row].document for row in rows]),
    }


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


def _title_features(market: Market, document: IndexedDocument, rows: NDArray[np.intp]) -> Features:
    """The lexical features in which titles stand alone."""
    statistics = market.offers.statistics
    others = market.side(document.document.side.other)
    own_text, own_title = (
        count_matrix([terms], statistics.columns) for terms in (document.terms, document.title_terms)
    )
    if document.document.side is Side.NEED:
        bm25 = _products(others.lexical.weights[rows], need_weights(own_title))
        covered = _products(_rarity_shares(others.title_counts[rows], statistics), _presence(own_text))
    else:
        bm25 = _products(need_weights(others.title_counts[rows]), statistics.offer_weights(own_text))
        covered = _products(_presence(others.counts[rows]), _rarity_shares(own_title, statistics))
    return {"title_terms": np.sqrt(bm25), "offer_title_covered": covered}


def _presence(counts: sparse.csr_array) -> sparse.csr_array:
    present = counts.astype(np.float32)
    present.data = np.ones_like(present.data)
    return present


def _rarity_shares(counts: sparse.csr_array, statistics: OfferStatistics) -> sparse.csr_array:
    """Each term's share of the rarity of all terms in its row; rows add up to 1 or, without known terms, to 0."""
    counts = counts[:, : statistics.columns]
    shares = _presence(counts)
    shares.data = statistics.rarity[shares.indices]
    totals = shares.sum(axis=1)
    by_entry = np.repeat(totals, np.diff(shares.indptr))
    shares.data = np.divide(shares.data, by_entry, out=np.zeros_like(shares.data), where=by_entry > 0)
    return shares


def _products(rows: sparse.csr_array, row: sparse.csr_array) -> NDArray[np.float32]:
    """The inner product of each of `rows` (n, columns) with the one `row` (1, other columns), shape (n,)."""
    dense = np.zeros(max(rows.shape[1], row.shape[1]), dtype=np.float32)
    dense[row.indices] = row.data
    products: NDArray[np.float32] = (rows @ dense[: rows.shape[1]]).astype(np.float32)
    return products
