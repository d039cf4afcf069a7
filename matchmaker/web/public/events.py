"""Events that have been announced."""

from datetime import datetime

from flask import render_template

from matchmaker.domain.vocabulary import Side
from matchmaker.services import announcing
from matchmaker.web.access import viewer
from matchmaker.web.public import blueprint
from matchmaker.web.request_context import db


@blueprint.get("/events")
def events() -> str:
    """What is coming, and what was."""
    session, reader = db(), viewer()
    coming = announcing.coming_events(session, reader, datetime.now())
    past = [event for event in announcing.public_events(session, reader) if event not in coming]
    return render_template("public/events.html", coming=coming, past=past)


@blueprint.get("/events/<int:event_id>")
def event(event_id: int) -> str:
    """When, where and who takes part."""
    shown = announcing.public_event(db(), viewer(), event_id)
    return render_template(
        "public/event.html",
        event=shown,
        participants={side: [p for p in shown.participants if p.side is side] for side in Side},
    )
