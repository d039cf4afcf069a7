"""The page that people see after logging in."""

from urllib.parse import urlsplit

from flask import current_app, request, session, url_for
from flask_login import login_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from matchmaker.domain.people import User
from matchmaker.web.access import Audience, LoginUser, belongs_to


def join_organization(account: User, *, stay: bool = False) -> None:
    """Log the account in; ``stay`` keeps the login when the browser is closed."""
    session.permanent = stay
    login_user(LoginUser(account))


def landing_for(account: User) -> str:
    """The address of the first page for this person's role."""
    if account.organizes:
        return url_for("organizer.events")
    if account.organization is None:
        return url_for("account.members" if account.membership is not None else "public.home")
    return url_for("enterprise.needs" if belongs_to(account, Audience.NEED_SIDE) else "research.firms")


def own_page(target: str | None) -> str | None:
    """The path if it leads to a page of this site; ``None`` otherwise, so that no link leads to another site.

    Browsers read ``\\`` as ``/`` and skip control characters, so a path that contains them is refused.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(character) <= 32 for character in target):
        return None
    try:
        current_app.url_map.bind(request.host).match(urlsplit(target).path, method="GET")
    except (HTTPException, RequestRedirect, ValueError):
        return None
    return target
