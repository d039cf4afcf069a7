import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.domain.events.pair import pair_of
from matchmaker.services.events.plan.changes import as_taking_place, plan_difference
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.plan.versions import versions
from matchmaker.services.events.scheduling.build import build_schedule
from matchmaker.services.events.scheduling.match_list import remove_pair
from matchmaker.services.events.scheduling.publish import publish_schedule
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.events.scheduling.plans import free_slot
from tests.services.fairs import make_fair

pytestmark = pytest.mark.slow


@pytest.fixture
def fair(session: Session, search_index: SearchIndex) -> Event:
    """Built and published."""
    event = make_fair(session, search_index)
    build_schedule(session, search_index, event)
    publish_schedule(session, None, event)
    return event


def test_two_versions_are_compared_meeting_by_meeting(session: Session, search_index: SearchIndex, fair: Event) -> None:
    moved, removed = meetings_of(session, fair)[:2]
    moved.starts_at, moved.table = free_slot(session, fair, moved), 20  # type: ignore[assignment]
    session.commit()
    remove_pair(session, None, fair, pair_of(removed), "不合适")
    second, first = versions(session, fair)
    found = plan_difference(first, second, as_taking_place)

    assert found.added == []
    assert [change.pair for change in found.removed] == [pair_of(removed)]
    assert [(change.pair, change.after.table) for change in found.moved if change.after] == [(pair_of(moved), 20)]
    assert found.kept == len(first.schedule) - 2
    assert [change.pair for change in plan_difference(second, first, as_taking_place).added] == [pair_of(removed)]
