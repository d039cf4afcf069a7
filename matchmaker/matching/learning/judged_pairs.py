"""Judged pairs as the table that `training` learns from."""

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
from matchmaker.matching.retrieval.index import Market
from matchmaker.matching.text.cleaning import clean
from matchmaker.matching.text.document import Document

UNJUDGED_PER_JUDGED = 5
"""Pairs of a need with an offer that was judged for another need, for each pair that was judged."""


@dataclass(frozen=True)
class JudgedPairs:
    """Pairs of needs and offers, need by need.

    `features` has an array (n,) for each feature; `grades` (n,) are 0 and up, and −1 for a pair nobody judged, drawn at
    random: hardly any of these is related. `lists` (n,) numbers the needs, `groups` (n,) their texts: needs with the
    same text under several ids are one group, so that a fold never knows the answer from its twin.
    """

    features: Features
    grades: NDArray[np.int64]
    lists: NDArray[np.int64]
    groups: NDArray[np.int64]

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Which pairs somebody judged (n,)."""
        return self.grades >= 0

    def matrix(self, names: Sequence[str]) -> NDArray[np.float64]:
        """The features of these names as columns, (n, len(names))."""
        return np.stack([self.features[name] for name in names], axis=1).astype(np.float64)


def judged_pairs(
    datasets: Sequence[Dataset], encoder: Encoder, store: VectorStore, seed: int, progress: Progress | None = None
) -> JudgedPairs:
    """All judged pairs of the datasets with their features, and `UNJUDGED_PER_JUDGED` times as many drawn at random."""
    chance = np.random.default_rng(seed)
    rows: list[tuple[Features, NDArray[np.int64]]] = []
    texts: list[str] = []
    for dataset in datasets:
        matcher = Matcher(encoder, store)
        matcher.upsert((*dataset.needs, *dataset.offers), progress)
        for need, offers, grades in _lists(dataset, matcher.market, chance):
            rows.append((pair_features(matcher.market, need, offers), grades))
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
    dataset: Dataset, market: Market, chance: np.random.Generator
) -> Iterator[tuple[IndexedDocument, NDArray[np.intp], NDArray[np.int64]]]:
    """For each judged need the rows of its judged offers and of some others, with the grades."""
    offers = market.offers
    known = {offer_id for judged in dataset.judgments.values() for offer_id in judged}
    pool = np.array(sorted(offers.rows[offer_id] for offer_id in known), dtype=np.intp)
    for need_id, judged in dataset.judgments.items():
        own = np.array([offers.rows[offer_id] for offer_id in judged], dtype=np.intp)
        foreign = np.setdiff1d(pool, own)
        others = chance.choice(foreign, min(len(foreign), UNJUDGED_PER_JUDGED * len(own)), replace=False)
        grades = np.concatenate([np.array(list(judged.values()), np.int64), np.full(len(others), -1, np.int64)])
        yield market.needs.documents[market.needs.rows[need_id]], np.concatenate([own, others]), grades


def _text(document: Document) -> str:
    return clean("\n".join([document.title, *(section.text for section in document.sections)]))
