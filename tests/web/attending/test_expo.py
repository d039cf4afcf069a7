"""An expo for its participants: booths worth a visit, visitors to invite, one click to ask, the catalogue."""

from dataclasses import dataclass
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.block import Block
from matchmaker.domain.events.event import PairDecision, Participant, Room
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.postings.posting import Need
from matchmaker.domain.vocabulary import (
    EventKind,
    EventStatus,
    PairDecisionKind,
    ParticipantStatus,
    RequestStatus,
    Role,
    Side,
    Visibility,
)
from matchmaker.services.platform import Platform
from tests.attending import AttendingScene
from tests.docking import make_docking
from tests.factories import make_offer, make_user

TOPICS = [
    ("高铁轴箱轴承接触疲劳寿命不足", "高速铁路轴承接触疲劳试验与寿命预测"),
    ("超级电容器电极材料比电容低", "高比电容活性炭电极材料制备"),
]
SECOND = "铁路轴承接触疲劳寿命评价台架"


@dataclass
class Scene(AttendingScene):
    """Two visitors and three exhibitors: the third suits the first visitor best, but is the last on the way."""

    def requests(self) -> list[MeetingRequest]:
        found = list(self.session.scalars(select(MeetingRequest).execution_options(populate_existing=True)))
        self.session.commit()
        return found


@pytest.fixture
def scene(session: Session, app: Flask, platform: Platform) -> Scene:
    docking = make_docking(session, 2, 3, TOPICS, kind=EventKind.EXPO)
    event = docking.event
    event.rooms = [Room(name="东馆", position=0, table_count=6), Room(name="西馆", position=1, table_count=6)]
    session.flush()
    for exhibitor, room, booth in zip(docking.offers, (0, 1, 1), ("A3", "B2", "B10"), strict=True):
        exhibitor.room, exhibitor.booth = event.rooms[room], booth
    make_offer(session, docking.offers[2].organization, title=SECOND)
    session.commit()
    platform.search_index.refresh()
    return Scene(**vars(docking), app=app, session=session)


def block(scene: Scene, one: Participant, other: Participant) -> None:
    scene.session.add(Block(organization_id=one.organization_id, blocked_id=other.organization_id))
    scene.session.commit()


def test_a_visitor_sees_booths_best_first_and_as_one_walks(scene: Scene) -> None:
    visitor, best, other = scene.needs[0], scene.offers[2], scene.offers[0]
    client = scene.client(visitor)
    page = client.get(f"/attending/events/{scene.event.id}", follow_redirects=True).text
    assert page.index(best.name) < page.index(other.name)
    assert "都谈到“" in page
    assert SECOND in page
    assert scene.offers[1].name not in page
    page = client.get(scene.address(visitor, "booths?order=walk")).text
    assert page.index(other.name) < page.index(best.name), "the east hall comes before the west hall"
    pdf = PdfReader(BytesIO(client.get(scene.address(visitor, "booths.pdf")).data))
    assert len(pdf.pages) == 2, "the guide, and the plan of the halls"
    text = "".join(pdf.pages[0].extract_text().split())
    assert best.name in text
    assert scene.needs[1].name not in text


def test_an_exhibitor_invites_with_one_click_and_the_visitor_accepts(scene: Scene) -> None:
    visitor, exhibitor = scene.needs[0], scene.offers[0]
    client = scene.client(exhibitor)
    page = client.get(scene.address(exhibitor, "visitors")).text
    assert visitor.name in page
    assert TOPICS[0][0] in page
    assert scene.needs[1].name not in page
    click = scene.address(exhibitor, f"visits/{visitor.id}")
    assert client.post(click).status_code == 303
    assert client.post(click).status_code == 303, "a second click is told, not an error"
    (request,) = scene.requests()
    assert (request.side, request.starts_at, request.expires_at) == (
        Side.OFFER,
        None,
        scene.event.sessions[-1].ends_at.replace(tzinfo=scene.event.zone),
    )
    assert "A3" in request.message
    assert "已约，等答复" in client.get(scene.address(exhibitor, "visitors")).text
    firm = scene.client(visitor)
    assert "约了您，请答复" in firm.get(scene.address(visitor, "booths")).text
    page = firm.get(f"/attending/requests/{request.id}").text
    assert "展期内到展位" in page
    assert "提议另一个时段" not in page
    slot = {"starts_at": scene.event.slots[0].isoformat()}
    assert firm.post(f"/attending/requests/{request.id}/propose", data=slot).status_code == 400
    assert firm.post(f"/attending/requests/{request.id}/accept", data={"words": "好的"}).status_code == 303
    assert scene.requests()[0].status is RequestStatus.ACCEPTED


def test_a_visitor_asks_for_a_visit(scene: Scene) -> None:
    visitor, exhibitor = scene.needs[0], scene.offers[0]
    response = scene.client(visitor).post(scene.address(visitor, f"visits/{exhibitor.id}"), data={"order": "walk"})
    assert response.location.endswith(f"/booths?order=walk#partner-{exhibitor.id}")
    assert [one.side for one in scene.requests()] == [Side.NEED]
    assert exhibitor.name in scene.client(visitor).get(scene.address(visitor, "requests")).text


@pytest.mark.parametrize("kept_apart", ["blocked by the visitor", "blocked by the exhibitor", "excluded"])
def test_who_is_not_to_meet_never_learns_of_the_other(scene: Scene, kept_apart: str) -> None:
    visitor, exhibitor = scene.needs[0], scene.offers[0]
    if kept_apart == "blocked by the visitor":
        block(scene, visitor, exhibitor)
    elif kept_apart == "blocked by the exhibitor":
        block(scene, exhibitor, visitor)
    else:
        scene.session.add(
            PairDecision(
                event=scene.event,
                need_side_id=visitor.id,
                offer_side_id=exhibitor.id,
                decision=PairDecisionKind.EXCLUDE,
            )
        )
        scene.session.commit()
    for own, other, page in ((visitor, exhibitor, "booths"), (exhibitor, visitor, "visitors")):
        client = scene.client(own)
        for address in (page, "catalogue", "requests"):
            assert other.name not in client.get(scene.address(own, address)).text
        assert client.post(scene.address(own, f"visits/{other.id}")).status_code == 404
    pdf = PdfReader(BytesIO(scene.client(visitor).get(scene.address(visitor, "booths.pdf")).data))
    assert exhibitor.name not in "".join(pdf.pages[0].extract_text().split())
    assert scene.requests() == []


def test_what_is_private_is_not_told(scene: Scene) -> None:
    need = scene.session.scalars(select(Need).where(Need.title == TOPICS[0][0])).one()
    need.visibility = Visibility.PRIVATE
    scene.session.commit()
    page = scene.client(scene.offers[0]).get(scene.address(scene.offers[0], "visitors")).text
    assert scene.needs[0].name in page
    assert TOPICS[0][0] not in page
    assert "都谈到“" not in page
    assert "（议题不公开）" in page


def test_the_catalogue_is_by_industry_and_can_be_searched(scene: Scene) -> None:
    client, visitor = scene.client(scene.needs[0]), scene.needs[0]
    page = client.get(scene.address(visitor, "catalogue")).text
    assert all(title in page for title in (TOPICS[0][1], TOPICS[1][1], SECOND))
    page = client.get(scene.address(visitor, "catalogue?text=电极")).text
    assert TOPICS[1][1] in page
    assert SECOND not in page


@pytest.mark.parametrize(
    ("participant", "page"),
    [
        ("visitor", "visitors"),
        ("exhibitor", "booths"),
        ("exhibitor", "booths.pdf"),
    ],
)
def test_each_side_has_its_own_page(scene: Scene, participant: str, page: str) -> None:
    own = scene.needs[0] if participant == "visitor" else scene.offers[0]
    assert scene.client(own).get(scene.address(own, page)).status_code == 404


def test_other_peoples_pages_are_not_there(scene: Scene) -> None:
    others = [scene.client(scene.needs[1]), scene.client(scene.offers[1])]
    others.append(scene.client(make_user(scene.session, Role.BROKER)))
    for client in others:
        for own, page in ((scene.needs[0], "booths"), (scene.needs[0], "booths.pdf"), (scene.offers[0], "visitors")):
            assert client.get(scene.address(own, page)).status_code == 404
            assert client.get(scene.address(own, "catalogue")).status_code == 404
        click = scene.address(scene.offers[0], f"visits/{scene.needs[0].id}")
        assert client.post(click).status_code == 404
    assert scene.app.test_client().get(scene.address(scene.needs[0], "booths")).status_code == 302
    assert scene.requests() == []


def test_nothing_is_suggested_before_one_is_confirmed(scene: Scene) -> None:
    visitor = scene.needs[0]
    visitor.status = ParticipantStatus.APPLIED
    scene.session.commit()
    client = scene.client(visitor)
    page = client.get(scene.address(visitor, "booths")).text
    assert "确认参会后" in page
    assert scene.offers[0].name not in page
    client.post(scene.address(visitor, f"visits/{scene.offers[0].id}"))
    assert scene.requests() == []


def test_an_expo_in_preparation_or_without_booths_shows_none(scene: Scene) -> None:
    visitor = scene.needs[0]
    client = scene.client(visitor)
    for exhibitor in scene.offers:
        exhibitor.booth = ""
    scene.session.commit()
    assert "展位还没有分配" in client.get(scene.address(visitor, "booths")).text
    scene.event.status = EventStatus.PREPARING
    scene.session.commit()
    assert client.get(scene.address(visitor, "booths")).status_code == 404


def test_nobody_writes_to_everybody(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matchmaker.services.events.requests.rules.MOST_UNANSWERED_AT_AN_EXPO", 1)
    visitor = scene.needs[0]
    client = scene.client(visitor)
    for exhibitor in scene.offers[:2]:
        client.post(scene.address(visitor, f"visits/{exhibitor.id}"))
    assert len(scene.requests()) == 1


def test_the_plan_marks_a_visitors_booths(scene: Scene) -> None:
    visitor = scene.needs[0]
    page = scene.client(visitor).get(scene.address(visitor, "plan")).text
    assert f'href="/attending/participants/{visitor.id}/booths#partner-{scene.offers[2].id}"' in page
    assert f"#partner-{scene.offers[1].id}" not in page
    assert page.count("<circle") == 2
    exhibitor = scene.client(scene.offers[0]).get(scene.address(scene.offers[0], "plan")).text
    assert "<circle" not in exhibitor
    assert all(one.name in exhibitor for one in scene.offers)


def test_the_plan_hides_who_is_not_to_be_met(scene: Scene) -> None:
    visitor, exhibitor = scene.needs[0], scene.offers[2]
    block(scene, exhibitor, visitor)
    page = scene.client(visitor).get(scene.address(visitor, "plan")).text
    assert exhibitor.name not in page
    assert scene.offers[0].name in page


def test_an_organizer_sees_empty_booths_and_gives_them_out(scene: Scene) -> None:
    client = scene.client(make_user(scene.session, Role.ORGANIZER))
    address = f"/organizer/events/{scene.event.id}/halls"
    one, other, third = scene.offers
    page = client.get(address).text
    assert 'value="A4"' in page
    assert client.post(address, data={f"booth-{one.id}": "A4", f"booth-{other.id}": ""}).status_code == 303
    scene.session.expire_all()
    assert (one.booth, other.booth, third.booth) == ("A4", "", "B10")
    scene.session.commit()
    response = client.post(address, data={f"booth-{one.id}": "Q7"})
    assert response.status_code == 400
    assert 'value="Q7"' in response.text
    assert "没有展位“Q7”" in response.text
    assert client.post(f"{address}/fill").status_code == 303
    scene.session.expire_all()
    assert other.booth
    scene.session.commit()
    assert scene.client(one).get(address).status_code == 403


def test_a_docking_event_has_no_halls_page(scene: Scene) -> None:
    scene.event.kind = EventKind.DOCKING
    scene.session.commit()
    client = scene.client(make_user(scene.session, Role.ORGANIZER))
    assert client.get(f"/organizer/events/{scene.event.id}/halls").status_code == 404
    assert scene.client(scene.needs[0]).get(scene.address(scene.needs[0], "plan")).status_code == 404
