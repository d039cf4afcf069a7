"""Near-identical postings take one place; what is only alike keeps its own."""

import pytest

from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.matching.encoding.vectors import MemoryVectorStore
from matchmaker.matching.matcher import Matcher
from matchmaker.matching.retrieval.diversity import resemblance
from matchmaker.matching.text.document import Side
from tests.matching.documents import OFFER_TITLES, city, need, offer

TEXT = (
    "全尺寸试验台模拟三百公里时速，测量轴箱轴承油膜厚度和滚道温升，"
    "给出剥落前的振动特征与疲劳寿命预测，误差小于百分之十。"
)
CHANGED = TEXT.replace("三百公里", "三百五十公里").replace("百分之十", "百分之八")
OTHER_WORDS = "我们在高速列车的轴承台架上做耐久考核，看滚动面什么时候开始掉块，并推算还能用多久。"


@pytest.fixture(scope="module")
def matcher(encoder: Encoder) -> Matcher:
    matcher = Matcher(encoder, MemoryVectorStore())
    matcher.upsert(
        [
            *city(),
            offer(10, "轴箱轴承台架试验与寿命预测", TEXT),
            offer(11, "轴箱轴承台架试验与寿命预测", CHANGED),
            offer(12, "轴箱轴承台架试验及寿命预测", TEXT),
            offer(13, "高铁轴承耐久考核", OTHER_WORDS),
        ]
    )
    return matcher


def test_copies_stand_beside_the_best_of_them(matcher: Matcher) -> None:
    every = [match.offer_id for match in matcher.match(need(1))]
    varied = matcher.match(need(1), varied=True)
    assert {10, 11, 12} <= set(every)
    (kept,) = [match for match in varied if match.offer_id in {10, 11, 12}]
    assert kept.offer_id == next(one for one in every if one in {10, 11, 12})
    assert {kept.offer_id, *kept.similar} == {10, 11, 12}
    assert list(kept.similar) == [one for one in every if one in set(kept.similar)]


def test_the_same_in_other_words_keeps_its_place(matcher: Matcher) -> None:
    varied = matcher.match(need(1), varied=True)
    assert 13 in [match.offer_id for match in varied]
    assert all(not match.similar for match in varied if match.offer_id not in {10, 11, 12})


def test_freed_places_go_to_others(matcher: Matcher) -> None:
    found = matcher.match(need(1), 4, varied=True)
    assert len(found) == 4
    assert len({match.offer_id for match in found} & {10, 11, 12}) == 1


def test_a_varied_search(matcher: Matcher) -> None:
    found = matcher.search("轴承寿命台架试验", Side.OFFER, 3, varied=True)
    assert len([match for match in found if match.offer_id in {10, 11, 12}]) == 1
    assert len(found) == 3


def test_different_titles_do_not_resemble_each_other(matcher: Matcher) -> None:
    varied = matcher.match(need(2), len(OFFER_TITLES) + 4, varied=True)
    assert set(range(1, len(OFFER_TITLES) + 1)) <= {match.offer_id for match in varied}


def test_resemblance_is_a_share() -> None:
    assert resemblance({1, 2, 3}, {2, 3, 4}) == 0.5
    assert resemblance({1}, {1}) == 1
    assert resemblance(set(), set()) == 0
