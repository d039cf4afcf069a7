"""Facts of two postings compared, as features: 1 where they fit, −1 where they conflict, 0 where it is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.document import Document, Side
from matchmaker.matching.explanation import Verdict, compare_facts

FACTS = ("industry", "field", "trl", "budget", "cooperation_modes", "deadline", "district")

_VALUES = {Verdict.FITS: 1.0, Verdict.CONFLICTS: -1.0, Verdict.UNKNOWN: 0.0}


def fact_features(document: Document, others: Sequence[Document]) -> Mapping[str, NDArray[np.float32]]:
    """One array (n,) for each of `FACTS`, of the document with each of the n others."""
    values = np.zeros((len(FACTS), len(others)), dtype=np.float32)
    for column, other in enumerate(others):
        need, offer = (document, other) if document.side is Side.NEED else (other, document)
        for check in compare_facts(need.facts, offer.facts):
            if check.fact in FACTS:
                values[FACTS.index(check.fact), column] = _VALUES[check.verdict]
    return dict(zip(FACTS, values, strict=True))
