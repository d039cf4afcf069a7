import re
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import Cooperation
from matchmaker.domain.interest import Interest, InterestStatus
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import Role, Side
from matchmaker.services.cooperation.beginning import begin_from_interest
from tests.factories import login, make_need, make_offer, make_user

TITLE = "柱塞泵滑靴偏磨攻关"


CONTRACT = {
    "kind": "development",
    "signed_on": "2026-06-30",
    "contract_value": "97.31",
    "technology_value": "86.42",
    "registration_number": "",
}


@dataclass
class Scene:
    """A cooperation just begun, and a browser for each of those it concerns and for a stranger."""

    cooperation_id: int
    interest_id: int
    engineer: FlaskClient
    researcher: FlaskClient
    organizer: FlaskClient
    stranger: FlaskClient

    @property
    def address(self) -> str:
        return f"/cooperations/{self.cooperation_id}"

    def version(self) -> str:
        """As the page says it now."""
        found = re.search(r'name="version" value="(\d+)"', self.engineer.get(self.address).text)
        assert found
        return found[1]


def browser(app: Flask, person: User) -> FlaskClient:
    client = app.test_client()
    login(client, person)
    return client


def reread(session: Session) -> Cooperation:
    """The only cooperation, without holding the lock afterwards."""
    session.expire_all()
    cooperation = session.scalars(select(Cooperation)).one()
    _ = cooperation.contracts, cooperation.path
    session.commit()
    return cooperation


def make_scene(app: Flask, session: Session) -> Scene:
    people = [
        make_user(session),
        make_user(session, Role.RESEARCHER),
        make_user(session, Role.ORGANIZER),
        make_user(session),
    ]
    need = make_need(session, people[0].organization, title=TITLE)
    offer = make_offer(session, people[1].organization)
    interest = Interest(need=need, offer=offer, side=Side.NEED, status=InterestStatus.ACCEPTED)
    session.add(interest)
    session.flush()
    cooperation = begin_from_interest(session, people[1], interest)
    session.commit()
    ids = cooperation.id, interest.id
    session.commit()
    return Scene(*ids, *(browser(app, person) for person in people))
