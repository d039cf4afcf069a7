"""What graders made: their agreement, and the test set that is exported."""

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import Role
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.matching.encoding.vectors import MemoryVectorStore
from matchmaker.matching.learning.dataset import read_dataset
from matchmaker.matching.learning.evaluation import Pipeline, Pool, evaluate
from matchmaker.services.learning import graded_set, judging
from tests.factories import make_need, make_offer, make_user

TOPICS = ("轴承", "齿轮", "液压泵", "电池", "牡丹籽油", "拖拉机", "焊接", "催化剂", "陶瓷", "传感器")


@pytest.fixture
def grader(session: Session) -> User:
    return make_user(session, Role.ORGANIZER)


@pytest.mark.parametrize(
    ("first", "second", "kappa"),
    [
        ([0, 1, 2, 3], [0, 1, 2, 3], 1.0),
        ([0, 0, 3, 3], [3, 3, 0, 0], -1.0),
        # By hand: observed 1+0+1+0 = 2 of 4 squared steps; expected 40 of 16 over all combinations.
        ([0, 1, 2, 3], [1, 1, 3, 3], 1 - (2 / 4) / (40 / 16)),
        ([2, 2, 2], [2, 2, 2], None),
    ],
)
def test_weighted_kappa(first: list[int], second: list[int], kappa: float | None) -> None:
    measured = graded_set.weighted_kappa(first, second)
    assert measured == (None if kappa is None else pytest.approx(kappa))


def test_agreement_counts_only_what_both_graded(session: Session, grader: User) -> None:
    other, third = make_user(session, Role.ORGANIZER), make_user(session, Role.ADMIN)
    need, offers = make_need(session), [make_offer(session) for _ in range(5)]
    for offer, grade in zip(offers, [0, 1, 2, 3, 3], strict=True):
        judging.judge(session, grader, need.id, offer.id, grade)
    for offer, grade in zip(offers[:4], [1, 1, 3, 3], strict=True):
        judging.judge(session, other, need.id, offer.id, grade)
    judging.judge(session, third, need.id, offers[0].id, 0)
    (agreement,) = graded_set.agreements(session)
    assert {user.id for user in agreement.graders} == {grader.id, other.id}
    assert (agreement.pairs, agreement.equal) == (4, 0.5)
    assert agreement.kappa == pytest.approx(1 - (2 / 4) / (40 / 16))


def test_graders_who_differ_are_averaged_downwards(session: Session, grader: User) -> None:
    other, need, offer = make_user(session, Role.ORGANIZER), make_need(session), make_offer(session)
    judging.judge(session, grader, need.id, offer.id, 3)
    judging.judge(session, other, need.id, offer.id, 2)
    assert graded_set.judged_pairs(session) == {(need.id, offer.id): 2}


@pytest.mark.slow
def test_the_export_is_what_evaluate_reads(session: Session, grader: User, encoder: Encoder, tmp_path: Path) -> None:
    need = make_need(session, title="轴承滚道剥落", problem="轴箱轴承滚道早期剥落\n油膜太薄", contact_phone="0379-1")
    make_need(session, title="没有评定的需求")
    good, bad = make_offer(session, title="轴承疲劳寿命试验"), make_offer(session, title="仔猪断奶饲料")
    judging.judge(session, grader, need.id, good.id, 3)
    judging.judge(session, grader, need.id, bad.id, 0)
    folder = tmp_path / "sets" / "luoyang"
    assert graded_set.export(session, folder) == 2
    dataset = read_dataset(folder)
    assert [document.title for document in dataset.needs] == ["轴承滚道剥落"]
    assert {document.title for document in dataset.offers} == {good.title, bad.title}
    assert sorted(dataset.judgments[0].values()) == [0, 3]
    assert "0379" not in (folder / "queries.jsonl").read_text(encoding="utf-8"), "whom to call is no part of a test set"
    result = evaluate(dataset, Pipeline.HYBRID, Pool.JUDGED, encoder, MemoryVectorStore())
    assert result.ndcg_at_10 == 1.0


def test_an_export_never_overwrites(session: Session, grader: User, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="还没有评定"):
        graded_set.export(session, tmp_path / "new")
    need, offer = make_need(session), make_offer(session)
    judging.judge(session, grader, need.id, offer.id, 1)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("x")
    for target in (tmp_path / "full", tmp_path / "full" / "mine.txt"):
        with pytest.raises(InvalidInput, match="已经存在"):
            graded_set.export(session, target)
    (tmp_path / "empty").mkdir()
    graded_set.export(session, tmp_path / "empty")
    assert sorted(path.name for path in (tmp_path / "empty").iterdir()) == [
        "corpus.jsonl",
        "qrels.tsv",
        "queries.jsonl",
    ]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["empty", "full"], "no drafts left"


def test_the_archive_holds_the_same(session: Session, grader: User) -> None:
    need, offer = make_need(session, title="轴承\t“寿命”"), make_offer(session)
    judging.judge(session, grader, need.id, offer.id, 2)
    with zipfile.ZipFile(BytesIO(graded_set.export_archive(session))) as archive:
        query = json.loads(archive.read("judgments/queries.jsonl"))
        qrels = archive.read("judgments/qrels.tsv").decode().splitlines()
    assert query["title"] == need.title
    assert qrels == ["query-id\tcorpus-id\tscore", f"need-{need.id}\toffer-{offer.id}\t2"]
