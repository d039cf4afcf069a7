"""Learning from the feedback in the database."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.learning.feedback import DismissalCause, Feedback
from matchmaker.matching.errors import RankerError
from matchmaker.matching.ranking.ranker_file import StoredRanker
from matchmaker.services.learning import feedback as service
from matchmaker.services.learning.feedback import Pair, Shown
from matchmaker.services.learning.from_feedback import learn_from_feedback
from matchmaker.services.platform import Platform
from tests.factories import make_need, make_offer, make_user

TITLES = ("轴承滚道疲劳寿命预测", "电解液配方优化", "牡丹籽油低温萃取", "离合器油压控制")


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
    for one in session.scalars(select(Feedback)).all():
        service.undo(session, one.person, one.id)
    session.commit()
    platform.search_index.refresh()
    with pytest.raises(RankerError, match="at least 3"):
        learn_from_feedback(session, platform.search_index, start)
