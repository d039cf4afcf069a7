"""How evenly places are given out, and what relevance that costs, for strengths of several sizes.

    python benchmarks/exposure.py [DATASET_DIR] [--vectors FILE.npz] [--plot exposure.svg] [--size tiny]

Places are those among the ten best of every need of the demo city and, when a judged dataset in BEIR layout is given,
of that; relevance is nDCG@10 over the judged offers. Where there are fewer places than offers not all can appear: the
Gini index is given above its least possible value as well. `--vectors` keeps what was encoded for the next run.

Prints a table and one JSON line, and draws the trade-off (SVG).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
import pygal
from shared.markets import demo_city
from shared.measuring import FULL, finish, parser

from matchmaker.matching.encoding.encoder import create_encoder
from matchmaker.matching.encoding.vectors import MemoryVectorStore, VectorStore, vector_texts
from matchmaker.matching.learning.dataset import Judgments, read_dataset
from matchmaker.matching.learning.metrics import ndcg
from matchmaker.matching.matcher import Matcher
from matchmaker.matching.ranking.hubness import DEFAULT_STRENGTH, gini, share_of_most_shown
from matchmaker.matching.ranking.ranker_file import FILE_NAME, read_ranker
from matchmaker.matching.text.document import Document, Side
from matchmaker.services.learning.rankers import MODELS

STRENGTHS = sorted({0.0, 0.1, 0.2, 0.3, 0.4, 0.5, DEFAULT_STRENGTH})
PLACES = 10
RANKER = read_ranker(MODELS / FILE_NAME, "e5").ranker


@dataclass(frozen=True, slots=True)
class City:
    """Needs and offers, with judgments or without."""

    documents: Sequence[Document]
    store: VectorStore
    judgments: Judgments


@dataclass(frozen=True, slots=True)
class Trial:
    """One size of the strength. `gini`, `above_least` and `most_shown` (the share of the places that the tenth shown
    most holds) are of offers in the lists of needs, `gini_of_needs` of needs in the lists of offers; `mean_score` is
    that of the ten best offers of each need; `one_provider` the share of first places that one organization holds.
    """

    strength: float
    gini: float
    above_least: float
    most_shown: float
    gini_of_needs: float
    mean_score: float
    one_provider: float | None
    ndcg_at_10: float | None


def try_strength(city: City, strength: float) -> Trial:
    """Make all lists with this strength and look who is in them."""
    matcher = Matcher(create_encoder("e5"), city.store, RANKER, hubness_strength=strength)
    matcher.upsert(city.documents)
    top = matcher.top_matches(PLACES)
    offers = _appearances(matcher, Side.OFFER, top[Side.NEED].others)
    providers = {offer.id: offer.facts.organization_id for offer in matcher.documents(Side.OFFER)}
    first = Counter(filter(None, (providers.get(offer_id) for offer_id in top[Side.NEED].others[:, 0].tolist())))
    return Trial(
        strength=strength,
        gini=gini(offers),
        above_least=gini(offers) - max(0.0, 1 - offers.sum() / len(offers)),
        most_shown=share_of_most_shown(offers),
        gini_of_needs=gini(_appearances(matcher, Side.NEED, top[Side.OFFER].others)),
        mean_score=float(top[Side.NEED].scores.mean()),
        one_provider=max(first.values()) / first.total() if first else None,
        ndcg_at_10=_mean_ndcg(city.judgments, matcher) if city.judgments else None,
    )


def _appearances(matcher: Matcher, side: Side, listed: np.ndarray) -> np.ndarray:
    counts = Counter(listed[listed >= 0].tolist())
    return np.array([counts[document.id] for document in matcher.documents(side)])


def _mean_ndcg(judgments: Judgments, matcher: Matcher) -> float:
    """Over the needs that have a related offer, each ranking what was judged for it."""
    needs = {need.id: need for need in matcher.documents(Side.NEED)}
    gains = []
    for need_id, judged in judgments.items():
        matches = matcher.match(needs[need_id], len(judged), among=judged.keys())
        gains.append(ndcg([judged[match.offer_id or 0] for match in matches], list(judged.values())))
    return fmean(gain for gain in gains if gain is not None)


def plot(cities: dict[str, list[Trial]], path: str) -> None:
    """Relevance given up to the right, places evened out upwards; a point for each size of the strength."""
    chart = pygal.XY(
        title="Evener places against relevance",
        x_title="mean score of the ten best, lowered by %",
        y_title="Gini index (above its least possible) lowered by %",
        legend_at_bottom=True,
    )
    for name, trials in cities.items():
        start = trials[0]
        chart.add(
            name,
            [
                {
                    "value": (
                        100 * (1 - trial.mean_score / start.mean_score),
                        100 * (1 - trial.above_least / start.above_least),
                    ),
                    "label": f"strength {trial.strength:g}",
                }
                for trial in trials
            ],
        )
    chart.render_to_file(path)


def main() -> int:
    """Measure, print, draw, judge."""
    options = parser(__doc__)
    options.add_argument("dataset", nargs="?", type=Path)
    options.add_argument("--vectors", type=Path, help="where what was encoded is kept (NPZ)")
    options.add_argument("--plot", help="where to draw the trade-off (SVG)")
    chosen = options.parse_args()
    documents, store = demo_city()
    # Needs come first: every tenth posting are some of both sides.
    cities = {"demo city": City(documents if chosen.size == FULL else documents[::10], store, judgments={})}
    if chosen.dataset:
        cities[chosen.dataset.name] = _judged_city(chosen.dataset, chosen.vectors)
    strengths = STRENGTHS if chosen.size == FULL else (0.0, DEFAULT_STRENGTH)
    measured = {name: [try_strength(city, strength) for strength in strengths] for name, city in cities.items()}
    for name, trials in measured.items():
        _print(name, trials)
    if chosen.plot:
        plot(measured, chosen.plot)
    for name, trials in measured.items():
        lower = 1 - _default(trials).above_least / trials[0].above_least
        lost = (trials[0].ndcg_at_10 or 0) - (_default(trials).ndcg_at_10 or 0)
        print(f"{name}: Gini index above its least possible lower by {lower:.1%} (bar 15 %), nDCG@10 lost {lost:.4f}")
    rows = {name: [asdict(trial) for trial in trials] for name, trials in measured.items()}
    return finish("exposure", chosen.size, {"default": DEFAULT_STRENGTH, "trials": rows})


def _print(name: str, trials: Sequence[Trial]) -> None:
    headings = ("Gini", "above least", "tenth holds", "of needs", "mean score", "nDCG@10")
    print(f"{name:<24}" + "".join(f"{heading:>13}" for heading in headings))
    for trial in trials:
        values = (
            *(trial.gini, trial.above_least, trial.most_shown),
            *(trial.gini_of_needs, trial.mean_score, trial.ndcg_at_10),
        )
        cells = "".join(f"{'' if value is None else f'{value:.4f}':>13}" for value in values)
        print(
            f"  strength {trial.strength:4g}  {cells}" + ("  ← default" if trial.strength == DEFAULT_STRENGTH else "")
        )


def _default(trials: Sequence[Trial]) -> Trial:
    return next(trial for trial in trials if trial.strength == DEFAULT_STRENGTH)


def _judged_city(folder: Path, kept: Path | None) -> City:
    dataset = read_dataset(folder)
    store = MemoryVectorStore()
    if kept and kept.exists():
        with np.load(kept) as vectors:
            store.put(dict(vectors))
    documents = (*dataset.needs, *dataset.offers)
    Matcher(create_encoder("e5"), store).upsert(documents)
    if kept:
        keys = {key for document in documents for key in vector_texts(document)}
        np.savez(kept, **store.get(list(keys)))
    return City(documents, store, dataset.judgments)


if __name__ == "__main__":
    sys.exit(main())
