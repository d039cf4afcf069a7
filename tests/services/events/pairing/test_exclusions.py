"""Who is never brought together, and that nobody learns why."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.block import Block
from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.events.event import Event
from matchmaker.domain.people import Organization, Team
from matchmaker.domain.vocabulary import MeetingStatus, NextStep, OrganizationKind, ParticipantStatus, Role, Side
from matchmaker.services.events.pairing.exclusions import excluded_organizations, excluded_pairs
from matchmaker.services.events.pairing.met_before import met_before
from matchmaker.services.events.pairing.partnerships import (
    PartnershipFilter,
    decisions_of,
    list_partnerships,
    pin_pair,
    suggest_invitations,
)
from matchmaker.services.events.scheduling.match_list import add_pair, build_match_list
from matchmaker.services.events.scheduling.match_list_state import meetings_of
from matchmaker.services.organizations import blocks
from matchmaker.services.platform import Platform
from tests.factories import make_need, make_offer, make_organization, make_user
from tests.fairs import at, make_fair, make_meeting, make_participant

BEARING = "高铁轴箱轴承接触疲劳寿命不足"


def block(session: Session, blocking: Organization, blocked: Organization) -> Block:
    made = Block(organization_id=blocking.id, blocked_id=blocked.id)
    session.add(made)
    session.commit()
    return made


def test_own_people_kin_and_the_blocked_are_barred_in_either_direction(session: Session) -> None:
    event = make_fair(session)
    firm = make_organization(session, group_name="洛阳 轴承集团")
    kin = make_organization(session, group_name="洛阳轴承集团")
    unrelated, blocking, blocked = (make_organization(session) for _ in range(3))
    block(session, firm, blocked)
    block(session, blocking, firm)
    need_side = make_participant(session, event, Side.NEED, firm)
    others = {
        one.id: make_participant(session, event, Side.OFFER, one).id
        for one in (firm, kin, unrelated, blocking, blocked)
    }
    expected = {(need_side.id, others[one.id]) for one in (firm, kin, blocking, blocked)}
    assert excluded_pairs(session, event) == expected
    assert excluded_organizations(session, firm) == {firm.id, kin.id, blocking.id, blocked.id}


def test_two_without_a_group_are_no_kin(session: Session) -> None:
    event = make_fair(session)
    make_participant(session, event, Side.NEED)
    make_participant(session, event, Side.OFFER)
    assert excluded_pairs(session, event) == frozenset()


@pytest.fixture
def fair(session: Session, platform: Platform) -> Event:
    """One enterprise and two universities that answer its need."""
    event = make_fair(session)
    firm = make_organization(session, name="示例轴承厂")
    make_need(session, firm, title=BEARING)
    make_participant(session, event, Side.NEED, firm)
    for name in ("示例理工大学", "示例科技大学"):
        university = make_organization(session, OrganizationKind.UNIVERSITY, name=name)
        make_offer(session, university, title="高速铁路轴承接触疲劳试验与寿命预测")
        make_participant(session, event, Side.OFFER, university)
    platform.search_index.refresh()
    return event


@pytest.mark.slow
def test_a_barred_pair_is_in_no_list_and_no_plan(session: Session, platform: Platform, fair: Event) -> None:
    firm, first, second = fair.participants
    pin_pair(session, None, fair, (firm.id, first.id))
    block(session, first.organization, firm.organization)
    found = list_partnerships(session, platform.search_index, fair, PartnershipFilter(least=0), 0, 50)
    assert [pair.offer_side.id for pair in found.partnerships] == [second.id]
    assert decisions_of(session, fair) == {}, "a pin does not bring together who will not meet"
    build_match_list(session, platform.search_index, fair)
    assert [meeting.offer_side_id for meeting in meetings_of(session, fair)] == [second.id]
    for bring_together in (
        lambda: pin_pair(session, None, fair, (firm.id, first.id)),
        lambda: add_pair(session, platform.search_index, None, fair, (firm.id, first.id)),
    ):
        with pytest.raises(Conflict, match="这一对不能配对"):
            bring_together()


@pytest.mark.slow
def test_the_reason_of_a_bar_is_the_same_whatever_it_is(session: Session, fair: Event) -> None:
    firm, first, second = fair.participants
    block(session, first.organization, firm.organization)
    firm.organization.group_name = second.organization.group_name = "示例集团"
    session.commit()
    said = set()
    for offer_side in (first, second):
        with pytest.raises(Conflict) as caught:
            pin_pair(session, None, fair, (firm.id, offer_side.id))
        said.add(caught.value.text())
    assert len(said) == 1


@pytest.mark.slow
def test_the_blocked_are_not_suggested_for_an_invitation(session: Session, platform: Platform, fair: Event) -> None:
    firm, *others = fair.participants
    first, second = (other.organization for other in others)
    for other in others:
        session.delete(other)
    session.commit()
    session.refresh(fair)
    assert len(suggest_invitations(session, platform.search_index, fair, firm)) == 2
    block(session, first, firm.organization)
    suggested = suggest_invitations(session, platform.search_index, fair, firm)
    assert [one.party.organization for one in suggested] == [second]


@pytest.mark.slow
def test_decisions_about_who_does_not_come_wait_until_they_do(
    session: Session, platform: Platform, fair: Event
) -> None:
    firm, first, _ = fair.participants
    pin_pair(session, None, fair, (firm.id, first.id))
    first.status = ParticipantStatus.WITHDRAWN
    session.commit()
    assert decisions_of(session, fair) == {}
    assert len(list_partnerships(session, platform.search_index, fair, PartnershipFilter(), 0, 50).partnerships) == 1
    with pytest.raises(Conflict, match="不参会（已退出）"):
        pin_pair(session, None, fair, (firm.id, first.id))
    first.status = ParticipantStatus.CONFIRMED
    session.commit()
    assert list(decisions_of(session, fair)) == [(firm.id, first.id)]


# --- the list


def test_a_list_belongs_to_its_organization(session: Session) -> None:
    person, stranger, organizer = make_user(session), make_user(session), make_user(session, Role.ORGANIZER)
    rival = make_organization(session, name="示例竞争对手")
    made = blocks.block(session, person, rival.id, "  老 对手 ")
    assert [(one.blocked.name, one.note) for one in blocks.blocks_of(session, person)] == [("示例竞争对手", "老 对手")]
    for other in (stranger, organizer):
        assert blocks.blocks_of(session, other) == []
        with pytest.raises(NotFound):
            blocks.unblock(session, other, made.id)
    assert blocks.unblock(session, person, made.id) == "示例竞争对手"
    assert blocks.blocks_of(session, person) == []


def test_what_cannot_be_listed_is_refused(session: Session) -> None:
    person, rival = make_user(session), make_organization(session)
    assert person.organization_id is not None
    with pytest.raises(InvalidInput):
        blocks.block(session, person, person.organization_id)
    with pytest.raises(InvalidInput):
        blocks.block(session, person, rival.id, "长" * 201)
    with pytest.raises(NotFound):
        blocks.block(session, person, 12345)
    with pytest.raises(NotAllowed):
        blocks.block(session, make_user(session, Role.BROKER), rival.id)
    blocks.block(session, person, rival.id)
    with pytest.raises(Conflict, match="已在不见名单里"):
        blocks.block(session, person, rival.id)


def test_a_search_finds_what_can_still_be_listed(session: Session) -> None:
    person = make_user(session, organization=make_organization(session, name="示例轴承一厂"))
    second, third = (make_organization(session, name=f"示例轴承{n}厂") for n in "二三")
    blocks.block(session, person, second.id)
    assert list(blocks.blockable(session, person, " 轴承 ")) == [third]
    assert list(blocks.blockable(session, person, "%")) == []
    assert list(blocks.blockable(session, person, " ")) == []


def test_planned_meetings_stand_so_that_the_blocked_does_not_notice(session: Session) -> None:
    event = make_fair(session)
    person = make_user(session)
    need_side = make_participant(session, event, Side.NEED, person.organization)
    offer_side = make_participant(session, event, Side.OFFER)
    meeting = make_meeting(session, need_side, offer_side)
    made = blocks.block(session, person, offer_side.organization_id)
    assert blocks.planned_with(session, made) == 1
    assert meeting.status is MeetingStatus.PLANNED


# --- met before


def test_those_who_met_at_another_event_are_known_again(session: Session) -> None:
    earlier, present = make_fair(session, name="春季对接会"), make_fair(session, name="秋季对接会")
    firm, university = make_organization(session), make_organization(session, OrganizationKind.UNIVERSITY)
    teams = [Team(organization=university, name=name) for name in ("甲", "乙")]
    session.add_all(teams)
    session.commit()
    held = make_meeting(
        session,
        make_participant(session, earlier, Side.NEED, firm),
        make_participant(session, earlier, Side.OFFER, university, team=teams[0]),
        status=MeetingStatus.HELD,
        need_rating=4,
        need_next_step=NextStep.VISIT,
        offer_next_step=NextStep.NONE,
        starts_at=at(10),
    )
    need_side = make_participant(session, present, Side.NEED, firm)
    same, another = (make_participant(session, present, Side.OFFER, university, team=team) for team in teams)
    whole = make_participant(session, present, Side.OFFER, university)
    pairs = [(need_side.id, one.id) for one in (same, another, whole)]
    known = met_before(session, present, pairs)
    assert known.keys() == {pairs[0], pairs[2]}
    (found,) = known[pairs[0]]
    assert (found.event, found.on, found.need_rating, found.offer_rating) == ("春季对接会", date(2040, 5, 15), 4, None)
    assert found.next_steps == (NextStep.VISIT,)
    assert met_before(session, earlier, [(held.need_side_id, held.offer_side_id)]) == {}


def test_roles_may_have_been_the_other_way_round_and_a_no_show_is_no_meeting(session: Session) -> None:
    earlier, present = make_fair(session, name="春季对接会"), make_fair(session, name="秋季对接会")
    one, other = make_organization(session), make_organization(session)
    meeting = make_meeting(
        session,
        make_participant(session, earlier, Side.NEED, other),
        make_participant(session, earlier, Side.OFFER, one),
        status=MeetingStatus.NO_SHOW,
    )
    pair = (
        make_participant(session, present, Side.NEED, one).id,
        make_participant(session, present, Side.OFFER, other).id,
    )
    assert met_before(session, present, [pair]) == {}
    meeting.status = MeetingStatus.HELD
    session.commit()
    assert len(met_before(session, present, [pair])[pair]) == 1
