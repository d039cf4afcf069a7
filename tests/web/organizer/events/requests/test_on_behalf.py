import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.vocabulary import Role
from matchmaker.services.platform import Platform
from tests.docking import publish_plan
from tests.factories import make_user
from tests.web.attending.scene import Scene, make_scene


@pytest.fixture
def scene(session: Session, app: Flask, platform: Platform) -> Scene:
    return make_scene(session, app, platform)


def act(client: FlaskClient, one: MeetingRequest, action: str, **data: str) -> int:
    return client.post(f"/attending/requests/{one.id}/{action}", data=data).status_code


def test_an_organizer_answers_for_who_has_no_account(session: Session, scene: Scene) -> None:
    publish_plan(session, scene.event)
    scene.person(scene.offers[0]).active = False
    scene.offers[0].organization.contact_phone = "0379-8888"
    session.commit()
    engineer = scene.client(scene.needs[0])
    organizer = make_user(session, Role.ORGANIZER)
    office = scene.client(organizer)
    one = scene.ask(engineer)
    assert "1 个约见请求要由组织方代答" in office.get(f"/organizer/events/{scene.event.id}/progress").text
    page = office.get(f"/attending/events/{scene.event.id}/requests", follow_redirects=True).text
    assert scene.offers[0].name in page
    assert "0379-8888" in page
    page = office.get(f"/attending/requests/{one.id}").text
    assert "由组织方代为处理" in page
    assert scene.address(scene.offers[0], "schedule") not in page
    assert act(office, one, "accept", words="电话里说好了") == 303
    assert f"{organizer.name}（组织方代办）" in engineer.get(f"/attending/requests/{one.id}").text
    assert scene.offers[0].name in engineer.get(scene.address(scene.needs[0], "schedule")).text
