"""What every answer says about what a page may do."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.vocabulary import Role
from tests.factories import login, make_user

PAGES = ("/account/login", "/account/register", "/healthz", "/no/such/page", "/static/matchmaker.css")


@pytest.mark.parametrize("address", PAGES)
def test_every_answer_carries_the_headers(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_no_cache_keeps_pages(client: FlaskClient, session: Session) -> None:
    login(client, make_user(session))
    assert client.get("/account/profile").headers["Cache-Control"] == "private, no-cache"


def test_an_encrypted_connection_stays_encrypted(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/account/login").headers
    secure = client.get("/account/login", base_url="https://match.example.com")
    assert "max-age=" in secure.headers["Strict-Transport-Security"]


def test_the_login_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient, session: Session) -> None:
    login(client, make_user(session))
    cookie = client.get_cookie("session")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_pages_hold_nothing_that_the_policy_forbids(client: FlaskClient, session: Session) -> None:
    login(client, make_user(session, Role.ADMIN))
    for address in ("/account/profile", "/account/members", "/admin/users", "/admin/users/new", "/organizer/people"):
        page = client.get(address).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), address
        assert not re.search(r"""\s(style|on\w+)=["']""", page), address
        assert not re.search(r"""(src|href)=["'](https?:)?//""", page), address
