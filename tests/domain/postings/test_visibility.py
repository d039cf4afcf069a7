"""Who sees how much of a posting."""

from datetime import date

import pytest

from matchmaker.domain.people import Membership, Organization, User
from matchmaker.domain.postings.fields import KIND_FIELDS, PostingKind
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.postings.visibility import (
    Contact,
    Detail,
    VisiblePosting,
    detail_for,
    least_detail,
    visible_fields,
)
from matchmaker.domain.vocabulary import (
    MembershipStatus,
    OfferKind,
    OrganizationKind,
    PostingStatus,
    Role,
    Side,
    Visibility,
)

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


# Which fields show: visibility × reader × kind of posting

SUMMARY = {
    Side.NEED: {"title", "industry", "field", "need_type", "valid_until"},
    OfferKind.OUTCOME: {"title", "industry", "field", "valid_until"},
    OfferKind.CAPABILITY: {"title", "industry", "field", "valid_until"},
}
TEXT = {
    Side.NEED: {
        "problem",
        "indicators",
        "groundwork",
        "budget",
        "cooperation_modes",
        "deadline",
        "wanted_trl",
        "preferred_partner",
    },
    OfferKind.OUTCOME: {
        "summary",
        "innovation",
        "indicators",
        "applications",
        "trl",
        "intellectual_property",
        "awards",
        "cases",
        "cooperation_modes",
        "price",
        "contributors",
    },
    OfferKind.CAPABILITY: {"summary", "services", "platforms", "instruments", "cases", "cooperation_modes"},
}
CONTACT = {"contact_name", "contact_phone", "contact_email"}
"""The fields that come with each detail, written out by hand."""


def posting(kind: PostingKind, visibility: Visibility = Visibility.PUBLIC, **values: object) -> Posting:
    common = {"organization_id": 1, "visibility": visibility, "status": PostingStatus.PUBLISHED, "organization": OWNER}
    return Need(**common | values) if kind is Side.NEED else Offer(kind=kind, **common | values)


@pytest.mark.parametrize("kind", KIND_FIELDS)
@pytest.mark.parametrize("visibility", Visibility)
@pytest.mark.parametrize("who", PEOPLE)
def test_the_fields_that_show(kind: PostingKind, visibility: Visibility, who: str) -> None:
    seen = posting(kind, visibility)
    detail = detail_for(PEOPLE[who], seen, TODAY)
    expected = {
        Detail.NOTHING: set(),
        Detail.SUMMARY: SUMMARY[kind],
        Detail.TEXT: SUMMARY[kind] | TEXT[kind],
        Detail.FULL: SUMMARY[kind] | TEXT[kind] | CONTACT,
    }[detail]

    assert {field.name for field in visible_fields(seen, detail)} == expected


@pytest.mark.parametrize("kind", KIND_FIELDS)
def test_a_field_is_one_of_the_texts_unless_it_was_put_elsewhere(kind: PostingKind) -> None:
    assert {field.name for field in KIND_FIELDS[kind]} == SUMMARY[kind] | TEXT[kind] | CONTACT | {"visibility"}
    assert least_detail("a field of tomorrow") is Detail.TEXT


@pytest.mark.parametrize("detail", Detail)
@pytest.mark.parametrize("kind", KIND_FIELDS)
def test_what_does_not_show_has_no_value(kind: PostingKind, detail: Detail) -> None:
    text = "problem" if kind is Side.NEED else "summary"
    seen = VisiblePosting(posting(kind, title="题目", contact_phone="0379", **{text: "正文"}), detail)

    assert seen.title == (seen.value("title") or "")
    assert (seen.value("title") == "题目") is seen.known is (detail > Detail.NOTHING)
    assert (seen.value(text) == "正文") is seen.readable is (detail >= Detail.TEXT)
    assert (seen.value("contact_phone") == "0379") is (seen.contact is not None) is (detail is Detail.FULL)
    assert seen.value("visibility") is None
    assert seen.value("not a field") is None


@pytest.mark.parametrize("kind", KIND_FIELDS)
def test_the_organizations_contact_stands_in_for_a_posting_that_names_nobody(kind: PostingKind) -> None:
    firm = Organization(id=3, name="丙", contact_name="王工", contact_phone="0379", contact_email="")
    blank = {"contact_name": "", "contact_phone": "", "contact_email": ""}
    silent, speaking = posting(kind, organization=firm, **blank), posting(kind, organization=firm, contact_name="李工")
    speaking.contact_phone = speaking.contact_email = ""
    nobody = posting(kind, organization=Organization(id=4, name="丁", **blank), **blank)

    assert VisiblePosting(silent, Detail.FULL).contact == Contact("王工", "0379", "")
    assert VisiblePosting(speaking, Detail.FULL).contact == Contact("李工", "", "")
    assert not VisiblePosting(nobody, Detail.FULL).contact
    assert VisiblePosting(silent, Detail.TEXT).contact is None
