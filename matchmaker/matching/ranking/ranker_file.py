"""A trained ranker on disk: `ranker.json` with weights and card, and `ranker.md` with the card for people.

{"format": 1, "encoder": "e5", "constant": -1.4, "weights": {"whole": 2.2, …}, "card": {…}}
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from matchmaker.matching.errors import OtherSpaceError, RankerError
from matchmaker.matching.ranking.features import LEARNED
from matchmaker.matching.ranking.ranker import LinearRanker
from matchmaker.matching.text.facts import FACT_WEIGHTS

FILE_NAME = "ranker.json"
CARD_NAME = "ranker.md"

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Card:
    """The model card of a ranker: where it comes from and how good it is.

    `data` maps each source to its fingerprint. The scores are means over cross-validations by need; they are comparable
    between rankers trained on the same data. `penalty` is that of the ridge regression. `made_on` is a date in ISO
    8601.
    """

    data: Mapping[str, str]
    needs: int
    pairs: int
    ndcg_at_10: float
    ndcg_at_10_by_seed: tuple[float, ...]
    calibration_error: float
    baselines: Mapping[str, float]
    penalty: float
    seed: int
    made_on: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class StoredRanker:
    """A ranker, the encoder whose vectors it was trained on, and its card."""

    ranker: LinearRanker
    encoder: str
    card: Card


def read_ranker(path: Path, encoder: str) -> StoredRanker:
    """Read a ranker that was trained on vectors of `encoder`.

    Raises RankerError when the file is missing, damaged or of another format version, and OtherSpaceError when the
    ranker was trained on another encoder's vectors.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RankerError(f"There is no ranker at {path}: run `matchmaker train` or correct the path.") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise RankerError(f"The ranker {path} cannot be read ({error}): train it again.") from error
    stored = _parsed(path, document)
    if stored.encoder != encoder:
        raise OtherSpaceError(
            f"The ranker {path} was trained on vectors of {stored.encoder!r}, but the encoder is {encoder!r}: "
            "train it again with this encoder."
        )
    return stored


def write_ranker(folder: Path, stored: StoredRanker, *, even_if_worse: bool = False) -> Path:
    """Write `ranker.json` and `ranker.md` into `folder`; returns the path of `ranker.json`.

    Raises RankerError, and changes nothing, when the folder has a better ranker trained on the same data, unless
    `even_if_worse`.
    """
    path = folder / FILE_NAME
    if path.is_file() and not even_if_worse:
        _refuse_worse(path, stored)
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "format": _FORMAT,
        "encoder": stored.encoder,
        "constant": stored.ranker.constant,
        "weights": dict(stored.ranker.weights),
        "card": asdict(stored.card),
    }
    _replace(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    _replace(folder / CARD_NAME, card_text(stored))
    return path


def card_text(stored: StoredRanker) -> str:
    """The model card in Markdown."""
    card = stored.card
    seeds = ", ".join(f"{score:.4f}" for score in card.ndcg_at_10_by_seed)
    scores = {"this ranker": card.ndcg_at_10} | dict(card.baselines)
    lines = [
        "# Ranker",
        "",
        "Written by `matchmaker train`; the numbers are in `ranker.json`.",
        "",
        f"- Data: {', '.join(card.data)} ({card.needs} needs, {card.pairs} judged pairs)",
        f"- Encoder: {stored.encoder}",
        f"- Made on {card.made_on}, seed {card.seed}, penalty {card.penalty:g}",
        f"- nDCG@10 by seed: {seeds}",
        f"- Expected calibration error on held-out needs: {card.calibration_error:.3f}",
        *([f"- {card.note}"] if card.note else []),
        "",
        "| pipeline | nDCG@10, judged pool |",
        "| --- | --- |",
        *(f"| {name} | {score:.3f} |" for name, score in scores.items()),
        "",
        "| feature | weight (log odds) |",
        "| --- | --- |",
        *(f"| {name} | {weight:.3f} |" for name, weight in stored.ranker.weights.items()),
    ]
    return "\n".join(lines) + "\n"


def _refuse_worse(path: Path, new: StoredRanker) -> None:
    try:
        old = _parsed(path, json.loads(path.read_text(encoding="utf-8")))
    except (RankerError, ValueError):
        return
    comparable = (old.encoder, dict(old.card.data)) == (new.encoder, dict(new.card.data))
    if comparable and old.card.ndcg_at_10 > new.card.ndcg_at_10:
        raise RankerError(
            f"The ranker {path} has nDCG@10 {old.card.ndcg_at_10:.4f} on the same data, the new one "
            f"{new.card.ndcg_at_10:.4f}: it was kept. --yes replaces it all the same."
        )


def _parsed(path: Path, document: Any) -> StoredRanker:
    try:
        if document["format"] != _FORMAT:
            raise RankerError(f"The ranker {path} has the format {document['format']!r}: train it again.")
        weights = {str(name): float(weight) for name, weight in document["weights"].items()}
        ranker = LinearRanker(weights, float(document["constant"]))
        card = Card(**document["card"] | {"ndcg_at_10_by_seed": tuple(document["card"]["ndcg_at_10_by_seed"])})
        encoder = str(document["encoder"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RankerError(f"The ranker {path} is damaged ({error!r}): train it again.") from error
    unknown = weights.keys() - {*LEARNED, *FACT_WEIGHTS}
    if unknown:
        raise RankerError(f"The ranker {path} weighs features that are not computed any more: {sorted(unknown)}.")
    if not all(map(math.isfinite, (*weights.values(), ranker.constant))):
        raise RankerError(f"The ranker {path} is damaged (a weight is no number): train it again.")
    return StoredRanker(ranker, encoder, card)


def _replace(path: Path, text: str) -> None:
    """Replace the file atomically: a concurrent reader sees either the old file or the new file."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
