"""What ranking costs over the bare work that nobody can avoid.

    python benchmarks/matching.py [--offers 100000] [--only one|all]

One need among 100,000 offers (retrieve, rank, explain the first 20), in units of one FAISS flat search for 200 plus
one BM25 scoring for 200: at most 2.5, median of 100. And all of 5,000 needs and 20,000 offers, top 50 both ways, in
units of a float32 matrix product with the selection of each need's top 50 (that of the offers comes on top): at most
4, below 2 GB. Prints a table and one JSON line; exits 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import faiss
import numpy as np
from matching_instances import market
from numpy.typing import NDArray
from scipy import sparse

from matchmaker.matching.retrieval.lexical import count_terms
from matchmaker.matching.text.document import Side

QUESTIONS = 100
RETRIEVED = 200
SHOWN = 20
ONE_BAR = 2.5

NEEDS, OFFERS, BEST = 5_000, 20_000, 50
REPEATS = 3
ALL_BAR = 4.0
MEGABYTES_BAR = 2_000

SATURATION, LENGTH_NORMALIZATION = 1.2, 0.75


class BareBm25:
    """Textbook BM25 over the terms of all documents: one column of weights for each term, nothing else."""

    def __init__(self, documents: list[dict[str, float]]) -> None:
        self._columns: dict[str, int] = {}
        columns = [[self._columns.setdefault(term, len(self._columns)) for term in one] for one in documents]
        counts = sparse.csr_array(
            (
                np.concatenate([list(one.values()) for one in documents]).astype(np.float32),
                np.concatenate(columns),
                np.cumsum([0, *map(len, columns)]),
            ),
            shape=(len(documents), len(self._columns)),
        )
        lengths = counts.sum(axis=1)
        frequencies = np.bincount(counts.indices, minlength=len(self._columns))
        rarity = np.log1p((len(documents) - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)
        damping = SATURATION * (1 - LENGTH_NORMALIZATION + LENGTH_NORMALIZATION * lengths / lengths.mean())
        spread = np.repeat(damping, np.diff(counts.indptr)).astype(np.float32)
        counts.data = rarity[counts.indices] * counts.data * (SATURATION + 1) / (counts.data + spread)
        by_term = counts.tocsc()
        self._starts, self._rows, self._weights = by_term.indptr, by_term.indices, by_term.data
        self._documents = len(documents)

    def columns(self, terms: dict[str, float]) -> list[int]:
        """The columns of those terms that a document has."""
        return [self._columns[term] for term in terms if term in self._columns]

    def best(self, columns: list[int], k: int) -> NDArray[np.intp]:
        """The `k` best documents for a question with these terms."""
        scores = np.zeros(self._documents, dtype=np.float32)
        for column in columns:
            postings = slice(self._starts[column], self._starts[column + 1])
            scores[self._rows[postings]] += self._weights[postings]
        return np.argpartition(-scores, k)[:k]


def measure_one(offers: int) -> dict[str, float]:
    """Milliseconds, medians: the bare search, the bare BM25, and one need ranked and explained."""
    matcher = market(QUESTIONS, offers)
    needs = matcher.documents(Side.NEED)
    posted = {offer.id: offer for offer in matcher.documents(Side.OFFER)}
    vectors = np.stack([one.embedded.vector for one in matcher._index.offers.documents])
    questions = [one.embedded.vector.reshape(1, -1) for one in matcher._index.needs.documents]
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    bm25 = BareBm25([dict(count_terms(offer)) for offer in posted.values()])
    asked = [bm25.columns(dict(count_terms(need))) for need in needs]

    def ask(number: int) -> None:
        for match in matcher.match(needs[number], SHOWN, varied=True):
            matcher.explain(needs[number], posted[match.offer_id or 0])

    works: dict[str, Callable[[int], object]] = {
        "faiss": lambda number: index.search(questions[number], RETRIEVED),
        "bm25": lambda number: bm25.best(asked[number], RETRIEVED),
        "match": lambda number: matcher.match(needs[number], SHOWN, varied=True),
        "match_and_explain": ask,
    }
    for work in works.values():
        work(0)
    seconds: dict[str, list[float]] = {name: [] for name in works}
    # In turns, so that whatever else the machine does falls on all of them.
    for number in range(QUESTIONS):
        for name, work in works.items():
            seconds[name].append(_seconds(lambda work=work, number=number: work(number)))
    measured = {f"{name}_ms": 1000 * median(times) for name, times in seconds.items()}
    measured["ratio"] = measured["match_and_explain_ms"] / (measured["faiss_ms"] + measured["bm25_ms"])
    return measured | {"megabytes": _megabytes()}


def measure_all() -> dict[str, float]:
    """Seconds, medians: the bare product with selection, and the best of all needs and all offers."""
    matcher = market(NEEDS, OFFERS)
    megabytes_before = _megabytes()
    matcher.top_matches(BEST)
    megabytes = _megabytes()
    needs, offers = matcher._index.needs.dense.vectors, matcher._index.offers.dense.vectors
    bare, whole = [], []
    for _ in range(REPEATS):
        bare.append(_seconds(lambda: _bare_product(needs, offers, BEST)))
        whole.append(_seconds(lambda: matcher.top_matches(BEST)))
    return {
        "bare_seconds": median(bare),
        "seconds": median(whole),
        "ratio": median(whole) / median(bare),
        "megabytes_before": megabytes_before,
        "megabytes": megabytes,
    }


def _bare_product(needs: NDArray[np.float32], offers: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    similarities = needs @ offers.T
    return np.argpartition(similarities, similarities.shape[1] - k, axis=1)[:, -k:]


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)


def main() -> int:
    """Measure in processes of their own, so that one's memory is not the other's; print; judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offers", type=int, default=100_000)
    parser.add_argument("--only", choices=("one", "all"))
    wanted = parser.parse_args()
    if wanted.only:
        print(json.dumps(measure_one(wanted.offers) if wanted.only == "one" else measure_all()))
        return 0
    one, everything = (_measured(part, wanted.offers) for part in ("one", "all"))
    rows = [
        (f"one need among {wanted.offers}, times the bare work", one["ratio"], ONE_BAR),
        (f"{NEEDS} × {OFFERS}, times the bare product", everything["ratio"], ALL_BAR),
        (f"{NEEDS} × {OFFERS}, peak MB", everything["megabytes"], MEGABYTES_BAR),
    ]
    for name, value, bar in rows:
        print(f"{name:<48}{value:>9.2f}   bar {bar:g}   {'ok' if value <= bar else 'MISSED'}")
    for part in (one, everything):
        print("  " + "  ".join(f"{name} {value:.2f}" for name, value in part.items()))
    print(json.dumps({"benchmark": "matching", "one": one, "all": everything}))
    return int(any(value > bar for _, value, bar in rows))


def _measured(part: str, offers: int) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__)), "--only", part, "--offers", str(offers)]
    measured: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return measured


if __name__ == "__main__":
    sys.exit(main())
