"""One's own account through the pages: what a browser without JavaScript meets."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.services.accounts.user_accounts import find_user
from matchmaker.services.jobs.worker import run_pending
from matchmaker.services.platform import Platform
from matchmaker.web import create_app
from tests.factories import PASSWORD, login, make_organization, make_user

REGISTRATION = {
    "role": "enterprise",
    "organization": "示例轴承有限公司",
    "organization_kind": "",
    "name": "示例·李工",
    "email": "li@example.com",
    "phone": "0379-0000-1001",
    "password": PASSWORD,
}


def logged_in(client: FlaskClient) -> bool:
    return client.get("/account/profile").status_code == 200


def letters(platform: Platform) -> list[str]:
    run_pending(platform)
    return [path.read_text("utf-8") for path in sorted((platform.settings.data / "mail").glob("*.eml"))]


def test_registering_founds_logs_in_and_leads_on(client: FlaskClient, session: Session) -> None:
    response = client.post("/account/register", data=REGISTRATION)
    assert response.status_code == 303
    assert logged_in(client)
    user = find_user(session, "li@example.com")
    assert user is not None
    assert user.owns_organization
    assert user.phone == "0379-0000-1001"


def test_a_refused_registration_keeps_what_was_typed_and_says_why_beside_the_field(client: FlaskClient) -> None:
    response = client.post("/account/register", data=REGISTRATION | {"email": "no address"})
    assert response.status_code == 400
    for typed in ("示例轴承有限公司", "示例·李工", "no address", "0379-0000-1001"):
        assert f'value="{typed}"' in response.text
    assert PASSWORD not in response.text
    assert re.search(
        r'id="email"[^>]*>\s*(<[^>]*>)*\s*<div class="invalid-feedback[^>]*>“邮箱”不是邮箱地址', response.text
    )


@pytest.mark.parametrize("role", ["organizer", "admin", "", "king"])
def test_nobody_gives_themselves_a_role(client: FlaskClient, session: Session, role: str) -> None:
    assert client.post("/account/register", data=REGISTRATION | {"role": role}).status_code == 400
    assert find_user(session, "li@example.com") is None


def test_an_empty_form_is_answered_with_complaints(client: FlaskClient) -> None:
    for path in ("register", "login", "forgot"):
        response = client.post(f"/account/{path}", data={})
        assert response.status_code == 400
        assert "请填写这一项" in response.text


def test_known_organizations_are_offered(client: FlaskClient, session: Session) -> None:
    make_organization(session, name="示例<大学>")
    assert '<option value="示例&lt;大学&gt;">' in client.get("/account/register").text


def test_whoever_joins_a_known_organization_is_told_to_wait_for_the_owner(
    client: FlaskClient, session: Session, platform: Platform
) -> None:
    owner = make_user(session, organization=make_organization(session, name="示例轴承有限公司"))
    response = client.post("/account/register", data=REGISTRATION, follow_redirects=True)
    assert "等待同意加入“示例轴承有限公司”" in response.text
    assert "已经通知这个单位的负责人" in response.text
    assert f"To: {owner.email}" in letters(platform)[0]


def test_whoever_joins_an_imported_organization_is_told_that_organizers_decide(
    client: FlaskClient, session: Session
) -> None:
    make_organization(session, name="示例轴承有限公司")
    response = client.post("/account/register", data=REGISTRATION, follow_redirects=True)
    assert "由组织方核实您的申请" in response.text


def test_login_goes_on_to_where_one_was_heading(client: FlaskClient, session: Session) -> None:
    user = make_user(session)
    response = client.get("/account/members")
    assert response.status_code == 302
    page = client.get(response.location)
    wanted = re.search(r'name="next" value="([^"]*)"', page.text)
    assert wanted is not None
    response = client.post("/account/login", data={"email": user.email, "password": PASSWORD, "next": wanted[1]})
    assert response.location == "/account/members"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "/\t/evil.example/",
        "/\n/evil.example/",
        " //evil.example/",
        "javascript:alert(1)",
        "account/profile",
        "/account/logout",
        "/no/such/page",
        "/account/profile\\..\\..\\evil",
        "http:evil.example",
        "",
    ],
)
def test_login_leads_nowhere_else(client: FlaskClient, session: Session, target: str) -> None:
    user = make_user(session)
    page = client.get("/account/login", query_string={"next": target})
    assert 'name="next"' not in page.text
    response = client.post("/account/login", data={"email": user.email, "password": PASSWORD, "next": target})
    assert response.status_code == 303
    assert response.location == "/enterprise/needs"
    assert client.get("/account/login", query_string={"next": target}).location == response.location


def test_login_and_forgot_do_not_tell_who_has_an_account(client: FlaskClient, session: Session) -> None:
    known, shut, unknown = make_user(session), make_user(session), "nobody@example.com"
    shut.active = False
    session.commit()

    def answer(path: str, email: str) -> tuple[int, str | None, str]:
        response = client.post(path, data={"email": email, "password": "wrong horse"})
        page = client.get(response.location).text if response.location else response.text
        return response.status_code, response.location, page.replace(email, "E")

    for path in ("/account/login", "/account/forgot"):
        answers = {answer(path, email) for email in (known.email, shut.email, unknown)}
        assert len(answers) == 1


def test_the_forgotten_password_from_letter_to_login(client: FlaskClient, session: Session, platform: Platform) -> None:
    user = make_user(session)
    client.post("/account/forgot", data={"email": user.email.upper()})
    (letter,) = letters(platform)
    found = re.search(r"http://127\.0\.0\.1:8000(/account/password/\S+)", letter)
    assert found is not None
    path = found[1]
    assert user.email in client.get(path).text
    new = {"password": "another horse", "again": "another horse"}
    assert client.post(path, data=new | {"again": "something else"}).status_code == 400
    assert client.post(path, data={"password": "short", "again": "short"}).status_code == 400
    assert client.post(path, data=new).status_code == 303
    assert logged_in(client)
    client.post("/account/logout")
    for response in (client.get(path), client.post(path, data=new)):
        assert response.status_code == 303
        assert response.location == "/account/forgot"
    assert client.post("/account/login", data={"email": user.email, "password": PASSWORD}).status_code == 400
    assert client.post("/account/login", data={"email": user.email, "password": "another horse"}).status_code == 303


def test_logout_needs_a_post_and_ends_the_session(client: FlaskClient, session: Session) -> None:
    login(client, make_user(session))
    assert client.get("/account/logout").status_code == 405
    assert logged_in(client)
    assert client.post("/account/logout").status_code == 303
    assert not logged_in(client)


def test_the_login_lasts_as_long_as_was_asked(client: FlaskClient, session: Session) -> None:
    user = make_user(session)
    said = {"email": user.email, "password": PASSWORD}
    client.post("/account/login", data=said)
    cookie = client.get_cookie("session")
    assert cookie is not None
    assert cookie.expires is None
    client.post("/account/logout")
    client.post("/account/login", data=said | {"stay": "y"})
    cookie = client.get_cookie("session")
    assert cookie is not None
    assert cookie.expires is not None


def test_a_new_password_ends_all_other_sessions(app: Flask, session: Session) -> None:
    user = make_user(session)
    here, elsewhere = app.test_client(), app.test_client()
    for browser in (here, elsewhere):
        login(browser, user)
    response = here.post(
        "/account/profile/password", data={"present": PASSWORD, "password": "another horse", "again": "another horse"}
    )
    assert response.status_code == 303
    assert logged_in(here)
    assert not logged_in(elsewhere)


def test_changing_the_password_needs_the_present_one(client: FlaskClient, session: Session) -> None:
    user = make_user(session)
    login(client, user)
    response = client.post(
        "/account/profile/password", data={"present": "wrong", "password": "another horse", "again": "another horse"}
    )
    assert response.status_code == 400
    assert "现在的密码不对" in response.text
    assert f'value="{user.name}"' in response.text


def test_shutting_an_account_ends_its_session(client: FlaskClient, session: Session) -> None:
    user = make_user(session)
    login(client, user)
    user.active = False
    session.commit()
    assert not logged_in(client)


def test_the_profile_is_changed_and_speaks_the_language_chosen(client: FlaskClient, session: Session) -> None:
    user = make_user(session)
    login(client, user)
    assert client.post("/account/profile", data={"name": "🙂", "phone": "1", "language": "zh"}).status_code == 400
    response = client.post("/account/profile", data={"name": "示例·新名", "phone": "123", "language": "en"})
    assert response.status_code == 303
    session.refresh(user)
    assert (user.name, user.phone, user.language) == ("示例·新名", "123", "en")
    assert '<html lang="en">' in client.get("/account/profile").text


class TestLimits:
    """Guessing and flooding end soon; people in the same hall do not lock each other out."""

    @pytest.fixture(autouse=True)
    def switched_on(self, app: Flask) -> None:
        app.config["RATELIMIT_ENABLED"] = True

    def test_guesses_at_one_account_end(self, client: FlaskClient, session: Session) -> None:
        user, neighbour = make_user(session), make_user(session)
        wrong = {"email": user.email, "password": "wrong horse"}
        assert [client.post("/account/login", data=wrong).status_code for _ in range(11)] == [400] * 10 + [429]
        right = {"email": user.email.upper(), "password": PASSWORD}
        refused = client.post("/account/login", data=right)
        assert refused.status_code == 429
        assert "操作太频繁" in refused.text
        login(client, neighbour)

    def test_successful_logins_are_not_counted(self, app: Flask, session: Session) -> None:
        user = make_user(session)
        for _ in range(12):
            login(app.test_client(), user)

    def test_letters_to_one_address_end(self, client: FlaskClient, session: Session, platform: Platform) -> None:
        user = make_user(session)
        for email in (user.email, "nobody@example.com"):
            answers = [client.post("/account/forgot", data={"email": email}).status_code for _ in range(6)]
            assert answers == [303] * 5 + [429]
        assert len(letters(platform)) == 5

    def test_opening_pages_is_not_limited(self, client: FlaskClient) -> None:
        assert {client.get("/account/login").status_code for _ in range(120)} == {200}

    @pytest.mark.parametrize(("proxies", "answer"), [(0, 429), (1, 400)])
    def test_visitors_are_told_apart_behind_as_many_proxies_as_there_are(
        self, platform: Platform, session: Session, proxies: int, answer: int
    ) -> None:
        app = create_app(replace(platform.settings, proxies=proxies), platform)
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        wrong = {"email": make_user(session).email, "password": "wrong horse"}

        def attempt(claimed: str, caller: str) -> int:
            headers = {"X-Forwarded-For": f"{claimed}, {caller}"}
            return app.test_client().post("/account/login", data=wrong, headers=headers).status_code

        assert [attempt(f"192.0.2.{number}", "198.51.100.7") for number in range(11)] == [400] * 10 + [429]
        assert attempt("192.0.2.0", "198.51.100.8") == answer
