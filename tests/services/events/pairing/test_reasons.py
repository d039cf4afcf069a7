from itertools import combinations

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.scheduling.match_list import build_match_list
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.fairs import limit

pytestmark = pytest.mark.slow


def test_reasons_are_said_in_both_languages_without_markup(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=1)
    build_match_list(session, search_index, fair)
    reasons = [meeting.reason for meeting in meetings_of(session, fair)]

    assert any("轴承" in term for reason in reasons for term in reason.terms)
    for one, other in combinations([reason.label() for reason in reasons], 2):
        assert one != other
