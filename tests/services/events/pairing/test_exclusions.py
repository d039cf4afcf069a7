"""Who is never brought together, and that nobody learns why."""

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.block import Block
from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event
from matchmaker.domain.people import Organization
from matchmaker.domain.vocabulary import OrganizationKind, ParticipantStatus, Side
from matchmaker.services.events.pairing.exclusions import excluded_organizations, excluded_pairs
from matchmaker.services.events.pairing.partnerships import (
    PartnershipFilter,
    decisions_of,
    list_partnerships,
    pin_pair,
    suggest_invitations,
)
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.scheduling.match_list import add_pair, build_match_list
from matchmaker.services.platform import Platform
from tests.factories import make_need, make_offer, make_organization
from tests.fairs import make_fair, make_participant

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
