"""Marking expired postings without a scheduler: the first page of a day does it."""

from datetime import date

from flask import current_app, request

from matchmaker.services.posting.postings import any_lapsed, expire_postings
from matchmaker.web.request_context import platform

_DONE = "matchmaker.expired_on"


def expire_once_a_day() -> None:
    """Mark lapsed postings as expired, once a day in each process.

    Other people do not see a lapsed posting in any case (see :meth:`Posting.open_on`). Marking it tells its own people
    that it has expired and lets them submit it again.
    """
    today = date.today()
    if current_app.extensions.get(_DONE) == today or request.endpoint in ("static", "health.alive"):
        return
    current_app.extensions[_DONE] = today
    with platform().database.reading() as session:
        lapsed = any_lapsed(session, today)
    if lapsed:
        with platform().database.writing() as session:
            expire_postings(session, today)
