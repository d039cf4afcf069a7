"""Access control. The audience belongs to the blueprint, so a new page inherits its check."""

from collections.abc import Callable
from enum import Enum
from typing import TypeVar, cast

from flask import Blueprint, Flask, current_app, flash, redirect, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from matchmaker.domain.errors import NotAllowed
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import Role, Side
from matchmaker.i18n import N_
from matchmaker.services.accounts.user_accounts import session_fingerprint
from matchmaker.web.request_context import db

login_manager = LoginManager()
login_manager.login_view = "account.login"
login_manager.login_message = lazy_gettext("请先登录")
login_manager.login_message_category = "info"


class LoginUser(UserMixin):  # type: ignore[misc]
    """The account behind the login cookie, in the shape that Flask-Login expects."""

    def __init__(self, account: User) -> None:
        self.account = account

    def get_id(self) -> str:
        """Account and fingerprint of its password: a changed password ends all its sessions."""
        return f"{self.account.id}:{session_fingerprint(self.account)}"


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load_user(cookie: str) -> LoginUser | None:
    user_id, _, fingerprint = cookie.partition(":")
    account = db().get(User, int(user_id)) if user_id.isdigit() else None
    if account is None or not account.active or session_fingerprint(account) != fingerprint:
        return None
    return LoginUser(account)


class Audience(Enum):
    """The group of people that a blueprint's pages are for."""

    EVERYONE = "everyone"
    ACCOUNTS = "accounts"
    """Anyone logged in."""
    NEED_SIDE = "need side"
    """People of an enterprise, and organizers on their behalf."""
    OFFER_SIDE = "offer side"
    """People of a university, an institute or another supplier, and organizers."""
    ORGANIZERS = "organizers"
    ADMINS = "admins"


View = TypeVar("View", bound=Callable[..., object])


def audience_blueprint(name: str, import_name: str, audience: Audience, url_prefix: str | None = None) -> Blueprint:
    """A blueprint whose every page first checks that the visitor belongs to the audience."""
    blueprint = Blueprint(name, import_name, url_prefix=url_prefix)
    blueprint.audience = audience  # type: ignore[attr-defined]
    blueprint.before_request(_check_audience)
    return blueprint


def only_for(audience: Audience) -> Callable[[View], View]:
    """Give one view of a blueprint another audience than the blueprint's."""

    def narrow(view: View) -> View:
        view.audience = audience  # type: ignore[attr-defined]
        return view

    return narrow


def audience_of(app: Flask, endpoint: str) -> Audience | None:
    """The audience of an endpoint; ``None`` for static files and health checks, which have none."""
    blueprint = app.blueprints.get(endpoint.rpartition(".")[0])
    audience: Audience | None = getattr(app.view_functions[endpoint], "audience", getattr(blueprint, "audience", None))
    return audience


def viewer() -> User | None:
    """The account that is logged in, or ``None``."""
    return cast(LoginUser, current_user).account if current_user.is_authenticated else None


def person() -> User:
    """The account that is logged in, on pages that only accounts can open."""
    account = viewer()
    if account is None:
        raise NotAllowed(N_("请先登录"))
    return account


def belongs_to(account: User, audience: Audience) -> bool:
    """Whether the account may open the audience's pages."""
    match audience:
        case Audience.EVERYONE | Audience.ACCOUNTS:
            return True
        case Audience.NEED_SIDE:
            return account.organizes or _acts_on(account, Side.NEED)
        case Audience.OFFER_SIDE:
            return account.organizes or _acts_on(account, Side.OFFER)
        case Audience.ORGANIZERS:
            return account.organizes
        case Audience.ADMINS:
            return account.role is Role.ADMIN


def _acts_on(account: User, side: Side) -> bool:
    return account.organization is not None and account.organization.side is side


def _check_audience() -> Response | None:
    audience = audience_of(current_app, request.endpoint or "")
    if audience is None or audience is Audience.EVERYONE:
        return None
    account = viewer()
    if account is None:
        return cast(Response, login_manager.unauthorized())
    if belongs_to(account, audience):
        return None
    if audience in (Audience.NEED_SIDE, Audience.OFFER_SIDE) and account.organization is None:
        flash(gettext("先加入一个单位，才能使用这个页面"), "warning")
        return redirect(url_for("account.members"), 303)
    raise NotAllowed(N_("您的账号不能打开这个页面"))
