"""All lists at once are the lists one by one, and candidates are the best there are."""

from itertools import pairwise

import numpy as np
import pytest

from matchmaker.matching.encoding.background import background_of
from matchmaker.matching.encoding.encoder import Encoder, Vector
from matchmaker.matching.encoding.vectors import MemoryVectorStore, vector_texts
from matchmaker.matching.matcher import Matcher
from matchmaker.matching.retrieval.candidates import candidates_for, candidates_of_all
from matchmaker.matching.retrieval.index import Index
from matchmaker.matching.text.document import Document, Section, Side

SUBJECTS = [
    "轴承疲劳",
    "齿轮箱噪声",
    "电解液漏电",
    "钛合金锻造",
    "耐火材料",
    "脱硝催化剂",
    "焊接机器人",
    "振动传感器",
    "灭活疫苗",
    "光纤拉丝",
]
DEEDS = ["寿命预测", "表面强化", "在线检测", "低温制备", "轻量化设计", "废料回收", "精密成形", "故障诊断"]
PLACES = ["矿山", "高铁", "风电", "船舶", "农田", "冶炼", "制药", "电网", "仓储", "航空", "港口", "桥梁"]


def market(encoder: Encoder, needs: int, offers: int) -> Matcher:
    """So many documents of three words each, their vectors drawn around a few directions: nothing is encoded."""
    rng = np.random.default_rng(3)
    background = background_of(encoder.name, encoder.dimension)
    directions = rng.standard_normal((len(SUBJECTS), encoder.dimension)) / 50
    store = MemoryVectorStore()
    documents = []
    for side, count in ((Side.NEED, needs), (Side.OFFER, offers)):
        for number in range(1, count + 1):
            subject = int(rng.integers(len(SUBJECTS)))
            text = f"{SUBJECTS[subject]}{rng.choice(DEEDS)}{rng.choice(PLACES)}{number}号"
            document = Document(number, side, text, (Section("text", f"{rng.choice(PLACES)}{rng.choice(DEEDS)}。"),))
            documents.append(document)
            for key, (encoded_as, _) in vector_texts(document).items():
                noise = rng.standard_normal(encoder.dimension) / 100
                vector: Vector = (background.of(encoded_as) + directions[subject] + noise).astype(np.float32)
                store.put({key: vector / np.linalg.norm(vector)})
    matcher = Matcher(encoder, store)
    # Backwards, so that ids and rows differ; and one of each side that nobody can read.
    matcher.upsert([*documents[::-1], Document(9001, Side.NEED, " "), Document(9002, Side.OFFER, "\u200b")])
    return matcher


@pytest.fixture(scope="module")
def large(encoder: Encoder) -> Matcher:
    return market(encoder, 150, 1200)


@pytest.mark.parametrize("k", [5, 70])
def test_every_list_is_that_of_match(large: Matcher, k: int) -> None:
    top = large.top_matches(k)
    for side in Side:
        for row, document in list(enumerate(large.documents(side)))[:: 7 if side is Side.NEED else 40]:
            alone = {
                match.offer_id if side is Side.NEED else match.need_id: match.score
                for match in large.match(document, k)
            }
            listed = top[side].others[row][top[side].others[row] >= 0].tolist()
            assert top[side].ids[row] == document.id
            assert len(listed) == len(alone)
            # Rounding may swap neighbours that are a thousandth of a point apart.
            assert sum(one != other for one, other in zip(listed, alone, strict=True)) <= 2
            for other, score in zip(listed, top[side].scores[row], strict=False):
                assert score == pytest.approx(alone.get(other, score), abs=1e-3)


def test_candidates_are_the_best_by_rough_score(large: Matcher) -> None:
    snapshot: Index = large._index
    by_needs, by_offers = candidates_of_all(snapshot, 40)
    for side, nominated in ((Side.NEED, by_needs), (Side.OFFER, by_offers.T)):
        everybody = np.ones(len(snapshot.side(side.other)), dtype=np.bool_)
        for row in range(0, len(nominated), 7):
            alone = candidates_for(snapshot, snapshot.side(side).documents[row], everybody, 40)
            assert len(np.setdiff1d(alone, np.flatnonzero(nominated[row]))) <= 1
            assert len(alone) == np.count_nonzero(nominated[row])


def test_who_is_not_allowed_is_no_candidate(large: Matcher) -> None:
    snapshot = large._index
    allowed = np.arange(len(snapshot.offers)) % 3 == 0
    rows = candidates_for(snapshot, snapshot.needs.documents[5], allowed, 40)
    assert len(rows) == 40
    assert allowed[rows].all()
    assert all(one < other for one, other in pairwise(rows))


def test_an_empty_side_has_empty_lists(encoder: Encoder) -> None:
    matcher = market(encoder, 4, 0)
    matcher.remove(Side.OFFER, [9002])
    top = matcher.top_matches(3)
    assert top[Side.NEED].others.tolist() == [[-1, -1, -1]] * 5
    assert top[Side.OFFER].others.shape == (0, 3)


def test_what_nobody_can_read_asks_for_nothing(large: Matcher) -> None:
    top = large.top_matches(5)
    row = top[Side.NEED].ids.tolist().index(9001)
    assert (top[Side.NEED].others[row] == -1).all()
    assert (top[Side.NEED].scores[row] == -1).all()
