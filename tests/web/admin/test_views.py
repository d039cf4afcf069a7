"""The administrator's pages, and the organizers' page of organizations without an owner."""

import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import MembershipStatus, Role
from matchmaker.services.accounts import user_accounts
from matchmaker.services.accounts.user_accounts import find_user
from matchmaker.services.jobs.worker import run_pending
from matchmaker.services.platform import Platform
from tests.factories import PASSWORD, login, make_organization, make_user


def look_again(session: Session, user: User) -> None:
    """Read what the application wrote, and let it write again."""
    session.refresh(user)
    session.commit()


def test_a_new_user_gets_a_one_time_link_shown_and_mailed(
    client: FlaskClient, session: Session, platform: Platform
) -> None:
    login(client, make_user(session, Role.ADMIN))
    said = {"email": "new@example.com", "name": "示例·新人", "role": "organizer", "organization": ""}
    response = client.post("/admin/users/new", data=said)
    assert response.status_code == 303
    shown = re.search(r'value="http://127\.0\.0\.1:8000(/account/password/[^"]+)"', client.get(response.location).text)
    assert shown is not None
    run_pending(platform)
    (letter,) = (platform.settings.data / "mail").glob("*.eml")
    assert "/account/password/" in letter.read_text("utf-8")
    client.post("/account/logout")
    assert client.post(shown[1], data={"password": PASSWORD, "again": PASSWORD}).status_code == 303
    user = find_user(session, "new@example.com")
    assert user is not None
    assert user.organizes
    assert client.get(shown[1]).location == "/account/forgot"


def test_the_link_is_shown_only_until_a_password_is_set(client: FlaskClient, session: Session) -> None:
    login(client, make_user(session, Role.ADMIN))
    user = make_user(session)
    assert "/account/password/" not in client.get(f"/admin/users/{user.id}").text


def test_a_refused_new_user_keeps_what_was_typed(client: FlaskClient, session: Session) -> None:
    admin = make_user(session, Role.ADMIN)
    login(client, admin)
    said = {"email": admin.email, "name": "示例·新人", "role": "broker", "organization": "示例单位"}
    response = client.post("/admin/users/new", data=said)
    assert response.status_code == 400
    assert "这个邮箱已经注册过" in response.text
    assert 'value="示例·新人"' in response.text
    assert re.search(r'<option selected value="broker"', response.text)


def test_shutting_and_opening_an_account(client: FlaskClient, session: Session) -> None:
    login(client, make_user(session, Role.ADMIN))
    user = make_user(session)
    client.post(f"/admin/users/{user.id}/deactivate")
    look_again(session, user)
    assert not user.active
    assert "已停用" in client.get("/admin/users").text
    client.post(f"/admin/users/{user.id}/reactivate")
    look_again(session, user)
    assert user.active


def test_changing_a_role_and_what_is_no_role(client: FlaskClient, session: Session) -> None:
    admin = make_user(session, Role.ADMIN)
    login(client, admin)
    user = make_user(session)
    assert client.post(f"/admin/users/{user.id}/role", data={"role": "organizer"}).status_code == 303
    look_again(session, user)
    assert user.role is Role.ORGANIZER
    assert client.post(f"/admin/users/{user.id}/role", data={"role": "king"}).status_code == 400
    assert client.post(f"/admin/users/{admin.id}/role", data={"role": "broker"}).status_code == 403
    assert client.post(f"/admin/users/{admin.id}/deactivate").status_code == 403
    assert client.post("/admin/users/9999/deactivate").status_code == 404


def test_users_are_listed_in_pages_and_searched(client: FlaskClient, session: Session) -> None:
    login(client, make_user(session, Role.ADMIN))
    for number in range(user_accounts.PAGE_LENGTH):
        user_accounts.create_user(session, f"guest{number:03}@example.com", Role.BROKER)
    first, second = (client.get(f"/admin/users?role=broker&page={page}") for page in (1, 2))
    assert first.text.count("@example.com") == user_accounts.PAGE_LENGTH
    assert second.location == "/admin/users?role=broker&page=1"
    assert client.get("/admin/users?page=2").text.count("@example.com") == 1
    assert client.get("/admin/users?q=guest007").text.count("@example.com") == 1
    assert client.get("/admin/users?page=0&role=king&q=%F0%9F%98%80").status_code == 200


def test_organizers_name_an_owner_where_there_is_none(client: FlaskClient, session: Session) -> None:
    imported = make_organization(session)
    first, second = (make_user(session, organization=imported, owner=False) for _ in range(2))
    for person in (first, second):
        assert person.membership is not None
        person.membership.status = MembershipStatus.PENDING
    session.commit()
    assert first.membership is not None
    assert second.membership is not None
    login(client, make_user(session, Role.ORGANIZER))
    page = client.get("/organizer/people").text
    assert first.email in page
    assert second.email in page
    client.post(f"/organizer/people/{first.membership.id}/refuse")
    client.post(f"/organizer/people/{second.membership.id}/accept")
    session.expire_all()
    assert first.membership.status is MembershipStatus.REFUSED
    assert second.owns_organization
    assert imported.name not in client.get("/organizer/people").text
