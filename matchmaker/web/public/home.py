"""The home page."""

from datetime import datetime

from flask import render_template

from matchmaker.domain.vocabulary import Side
from matchmaker.services.events import public_events
from matchmaker.services.finding import browsing
from matchmaker.web.access import viewer
from matchmaker.web.public import blueprint
from matchmaker.web.request_context import db

_NEWEST = 6
_COMING = 3


@blueprint.get("/")
def home() -> str:
    """Show what the site is for, what is new, and where to begin."""
    session, reader = db(), viewer()
    return render_template(
        "public/home.html",
        counts=browsing.counts(session, reader),
        needs=browsing.newest(session, reader, Side.NEED, _NEWEST),
        offers=browsing.newest(session, reader, Side.OFFER, _NEWEST),
        events=public_events.coming_events(session, reader, datetime.now())[:_COMING],
    )
