"""Accounts: opening, logging in, passwords and their links, administration."""

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import InvalidInput, NotAllowed, NotFound
from matchmaker.domain.people import Organization, User
from matchmaker.domain.vocabulary import MembershipStatus, OrganizationKind, Role
from matchmaker.services.accounts import user_accounts
from matchmaker.services.accounts.user_accounts import PasswordLinks, Registration
from matchmaker.services.activity import history
from matchmaker.services.jobs.worker import run_pending
from matchmaker.services.platform import Platform
from tests.factories import PASSWORD, make_organization, make_user

LINKS = PasswordLinks("only for tests", "https://match.example.com")


def registration(**values: object) -> Registration:
    said = {
        "email": "li@example.com",
        "name": "示例·李工",
        "password": PASSWORD,
        "role": Role.ENTERPRISE,
        "organization": "示例轴承有限公司",
    }
    return Registration(**(said | values))  # type: ignore[arg-type]


def letters(platform: Platform) -> list[str]:
    run_pending(platform)
    return [path.read_text("utf-8") for path in sorted((platform.settings.data / "mail").glob("*.eml"))]


def test_the_first_member_founds_and_owns_the_organization(session: Session) -> None:
    user = user_accounts.register(session, registration())
    assert user.organization is not None
    assert user.organization.kind is OrganizationKind.ENTERPRISE
    assert user.owns_organization


def test_passwords_are_kept_as_argon2_hashes(session: Session) -> None:
    user = user_accounts.register(session, registration())
    assert (user.password_hash or "").startswith("$argon2id$")
    assert PASSWORD not in (user.password_hash or "")


def test_joining_a_known_organization_waits_for_its_owner_who_gets_a_letter(
    session: Session, platform: Platform
) -> None:
    owner = user_accounts.register(session, registration())
    joining = user_accounts.register(session, registration(email="wang@example.com", name="示例·王工"))
    assert joining.organization is None
    assert joining.membership is not None
    assert joining.membership.status is MembershipStatus.PENDING
    assert not joining.membership.owner
    (letter,) = letters(platform)
    assert f"To: {owner.email}" in letter
    assert "示例·王工" in letter


def test_an_imported_organization_is_not_the_first_comers(session: Session) -> None:
    make_organization(session, name="示例轴承有限公司")
    user = user_accounts.register(session, registration())
    assert user.organization is None
    assert not user.owns_organization


def test_blanks_in_a_name_do_not_make_another_organization(session: Session) -> None:
    user_accounts.register(session, registration(organization="示例 轴承"))
    joining = user_accounts.register(session, registration(email="b@example.com", organization="  示例   轴承 "))
    assert joining.membership is not None
    assert joining.membership.status is MembershipStatus.PENDING


def test_brokers_need_no_organization(session: Session) -> None:
    user = user_accounts.register(session, registration(role=Role.BROKER, organization=" "))
    assert user.membership is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"name": "😀"}, "name"),
        ({"name": "长" * 61}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"password": "12345678"}, "password"),
        ({"password": "aaaaaaaaaa"}, "password"),
        ({"role": Role.ADMIN}, "role"),
        ({"role": Role.ORGANIZER}, "role"),
        ({"organization": ""}, "organization"),
        ({"organization": "🏭🏭🏭"}, "organization"),
        ({"organization": "长" * 121}, "organization"),
        ({"role": Role.RESEARCHER}, "organization_kind"),
        ({"phone": "1" * 61}, "phone"),
        ({"language": "fr"}, "language"),
    ],
)
def test_a_wrong_registration_names_its_field_and_leaves_nothing(
    session: Session, values: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        user_accounts.register(session, registration(**values))
    assert refusal.value.field == field
    assert session.scalar(select(func.count(User.id))) == 0
    assert session.scalar(select(func.count(Organization.id))) == 0


def test_one_address_one_account_in_any_case(session: Session) -> None:
    user_accounts.register(session, registration())
    with pytest.raises(InvalidInput) as refusal:
        user_accounts.register(session, registration(email="LI@Example.com"))
    assert refusal.value.field == "email"


def test_authenticate_knows_active_people_with_the_right_password(session: Session) -> None:
    user = make_user(session)
    assert user_accounts.authenticate(session, user.email.upper(), PASSWORD) is user
    assert user_accounts.authenticate(session, user.email, PASSWORD + "!") is None
    assert user_accounts.authenticate(session, "nobody@example.com", PASSWORD) is None
    user.active = False
    session.commit()
    assert user_accounts.authenticate(session, user.email, PASSWORD) is None


def test_nobody_logs_in_before_a_password_is_set(session: Session) -> None:
    user = user_accounts.create_user(session, "new@example.com", Role.ORGANIZER)
    for guess in ("", "no such account"):
        assert user_accounts.authenticate(session, user.email, guess) is None


def test_a_password_typed_full_width_is_the_same(session: Session) -> None:
    user = make_user(session)
    user_accounts.set_password(session, user, "Ａｂｃ１２３４５－７８")
    assert user_accounts.authenticate(session, user.email, "Abc12345-78") is user


def test_checking_a_password_holds_no_lock(session: Session) -> None:
    user = make_user(session)
    user_accounts.authenticate(session, user.email, PASSWORD)
    assert not session.in_transaction()


def test_changing_a_password_needs_the_present_one(session: Session) -> None:
    user = make_user(session)
    with pytest.raises(InvalidInput) as refusal:
        user_accounts.change_password(session, user, "wrong horse", "another horse")
    assert refusal.value.field == "present"
    user_accounts.change_password(session, user, PASSWORD, "another horse")
    assert user_accounts.authenticate(session, user.email, "another horse") is user


def test_the_session_fingerprint_changes_with_the_password_and_tells_nothing_of_it(session: Session) -> None:
    user = make_user(session)
    before = user_accounts.session_fingerprint(user)
    assert before not in (user.password_hash or "")
    user_accounts.set_password(session, user, "another horse")
    assert user_accounts.session_fingerprint(user) != before


def test_a_link_opens_its_account_once(session: Session) -> None:
    user = user_accounts.create_user(session, "new@example.com", Role.ENTERPRISE)
    link = LINKS.link(user)
    assert link.startswith("https://match.example.com/account/password/")
    token = link.rpartition("/")[2]
    assert LINKS.user(session, token) is user
    user_accounts.set_password(session, user, PASSWORD)
    with pytest.raises(NotFound):
        LINKS.user(session, token)


def test_links_of_others_and_of_shut_accounts_are_void(session: Session) -> None:
    user = make_user(session)
    token = LINKS.link(user).rpartition("/")[2]
    for wrong in (token + "x", "", "x.y.z", PasswordLinks("another secret", "").link(user).rpartition("/")[2]):
        with pytest.raises(NotFound):
            LINKS.user(session, wrong)
    user.active = False
    session.commit()
    with pytest.raises(NotFound):
        LINKS.user(session, token)


def test_links_are_void_after_a_day(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user(session)
    token = LINKS.link(user).rpartition("/")[2]
    written: int = URLSafeTimedSerializer.default_signer("k").get_timestamp()
    day = user_accounts.LINK_HOURS * 3600
    for age, good in ((day - 60, True), (day + 60, False)):
        monkeypatch.setattr("itsdangerous.timed.time.time", lambda age=age: written + age)
        if good:
            assert LINKS.user(session, token) is user
        else:
            with pytest.raises(NotFound):
                LINKS.user(session, token)


def test_a_forgotten_password_mails_a_link_to_known_people_only(session: Session, platform: Platform) -> None:
    user = make_user(session)
    shut = make_user(session)
    shut.active = False
    session.commit()
    for email in (user.email, shut.email, "nobody@example.com"):
        user_accounts.send_password_link(session, LINKS, email)
    (letter,) = letters(platform)
    assert f"To: {user.email}" in letter
    assert "https://match.example.com/account/password/" in letter


def test_an_administrator_opens_accounts_that_are_members_at_once(session: Session) -> None:
    imported = make_organization(session, name="示例大学", kind=OrganizationKind.UNIVERSITY)
    first = user_accounts.create_user(session, "a@example.com", Role.RESEARCHER, "示例大学")
    second = user_accounts.create_user(session, "b@example.com", Role.RESEARCHER, "示例大学", "示例·王教授")
    assert (first.organization, second.organization) == (imported, imported)
    assert (first.owns_organization, second.owns_organization) == (True, False)
    assert (first.name, second.name) == ("a", "示例·王教授")
    founded = user_accounts.create_user(session, "c@example.com", Role.ENTERPRISE, "示例新企业").organization
    assert founded is not None
    assert founded.kind is OrganizationKind.ENTERPRISE


def test_shutting_an_account_and_changing_a_role_are_logged(session: Session) -> None:
    admin, user = make_user(session, Role.ADMIN), make_user(session)
    user_accounts.set_active(session, admin, user, False)
    user_accounts.set_active(session, admin, user, True)
    user_accounts.change_role(session, admin, user, Role.BROKER)
    assert user.active
    assert user.role is Role.BROKER
    log = [(entry.action, entry.actor) for entry in history(session, "user_account", user.id)][-3:]
    assert log == [("deactivated", admin), ("reactivated", admin), ("role", admin)]


def test_administrators_cannot_shut_themselves_out_and_others_cannot_administrate(session: Session) -> None:
    admin, organizer = make_user(session, Role.ADMIN), make_user(session, Role.ORGANIZER)
    for actor in (admin, organizer):
        with pytest.raises(NotAllowed):
            user_accounts.set_active(session, actor, admin, False)
        with pytest.raises(NotAllowed):
            user_accounts.change_role(session, actor, admin, Role.ENTERPRISE)


def test_users_are_found_by_name_address_organization_and_role(session: Session) -> None:
    organization = make_organization(session, name="示例100%拖拉机")
    tractor = make_user(session, organization=organization)
    researcher = make_user(session, Role.RESEARCHER)

    def found(text: str = "", role: Role | None = None) -> list[User]:
        users, total = user_accounts.find_users(session, text, role)
        assert total == len(users)
        return list(users)

    assert found() == [researcher, tractor]
    assert found("100%拖") == [tractor]
    assert found(researcher.email.upper()) == [researcher]
    assert found(tractor.name) == [tractor]
    assert found(role=Role.RESEARCHER) == [researcher]
    assert found("%") == [tractor]
    assert found("没有这样的人") == []


def test_users_come_in_pages(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_accounts, "PAGE_LENGTH", 2)
    users = [make_user(session) for _ in range(3)]
    first, total = user_accounts.find_users(session)
    second, _ = user_accounts.find_users(session, page=2)
    assert total == 3
    assert [*first, *second] == users[::-1]
