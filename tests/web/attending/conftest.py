import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.domain.people import User
from matchmaker.services.platform import Platform
from tests.factories import login, make_user
from tests.fairs import make_fair
from tests.web.attending.scene import Scene, make_scene


@pytest.fixture
def fair(session: Session) -> Event:
    return make_fair(session, registration_open=True)


@pytest.fixture
def person(session: Session, client: FlaskClient, fair: Event) -> User:
    user = make_user(session)
    session.commit()
    login(client, user)
    return user


@pytest.fixture
def scene(session: Session, app: Flask, platform: Platform) -> Scene:
    return make_scene(session, app, platform)
