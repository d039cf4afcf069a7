import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import Side
from matchmaker.services.events.editing import update_event
from matchmaker.services.events.pairing.partnerships import exclude_pair
from matchmaker.services.events.participation.participants import add_participants
from matchmaker.services.events.scheduling.match_list import build_match_list
from matchmaker.services.events.scheduling.match_list_state import match_list_state
from matchmaker.services.indexing.search_index import SearchIndex
from tests.factories import make_organization
from tests.services.fairs import event_values, needs_of, offers_of, on_day

pytestmark = pytest.mark.slow


def test_for_whom_slots_and_tables_do_not_suffice_is_told_so(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    update_event(session, None, fair, event_values(sessions=(on_day(ends="09:20"),), table_count=1))
    build_match_list(session, search_index, fair)
    state = match_list_state(session, fair)

    assert len(state.meetings) == 1
    assert {left.reason() for left in state.unserved} == {"双方都空的时段里桌位已排满"}
    assert len(state.unserved) == 4


def test_without_postings_nothing_is_matched_and_the_reason_is_told(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    silent = make_organization(session, name="示例沉默公司")
    add_participants(session, None, fair, Side.NEED, [(silent.id, None)])
    build_match_list(session, search_index, fair)
    (left,) = match_list_state(session, fair).unserved

    assert left.participant.organization is silent
    assert left.reason() == "没有已发布且在有效期内的信息，无从匹配"


def test_reasons_for_the_unserved(session: Session, search_index: SearchIndex, fair: Event) -> None:
    needs, offers = needs_of(session, fair), offers_of(session, fair)
    for offer in offers:
        exclude_pair(session, None, fair, (needs[0].id, offer.id), "不合适")
    build_match_list(session, search_index, fair)
    reasons = {left.participant.id: left.reason() for left in match_list_state(session, fair).unserved}
    assert reasons == {needs[0].id: "可匹配的对象都已排除"}

    late = make_organization(session)
    add_participants(session, None, fair, Side.NEED, [(late.id, None)])
    state = match_list_state(session, fair)
    assert state.unserved[-1].reason() == "生成匹配表之后才加入，请重新生成"
    assert state.outdated
