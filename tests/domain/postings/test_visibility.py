"""Who sees how much of a posting."""

from datetime import date

import pytest

from matchmaker.domain.people import Membership, Organization, User
from matchmaker.domain.postings.posting import Need
from matchmaker.domain.postings.visibility import Detail, detail_for
from matchmaker.domain.vocabulary import MembershipStatus, OrganizationKind, PostingStatus, Role, Visibility

TODAY = date(2026, 5, 18)
OWNER = Organization(id=1, name="甲", kind=OrganizationKind.ENTERPRISE)
OTHER = Organization(id=2, name="乙", kind=OrganizationKind.UNIVERSITY)


def user(
    role: Role, organization: Organization | None = None, status: MembershipStatus = MembershipStatus.ACTIVE
) -> User:
    account = User(role=role, active=True)
    if organization is not None:
        account.membership = Membership(organization=organization, status=status)
    return account


PEOPLE = {
    "nobody": None,
    "own": user(Role.ENTERPRISE, OWNER),
    "member": user(Role.RESEARCHER, OTHER),
    "broker": user(Role.BROKER),
    "waiting": user(Role.ENTERPRISE, OWNER, MembershipStatus.PENDING),
    "organizer": user(Role.ORGANIZER),
    "inactive": User(role=Role.ADMIN, active=False),
}


def need(visibility: Visibility, status: PostingStatus = PostingStatus.PUBLISHED, until: date | None = None) -> Need:
    return Need(organization_id=1, visibility=visibility, status=status, valid_until=until)


@pytest.mark.parametrize(
    ("visibility", "stranger", "member"),
    [
        (Visibility.PUBLIC, Detail.TEXT, Detail.FULL),
        (Visibility.MEMBERS, Detail.NOTHING, Detail.FULL),
        (Visibility.SUMMARY, Detail.SUMMARY, Detail.SUMMARY),
        (Visibility.PRIVATE, Detail.NOTHING, Detail.NOTHING),
    ],
)
def test_published(visibility: Visibility, stranger: Detail, member: Detail) -> None:
    seen = {who: detail_for(account, need(visibility), TODAY) for who, account in PEOPLE.items()}
    assert seen == {
        "nobody": stranger,
        "waiting": stranger,
        "inactive": stranger,
        "member": member,
        "broker": member,
        "own": Detail.FULL,
        "organizer": Detail.FULL,
    }


@pytest.mark.parametrize(
    "hidden",
    [
        *(need(Visibility.PUBLIC, s) for s in PostingStatus if s is not PostingStatus.PUBLISHED),
        need(Visibility.PUBLIC, until=date(2026, 5, 17)),
    ],
    ids=lambda posting: f"{posting.status.value} {posting.valid_until}",
)
def test_only_its_own_people_and_organizers_see_what_is_not_open(hidden: Need) -> None:
    seen = {who for who, account in PEOPLE.items() if detail_for(account, hidden, TODAY) is not Detail.NOTHING}
    assert seen == {"own", "organizer"}


def test_the_last_day_counts() -> None:
    assert detail_for(None, need(Visibility.PUBLIC, until=TODAY), TODAY) is Detail.TEXT
