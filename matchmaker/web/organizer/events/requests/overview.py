"""Meeting requests that organizers answer for participants without an account."""

from flask import render_template

from matchmaker.services.events.editing import get_event
from matchmaker.services.events.requests.on_behalf import proxy_requests
from matchmaker.web.organizer import blueprint
from matchmaker.web.request_context import db


@blueprint.get("/events/<int:event_id>/meeting-requests")
def event_meeting_requests(event_id: int) -> str:
    """Show the requests to answer and the answered ones, each with a link to its page."""
    event = get_event(db(), event_id)
    found = proxy_requests(db(), event)
    return render_template(
        "organizer/events/requests/overview.html",
        event=event,
        waiting=[request for request in found if request.to_answer],
        others=[request for request in found if not request.to_answer],
    )
