"""Who may open what. These tests walk the URL map, so a new page is covered by being there."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from matchmaker.services.platform import Platform
from matchmaker.web.access import Audience, audience_of, belongs_to
from tests.factories import login
from tests.web.world import SECRET, World, addresses, build_world, forms_that_post, rows

pytestmark = pytest.mark.slow

WITHOUT_AUDIENCE = {"static", "bootstrap", "health"}
OUTSIDE = "您的账号不能打开这个页面"
PEOPLE = ("enterprise", "researcher", "broker", "waiting", "organizer", "admin")


@pytest.fixture
def world(session: Session) -> World:
    return build_world(session)


@pytest.fixture
def database(platform: Platform) -> Path:
    return Path(platform.settings.database_url.removeprefix("sqlite:///"))


def visit(client: FlaskClient, method: str, address: str) -> TestResponse:
    return client.open(address, method=method)


def refused(response: TestResponse, *, logged_in: bool) -> bool:
    """Whether it is the answer to someone outside the audience."""
    location = response.location or ""
    if not logged_in:
        return response.status_code == 302 and location.startswith("/account/login")
    return response.status_code == 403 or (response.status_code == 303 and location == "/account/members")


def audience(app: Flask, rule: Rule) -> Audience:
    return audience_of(app, rule.endpoint) or Audience.EVERYONE


def test_every_page_has_an_audience(app: Flask) -> None:
    without = {rule.endpoint for rule in app.url_map.iter_rules() if audience_of(app, rule.endpoint) is None}
    assert {endpoint.partition(".")[0] for endpoint in without} <= WITHOUT_AUDIENCE


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_strangers_are_asked_to_log_in(
    app: Flask, client: FlaskClient, world: World, database: Path, method: str
) -> None:
    before = rows(database)
    for rule, address in addresses(app, method, world.published):
        if audience(app, rule) is not Audience.EVERYONE:
            assert refused(visit(client, method, address), logged_in=False), address
    assert rows(database) == before


def test_strangers_may_read_what_is_for_everyone(app: Flask, client: FlaskClient, world: World) -> None:
    for rule, address in addresses(app, "GET", world.published):
        if audience(app, rule) is Audience.EVERYONE:
            response = visit(client, "GET", address)
            assert response.status_code < 500, address
            assert not refused(response, logged_in=False), address
            assert not refused(response, logged_in=True), address


@pytest.mark.parametrize("who", PEOPLE)
def test_people_open_the_pages_of_their_audience(app: Flask, client: FlaskClient, world: World, who: str) -> None:
    account = world.people[who]
    login(client, account)
    for rule, address in addresses(app, "GET", world.published):
        if belongs_to(account, audience(app, rule)):
            response = visit(client, "GET", address)
            assert response.status_code < 500, address
            # A service may still say no, as to an organizer without organization who wants to post.
            assert OUTSIDE.encode() not in response.data, address


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_people_are_refused_other_peoples_pages(
    app: Flask, client: FlaskClient, world: World, database: Path, who: str, method: str
) -> None:
    account = world.people[who]
    login(client, account)
    before = rows(database)
    for rule, address in addresses(app, method, world.published):
        if not belongs_to(account, audience(app, rule)):
            assert refused(visit(client, method, address), logged_in=True), address
    assert rows(database) == before


@pytest.mark.parametrize(
    ("who", "closed"), [("other enterprise", Audience.NEED_SIDE), ("other researcher", Audience.OFFER_SIDE)]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("state", ["published", "drafts"])
def test_members_of_another_organization_change_nothing_of_ours(
    app: Flask, client: FlaskClient, world: World, database: Path, who: str, closed: Audience, method: str, state: str
) -> None:
    login(client, world.people[who])
    before = rows(database)
    for rule, address in addresses(app, method, getattr(world, state)):
        if audience(app, rule) in (closed, Audience.ACCOUNTS) and any(name.endswith("_id") for name in rule.arguments):
            assert visit(client, method, address).status_code in (403, 404), address
    assert rows(database) == before


@pytest.mark.parametrize("who", ["nobody", "other enterprise", "other researcher", "broker", "waiting"])
def test_drafts_are_shown_to_nobody_else(app: Flask, client: FlaskClient, world: World, who: str) -> None:
    if who != "nobody":
        login(client, world.people[who])
    for _, address in addresses(app, "GET", world.drafts):
        assert SECRET.encode() not in visit(client, "GET", address).data, address


@pytest.mark.parametrize("who", ["nobody", "enterprise", "researcher", "organizer", "admin"])
def test_every_form_carries_its_token(app: Flask, client: FlaskClient, world: World, who: str) -> None:
    if who != "nobody":
        login(client, world.people[who])
    app.config["WTF_CSRF_ENABLED"] = True
    for _, address in addresses(app, "GET", world.drafts if who != "nobody" else world.published):
        response = visit(client, "GET", address)
        if response.mimetype == "text/html":
            for form in forms_that_post(response.text):
                assert 'name="csrf_token"' in form, address


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_change_is_accepted_without_its_token(
    app: Flask, client: FlaskClient, world: World, database: Path, method: str
) -> None:
    login(client, world.people["admin"])
    app.config["WTF_CSRF_ENABLED"] = True
    before = rows(database)
    for _, address in addresses(app, method, world.published):
        response = visit(client, method, address)
        assert response.status_code == 400, address
        assert "页面已过期" in response.text, address
    assert rows(database) == before


def test_a_token_of_another_session_is_worth_nothing(app: Flask, world: World) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    page = app.test_client().get("/account/login").text
    token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    other = app.test_client()
    other.get("/account/login")
    assert other.post("/account/login", data={"csrf_token": token}).status_code == 400
    assert "页面已过期" in other.post("/account/login", data={"csrf_token": token}).text


def test_whoever_waits_is_led_to_the_waiting_page(app: Flask, client: FlaskClient, world: World) -> None:
    login(client, world.people["waiting"])
    for rule, address in addresses(app, "GET", world.published):
        if audience(app, rule) is Audience.NEED_SIDE:
            assert visit(client, "GET", address).location == "/account/members", address
    assert "等待同意加入" in client.get("/account/members").text
