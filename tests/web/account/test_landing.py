import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.vocabulary import Role
from tests.factories import PASSWORD, make_user


@pytest.mark.parametrize(
    ("role", "endpoint"),
    [
        (Role.ENTERPRISE, "enterprise.needs"),
        (Role.RESEARCHER, "research.firms"),
        (Role.ORGANIZER, "organizer.events"),
        (Role.ADMIN, "organizer.events"),
        (Role.BROKER, "public.home"),
    ],
)
def test_people_land_on_what_serves_them(
    app: Flask, client: FlaskClient, session: Session, role: Role, endpoint: str
) -> None:
    user = make_user(session, role)
    response = client.post("/account/login", data={"email": user.email, "password": PASSWORD})
    with app.test_request_context():
        assert response.location == app.url_for(endpoint)
