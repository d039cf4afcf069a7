"""Lists and paper follow the rule for single postings, whoever looks."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.people import Membership, User
from matchmaker.domain.postings.match_reason import Reason
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.postings.visibility import Detail, detail_for
from matchmaker.domain.vocabulary import MembershipStatus, OfferKind, PostingStatus, Role, Visibility
from matchmaker.services.platform import Platform
from matchmaker.services.visibility import VisibilityFilter, disclosed_reason, printed, printed_title
from tests.factories import make_need, make_organization, make_user

TODAY = date.today()


def viewers(session: Session) -> dict[str, User | None]:
    owner, pending, shut = make_user(session), make_user(session, Role.BROKER), make_user(session)
    pending.membership = Membership(organization=owner.organization, status=MembershipStatus.PENDING)
    shut.active = False
    session.commit()
    return {
        "nobody": None,
        "owner": owner,
        "member elsewhere": make_user(session, Role.RESEARCHER),
        "broker who waits for the owner": pending,
        "organizer": make_user(session, Role.ORGANIZER),
        "shut account": shut,
    }


@pytest.mark.parametrize("least", [Detail.SUMMARY, Detail.TEXT, Detail.FULL])
def test_lists_hold_what_the_rule_lets_through(platform: Platform, session: Session, least: Detail) -> None:
    people = viewers(session)
    owner = people["owner"]
    assert owner is not None
    for organization in (owner.organization, make_organization(session)):
        for visibility in Visibility:
            for valid_until in (None, TODAY, TODAY - timedelta(days=1)):
                make_need(session, organization, visibility=visibility, valid_until=valid_until)
        make_need(session, organization, status=PostingStatus.SUBMITTED)
    platform.search_index.refresh()
    with platform.database.reading() as reading:
        needs = reading.scalars(select(Need)).all()
        for name, viewer in people.items():
            expected = {n.id for n in needs if n.open_on(TODAY) and detail_for(viewer, n, TODAY) >= least}
            visibility_filter = VisibilityFilter(viewer, TODAY)
            assert set(reading.scalars(select(Need.id).where(visibility_filter.condition(Need, least)))) == expected, (
                name
            )
            if least is Detail.SUMMARY:
                accesses = platform.search_index.accesses(Need.side)
                assert {
                    need_id for need_id, access in accesses.items() if visibility_filter.lists(access)
                } == expected, name


ON_PAPER = {
    Visibility.PUBLIC: Detail.TEXT,
    Visibility.MEMBERS: Detail.TEXT,
    Visibility.SUMMARY: Detail.SUMMARY,
    Visibility.PRIVATE: Detail.NOTHING,
}
"""What a sheet for participants may show, written out by hand."""
PRINTED = {PostingStatus.PUBLISHED, PostingStatus.EXPIRED, PostingStatus.CLOSED}


@pytest.mark.parametrize("status", PostingStatus)
@pytest.mark.parametrize("visibility", Visibility)
def test_paper_shows_what_members_may_read_but_no_contact(visibility: Visibility, status: PostingStatus) -> None:
    need = Need(title="轴承剥落", problem="正文", contact_phone="0379", visibility=visibility, status=status)
    expected = ON_PAPER[visibility] if status in PRINTED else Detail.NOTHING
    on_paper = printed(need)

    assert on_paper.detail is expected
    assert on_paper.contact is None
    assert (on_paper.value("problem") == "正文") is (expected is Detail.TEXT)
    assert (printed_title(need, "zh") == "轴承剥落") is (expected > Detail.NOTHING)
    assert printed_title(need, "zh", own=True) == "轴承剥落"


@pytest.mark.parametrize("visibility", Visibility)
def test_a_printed_reason_tells_nothing_of_a_text_kept_back(visibility: Visibility) -> None:
    need = Need(title="轴承剥落", visibility=visibility, status=PostingStatus.PUBLISHED)
    offer = Offer(
        title="轴承润滑", kind=OfferKind.OUTCOME, visibility=Visibility.PUBLIC, status=PostingStatus.PUBLISHED
    )
    reason = Reason(("轴承", "油膜"), ("budget", "industry"))
    expected = {
        Detail.TEXT: reason,
        Detail.SUMMARY: Reason(("轴承",), ("industry",)),
        Detail.NOTHING: Reason(),
    }

    assert disclosed_reason(reason, need, offer) == expected[ON_PAPER[visibility]]
