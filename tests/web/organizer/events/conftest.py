import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import OrganizationKind, Role, Side
from matchmaker.services.platform import Platform
from tests.factories import login, make_need, make_offer, make_organization, make_user
from tests.web.organizer.events.fair import FORM


@pytest.fixture
def organizer(session: Session, client: FlaskClient) -> User:
    user = make_user(session, Role.ORGANIZER)
    login(client, user)
    return user


@pytest.fixture
def event(session: Session, platform: Platform, client: FlaskClient, organizer: User) -> Event:
    """A docking event with one participant on each side."""
    make_need(session, make_organization(session, name="示例轴承厂"), title="高铁轴承接触疲劳寿命不足")
    university = make_organization(session, OrganizationKind.UNIVERSITY, name="示例理工大学")
    make_offer(session, university, title="高速铁路轴承接触疲劳试验与寿命预测")
    platform.search_index.refresh()
    assert client.post("/organizer/events/new", data=FORM).status_code == 303
    for side in Side:
        client.post(f"/organizer/events/1/participants/add?side={side.value}", data={"all": "yes"})
    made = session.scalars(select(Event)).one()
    session.commit()
    return made
