from collections import Counter

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, Meeting, PairDecision
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventStatus, OrganizationKind, PairDecisionKind, Side
from matchmaker.services.events.editing import update_event
from matchmaker.services.events.pairing.partnerships import exclude_pair, pin_pair
from matchmaker.services.events.participation.participants import participants_of, remove_participants
from matchmaker.services.events.plan.changes import as_listed, plan_difference
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.plan.versions import versions
from matchmaker.services.events.scheduling.match_list import add_pair, build_match_list, remove_pair
from matchmaker.services.events.scheduling.match_list_state import match_list_state
from matchmaker.services.indexing.search_index import SearchIndex
from tests.factories import make_need, make_offer, make_organization
from tests.services.fairs import (
    TOPICS,
    event_values,
    invite_all,
    limit,
    make_event,
    make_team,
    needs_of,
    offers_of,
    on_day,
)

pytestmark = pytest.mark.slow


def listed(session: Session, event: Event) -> set[tuple[int, int]]:
    return {(meeting.need_side_id, meeting.offer_side_id) for meeting in meetings_of(session, event)}


def test_an_organization_never_meets_itself(session: Session, search_index: SearchIndex) -> None:
    event = make_event(session)
    enterprise = make_organization(session)
    make_need(session, enterprise, title=TOPICS[0][0])
    make_offer(session, enterprise, title=TOPICS[0][1])
    invite_all(session, event)
    build_match_list(session, search_index, event)

    assert listed(session, event) == set()
    assert {left.reason() for left in match_list_state(session, event).unserved} == {"对方参会方里没有可以匹配的信息"}


def test_everybody_gets_a_partner_under_every_maximum(session: Session, search_index: SearchIndex, fair: Event) -> None:
    limit(session, fair, most=1)
    version = build_match_list(session, search_index, fair)
    state = match_list_state(session, fair)

    assert {(m.need.title, m.offer.title) for m in state.meetings if m.need and m.offer} == set(TOPICS)
    assert set(state.met.values()) == {1}
    assert state.unserved == []
    assert (version.version, version.proven, fair.plan_version) == (1, True, 1)
    assert fair.planned_at is not None
    assert all(m.starts_at in fair.slots and m.table in range(1, fair.table_count + 1) for m in state.meetings)


def test_coverage_comes_before_total_score(session: Session, search_index: SearchIndex) -> None:
    """Two enterprises with the same need and one team of the trade: the other must do with the other team."""
    event = make_event(session)
    university = make_organization(session, OrganizationKind.UNIVERSITY)
    for _ in range(2):
        make_need(session, title=TOPICS[0][0])
    for _, answer in TOPICS[:2]:
        make_offer(session, university, team=make_team(session, university, answer), title=answer)
    invite_all(session, event)
    limit(session, event, most=1)
    build_match_list(session, search_index, event)

    assert match_list_state(session, event).unserved == []
    assert Counter(need for need, _ in listed(session, event)).total() == 2


def test_nobody_gets_more_meetings_than_there_are_slots(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    update_event(session, None, fair, event_values(sessions=(on_day(ends="09:40"),)))
    build_match_list(session, search_index, fair)

    assert max(match_list_state(session, fair).met.values()) <= 2


def test_pins_are_in_and_exclusions_out_over_every_rebuild(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=2)
    needs, offers = needs_of(session, fair), offers_of(session, fair)
    pinned, excluded = (needs[0].id, offers[1].id), (needs[0].id, offers[0].id)
    pin_pair(session, None, fair, pinned, "双方约好")
    exclude_pair(session, None, fair, excluded, "竞争对手")
    for _ in range(2):
        build_match_list(session, search_index, fair)
        assert pinned in listed(session, fair)
        assert excluded not in listed(session, fair)
    assert {
        m.pinned
        for m in meetings_of(session, fair)
        if m.need_side_id == needs[0].id and m.offer_side_id == offers[1].id
    } == {True}


def test_a_locked_meeting_keeps_its_slot_and_table(session: Session, search_index: SearchIndex, fair: Event) -> None:
    limit(session, fair, most=1)
    build_match_list(session, search_index, fair)
    meeting = meetings_of(session, fair)[0]
    free = next(slot for slot in fair.slots if slot not in {m.starts_at for m in meetings_of(session, fair)})
    meeting.starts_at, meeting.table, meeting.locked = free, 4, True
    session.commit()
    build_match_list(session, search_index, fair)

    again = session.get(Meeting, meeting.id)
    assert again is not None
    assert (again.starts_at, again.table) == (free, 4)


@pytest.mark.parametrize("side", Side)
def test_a_fair_with_one_side_only_cannot_be_built(
    session: Session, search_index: SearchIndex, fair: Event, side: Side
) -> None:
    remove_participants(session, None, fair, [p.id for p in participants_of(session, fair, side)])

    with pytest.raises(Conflict, match="请先添加"):
        build_match_list(session, search_index, fair)


def test_a_finished_event_stays_as_it_was(session: Session, search_index: SearchIndex, fair: Event) -> None:
    fair.status = EventStatus.FINISHED
    session.commit()

    with pytest.raises(Conflict, match="已经结束"):
        build_match_list(session, search_index, fair)


def test_changes_by_hand_pin_exclude_and_make_a_version(
    session: Session, search_index: SearchIndex, organizer: User, fair: Event
) -> None:
    limit(session, fair, most=2)
    build_match_list(session, search_index, fair)
    everything = {(n.id, o.id) for n in needs_of(session, fair) for o in offers_of(session, fair)}
    gone = sorted(listed(session, fair))[0]
    remove_pair(session, organizer, fair, gone, "对方临时有事")
    met = match_list_state(session, fair).met
    free = next(p for p in sorted(everything - listed(session, fair) - {gone}) if max(met[p[0]], met[p[1]]) < 2)
    add_pair(session, search_index, organizer, fair, free, "现场约定")

    assert gone not in listed(session, fair)
    assert free in listed(session, fair)
    kinds = {(d.need_side_id, d.offer_side_id): d.decision for d in session.scalars(select(PairDecision))}
    assert kinds == {gone: PairDecisionKind.EXCLUDE, free: PairDecisionKind.PIN}
    third, second, first = versions(session, fair)
    assert [v.built for v in (third, second, first)] == [False, False, True]
    assert [change.pair for change in plan_difference(first, second, as_listed).removed] == [gone]
    assert [change.pair for change in plan_difference(second, third, as_listed).added] == [free]
    assert not match_list_state(session, fair).outdated


def test_a_pair_is_added_by_hand_only_where_both_have_room(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=1)
    build_match_list(session, search_index, fair)
    there = sorted(listed(session, fair))[0]
    crossed = (needs_of(session, fair)[0].id, offers_of(session, fair)[1].id)

    with pytest.raises(Conflict, match="已在匹配表里"):
        add_pair(session, search_index, None, fair, there)
    with pytest.raises(Conflict, match="达到上限"):
        add_pair(session, search_index, None, fair, crossed)
    assert session.scalar(select(func.count()).select_from(PairDecision)) == 0


def test_whom_a_change_by_hand_leaves_alone_is_told(session: Session, search_index: SearchIndex, fair: Event) -> None:
    limit(session, fair, most=1)
    build_match_list(session, search_index, fair)
    need, offer = sorted(listed(session, fair))[0]
    remove_pair(session, None, fair, (need, offer), "不合适")

    left = match_list_state(session, fair).unserved
    assert {one.participant.id for one in left} == {need, offer}
    assert {one.reason() for one in left} == {"匹配表手工调整后，场数不足"}


def test_the_same_event_gives_the_same_list(session: Session, search_index: SearchIndex, fair: Event) -> None:
    first, second = (build_match_list(session, search_index, fair) for _ in range(2))

    assert [tuple(pair) for pair in first.pairs] == [tuple(pair) for pair in second.pairs]
    assert plan_difference(first, second, as_listed).changes == ()
