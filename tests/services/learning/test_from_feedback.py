"""Learning from the feedback in the database."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.learning.feedback import DismissalCause, Feedback, FeedbackKind
from matchmaker.matching.errors import RankerError
from matchmaker.matching.ranking.ranker_file import StoredRanker
from matchmaker.services.learning import feedback as service
from matchmaker.services.learning.feedback import Pair, Shown
from matchmaker.services.learning.from_feedback import learn_from_feedback, value_of
from matchmaker.services.platform import Platform
from tests.factories import make_need, make_offer, make_user

TITLES = ("轴承滚道疲劳寿命预测", "电解液配方优化", "牡丹籽油低温萃取", "离合器油压控制")


def said(*kinds: FeedbackKind, cause: DismissalCause | None = None, rating: int | None = None) -> float:
    """What it is worth that somebody did all that about a pair."""
    return value_of({kind: Feedback(kind=kind, cause=cause, rating=rating) for kind in kinds})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FeedbackKind.VIEWED, 0),
        (FeedbackKind.SAVED, 1),
        (FeedbackKind.INTEREST, 2),
        (FeedbackKind.ACCEPTED, 3),
        (FeedbackKind.MET, 3),
        (FeedbackKind.SIGNED, 6),
    ],
)
def test_the_further_somebody_went_the_more_it_is_worth(kind: FeedbackKind, value: float) -> None:
    assert said(kind) == said(kind, FeedbackKind.VIEWED) == value


def test_the_furthest_step_counts_alone() -> None:
    assert said(FeedbackKind.SAVED, FeedbackKind.INTEREST, FeedbackKind.MET) == 3
    assert said(FeedbackKind.SIGNED, FeedbackKind.MET, FeedbackKind.SAVED) == 6


@pytest.mark.parametrize(
    ("cause", "value"),
    [
        (DismissalCause.IRRELEVANT, -2),
        (DismissalCause.BUDGET, -1),
        (DismissalCause.MATURITY, -1),
        (DismissalCause.REGION, -1),
        (DismissalCause.SUPPLIED, 0),
        (DismissalCause.OTHER, -0.5),
    ],
)
def test_a_dismissal_is_worth_what_its_cause_says_of_the_match(cause: DismissalCause, value: float) -> None:
    assert said(FeedbackKind.DISMISSED, cause=cause) == value
    assert said(FeedbackKind.DISMISSED, FeedbackKind.VIEWED, FeedbackKind.MET, cause=cause) == value, "it overrules"


@pytest.mark.parametrize(("rating", "value"), [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)])
def test_a_rating_is_worth_a_meeting_that_went_better_or_worse(rating: int, value: float) -> None:
    assert said(FeedbackKind.RATED, rating=rating) == value
    assert said(FeedbackKind.RATED, FeedbackKind.SAVED, FeedbackKind.MET, rating=rating) == value
    assert said(FeedbackKind.RATED, FeedbackKind.SIGNED, rating=rating) == value + 3, "a contract is worth more"


def _people_prefer_what_is_their_industry(session: Session, people: int) -> None:
    """Each saves the offer of their own industry, wherever it stands, and dismisses the one whose text is nearest."""
    nearest = [make_offer(session, title=title, industry_code="new_materials") for title in TITLES[:people]]
    own = [make_offer(session, title="智能制造共性技术", industry_code="smart_equipment") for _ in range(people)]
    for number in range(people):
        person = make_user(session)
        need = make_need(session, person.organization, title=TITLES[number], industry_code="smart_equipment")
        service.save(session, person, Pair(need, own[number]), Shown(6, 20.0))
        service.dismiss(session, person, Pair(need, nearest[number]), DismissalCause.IRRELEVANT, shown=Shown(1, 80.0))


def test_weights_move_towards_what_people_chose(platform: Platform, session: Session, start: StoredRanker) -> None:
    _people_prefer_what_is_their_industry(session, 4)
    session.commit()
    platform.search_index.refresh()
    stored, learned = learn_from_feedback(session, platform.search_index, start)
    before, after = start.ranker.weights, stored.ranker.weights
    assert after["industry"] / after["title"] > 1.5 * before["industry"] / before["title"]
    assert (learned.people, learned.preferences) == (4, 4)
    assert learned.agreement > learned.before
    assert "4 people" in stored.card.note


def test_what_was_taken_back_teaches_nothing(platform: Platform, session: Session, start: StoredRanker) -> None:
    _people_prefer_what_is_their_industry(session, 4)
    for feedback in session.scalars(select(Feedback)).all():
        service.undo(session, feedback.person, feedback.id)
    session.commit()
    platform.search_index.refresh()
    with pytest.raises(RankerError, match="at least 3"):
        learn_from_feedback(session, platform.search_index, start)
