"""What is known about a pair of need and offer, as numbers that are the same from whichever side one looks.

To add a feature, compute it here from one document and many candidates, name it in `FEATURES`, and train again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.collection import IndexedDocument
from matchmaker.matching.market import Market

Features: TypeAlias = Mapping[str, NDArray[np.float32]]
"""One array (n,) for each feature, over the n pairs of a document with its candidates."""

_LEXICAL_MIDPOINT = 30.0
"""The BM25 score at which the lexical feature is 0.5; about the median of strongly related pairs."""


def pair_features(market: Market, document: IndexedDocument, rows: NDArray[np.intp]) -> Features:
    """The features of `document` paired with these rows of the other side's collection.

    `dense` is the cosine of the two document vectors; `centred` is the same after each side's mean was taken off (see
    `background`), mostly within ±0.05; `lexical` is BM25 brought from [0, ∞) to [0, 1).
    """
    side = document.document.side
    others = market.side(side.other)
    weights = market.term_weights(side, document.terms)
    bm25 = others.lexical.scores_of(rows, weights)
    vectors = others.dense.vectors[rows]
    beyond_common = document.embedded.vector - market.side(side).mean
    return {
        "dense": vectors @ document.embedded.vector,
        "centred": vectors @ beyond_common - others.mean @ beyond_common,
        "lexical": bm25 / (bm25 + np.float32(_LEXICAL_MIDPOINT)),
    }
