"""Published events."""

from datetime import datetime

from flask import render_template

from matchmaker.domain.vocabulary import ParticipantStatus, Side
from matchmaker.services.events import public_events
from matchmaker.services.events.participation.participants import own_participants
from matchmaker.services.events.timing import registration_closes, registration_is_open
from matchmaker.web.access import viewer
from matchmaker.web.public import blueprint
from matchmaker.web.request_context import db


@blueprint.get("/events")
def events() -> str:
    """Show coming and past events."""
    session, reader = db(), viewer()
    coming = public_events.coming_events(session, reader, datetime.now())
    past = [event for event in public_events.public_events(session, reader) if event not in coming]
    return render_template("public/events.html", coming=coming, past=past)


@blueprint.get("/events/<int:event_id>")
def event(event_id: int) -> str:
    """Show an event: when, where and who takes part."""
    shown, reader = public_events.public_event(db(), viewer(), event_id), viewer()
    coming = [participant for participant in shown.participants if participant.status is ParticipantStatus.CONFIRMED]
    return render_template(
        "public/event.html",
        event=shown,
        participants={side: [participant for participant in coming if participant.side is side] for side in Side},
        own=own_participants(db(), reader, shown) if reader else (),
        registration_open=registration_is_open(shown),
        registration_closes=registration_closes(shown),
    )
