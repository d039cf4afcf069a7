"""Marking what has lapsed, without a scheduler: the first visitor of a day pays for it."""

from datetime import date

from flask import current_app, request

from matchmaker.services.posting.postings import any_lapsed, expire_postings
from matchmaker.web.request_context import platform

_DONE = "matchmaker.expired_on"


def expire_once_a_day() -> None:
    """Mark lapsed postings as expired, once a day in each process.

    Nobody else sees a lapsed posting meanwhile, whatever its state says (see :meth:`Posting.open_on`): this is for its
    own people, who are told that it has expired and may hand it in again.
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
