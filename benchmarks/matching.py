"""What ranking costs over the bare work that nobody can avoid.

    python benchmarks/matching.py [--offers 100000] [--only one|all] [--size tiny]

One need among 100,000 offers (retrieve, rank, explain the first 20), in units of one FAISS flat search for 200 plus
one BM25 scoring for 200: at most 2.5, median of 100. And all of 5,000 needs and 20,000 offers, top 50 both ways, in
units of a float32 matrix product with the selection of each need's top 50 (that of the offers comes on top): at most
4, below 2 GB. Prints a table and one JSON line; exits 1 when a bar is missed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import faiss
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from shared.markets import market
from shared.measuring import FULL, TINY, finish, parser, peak_megabytes, seconds

from matchmaker.matching.retrieval.lexical import count_terms
from matchmaker.matching.text.document import Side

RETRIEVED = 200
SHOWN = 20
ONE_BAR = 2.5

REPEATS = 3
ALL_BAR = 4.0
MEGABYTES_BAR = 2_000

SATURATION, LENGTH_NORMALIZATION = 1.2, 0.75


@dataclass(frozen=True)
class Size:
    """How much is measured: `questions` needs of one market of `offers`, and another of `needs` and `offers_of_all`."""

    questions: int
    offers: int
    needs: int
    offers_of_all: int
    best: int


SIZES = {FULL: Size(100, 100_000, 5_000, 20_000, 50), TINY: Size(5, 300, 40, 100, 10)}


class BareBm25:
    """Textbook BM25 over the terms of all documents: one column of weights for each term, nothing else."""

    def __init__(self, documents: Iterable[Mapping[str, float]]) -> None:
        """Takes the documents one after the other: the terms of 100,000 as dictionaries would fill 4 GB."""
        self._columns: dict[str, int] = {}
        columns, values = [], []
        for terms in documents:
            found = [self._columns.setdefault(term, len(self._columns)) for term in terms]
            columns.append(np.array(found, dtype=np.int32))
            values.append(np.fromiter(terms.values(), np.float32, len(terms)))
        starts = np.cumsum([0, *map(len, columns)])
        shape = (len(columns), len(self._columns))
        counts = sparse.csr_array((np.concatenate(values), np.concatenate(columns), starts), shape=shape)
        del columns, values
        lengths = counts.sum(axis=1)
        frequencies = np.bincount(counts.indices, minlength=len(self._columns))
        rarity = np.log1p((counts.shape[0] - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)
        damping = SATURATION * (1 - LENGTH_NORMALIZATION + LENGTH_NORMALIZATION * lengths / lengths.mean())
        spread = np.repeat(damping, np.diff(counts.indptr)).astype(np.float32)
        counts.data = rarity[counts.indices] * counts.data * (SATURATION + 1) / (counts.data + spread)
        by_term = counts.tocsc()
        self._starts, self._rows, self._weights = by_term.indptr, by_term.indices, by_term.data
        self._documents = counts.shape[0]

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


def measure_one(size: Size) -> dict[str, float]:
    """Milliseconds, medians: the bare search, the bare BM25, and one need ranked and explained."""
    matcher = market(size.questions, size.offers)
    needs = matcher.documents(Side.NEED)
    posted = {offer.id: offer for offer in matcher.documents(Side.OFFER)}
    vectors = matcher.index.offers.dense.vectors
    questions = [indexed.embedded.vector.reshape(1, -1) for indexed in matcher.index.needs.documents]
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    retrieved = min(RETRIEVED, size.offers // 2)
    bm25 = BareBm25(count_terms(offer) for offer in posted.values())
    asked = [bm25.columns(dict(count_terms(need))) for need in needs]

    def ask(number: int) -> None:
        for match in matcher.match(needs[number], SHOWN, varied=True):
            matcher.explain(needs[number], posted[match.offer_id or 0])

    works: dict[str, Callable[[int], object]] = {
        "faiss": lambda number: index.search(questions[number], retrieved),
        "bm25": lambda number: bm25.best(asked[number], retrieved),
        "match": lambda number: matcher.match(needs[number], SHOWN, varied=True),
        "match_and_explain": ask,
    }
    for work in works.values():
        work(0)
    times: dict[str, list[float]] = {name: [] for name in works}
    # In turns, so that whatever else the machine does falls on all of them.
    for number in range(size.questions):
        for name, work in works.items():
            times[name].append(seconds(lambda work=work, number=number: work(number)))
    measured = {f"{name}_ms": 1000 * median(spent) for name, spent in times.items()}
    measured["ratio"] = measured["match_and_explain_ms"] / (measured["faiss_ms"] + measured["bm25_ms"])
    return measured | {"megabytes": peak_megabytes()}


def measure_all(size: Size) -> dict[str, float]:
    """Seconds, medians: the bare product with selection, and the best of all needs and all offers."""
    matcher = market(size.needs, size.offers_of_all)
    megabytes_before = peak_megabytes()
    matcher.top_matches(size.best)
    megabytes = peak_megabytes()
    needs, offers = matcher.index.needs.dense.vectors, matcher.index.offers.dense.vectors
    bare, whole = [], []
    for _ in range(REPEATS):
        bare.append(seconds(lambda: _bare_product(needs, offers, size.best)))
        whole.append(seconds(lambda: matcher.top_matches(size.best)))
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


def main() -> int:
    """Measure in processes of their own, so that one's memory is not the other's; print; judge."""
    options = parser(__doc__)
    options.add_argument("--offers", type=int, help="of the market that one need is asked in")
    options.add_argument("--only", choices=("one", "all"), help="measure one part here and print its figures")
    chosen = options.parse_args()
    size = SIZES[chosen.size]
    size = replace(size, offers=chosen.offers or size.offers)
    if chosen.only:
        print(json.dumps(measure_one(size) if chosen.only == "one" else measure_all(size)))
        return 0
    one, everything = (_measured(part, chosen.size, size.offers) for part in ("one", "all"))
    names = (f"one need among {size.offers}", f"{size.needs} × {size.offers_of_all}")
    rows = [
        (f"{names[0]}, times the bare work", one["ratio"], ONE_BAR),
        (f"{names[1]}, times the bare product", everything["ratio"], ALL_BAR),
        (f"{names[1]}, peak MB", everything["megabytes"], MEGABYTES_BAR),
    ]
    for name, value, bar in rows:
        print(f"{name:<48}{value:>9.2f}   bar {bar:g}   {'ok' if value <= bar else 'MISSED'}")
    print(f"{names[0] + ', peak MB':<48}{one['megabytes']:>9.2f}")
    for part in (one, everything):
        print("  " + "  ".join(f"{name} {value:.2f}" for name, value in part.items()))
    missed = any(value > bar for _, value, bar in rows)
    peak = int(max(one["megabytes"], everything["megabytes"]))
    return finish("matching", chosen.size, {"one": one, "all": everything}, missed=missed, peak=peak)


def _measured(part: str, size: str, offers: int) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__)), "--size", size, "--only", part, "--offers", str(offers)]
    measured: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return measured


if __name__ == "__main__":
    sys.exit(main())
