"""Ranking in both directions, what may be left out, and what bad input does."""

import threading

import numpy as np
import pytest

from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.matching.encoding.vectors import MemoryVectorStore, VectorStore
from matchmaker.matching.matcher import Matcher
from matchmaker.matching.text.document import Document, Section, Side
from tests.matching.documents import BEST_OFFER, NEED_TITLES, OFFER_TITLES, city, need, offer


@pytest.fixture(scope="module")
def store() -> VectorStore:
    """Shared, so that each text is encoded once for the whole module."""
    return MemoryVectorStore()


@pytest.fixture
def matcher(encoder: Encoder, store: VectorStore) -> Matcher:
    matcher = Matcher(encoder, store)
    matcher.upsert(city())
    return matcher


@pytest.mark.parametrize("position", range(len(NEED_TITLES)))
def test_the_right_offer_comes_first_and_the_right_need(matcher: Matcher, position: int) -> None:
    best = BEST_OFFER[position] + 1
    assert matcher.match(need(position + 1))[0].offer_id == best
    assert matcher.match(offer(best))[0].need_id == position + 1


def test_a_pair_has_one_score_whoever_asks(matcher: Matcher) -> None:
    matrix = matcher.score_pairs([1, 2, 3, 4], [1, 2, 3, 4, 5])
    assert matrix.shape == (4, 5)
    for number in range(1, 5):
        for match in matcher.match(need(number)):
            assert match.offer_id is not None
            assert matrix[number - 1, match.offer_id - 1] == pytest.approx(match.score, abs=1e-3)
    for match in matcher.match(offer(3)):
        assert match.need_id is not None
        assert matrix[match.need_id - 1, 2] == pytest.approx(match.score, abs=1e-3)


def test_scores_tell_a_good_match_from_none(matcher: Matcher) -> None:
    scores = {match.offer_id: match.score for match in matcher.match(need(1))}
    assert all(0 <= score <= 100 for score in scores.values())
    assert scores[3] > 60
    assert scores[5] < 20


def test_free_text_searches_either_side(matcher: Matcher) -> None:
    found = matcher.search("轴承为什么会剥落", Side.OFFER, 2)
    assert (found[0].need_id, found[0].offer_id) == (None, 3)
    found = matcher.search("我们会做电容器电解液", Side.NEED, 2)
    assert (found[0].need_id, found[0].offer_id) == (2, None)


def test_english_finds_chinese(matcher: Matcher) -> None:
    assert matcher.search("bearing fatigue life", Side.OFFER)[0].offer_id == 3


def test_what_is_not_wanted_is_left_out(matcher: Matcher) -> None:
    matcher.upsert([offer(3, organization_id=9)])
    assert 3 not in [match.offer_id for match in matcher.match(need(1), exclude_organizations=frozenset({9}))]
    assert {match.offer_id for match in matcher.match(need(1), among={4, 5, 77})} == {4, 5}
    assert matcher.match(need(1), k=2, among=set()) == []


def test_changes_show_at_once(matcher: Matcher) -> None:
    matcher.upsert([offer(6, "高铁轴箱轴承接触疲劳寿命试验")])
    assert matcher.match(need(1))[0].offer_id == 6
    matcher.remove(Side.OFFER, [6, 999])
    assert 6 not in [match.offer_id for match in matcher.match(need(1))]
    assert matcher.count(Side.OFFER) == len(OFFER_TITLES)
    matcher.upsert([offer(3, "烟囱防腐")])
    assert matcher.match(need(1))[0].offer_id != 3


def test_a_draft_leaves_no_trace(matcher: Matcher) -> None:
    draft = Document(0, Side.NEED, "离合器冲击", (Section("problem", "重载换挡时冲击大。"),))
    assert matcher.match(draft)[0].offer_id == 4
    assert matcher.count(Side.NEED) == len(NEED_TITLES)


def test_nothing_indexed_answers_nothing(encoder: Encoder) -> None:
    empty = Matcher(encoder, MemoryVectorStore())
    assert empty.match(need(1)) == []
    assert empty.search("轴承", Side.OFFER) == []
    assert empty.score_pairs([], []).shape == (0, 0)


@pytest.mark.parametrize("text", ["", " ", "\u0000"])
def test_an_illegible_question_has_no_answer(matcher: Matcher, text: str) -> None:
    assert matcher.search(text, Side.OFFER) == []


@pytest.mark.parametrize("text", ["轴", "軸承疲勞壽命", "轴承\t寿命\t≥\t200万公里\n轴温\t≤\t70℃"])
def test_odd_questions_are_answered(matcher: Matcher, text: str) -> None:
    assert matcher.search(text, Side.OFFER)


def test_traditional_characters_find_simplified_ones(matcher: Matcher) -> None:
    assert matcher.search("軸承疲勞壽命", Side.OFFER)[0].offer_id == 3


def test_duplicates_are_ranked_by_id(matcher: Matcher) -> None:
    matcher.upsert([offer(8, OFFER_TITLES[2]), offer(7, OFFER_TITLES[2])])
    assert [match.offer_id for match in matcher.match(need(1))][:3] == [3, 7, 8]


def test_unknown_ids_are_refused(matcher: Matcher) -> None:
    with pytest.raises(KeyError):
        matcher.score_pairs([1], [404])


def test_readers_are_not_disturbed_by_a_writer(matcher: Matcher) -> None:
    failures: list[Exception] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                assert matcher.match(need(1))[0].offer_id == 3
        except Exception as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(30):
        matcher.upsert([offer(5)])
        matcher.remove(Side.OFFER, [5])
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []


@pytest.mark.slow
def test_a_hundred_thousand_characters_are_read_to_the_end(encoder: Encoder) -> None:
    filler = "".join(f"第{number}号厂房照明改造。" for number in range(12_000))[:100_000]
    matcher = Matcher(encoder, MemoryVectorStore())
    document = Document(1, Side.OFFER, "照明", (Section("summary", "。".join([filler[:3000], "轴承滚道剥落机理"])),))
    matcher.upsert([document])
    passages = Document(1, Side.NEED, "长", (Section("problem", filler),)).passages()
    assert sum(len(passage.text) for passage in passages) > 90_000
    explanation = matcher.explain(need(1, "轴承滚道剥落"), document)
    assert "轴承滚道剥落机理" in explanation.evidence[0].offer.text


def test_scores_do_not_depend_on_how_many_ask(matcher: Matcher) -> None:
    one = matcher.score_pairs([1], [3])
    many = matcher.score_pairs([1, 2, 3], [1, 2, 3])
    assert np.allclose(one[0, 0], many[0, 2])
