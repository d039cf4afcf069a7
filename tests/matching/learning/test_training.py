"""Training: what is learned, how it is tested, how it is kept."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matchmaker.config import MODELS
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.matching.encoding.vectors import MemoryVectorStore
from matchmaker.matching.errors import RankerError
from matchmaker.matching.learning.dataset import read_dataset
from matchmaker.matching.learning.judged_pairs import UNJUDGED_PER_JUDGED, JudgedPairs, judged_pairs
from matchmaker.matching.learning.training import RELATED, train
from matchmaker.matching.ranking.features import LEARNED
from matchmaker.matching.ranking.ranker import LinearRanker
from matchmaker.matching.ranking.ranker_file import CARD_NAME, Card, StoredRanker, read_ranker, write_ranker
from matchmaker.matching.text.facts import FACT_WEIGHTS

NEEDS, OFFERS = 40, 15


def _market(noise: float = 0.4, seed: int = 0) -> JudgedPairs:
    """Grades that follow `title` and `terms` with noise; the other features say nothing."""
    chance = np.random.default_rng(seed)
    count = NEEDS * OFFERS
    features = {
        name: chance.normal(0, 1, count).astype(np.float32) for name in ("dense", "centred", "lexical", *LEARNED)
    }
    merit = features["title"] + features["terms"] + chance.normal(0, noise, count)
    grades = np.digitize(merit, [0.0, 1.0, 2.0]).astype(np.int64)
    lists = np.repeat(np.arange(NEEDS), OFFERS)
    grades[np.arange(count) % OFFERS >= OFFERS - 3] = -1
    return JudgedPairs(features, grades, lists, lists // 2)


@pytest.mark.slow
def test_what_matters_gets_the_weight_and_probabilities_are_true() -> None:
    training = train(_market())
    weights = training.ranker.weights
    assert min(weights["title"], weights["terms"]) > 5 * max(
        abs(weights[name]) for name in ("whole", "opening", "body")
    )
    assert training.scores.ndcg_at_10 > max(training.scores.baselines.values()) + 0.2
    assert training.scores.calibration_error < 0.1
    assert len(training.scores.ndcg_at_10_by_seed) == 5


@pytest.mark.slow
def test_the_same_pairs_and_seed_give_the_same_ranker() -> None:
    assert train(_market(), seed=3) == train(_market(), seed=3)


@pytest.mark.slow
def test_twins_of_a_need_do_not_give_the_answer_away() -> None:
    """A feature that is right for each text by heart would be perfect if folds split twins."""
    pairs = _market()
    chance = np.random.default_rng(1)
    by_heart = {name: chance.normal(0, 1, len(pairs.grades)).astype(np.float32) for name in pairs.features}
    scores = train(JudgedPairs(by_heart, pairs.grades, pairs.lists, pairs.groups)).scores
    assert abs(scores.ndcg_at_10 - scores.baselines["dense"]) < 0.1


def test_needs_with_the_same_text_are_one_group_and_pairs_are_drawn_from_other_needs(
    tmp_path: Path, encoder: Encoder
) -> None:
    texts = ["轴承疲劳寿命", "轴承疲劳寿命", "牡丹籽油萃取"]
    _write(tmp_path / "queries.jsonl", [{"_id": f"q{n}", "title": text} for n, text in enumerate(texts)])
    _write(tmp_path / "corpus.jsonl", [{"_id": f"d{n}", "title": f"成果{n}号装置"} for n in range(12)])
    lines = [f"q{need}\td{need * 4 + one}\t{one}" for need in range(3) for one in range(4)]
    (tmp_path / "qrels.tsv").write_text("\n".join(lines), encoding="utf-8")
    pairs = judged_pairs([read_dataset(tmp_path)], encoder, MemoryVectorStore(), seed=0)
    assert [sorted(set(pairs.groups[pairs.lists == need])) for need in range(3)] == [[0], [0], [1]]
    assert pairs.judged.sum() == 12
    assert (~pairs.judged).sum() == min(8, 4 * UNJUDGED_PER_JUDGED) * 3


@pytest.mark.parametrize(("grade", "said"), [(0, "only one kind"), (3, "only one kind")])
def test_judgments_of_one_kind_teach_nothing(grade: int, said: str) -> None:
    pairs = _market()
    with pytest.raises(RankerError, match=said):
        train(replace(pairs, grades=np.full_like(pairs.grades, grade)))


def test_few_needs_are_refused() -> None:
    pairs = _market()
    with pytest.raises(RankerError, match="at least 10 needs"):
        train(replace(pairs, groups=pairs.groups % 9))


def _stored(ndcg: float = 0.7, **changes: object) -> StoredRanker:
    card = Card({"data": "f1"}, 40, 480, ndcg, (ndcg,) * 5, 0.02, {"dense": 0.6}, 300.0, 0, "2026-01-01")
    ranker = LinearRanker({"title": 2.0} | dict(FACT_WEIGHTS), -1.0)
    return replace(StoredRanker(ranker, "e5", card), **changes)  # type: ignore[arg-type]


def test_a_ranker_comes_back_as_it_was_written_with_its_card(tmp_path: Path) -> None:
    stored = _stored()
    assert read_ranker(write_ranker(tmp_path, stored), "e5") == stored
    assert "0.700" in (tmp_path / CARD_NAME).read_text(encoding="utf-8")


def test_a_better_ranker_of_the_same_data_is_not_replaced_unless_told(tmp_path: Path) -> None:
    path = write_ranker(tmp_path, _stored(0.7))
    before = path.read_bytes()
    with pytest.raises(RankerError, match="it was kept"):
        write_ranker(tmp_path, _stored(0.6))
    assert path.read_bytes() == before
    assert read_ranker(write_ranker(tmp_path, _stored(0.6), even_if_worse=True), "e5").card.ndcg_at_10 == 0.6


def test_a_ranker_of_other_data_is_replaced(tmp_path: Path) -> None:
    write_ranker(tmp_path, _stored(0.7))
    other = _stored(0.6, card=replace(_stored(0.6).card, data={"other": "f2"}))
    assert read_ranker(write_ranker(tmp_path, other), "e5").card.ndcg_at_10 == 0.6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 99}, "format 99"),
        ({"weights": {"title": "heavy"}}, "damaged"),
        ({"weights": {"title": float("nan")}}, "no number"),
        ({"weights": {"horoscope": 1.0}}, "horoscope"),
        ({"card": {}}, "damaged"),
        ({"encoder": "other"}, "trained on vectors of 'other'"),
    ],
)
def test_a_ranker_that_cannot_be_used_says_why(tmp_path: Path, change: dict[str, object], said: str) -> None:
    path = write_ranker(tmp_path, _stored())
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(RankerError, match=said):
        read_ranker(path, "e5")


def test_a_missing_or_truncated_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RankerError, match="no ranker at"):
        read_ranker(tmp_path / "ranker.json", "e5")
    path = write_ranker(tmp_path, _stored())
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(RankerError, match="cannot be read"):
        read_ranker(path, "e5")


def test_the_shipped_ranker_beats_what_it_is_made_of() -> None:
    card = read_ranker(MODELS / "ranker.json", "e5").card
    best_single = max(card.baselines["lexical"], card.baselines["dense"])
    assert card.ndcg_at_10 >= max(0.74, best_single + 0.035)
    assert card.calibration_error <= 0.05
    assert RELATED == 2


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("\n".join(json.dumps(row | {"text": ""}, ensure_ascii=False) for row in rows), encoding="utf-8")
