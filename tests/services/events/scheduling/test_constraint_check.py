import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.scheduling.build import build_schedule
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.events.scheduling.plans import accept, meeting_with
from tests.services.fairs import limit, needs_of, offers_of, text_of

pytestmark = pytest.mark.slow


def test_a_locked_meeting_that_somebody_cannot_come_to_is_named(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    build_schedule(session, search_index, fair)
    need = needs_of(session, fair)[0]
    meeting = meeting_with(session, fair, need.id)
    assert meeting.starts_at is not None
    meeting.locked, need.unavailable = True, [text_of(meeting.starts_at)]
    session.commit()

    with pytest.raises(Conflict, match="“示例企业1号”这个时段不能参加"):
        build_schedule(session, search_index, fair)


def test_a_locked_table_that_is_gone_is_named(session: Session, search_index: SearchIndex, fair: Event) -> None:
    build_schedule(session, search_index, fair)
    meeting = meetings_of(session, fair)[0]
    meeting.locked, meeting.table = True, 21
    session.commit()

    with pytest.raises(Conflict, match="21 号桌，但只有 20 张桌"):
        build_schedule(session, search_index, fair)


def test_more_agreed_slots_than_somebody_wants_meetings_are_named(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=1)
    need, offers = needs_of(session, fair)[0], offers_of(session, fair)
    accept(session, fair, (need.id, offers[0].id), fair.slots[0])
    accept(session, fair, (need.id, offers[1].id), fair.slots[1])

    with pytest.raises(Conflict, match="最多洽谈 1 场，已定下 2 场"):
        build_schedule(session, search_index, fair)


def test_two_who_agreed_on_the_slot_of_the_same_person_clash(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    needs, offers = needs_of(session, fair), offers_of(session, fair)
    accept(session, fair, (needs[0].id, offers[0].id), fair.slots[0])
    accept(session, fair, (needs[0].id, offers[1].id), fair.slots[0])
    with pytest.raises(Conflict, match="要用同一方、同一人或同一张桌"):
        build_schedule(session, search_index, fair)


def test_a_fixed_table_that_does_not_exist_is_named(session: Session, search_index: SearchIndex, fair: Event) -> None:
    needs_of(session, fair)[0].table = 99
    session.commit()
    with pytest.raises(Conflict, match="“示例企业1号”固定在 99 号桌，但只有 20 张桌"):
        build_schedule(session, search_index, fair)
