"""Judged pairs with their features, as a table for `training`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.matching.encoding.vectors import Progress, VectorStore
from matchmaker.matching.learning.dataset import Dataset
from matchmaker.matching.matcher import Matcher
from matchmaker.matching.ranking.features import Features, pair_features
from matchmaker.matching.retrieval.collection import IndexedDocument
from matchmaker.matching.retrieval.index import Index
from matchmaker.matching.text.cleaning import clean
from matchmaker.matching.text.document import Document

UNJUDGED_PER_JUDGED = 5
"""Random unjudged pairs for each judged pair. Their offers were judged for other needs."""


@dataclass(frozen=True)
class JudgedPairs:
    """n pairs of needs and offers, ordered by need.

    `features` has an array (n,) for each feature. `grades` (n,) are 0 or more, and −1 for unjudged pairs, which were
    drawn at random and are almost all unrelated. `lists` (n,) are the numbers of the needs. `groups` (n,) are the
    numbers of the needs' texts: needs with the same text are one group, so that no fold is tested on a text it was
    trained on.
    """

    features: Features
    grades: NDArray[np.int64]
    lists: NDArray[np.int64]
    groups: NDArray[np.int64]

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Which pairs were judged (n,)."""
        return self.grades >= 0

    def matrix(self, names: Sequence[str]) -> NDArray[np.float64]:
        """The features of these names as columns, (n, len(names))."""
        return np.stack([self.features[name] for name in names], axis=1).astype(np.float64)


def judged_pairs(
    datasets: Sequence[Dataset], encoder: Encoder, store: VectorStore, seed: int, progress: Progress | None = None
) -> JudgedPairs:
    """All judged pairs of the datasets and `UNJUDGED_PER_JUDGED` times as many random pairs, with their features."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[Features, NDArray[np.int64]]] = []
    texts: list[str] = []
    for dataset in datasets:
        matcher = Matcher(encoder, store)
        matcher.upsert((*dataset.needs, *dataset.offers), progress)
        for need, offers, grades in _lists(dataset, matcher.index, rng):
            rows.append((pair_features(matcher.index, need, offers), grades))
            texts.append(_text(need.document))
    lengths = [len(grades) for _, grades in rows]
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    return JudgedPairs(
        features={name: np.concatenate([features[name] for features, _ in rows]) for name in rows[0][0]},
        grades=np.concatenate([grades for _, grades in rows]),
        lists=np.repeat(np.arange(len(rows)), lengths),
        groups=np.repeat([numbers[text] for text in texts], lengths),
    )


def _lists(
    dataset: Dataset, index: Index, rng: np.random.Generator
) -> Iterator[tuple[IndexedDocument, NDArray[np.intp], NDArray[np.int64]]]:
    """For each judged need: the need, the rows of its judged offers and of random others, and the grades."""
    offers = index.offers
    known = {offer_id for judged in dataset.judgments.values() for offer_id in judged}
    pool = np.array(sorted(offers.rows[offer_id] for offer_id in known), dtype=np.intp)
    for need_id, judged in dataset.judgments.items():
        judged_rows = np.array([offers.rows[offer_id] for offer_id in judged], dtype=np.intp)
        unjudged = np.setdiff1d(pool, judged_rows)
        count = min(len(unjudged), UNJUDGED_PER_JUDGED * len(judged_rows))
        others = rng.choice(unjudged, count, replace=False)
        grades = np.concatenate([np.array(list(judged.values()), np.int64), np.full(len(others), -1, np.int64)])
        yield index.needs.documents[index.needs.rows[need_id]], np.concatenate([judged_rows, others]), grades


def _text(document: Document) -> str:
    return clean("\n".join([document.title, *(section.text for section in document.sections)]))
