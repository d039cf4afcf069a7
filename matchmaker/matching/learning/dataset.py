"""Judged needs and offers from a folder in BEIR layout: `queries.jsonl`, `corpus.jsonl`, `qrels.tsv`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from matchmaker.matching.errors import DatasetError
from matchmaker.matching.text.document import Document, Section, Side

Judgments = Mapping[int, Mapping[int, int]]
"""Need id → offer id → grade. 0 is unrelated; a higher grade is more related."""

_TEXT = "text"


@dataclass(frozen=True, slots=True)
class Dataset:
    """Judged needs and offers.

    Ids are positions in the files; `need_names[id]` and `offer_names[id]` are the files' own ids.
    Two folders with the same content have the same `fingerprint`.
    """

    needs: tuple[Document, ...]
    offers: tuple[Document, ...]
    judgments: Judgments
    need_names: tuple[str, ...]
    offer_names: tuple[str, ...]
    fingerprint: str


def read_dataset(folder: Path) -> Dataset:
    """Read the queries as needs and the corpus as offers. Raises DatasetError with the file and the line."""
    if not folder.is_dir():
        raise DatasetError(folder, "there is no such folder")
    paths = [folder / name for name in ("queries.jsonl", "corpus.jsonl", "qrels.tsv")]
    for path in paths:
        if not path.is_file():
            raise DatasetError(path, "the file is missing; a BEIR folder has queries.jsonl, corpus.jsonl and qrels.tsv")
    queries, corpus, qrels = paths
    needs = dict(_read_documents(queries, Side.NEED))
    offers = dict(_read_documents(corpus, Side.OFFER))
    return Dataset(
        needs=tuple(needs.values()),
        offers=tuple(offers.values()),
        judgments=_read_judgments(qrels, needs, offers),
        need_names=tuple(needs),
        offer_names=tuple(offers),
        fingerprint=sha256(b"".join(sha256(path.read_bytes()).digest() for path in paths)).hexdigest(),
    )


def _read_documents(path: Path, side: Side) -> Iterator[tuple[str, Document]]:
    seen: set[str] = set()
    for number, line in _lines(path):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise DatasetError(path, f"not a JSON object ({error.msg})", number) from error
        name = row.get("_id") if isinstance(row, dict) else None
        if not isinstance(name, str) or not name:
            raise DatasetError(path, 'an object with a text "_id" is expected', number)
        if name in seen:
            raise DatasetError(path, f"the id {name!r} was used before", number)
        title, text = row.get("title", ""), row.get("text", "")
        if not isinstance(title, str) or not isinstance(text, str):
            raise DatasetError(path, '"title" and "text" must be texts', number)
        yield name, Document(len(seen), side, title, (Section(_TEXT, text),))
        seen.add(name)
    if not seen:
        raise DatasetError(path, "the file has no documents")


def _read_judgments(path: Path, needs: Mapping[str, Document], offers: Mapping[str, Document]) -> Judgments:
    judgments: dict[int, dict[int, int]] = {}
    for number, line in _lines(path):
        fields = line.split("\t")
        if number == 1 and fields[-1] == "score":
            continue
        if len(fields) != 3:
            raise DatasetError(path, "three columns are expected: query-id, corpus-id, score", number)
        need, offer, grade = fields
        if need not in needs:
            raise DatasetError(path, f"the need {need!r} is not in queries.jsonl", number)
        if offer not in offers:
            raise DatasetError(path, f"the offer {offer!r} is not in corpus.jsonl", number)
        if not grade.isdecimal():
            raise DatasetError(path, f"a grade of 0 or more is expected, not {grade!r}", number)
        judgments.setdefault(needs[need].id, {})[offers[offer].id] = int(grade)
    if not judgments:
        raise DatasetError(path, "the file has no judgments")
    return judgments


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Non-empty lines with their numbers from 1."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(path, "the file is not UTF-8") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line.rstrip("\r")
