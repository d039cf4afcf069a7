"""Joining an organization, owning it, leaving it, and its own data."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.people import Membership, Organization, User
from matchmaker.domain.vocabulary import MembershipStatus, OrganizationKind, Role
from matchmaker.services.activity import history
from matchmaker.services.jobs.worker import run_pending
from matchmaker.services.organizations import members
from matchmaker.services.platform import Platform
from tests.factories import make_need, make_organization, make_user


def make_member(
    session: Session, organization: Organization, status: MembershipStatus = MembershipStatus.ACTIVE
) -> Membership:
    user = make_user(session, organization=organization, owner=False)
    assert user.membership is not None
    user.membership.status = status
    session.commit()
    return user.membership


def make_applicant(session: Session, organization: Organization) -> Membership:
    return make_member(session, organization, MembershipStatus.PENDING)


def organization_of(user: User) -> Organization:
    assert user.organization is not None
    return user.organization


@pytest.mark.parametrize(("accept", "status"), [(True, MembershipStatus.ACTIVE), (False, MembershipStatus.REFUSED)])
def test_the_owner_decides_and_the_applicant_gets_a_letter(
    session: Session, platform: Platform, accept: bool, status: MembershipStatus
) -> None:
    owner = make_user(session)
    applicant = make_applicant(session, organization_of(owner))
    assert members.pending_members(session, owner) == [applicant]
    members.decide_membership(session, owner, applicant.id, accept)
    assert applicant.status is status
    assert not applicant.owner
    assert members.pending_members(session, owner) == []
    session.commit()
    run_pending(platform)
    (letter,) = (platform.settings.data / "mail").glob("*.eml")
    assert f"To: {applicant.user.email}" in letter.read_text("utf-8")


def test_an_application_is_answered_once(session: Session) -> None:
    owner = make_user(session)
    applicant = make_applicant(session, organization_of(owner))
    members.decide_membership(session, owner, applicant.id, False)
    with pytest.raises(Conflict):
        members.decide_membership(session, owner, applicant.id, True)


def test_nobody_else_decides_where_there_is_an_owner(session: Session) -> None:
    owner = make_user(session)
    member = make_member(session, organization_of(owner)).user
    applicant = make_applicant(session, organization_of(owner))
    for other in (make_user(session), member, applicant.user, make_user(session, Role.ORGANIZER)):
        with pytest.raises(NotFound):
            members.decide_membership(session, other, applicant.id, True)
        assert members.pending_members(session, other) == []
    assert applicant.status is MembershipStatus.PENDING


def test_organizers_decide_for_an_organization_without_owner_and_name_one(session: Session) -> None:
    owned, imported = make_user(session), make_organization(session)
    make_applicant(session, organization_of(owned))
    make_organization(session)
    organizer = make_user(session, Role.ORGANIZER)
    first, second = make_applicant(session, imported), make_applicant(session, imported)
    assert members.ownerless_organizations(session) == [imported]
    members.decide_membership(session, organizer, first.id, True)
    assert first.user.owns_organization
    assert members.ownerless_organizations(session) == []
    with pytest.raises(NotFound):
        members.decide_membership(session, organizer, second.id, True)
    members.decide_membership(session, first.user, second.id, True)
    assert not second.owner


def test_refusing_leaves_the_organization_without_owner(session: Session) -> None:
    imported, organizer = make_organization(session), make_user(session, Role.ORGANIZER)
    applicant = make_applicant(session, imported)
    members.decide_membership(session, organizer, applicant.id, False)
    assert members.owners_of(imported) == []
    assert members.ownerless_organizations(session) == []


def test_a_shut_owner_counts_as_none(session: Session) -> None:
    owner, organizer = make_user(session), make_user(session, Role.ORGANIZER)
    member = make_member(session, organization_of(owner))
    organization = organization_of(owner)
    owner.active = False
    session.commit()
    assert members.ownerless_organizations(session) == [organization]
    members.transfer_ownership(session, organizer, member.id)
    assert member.owner
    assert members.owners_of(organization) == [member.user]
    assert owner.membership is not None
    assert not owner.membership.owner


def test_handing_over_leaves_one_owner(session: Session) -> None:
    owner = make_user(session)
    member = make_member(session, organization_of(owner))
    members.transfer_ownership(session, owner, member.id)
    assert member.user.owns_organization
    assert not owner.owns_organization
    with pytest.raises(NotFound):
        members.transfer_ownership(session, owner, member.id)


def test_handing_over_only_to_members_of_the_same_organization(session: Session) -> None:
    owner = make_user(session)
    applicant = make_applicant(session, organization_of(owner))
    with pytest.raises(NotAllowed):
        members.transfer_ownership(session, owner, applicant.id)
    stranger = make_user(session).membership
    assert stranger is not None
    with pytest.raises(NotFound):
        members.transfer_ownership(session, owner, stranger.id)


def test_members_leave_or_are_taken_out_but_the_owner_stays(session: Session) -> None:
    owner = make_user(session)
    first, second = (make_member(session, organization_of(owner)) for _ in range(2))
    person = first.user
    with pytest.raises(NotFound):
        members.end_membership(session, person, second.id)
    members.end_membership(session, person, first.id)
    members.end_membership(session, owner, second.id)
    session.expire_all()
    assert person.membership is None
    assert owner.membership is not None
    assert members.members_of(session, organization_of(owner)) == [owner.membership]
    with pytest.raises(NotAllowed):
        members.end_membership(session, owner, owner.membership.id)


def test_the_refused_may_ask_elsewhere(session: Session) -> None:
    owner, other = make_user(session), make_user(session)
    applicant = make_applicant(session, organization_of(owner))
    person = applicant.user
    members.decide_membership(session, owner, applicant.id, False)
    asked = members.join(session, person, organization_of(other).name, None)
    assert asked.status is MembershipStatus.PENDING
    assert members.pending_members(session, other) == [asked]
    founded = members.join(session, person, "示例新单位", OrganizationKind.INSTITUTE)
    assert founded.owner
    assert members.pending_members(session, other) == []


def test_joining_wrongly_keeps_the_earlier_application(session: Session) -> None:
    owner = make_user(session)
    person = make_applicant(session, organization_of(owner)).user
    with pytest.raises(InvalidInput):
        members.join(session, person, "没有类型的新单位", None)
    assert [m.user for m in members.pending_members(session, owner)] == [person]


def test_members_cannot_join_a_second_organization(session: Session) -> None:
    with pytest.raises(Conflict):
        members.join(session, make_user(session), "示例新单位", OrganizationKind.ENTERPRISE)


def test_only_the_owner_changes_the_organizations_data(session: Session) -> None:
    owner = make_user(session)
    member = make_member(session, organization_of(owner)).user
    for person in (member, make_user(session, Role.BROKER)):
        with pytest.raises(NotAllowed):
            members.update_organization(session, person, {"city": "郑州"})
    name = organization_of(owner).name
    members.update_organization(session, owner, {"city": "郑州", "industry": "biomedicine", "name": "别的名字"})
    organization = organization_of(owner)
    assert (organization.city, organization.name) == ("郑州", name)
    assert history(session, "organization", organization.id)[-1].detail == "city, industry"


def test_changed_data_has_the_postings_matched_anew(session: Session) -> None:
    owner = make_user(session)
    need = make_need(session, organization_of(owner))
    before = need.revision
    members.update_organization(session, owner, {"city": organization_of(owner).city})
    assert need.revision == before
    members.update_organization(session, owner, {"city": "郑州"})
    assert need.revision > before


def test_whoever_takes_a_name_second_is_told_and_leaves_nothing(session: Session) -> None:
    taken = make_organization(session).name

    def come_second() -> None:
        with members.all_or_nothing(session):
            session.add(User(email="second@example.com", name="示例·后来者", role=Role.ENTERPRISE))
            session.add(Organization(name=taken, kind=OrganizationKind.ENTERPRISE))

    with pytest.raises(InvalidInput):
        come_second()
    assert session.scalars(select(User)).all() == []
    assert session.scalars(select(Organization.name)).all() == [taken]
