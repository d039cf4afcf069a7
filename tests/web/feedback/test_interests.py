"""Two people agree to be in touch, in their browsers."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.interest import Interest, InterestStatus
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import Role, Visibility
from matchmaker.services.jobs.worker import run_pending
from matchmaker.services.platform import Platform
from tests.factories import login, make_need, make_offer, make_user

PHONE = "0379-6688"


@dataclass
class Scene:
    engineer: FlaskClient
    researcher: FlaskClient
    person: User
    need: Need
    offer: Offer

    @property
    def asking(self) -> str:
        return f"/feedback/interests/need/{self.need.id}/{self.offer.id}"

    def ask(self, words: str = "想请教滑靴偏磨") -> None:
        assert self.engineer.post(self.asking, data={"words": words}).status_code == 303


@pytest.fixture
def scene(session: Session, app: Flask) -> Scene:
    person, researcher = make_user(session), make_user(session, Role.RESEARCHER)
    need = make_need(session, person.organization, contact_phone="138-need")
    offer = make_offer(session, researcher.organization, visibility=Visibility.SUMMARY, contact_phone=PHONE)
    clients = app.test_client(), app.test_client()
    login(clients[0], person)
    login(clients[1], researcher)
    return Scene(*clients, person, need, offer)


def interest(session: Session) -> Interest:
    """Leaves no transaction open, for that would keep the application from writing."""
    (found,) = session.scalars(select(Interest).execution_options(populate_existing=True))
    session.commit()
    return found


def act(client: FlaskClient, one: Interest, action: str, words: str = "") -> int:
    return client.post(f"/feedback/interests/{one.id}/{action}", data={"words": words}).status_code


def test_from_asking_to_the_contact(session: Session, platform: Platform, scene: Scene) -> None:
    page = scene.engineer.get(f"{scene.asking}?position=2&score=77").text
    assert scene.offer.title in page
    assert PHONE not in page
    scene.ask()
    assert PHONE not in scene.engineer.get("/feedback/interests").text
    assert "想请教滑靴偏磨" in scene.researcher.get("/feedback/interests").text
    one = interest(session)
    assert act(scene.researcher, one, "question", "压力多少？") == 303
    assert "压力多少？" in scene.engineer.get("/feedback/interests").text
    assert act(scene.engineer, one, "answer", "42 MPa") == 303
    assert act(scene.researcher, one, "accept") == 303
    assert PHONE in scene.engineer.get("/feedback/interests").text
    assert "138-need" in scene.researcher.get("/feedback/interests").text
    session.commit()
    run_pending(platform)
    mails = sorted((Path(platform.settings.data) / "mail").iterdir())
    assert len(mails) == 4
    assert f"{platform.settings.base_url}/feedback/interests" in mails[0].read_text(encoding="utf-8")


def test_a_missing_reason_keeps_what_was_typed(session: Session, scene: Scene) -> None:
    scene.ask()
    one = interest(session)
    response = scene.researcher.post(f"/feedback/interests/{one.id}/decline", data={"words": "……"})
    assert response.status_code == 400
    assert "婉拒的理由" in response.text
    assert "……" in response.text
    assert interest(session).status is InterestStatus.ASKED


def test_a_missing_message_keeps_the_form(session: Session, scene: Scene) -> None:
    response = scene.engineer.post(scene.asking, data={"words": "。", "position": "2"})
    assert response.status_code == 400
    assert "请写几句话" in response.text
    assert 'name="position" value="2"' in response.text
    assert session.scalars(select(Interest)).all() == []


def test_asking_twice_leads_to_the_first(session: Session, scene: Scene) -> None:
    scene.ask()
    response = scene.engineer.post(scene.asking, data={"words": "再问一次"}, follow_redirects=True)
    assert "已经就这一对发起过对接" in response.text
    assert interest(session).status is InterestStatus.ASKED


def test_withdrawing(session: Session, scene: Scene) -> None:
    scene.ask()
    one = interest(session)
    assert act(scene.engineer, one, "withdraw") == 303
    assert interest(session).status is InterestStatus.WITHDRAWN
    assert act(scene.researcher, one, "accept") == 409


def test_it_is_nobody_elses_business(session: Session, app: Flask, scene: Scene) -> None:
    scene.ask()
    one = interest(session)
    stranger = app.test_client()
    login(stranger, make_user(session))
    assert act(stranger, one, "accept") == 404
    assert "想请教滑靴偏磨" not in stranger.get("/feedback/interests").text
    assert stranger.get(scene.asking).status_code == 404
    assert act(scene.engineer, one, "accept") == 403
    assert interest(session).status is InterestStatus.ASKED


def test_ones_own_offer_needs_no_asking(session: Session, scene: Scene) -> None:
    own = make_offer(session, scene.person.organization)
    response = scene.engineer.get(f"/feedback/interests/need/{scene.need.id}/{own.id}", follow_redirects=True)
    assert "本单位自己的信息" in response.text


def test_words_are_shown_as_words(session: Session, scene: Scene) -> None:
    scene.ask("<script>alert(1)</script> 您好")
    page = scene.researcher.get("/feedback/interests").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
