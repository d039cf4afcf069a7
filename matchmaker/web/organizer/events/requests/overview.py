"""Requests that organizers answer for participants whose people have no account."""

from flask import render_template

from matchmaker.services.events.editing import get_event
from matchmaker.services.events.requests.on_behalf import proxy_requests
from matchmaker.web.organizer import blueprint
from matchmaker.web.request_context import db


@blueprint.get("/events/<int:event_id>/meeting-requests")
def event_meeting_requests(event_id: int) -> str:
    """What there is to answer, and what came of the others; each leads to the request's own page."""
    event = get_event(db(), event_id)
    found = proxy_requests(db(), event)
    return render_template(
        "organizer/events/requests/overview.html",
        event=event,
        waiting=[one for one in found if one.to_answer],
        others=[one for one in found if not one.to_answer],
    )
