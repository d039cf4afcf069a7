"""Evaluates how well a pipeline ranks the offers of a judged dataset."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.matching.encoding.vectors import Progress, VectorStore
from matchmaker.matching.errors import RankerError
from matchmaker.matching.learning.dataset import Dataset
from matchmaker.matching.learning.metrics import ndcg, recall, reciprocal_rank
from matchmaker.matching.matcher import Matcher
from matchmaker.matching.ranking.ranker import FusionRanker, Ranker, SingleFeatureRanker

_DEPTH = 100
"""The length of the evaluated lists: the longest that any measure needs."""


class Pipeline(StrEnum):
    """What ranks the offers: words, vectors, the untrained fusion of both, or the trained ranker."""

    LEXICAL = "lexical"
    DENSE = "dense"
    HYBRID = "hybrid"
    RANKED = "ranked"


class Pool(StrEnum):
    """What is ranked for a need: the offers judged for it, or all offers (unjudged offers count as unrelated)."""

    JUDGED = "judged"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Means of the measures (0–1) over `needs` needs.

    `undefined` needs were left out, because none of their judged offers is related. `seconds` is the time of
    retrieval and ranking, without reading and encoding.
    """

    pipeline: Pipeline
    pool: Pool
    needs: int
    undefined: int
    ndcg_at_10: float
    mrr_at_10: float
    recall_at_100: float
    seconds: float


def index_dataset(
    dataset: Dataset,
    encoder: Encoder,
    store: VectorStore,
    ranker: Ranker | None = None,
    progress: Progress | None = None,
) -> Matcher:
    """A matcher with all needs and offers of the dataset."""
    matcher = Matcher(encoder, store, ranker)
    matcher.upsert((*dataset.needs, *dataset.offers), progress)
    return matcher


def evaluate(
    dataset: Dataset,
    pipeline: Pipeline,
    pool: Pool,
    encoder: Encoder,
    store: VectorStore,
    ranker: Ranker | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Rank the offers for every judged need and measure the lists.

    Raises RankerError when the pipeline is `ranked` and there is no trained `ranker`.
    """
    matcher = index_dataset(dataset, encoder, store, _ranker_of(pipeline, ranker), progress)
    started = time.perf_counter()
    measures = [
        (gain, rank, share)
        for grades, judged in _graded_lists(dataset, matcher, pool)
        if (gain := ndcg(grades, judged)) is not None
        and (rank := reciprocal_rank(grades, judged)) is not None
        and (share := recall(grades, judged)) is not None
    ]
    seconds = time.perf_counter() - started
    gains, ranks, shares = zip(*measures, strict=True) if measures else ((0.0,), (0.0,), (0.0,))
    return Evaluation(
        pipeline=pipeline,
        pool=pool,
        needs=len(measures),
        undefined=len(dataset.judgments) - len(measures),
        ndcg_at_10=fmean(gains),
        mrr_at_10=fmean(ranks),
        recall_at_100=fmean(shares),
        seconds=seconds,
    )


def _ranker_of(pipeline: Pipeline, trained: Ranker | None) -> Ranker:
    if pipeline is Pipeline.RANKED:
        if trained is None:
            raise RankerError("The pipeline 'ranked' needs a trained ranker: run `matchmaker train` first.")
        return trained
    if pipeline is Pipeline.HYBRID:
        return FusionRanker()
    return SingleFeatureRanker(pipeline.value)


def _graded_lists(dataset: Dataset, matcher: Matcher, pool: Pool) -> Iterator[tuple[list[int], list[int]]]:
    """For every judged need: the grades of the ranked offers in order, and the grades of all its judged offers."""
    for need_id, judged in dataset.judgments.items():
        among = judged.keys() if pool is Pool.JUDGED else None
        matches = matcher.match(dataset.needs[need_id], _DEPTH, among=among)
        grades = [judged.get(match.offer_id, 0) for match in matches if match.offer_id is not None]
        yield grades, list(judged.values())
