"""A partnership has to serve both."""

import numpy as np
import pytest

from matchmaker.matching.ranking.reciprocity import mutual_scores, preference


def test_the_first_choice_of_both_goes_before_that_of_one() -> None:
    # The second column scores well with everybody, the first only with the first row.
    scores = np.array([[80, 81], [10, 90], [10, 85]], dtype=np.float32)
    mutual = mutual_scores(scores)
    assert mutual[0, 0] > mutual[0, 1]
    assert mutual[1, 1] == pytest.approx(90)


def test_it_is_never_more_than_the_score_and_the_same_from_both_sides() -> None:
    scores = (np.random.default_rng(1).random((7, 5)) * 100).round(1).astype(np.float32)
    mutual = mutual_scores(scores)
    assert (mutual <= scores + 1e-4).all()
    assert np.allclose(mutual, mutual_scores(scores.T).T)


def test_the_order_of_rows_does_not_matter() -> None:
    scores = np.array([[50, 50, 20], [50, 10, 50], [-1, 50, 50]], dtype=np.float32)
    order = [2, 0, 1]
    assert np.allclose(mutual_scores(scores[order]), mutual_scores(scores)[order])


def test_equal_scores_share_the_better_place_and_the_next_stands_after_all_of_them() -> None:
    # One row: each column's own list holds nothing else, so only the row's places count.
    mutual = mutual_scores(np.array([[60, 60, 40, 20]], dtype=np.float32))
    shares = [(1, 1), (1, 1), (2 / 4, 1), (1 / 4, 1)]
    expected = [score * 2 * own / (own + other) for score, (own, other) in zip((60, 60, 40, 20), shares, strict=True)]
    assert mutual[0] == pytest.approx(expected, abs=1e-4)


def test_what_cannot_be_stays_so() -> None:
    scores = np.array([[-1, 40], [30, -1]], dtype=np.float32)
    assert (mutual_scores(scores) < 0).tolist() == [[True, False], [False, True]]
    assert mutual_scores(np.zeros((0, 3), dtype=np.float32)).shape == (0, 3)
    assert mutual_scores(np.zeros((3, 0), dtype=np.float32)).shape == (3, 0)


def test_preference_falls_to_the_end_of_the_list() -> None:
    assert [preference(place, 4) for place in (1, 2, 4, 9)] == [1, 0.75, 0.25, 0.25]
