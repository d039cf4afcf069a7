"""The private block list: its members use it, and nobody else learns of it."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.block import Block
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import OrganizationKind, Role, Side
from matchmaker.services.platform import Platform
from tests.factories import login, make_need, make_offer, make_organization, make_user
from tests.fairs import make_fair, make_participant

NOTE = "挖过我们的人"


@pytest.fixture
def person(session: Session, client: FlaskClient) -> User:
    user = make_user(session, organization=make_organization(session, name="示例轴承厂"))
    session.commit()
    login(client, user)
    return user


def test_a_member_searches_lists_and_takes_off(client: FlaskClient, session: Session, person: User) -> None:
    rival = make_organization(session, name="示例轴承二厂")
    found = client.get("/account/blocks?text=轴承").text
    assert "示例轴承二厂" in found
    assert f'value="{person.organization_id}"' not in found
    response = client.post("/account/blocks?text=轴承", data={"organization": str(rival.id), "note": NOTE})
    assert response.status_code == 303
    page = client.get("/account/blocks").text
    assert NOTE in page
    made = session.scalars(select(Block)).one()
    session.commit()
    assert (
        "已在不见名单里"
        in client.post("/account/blocks", data={"organization": str(rival.id)}, follow_redirects=True).text
    )
    client.post(f"/account/blocks/{made.id}/remove")
    assert session.scalars(select(Block)).all() == []


@pytest.mark.parametrize("chosen", ["", "x", "²", "9" * 30, "12345"])
def test_nonsense_lists_nobody(client: FlaskClient, session: Session, person: User, chosen: str) -> None:
    assert client.post("/account/blocks", data={"organization": chosen}).status_code == 404
    assert session.scalars(select(Block)).all() == []


def test_a_note_that_is_too_long_comes_back(client: FlaskClient, session: Session, person: User) -> None:
    rival = make_organization(session, name="示例轴承二厂")
    response = client.post("/account/blocks?text=轴承", data={"organization": str(rival.id), "note": "长" * 201})
    assert response.status_code == 400
    assert "长" * 201 in response.text


@pytest.mark.slow
def test_the_blocked_and_the_organizers_see_the_same_pages_as_without_it(
    client: FlaskClient, session: Session, platform: Platform, person: User
) -> None:
    event = make_fair(session, registration_open=True)
    researcher, organizer = make_user(session, Role.RESEARCHER), make_user(session, Role.ORGANIZER)
    make_need(session, person.organization, title="高铁轴箱轴承接触疲劳寿命不足")
    make_offer(session, researcher.organization, title="高速铁路轴承接触疲劳试验与寿命预测")
    other = make_organization(session, OrganizationKind.UNIVERSITY)
    make_offer(session, other, title="轴承接触疲劳试验台")
    need_side = make_participant(session, event, Side.NEED, person.organization)
    own = make_participant(session, event, Side.OFFER, researcher.organization)
    make_participant(session, event, Side.OFFER, other)
    platform.search_index.refresh()
    pages = {
        researcher: [
            f"/events/{event.id}",
            f"/organizations/{person.organization_id}",
            "/attending/participations",
            f"/attending/participants/{own.id}",
            "/account/blocks?text=轴承",
            "/research/firms",
        ],
        organizer: [
            f"/organizer/events/{event.id}/registration",
            f"/organizer/events/{event.id}/progress",
            f"/organizer/events/{event.id}/participants",
            f"/attending/participants/{need_side.id}",
            "/organizer/people",
        ],
    }
    before = read(client, pages)
    session.add(Block(organization_id=need_side.organization_id, blocked_id=own.organization_id, note=NOTE))
    session.commit()
    assert read(client, pages) == before
    client.post("/account/logout")
    login(client, organizer)
    listed = client.get(f"/organizer/events/{event.id}/partnerships?least=0").text
    assert "不见" not in listed
    assert NOTE not in listed
    assert "高速铁路轴承接触疲劳试验与寿命预测" not in listed, "the pair is simply not there"
    assert "轴承接触疲劳试验台" in listed
    pair = {"need_side": need_side.id, "offer_side": own.id, "decision": "pin"}
    told = client.post(f"/organizer/events/{event.id}/partnerships", data=pair, follow_redirects=True).text
    assert "这一对不能配对" in told


def read(client: FlaskClient, pages: dict[User, list[str]]) -> list[str]:
    """What each person reads on their pages, without the tokens of the day."""
    texts = []
    for reader, addresses in pages.items():
        client.post("/account/logout")
        login(client, reader)
        for address in addresses:
            response = client.get(address)
            assert response.status_code == 200, address
            texts.append(re.sub(r'name="csrf_token" value="[^"]*"', "", response.text))
    return texts
