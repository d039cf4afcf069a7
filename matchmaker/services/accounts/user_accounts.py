"""Accounts: registering, passwords and their links, and what an administrator does with them."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import InvalidInput, NotAllowed, NotFound
from matchmaker.domain.people import Membership, Organization, User
from matchmaker.domain.postings.fields import letters_in, one_line, read_email
from matchmaker.domain.vocabulary import MembershipStatus, OrganizationKind, Role
from matchmaker.i18n import LANGUAGES, N_
from matchmaker.services.activity import log
from matchmaker.services.mailing.letters import Recipient, letter, send
from matchmaker.services.organizations.members import all_or_nothing, join_organization, owners_of, tell_owners

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200
LINK_HOURS = 24
PAGE_LENGTH = 50
SELF_SERVICE_ROLES = (Role.ENTERPRISE, Role.RESEARCHER, Role.BROKER)

_FOUNDED_AS = {
    Role.ENTERPRISE: OrganizationKind.ENTERPRISE,
    Role.RESEARCHER: OrganizationKind.UNIVERSITY,
    Role.BROKER: OrganizationKind.INTERMEDIARY,
    Role.ORGANIZER: OrganizationKind.GOVERNMENT,
    Role.ADMIN: OrganizationKind.GOVERNMENT,
}

_FIRST_GUESSES = ("01234567890", "09876543210", "qwertyuiop", "password123", "1q2w3e4r5t", "a123456789", "abc123456")
"""A password that is part of one of these is no secret."""

_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Registration:
    """What a person says when registering. A known ``organization`` name asks its owner; a new one founds it."""

    email: str
    name: str
    password: str
    role: Role
    organization: str
    organization_kind: OrganizationKind | None = None
    phone: str = ""
    language: str = "zh"


def register(session: Session, registration: Registration) -> User:
    """Open an account. The first member of an organization owns it; later ones wait for the owner's yes.

    Brokers may do without an organization. Raises :class:`InvalidInput` with the field to mend.
    """
    if registration.role not in SELF_SERVICE_ROLES:
        raise InvalidInput(N_("这个角色只能由管理员开通"), field="role")
    # Hashing takes long and needs no transaction: it comes first.
    password_hash = _hash(registration.password)
    with all_or_nothing(session):
        user = _new_user(session, registration.email, registration.name, registration.role)
        user.phone = _phone(registration.phone)
        user.language = _language(registration.language)
        user.password_hash = password_hash
        if registration.role is not Role.BROKER or registration.organization.strip():
            kind = registration.organization_kind
            if kind is None and registration.role is Role.ENTERPRISE:
                kind = OrganizationKind.ENTERPRISE
            join_organization(session, user, registration.organization, kind)
    log(session, user, "user_account", user.id, "registered", user.role.value)
    if user.membership is not None:
        tell_owners(session, user.membership)
    session.commit()
    return user


def create_user(
    session: Session,
    email: str,
    role: Role,
    organization: str | None = None,
    name: str = "",
    *,
    creator: User | None = None,
) -> User:
    """An account without a password, made by an administrator; it is opened through a set-password link.

    The person is a member of the organization at once, and its owner if it has none. An unknown organization is
    founded, of the kind that suits the role. ``creator`` is ``None`` on the command line.
    """
    with all_or_nothing(session):
        user = _new_user(session, email, name.strip() or email.partition("@")[0], role)
        if organization and organization.strip():
            membership = join_organization(session, user, organization, _FOUNDED_AS[role])
            membership.owner = membership.owner or not owners_of(membership.organization)
            membership.status = MembershipStatus.ACTIVE
    log(session, creator, "user_account", user.id, "created", role.value)
    session.commit()
    return user


def authenticate(session: Session, email: str, password: str) -> User | None:
    """The active account with this address and password, or ``None``. An unknown address takes as long to refuse."""
    user = find_user(session, email)
    # Ends the transaction: nobody should wait for the database while a password is being checked.
    session.commit()
    stored = user.password_hash if user is not None and user.password_hash else _some_hash()
    try:
        _hasher.verify(stored, _typed(password)[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return None
    if user is None or not user.active or user.password_hash is None:
        return None
    return user


def find_user(session: Session, email: str) -> User | None:
    """The account with this address, in any case."""
    return session.scalar(select(User).where(User.email == email.strip().casefold()))


class PasswordLinks:
    """One-time links for setting a password: signed, dated, and void once the password has changed."""

    def __init__(self, secret_key: str, base_url: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret_key, salt="set-password")
        self._base_url = base_url

    def link(self, user: User) -> str:
        """The address to open; good for :data:`LINK_HOURS` hours."""
        return f"{self._base_url}/account/password/{self._serializer.dumps([user.id, session_fingerprint(user)])}"

    def user(self, session: Session, token: str) -> User:
        """The account that the token opens; raises :class:`NotFound` when it is stale, used or not ours."""
        try:
            user_id, fingerprint = self._serializer.loads(token, max_age=LINK_HOURS * 3600)
        except BadSignature as error:
            raise _void_link() from error
        user = session.get(User, user_id)
        if user is None or not user.active or fingerprint != session_fingerprint(user):
            raise _void_link()
        return user


def send_password_link(session: Session, links: PasswordLinks, email: str) -> None:
    """Mail a set-password link if there is such an active account; says nothing either way, and takes as long."""
    user = find_user(session, email)
    letters = []
    if user is not None and user.active:
        text = N_(
            "%(reader)s，您好：\n\n请在 %(hours)d 小时内打开下面的链接设置密码：\n%(link)s\n\n"
            "如果不是您本人申请，请忽略这封邮件。"
        )
        letters.append(letter(Recipient.of(user), N_("设置密码"), text, hours=LINK_HOURS, link=links.link(user)))
    send(session, letters)
    session.commit()


def set_password(session: Session, user: User, password: str) -> None:
    """Change the password; earlier links and, at their next request, other sessions are void."""
    user.password_hash = _hash(password)
    log(session, user, "user_account", user.id, "password set")
    session.commit()


def change_password(session: Session, user: User, present: str, password: str) -> None:
    """Change the password of someone who knows the present one."""
    try:
        _hasher.verify(user.password_hash or _some_hash(), _typed(present)[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError) as error:
        raise InvalidInput(N_("现在的密码不对"), field="present") from error
    set_password(session, user, password)


def session_fingerprint(user: User) -> str:
    """A value that changes with the password: kept in the login cookie, so that a new password ends old sessions."""
    return hashlib.sha256((user.password_hash or "").encode()).hexdigest()[:24]


def check_password(password: str) -> None:
    """Raise :class:`InvalidInput` for a password that is too short, absurdly long or the first one to be guessed."""
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput(N_("密码至少 %(least)d 位"), field="password", least=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise InvalidInput(N_("密码最多 %(most)d 位"), field="password", most=LONGEST_PASSWORD)
    if len(set(password)) < 4 or any(password.casefold() in guess for guess in _FIRST_GUESSES):
        raise InvalidInput(N_("这个密码太容易被猜到，请换一个"), field="password")


def update_profile(session: Session, user: User, name: str, phone: str, language: str) -> None:
    """Change what a person says of themselves."""
    user.name, user.phone, user.language = _person_name(name), _phone(phone), _language(language)
    session.commit()


def find_users(session: Session, text: str = "", role: Role | None = None, page: int = 1) -> tuple[Sequence[User], int]:
    """One page of accounts, the newest first, and how many there are in all.

    ``text`` is looked for in names, addresses and the names of organizations.
    """
    wanted = select(User).outerjoin(User.membership).outerjoin(Membership.organization)
    if text.strip():
        columns = (User.name, User.email, Organization.name)
        wanted = wanted.where(or_(*(column.icontains(text.strip(), autoescape=True) for column in columns)))
    if role is not None:
        wanted = wanted.where(User.role == role)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    users = session.scalars(wanted.order_by(User.id.desc()).offset((page - 1) * PAGE_LENGTH).limit(PAGE_LENGTH)).all()
    return users, total


def get_user(session: Session, user_id: int) -> User:
    """The account; raises :class:`NotFound`."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(N_("没有这个用户"))
    return user


def set_active(session: Session, admin: User, user: User, active: bool) -> None:
    """Shut an account, which ends its sessions at their next request, or open it again."""
    _check_other(admin, user)
    user.active = active
    log(session, admin, "user_account", user.id, "reactivated" if active else "deactivated")
    session.commit()


def change_role(session: Session, admin: User, user: User, role: Role) -> None:
    """Give the account another role."""
    _check_other(admin, user)
    log(session, admin, "user_account", user.id, "role", f"{user.role.value} → {role.value}")
    user.role = role
    session.commit()


def _check_other(admin: User, user: User) -> None:
    """Refuse people who are no administrators, and administrators who would change themselves: one has to remain."""
    if admin.role is not Role.ADMIN:
        raise NotAllowed(N_("只有管理员可以管理账号"))
    if admin.id == user.id:
        raise NotAllowed(N_("不能停用自己的账号，也不能改自己的角色；请另一位管理员操作"))


def _new_user(session: Session, email: str, name: str, role: Role) -> User:
    try:
        address = read_email(email, "邮箱")
    except InvalidInput as error:
        error.field = "email"
        raise
    if find_user(session, address) is not None:
        raise InvalidInput(N_("这个邮箱已经注册过，请直接登录或找回密码"), field="email")
    user = User(email=address, name=_person_name(name), role=role)
    session.add(user)
    return user


def _person_name(name: str) -> str:
    cleaned = one_line(name)
    if not letters_in(cleaned):
        raise InvalidInput(N_("请填写姓名"), field="name")
    if len(cleaned) > 60:
        raise InvalidInput(N_("姓名最多 %(limit)d 字"), field="name", limit=60)
    return cleaned


def _phone(phone: str) -> str:
    cleaned = one_line(phone)
    if len(cleaned) > 60:
        raise InvalidInput(N_("电话最多 %(limit)d 字"), field="phone", limit=60)
    return cleaned


def _language(language: str) -> str:
    if language not in LANGUAGES:
        raise InvalidInput(N_("没有这种语言"), field="language")
    return language


def _hash(password: str) -> str:
    typed = _typed(password)
    check_password(typed)
    return _hasher.hash(typed)


def _typed(password: str) -> str:
    """The password without the difference between full-width and plain characters, which input methods make."""
    return unicodedata.normalize("NFKC", password)


@cache
def _some_hash() -> str:
    """A hash to compare with when there is no account, so that the answer takes as long as with one."""
    return _hasher.hash("no such account")


def _void_link() -> NotFound:
    return NotFound(N_("这个链接已失效，请重新申请"))
