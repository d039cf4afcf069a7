"""Choosing the language of the pages."""

from urllib.parse import urlsplit

from flask import redirect as redirect_to
from flask import request, session, url_for
from werkzeug.wrappers import Response

from matchmaker.domain.errors import NotFound
from matchmaker.i18n import LANGUAGES, N_
from matchmaker.web.account.landing import own_page
from matchmaker.web.public import blueprint


@blueprint.get("/language/<code>")
def language(code: str) -> Response:
    """Save the choice for this browser and return to the page it was made on."""
    if code not in LANGUAGES:
        raise NotFound(N_("没有这个语言"))
    session["language"] = code
    came_from = urlsplit(request.referrer or "")
    path = f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
    back = own_page(path) if came_from.netloc == request.host else None
    return redirect_to(back or url_for("public.home"), 303)
