"""Those who are near everybody step back a little, and nobody is hidden for being new."""

import numpy as np
import pytest

from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.matching.encoding.vectors import MemoryVectorStore
from matchmaker.matching.matcher import Matcher
from matchmaker.matching.ranking.features import cross_features, pair_features
from matchmaker.matching.ranking.hubness import MAX_PENALTY, HubnessCorrection, gini, penalties, share_of_most_shown
from matchmaker.matching.ranking.ranker import FusionRanker, log_odds
from matchmaker.matching.text.document import Side
from tests.matching.documents import city, need, offer


@pytest.fixture(scope="module")
def matcher(encoder: Encoder) -> Matcher:
    matcher = Matcher(encoder, MemoryVectorStore())
    matcher.upsert(city())
    return matcher


def hubs() -> np.ndarray:
    """The log odds of 200 postings, of which the first ten fit almost everybody, with 300 questions."""
    odds = np.random.default_rng(0).standard_normal((300, 200)).astype(np.float32)
    odds[:, :10] += 1
    return odds


def test_who_is_near_everybody_steps_back() -> None:
    given = penalties(hubs())
    assert np.abs(given).max() <= MAX_PENALTY
    assert given[:10].min() > np.quantile(given[10:], 0.95)
    assert abs(given.mean()) < 0.05


def test_few_questions_say_little_of_who_is_near_everybody() -> None:
    odds = hubs()
    few, many = (np.ptp(penalties(odds[:count], strength=0.1)[[0, -1]]) for count in (2, 300))
    assert few < many / 2


def test_nobody_asking_or_no_strength_is_no_penalty(encoder: Encoder, matcher: Matcher) -> None:
    assert not penalties(hubs(), strength=0).any()
    lonely = Matcher(encoder, matcher._store)
    lonely.upsert([offer(3)])
    assert not HubnessCorrection(lonely.index, FusionRanker()).penalties(Side.OFFER).any()
    assert not HubnessCorrection(lonely.index, FusionRanker()).penalties(Side.NEED).size


def test_a_posting_is_compared_as_in_lists_but_for_the_words_of_titles(matcher: Matcher) -> None:
    index = matcher.index
    needs, offers = np.arange(len(index.needs))[1:], np.arange(len(index.offers))[::2]
    broad = cross_features(index, needs, offers)
    assert not any(broad[name].any() for name in ("title_terms", "offer_title_covered"))
    for row, question in enumerate(needs):
        exact = pair_features(index, index.needs.documents[question], offers)
        for name in exact.keys() - {"title_terms", "offer_title_covered"}:
            assert broad[name][row] == pytest.approx(exact[name], abs=1e-4), name


def test_the_order_changes_only_between_close_scores(matcher: Matcher) -> None:
    for document in city():
        odds = log_odds(np.array([match.score for match in matcher.match(document)], dtype=np.float32))
        for place, own in enumerate(odds):
            assert max(odds[place:]) - own <= 2 * MAX_PENALTY + 1e-4


def test_scores_shown_are_those_without_penalty(encoder: Encoder, matcher: Matcher) -> None:
    fair = {match.offer_id: match.score for match in matcher.match(need(1))}
    plain = Matcher(encoder, matcher._store, hubness_strength=0)
    plain.upsert(city())
    assert {match.offer_id: match.score for match in plain.match(need(1))} == fair
    scores = [match.score for match in plain.match(need(1))]
    assert scores == sorted(scores, reverse=True)


def test_a_new_posting_is_found_at_once_and_treated_as_an_old_one(encoder: Encoder, matcher: Matcher) -> None:
    later = Matcher(encoder, matcher._store)
    later.upsert([one for one in city() if (one.side, one.id) != (Side.OFFER, 3)])
    assert 3 not in [match.offer_id for match in later.match(need(1))]
    for _ in range(20):
        later.match(need(1))
    later.upsert([offer(3)])
    expected = {match.offer_id: match.score for match in matcher.match(need(1))}
    found = {match.offer_id: match.score for match in later.match(need(1))}
    assert next(iter(found)) == next(iter(expected)) == 3
    assert found == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("appearances", "expected"),
    [([1, 1, 1, 1], 0.0), ([0, 0, 0, 4], 0.75), ([0, 0], 0.0), ([1, 3], 0.25)],
)
def test_gini(appearances: list[int], expected: float) -> None:
    assert gini(np.array(appearances)) == pytest.approx(expected)


def test_what_the_most_shown_hold() -> None:
    assert share_of_most_shown(np.array([8, *[1] * 9]), 0.1) == pytest.approx(8 / 17)
    assert share_of_most_shown(np.array([0, 0])) == 0
