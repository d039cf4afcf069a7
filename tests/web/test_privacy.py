"""What must not be seen is not seen: not in lists, reasons, search, organization pages, nor counts."""

import re
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.people import Membership, Organization, Team, User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.postings.visibility import Detail
from matchmaker.domain.vocabulary import (
    CooperationMode,
    MembershipStatus,
    OrganizationKind,
    PostingStatus,
    Role,
    Side,
    Visibility,
)
from matchmaker.services.platform import Platform
from tests.factories import login, make_need, make_offer, make_organization, make_user

pytestmark = pytest.mark.slow

SEEN_BY = {
    "nobody": {Visibility.PUBLIC: Detail.TEXT, Visibility.SUMMARY: Detail.SUMMARY},
    "person without organization": {Visibility.PUBLIC: Detail.TEXT, Visibility.SUMMARY: Detail.SUMMARY},
    "person who waits for the owner": {Visibility.PUBLIC: Detail.TEXT, Visibility.SUMMARY: Detail.SUMMARY},
    "other enterprise": {
        Visibility.PUBLIC: Detail.FULL,
        Visibility.MEMBERS: Detail.FULL,
        Visibility.SUMMARY: Detail.SUMMARY,
    },
    "other researcher": {
        Visibility.PUBLIC: Detail.FULL,
        Visibility.MEMBERS: Detail.FULL,
        Visibility.SUMMARY: Detail.SUMMARY,
    },
    "broker": {
        Visibility.PUBLIC: Detail.FULL,
        Visibility.MEMBERS: Detail.FULL,
        Visibility.SUMMARY: Detail.SUMMARY,
    },
    "organizer": dict.fromkeys(Visibility, Detail.FULL),
}
"""The rule, written out by hand; a visibility that is not named is not seen at all."""


@dataclass
class Posted:
    """A posting whose every part holds a word of its own."""

    posting: Need | Offer
    visibility: Visibility

    @property
    def mark(self) -> str:
        return f"{self.visibility.value}{self.posting.side.value}"

    def words(self, level: Detail) -> list[str]:
        """The words that a viewer sees only from this level on."""
        return {
            Detail.NOTHING: [],
            Detail.SUMMARY: [f"题目{self.mark}"],
            Detail.TEXT: [f"正文{self.mark}", f"指标{self.mark}"],
            Detail.FULL: [f"电话{self.mark}", f"{self.mark}@example.com"],
        }[level]


def make_posted(session: Session, organization: Organization, side: Side, visibility: Visibility) -> Posted:
    mark = f"{visibility.value}{side.value}"
    common = {
        "title": f"轴承滚道早期剥落 题目{mark}",
        "visibility": visibility,
        "indicators": f"轴承疲劳寿命 300 万公里，指标{mark}",
        "cooperation_modes": frozenset({CooperationMode.EQUITY}),
        "contact_phone": f"电话{mark}",
        "contact_email": f"{mark}@example.com",
    }
    text = f"轴箱轴承滚道早期剥落，油膜太薄，疲劳寿命不够，正文{mark}。"
    if side is Side.NEED:
        return Posted(make_need(session, organization, problem=text, **common), visibility)
    team = Team(organization=organization, name=f"团队{mark}")
    session.add(team)
    return Posted(make_offer(session, organization, team=team, summary=text, **common), visibility)


@dataclass
class Scene:
    """One enterprise with needs, one university with offers, one of each visibility."""

    enterprise: Organization
    university: Organization
    posted: list[Posted]
    viewers: dict[str, User | None]
    own: dict[str, Need | Offer]
    """What some of the viewers posted themselves, and hence have matches for."""

    def pages(self, viewer: str) -> list[str]:
        """Every page that could show something of it to the viewer."""
        addresses = ["/", "/plan", "/events", "/needs", "/offers"]
        addresses += [f"/{side}?q={text}" for side in ("needs", "offers") for text in ("轴承滚道剥落", "正文", "电话")]
        addresses += [f"/{side}?mode=equity" for side in ("needs", "offers")]
        addresses += [f"/organizations/{one.id}" for one in (self.enterprise, self.university)]
        addresses += [f"/{each.posting.side.value}s/{each.posting.id}" for each in self.posted]
        own = self.own.get(viewer)
        if own is not None and own.side is Side.NEED:
            addresses += [f"/enterprise/needs/{own.id}/matches", "/enterprise/teams"]
        elif own is not None:
            addresses += [f"/research/offers/{own.id}/matches", "/research/firms"]
        return addresses


@pytest.fixture
def scene(session: Session) -> Scene:
    enterprise = make_organization(session, district_code="jianxi", contact_phone="电话enterprise")
    university = make_organization(session, OrganizationKind.UNIVERSITY, district_code="jianxi")
    posted = [
        make_posted(session, organization, side, visibility)
        for organization, side in ((enterprise, Side.NEED), (university, Side.OFFER))
        for visibility in Visibility
    ]
    waiting, without = make_user(session, Role.RESEARCHER), make_user(session)
    for person in (waiting, without):
        person.membership = None
    session.flush()
    waiting.membership = Membership(organization=enterprise, status=MembershipStatus.PENDING)
    session.commit()
    viewers = {
        "nobody": None,
        "person without organization": without,
        "person who waits for the owner": waiting,
        "other enterprise": make_user(session),
        "other researcher": make_user(session, Role.RESEARCHER),
        "broker": make_user(session, Role.BROKER),
        "organizer": make_user(session, Role.ORGANIZER),
    }
    of_firm, of_researcher = viewers["other enterprise"], viewers["other researcher"]
    assert of_firm is not None
    assert of_researcher is not None
    asking = "轴箱轴承滚道早期剥落，油膜太薄，疲劳寿命不够。"
    own = {
        "other enterprise": make_need(session, of_firm.organization, title="轴承剥落", problem=asking),
        "other researcher": make_offer(session, of_researcher.organization, title="轴承剥落", summary=asking),
    }
    return Scene(enterprise, university, posted, viewers, own)


def read(client: FlaskClient, addresses: list[str]) -> str:
    """All the pages' texts, without the words typed into the search box."""
    texts = (client.get(address).text for address in addresses)
    return "\n".join(re.sub(r'name="q" value="[^"]*"', "", text) for text in texts)


@pytest.mark.parametrize("who", SEEN_BY)
def test_every_viewer_sees_what_they_may_and_nothing_else(client: FlaskClient, scene: Scene, who: str) -> None:
    viewer = scene.viewers[who]
    if viewer is not None:
        login(client, viewer)
    everything = read(client, scene.pages(who))
    for each in scene.posted:
        allowed = SEEN_BY[who].get(each.visibility, Detail.NOTHING)
        for level in Detail:
            for word in each.words(level):
                assert (word in everything) is (level <= allowed), (who, word)
        if isinstance(each.posting, Offer) and allowed is Detail.NOTHING:
            assert f"团队{each.mark}" not in everything, who


@pytest.mark.parametrize("who", SEEN_BY)
def test_counts_tell_no_more_than_lists(client: FlaskClient, scene: Scene, who: str) -> None:
    viewer = scene.viewers[who]
    if viewer is not None:
        login(client, viewer)
    seen = len(SEEN_BY[who])
    needs, offers = (seen + any(own.side is side for own in scene.own.values()) for side in (Side.NEED, Side.OFFER))
    figures = re.findall(r"<dd>(\d+)</dd>", client.get("/").text)
    assert figures[:2] == [str(needs), str(offers)]
    assert f"{needs} 条" in client.get("/needs").text
    assert f"{offers} 条" in client.get("/offers").text
    plan = client.get("/plan").text
    district = plan[plan.index("涧西区") :]
    assert f"需求 {seen}<" in district[: district.index("</section>")]


@pytest.mark.parametrize("who", ["nobody", "other enterprise", "organizer"])
def test_a_filter_does_not_tell_what_a_summary_leaves_out(client: FlaskClient, scene: Scene, who: str) -> None:
    viewer = scene.viewers[who]
    if viewer is not None:
        login(client, viewer)
    for address in ("/needs?mode=equity", "/needs?mode=equity&q=轴承滚道剥落"):
        page = client.get(address).text
        assert "题目publicneed" in page
        assert ("题目summaryneed" in page) is (who == "organizer")


def test_an_organizations_contact_is_for_members(client: FlaskClient, scene: Scene) -> None:
    address = f"/organizations/{scene.enterprise.id}"
    assert "电话enterprise" not in client.get(address).text
    waiting, member = scene.viewers["person who waits for the owner"], scene.viewers["other researcher"]
    assert waiting is not None
    assert member is not None
    login(client, waiting)
    assert "电话enterprise" not in client.get(address).text
    client.post("/account/logout")
    login(client, member)
    assert "电话enterprise" in client.get(address).text


@pytest.mark.parametrize("status", [PostingStatus.DRAFT, PostingStatus.SUBMITTED, PostingStatus.WITHDRAWN])
def test_what_is_not_published_is_on_no_page(
    client: FlaskClient, platform: Platform, scene: Scene, session: Session, status: PostingStatus
) -> None:
    make_need(session, scene.enterprise, title="轴承滚道剥落 未发布", status=status)
    for who in ("nobody", "other researcher", "organizer"):
        viewer = scene.viewers[who]
        if viewer is not None:
            login(client, viewer)
        assert "未发布" not in read(client, scene.pages(who)), who
        client.post("/account/logout")
