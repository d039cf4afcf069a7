"""What the graders made: how far two of them agree, and the grades as a test set that ``matchmaker evaluate`` reads."""

import io
import json
import shutil
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import isnan
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.learning.judgment import Judgment
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.vocabulary import Side
from matchmaker.i18n import N_
from matchmaker.matching.text.document import Document
from matchmaker.services.learning.judging import HIGHEST_GRADE
from matchmaker.services.posting.documents import document_of

LEAST_COMMON = 2
"""Pairs that two graders must have in common before anything is said of their agreement."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two graders agree on the ``pairs`` both graded.

    ``kappa`` is Cohen's with quadratic weights (Cohen 1968), 1 for full agreement and 0 for what chance gives; ``None``
    where it is undefined: too few pairs, or both gave one and the same grade to all. ``equal`` is the share of pairs
    with equal grades.
    """

    graders: tuple[User, User]
    pairs: int
    kappa: float | None
    equal: float


def agreements(session: Session) -> list[Agreement]:
    """For every two graders with :data:`LEAST_COMMON` pairs in common, how they agree; most pairs first."""
    grades: defaultdict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    for grader_id, need_id, offer_id, grade in session.execute(
        select(Judgment.grader_id, Judgment.need_id, Judgment.offer_id, Judgment.grade)
    ):
        grades[grader_id][need_id, offer_id] = grade
    graders = {user.id: user for user in session.scalars(select(User).where(User.id.in_(grades)))}
    found = []
    for pair_of_graders in combinations(sorted(grades), 2):
        first_grades, second_grades = (grades[grader_id] for grader_id in pair_of_graders)
        common = sorted(first_grades.keys() & second_grades.keys())
        if len(common) >= LEAST_COMMON:
            first, second = ([given[pair] for pair in common] for given in (first_grades, second_grades))
            equal = sum(a == b for a, b in zip(first, second, strict=True)) / len(common)
            first_grader, second_grader = (graders[grader_id] for grader_id in pair_of_graders)
            kappa = weighted_kappa(first, second)
            found.append(Agreement((first_grader, second_grader), len(common), kappa, equal))
    return sorted(found, key=lambda agreement: -agreement.pairs)


def weighted_kappa(first: Sequence[int], second: Sequence[int]) -> float | None:
    """Cohen's kappa with quadratic weights of two graders' grades of the same pairs; ``None`` where undefined."""
    # Takes a second to import, and only those pages need it that show how graders agree.
    from sklearn.metrics import cohen_kappa_score

    if len(set(first) | set(second)) < 2:
        return None
    kappa = float(cohen_kappa_score(first, second, labels=range(HIGHEST_GRADE + 1), weights="quadratic"))
    return None if isnan(kappa) else kappa


def judged_pairs(session: Session) -> dict[tuple[int, int], int]:
    """Need and offer id → grade. Where graders differ, their mean, rounded down: doubt is no relevance."""
    rows = session.execute(
        select(Judgment.need_id, Judgment.offer_id, func.sum(Judgment.grade), func.count()).group_by(
            Judgment.need_id, Judgment.offer_id
        )
    )
    return {(need_id, offer_id): int(total) // count for need_id, offer_id, total, count in rows}


def export(session: Session, folder: Path) -> int:
    """Write the judgments as a folder in BEIR layout that ``matchmaker evaluate`` reads; returns how many pairs.

    The corpus holds all published offers beside the judged ones, the queries only needs with a judgment. The folder
    appears when everything is written. Raises :class:`InvalidInput` when there are no judgments or the folder is not
    empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidInput(N_("“%(folder)s”已经存在，请换一个名字或先移走"), folder=folder)
    files, pairs = _beir_files(session)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, text in files.items():
            (draft / name).write_text(text, encoding="utf-8", newline="\n")
        draft.chmod(0o755)
        draft.replace(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return pairs


def export_archive(session: Session) -> bytes:
    """The folder of :func:`export` as a ZIP archive, for a browser."""
    files, _ = _beir_files(session)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"judgments/{name}", text)
    return buffer.getvalue()


def _beir_files(session: Session) -> tuple[dict[str, str], int]:
    """The three files by name, and how many pairs they judge."""
    grades = judged_pairs(session)
    if not grades:
        raise InvalidInput(N_("还没有评定，无可导出"))
    today = date.today()
    judged_needs, judged_offers = ({pair[side] for pair in grades} for side in (0, 1))
    needs = session.scalars(select(Need).where(Need.id.in_(judged_needs)).order_by(Need.id)).all()
    offers = [
        offer
        for offer in session.scalars(select(Offer).order_by(Offer.id))
        if offer.id in judged_offers or offer.open_on(today)
    ]
    qrels = [f"{_name(Side.NEED, n)}\t{_name(Side.OFFER, o)}\t{grade}" for (n, o), grade in sorted(grades.items())]
    files = {
        "queries.jsonl": _json_lines(needs),
        "corpus.jsonl": _json_lines(offers),
        "qrels.tsv": _lines(["query-id\tcorpus-id\tscore", *qrels]),
    }
    return files, len(grades)


def _json_lines(postings: Iterable[Posting]) -> str:
    return _lines(_beir_line(posting.side, document_of(posting)) for posting in postings)


def _beir_line(side: Side, document: Document) -> str:
    text = "\n".join(section.text for section in document.sections)
    return json.dumps({"_id": _name(side, document.id), "title": document.title, "text": text}, ensure_ascii=False)


def _name(side: Side, posting_id: int) -> str:
    return f"{side.value}-{posting_id}"


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
