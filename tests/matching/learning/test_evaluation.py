"""The measures, on lists small enough to compute by hand, and what a damaged dataset says."""

import json
from math import log2
from pathlib import Path

import pytest

from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.matching.encoding.vectors import MemoryVectorStore
from matchmaker.matching.errors import DatasetError, RankerError
from matchmaker.matching.learning.dataset import read_dataset
from matchmaker.matching.learning.evaluation import Pipeline, Pool, evaluate
from matchmaker.matching.learning.metrics import expected_calibration_error, ndcg, recall, reciprocal_rank
from tests.matching.documents import BEST_OFFER, NEED_TITLES, OFFER_TITLES


def test_ndcg_by_hand() -> None:
    ideal = 7 / log2(2) + 1 / log2(3)
    assert ndcg([1, 3, 0], [3, 1, 0]) == pytest.approx((1 / log2(2) + 7 / log2(3)) / ideal)
    assert ndcg([3, 1], [3, 1, 0]) == pytest.approx(1)
    assert ndcg([0, 0], [0, 0]) is None


def test_rank_and_recall_by_hand() -> None:
    assert reciprocal_rank([0, 0, 2], [2, 0, 0]) == pytest.approx(1 / 3)
    assert reciprocal_rank([0] * 10 + [1], [1]) == 0
    assert recall([0, 1], [1, 1, 0]) == pytest.approx(0.5)


def test_calibration_error_by_hand() -> None:
    assert expected_calibration_error([0.9] * 10, [True] * 9 + [False]) == pytest.approx(0)
    assert expected_calibration_error([0.95] * 4, [False] * 4) == pytest.approx(0.95)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A BEIR folder in which every need has one related offer."""
    _write(tmp_path / "queries.jsonl", [{"_id": f"q{i}", "title": t, "text": ""} for i, t in enumerate(NEED_TITLES)])
    _write(tmp_path / "corpus.jsonl", [{"_id": f"d{i}", "title": t, "text": ""} for i, t in enumerate(OFFER_TITLES)])
    lines = ["query-id\tcorpus-id\tscore"]
    for need in range(len(NEED_TITLES)):
        for offer in range(len(OFFER_TITLES)):
            lines.append(f"q{need}\td{offer}\t{3 if BEST_OFFER[need] == offer else 0}")
    (tmp_path / "qrels.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("pipeline", [Pipeline.LEXICAL, Pipeline.DENSE, Pipeline.HYBRID])
@pytest.mark.parametrize("pool", list(Pool))
def test_each_pipeline_ranks_a_clear_case_right(folder: Path, encoder: Encoder, pipeline: Pipeline, pool: Pool) -> None:
    result = evaluate(read_dataset(folder), pipeline, pool, encoder, MemoryVectorStore())
    assert (result.needs, result.undefined) == (len(NEED_TITLES), 0)
    assert result.mrr_at_10 == 1
    assert result.ndcg_at_10 == 1


def test_the_trained_pipeline_needs_a_ranker(folder: Path, encoder: Encoder) -> None:
    with pytest.raises(RankerError):
        evaluate(read_dataset(folder), Pipeline.RANKED, Pool.ALL, encoder, MemoryVectorStore())


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("queries.jsonl", '{"_id": "q0", "title": "a", "text": ""}\nnot json', "line 2"),
        ("queries.jsonl", '{"_id": "q0"}\n{"_id": "q0"}', "q0"),
        ("corpus.jsonl", "", "no documents"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq0\td99\t1", "d99"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq99\td0\t1", "q99"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq0\td0\tgood", "good"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore", "no judgments"),
    ],
)
def test_a_damaged_dataset_names_file_and_fault(folder: Path, name: str, content: str, said: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=said) as raised:
        read_dataset(folder)
    assert raised.value.path == folder / name


def test_missing_folders_and_files_are_named(folder: Path) -> None:
    with pytest.raises(DatasetError, match="no such folder"):
        read_dataset(folder / "elsewhere")
    (folder / "qrels.tsv").unlink()
    with pytest.raises(DatasetError, match=r"qrels\.tsv"):
        read_dataset(folder)


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
