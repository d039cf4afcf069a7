"""The screen in the hall. It shows only what is printed in the hall as well: names, tables, times."""

from flask import render_template, request

from matchmaker.services.events.editing import get_event
from matchmaker.services.events.onsite.hall_screen import hall_screen
from matchmaker.web.organizer import blueprint
from matchmaker.web.request_context import db

SEATS_ON_A_SCREEN = 36
SECONDS_BETWEEN_LOOKS = 20


@blueprint.get("/events/<int:event_id>/live")
def event_live(event_id: int) -> str:
    """Show who meets whom next, table by table. The page reloads itself and pages through many tables."""
    event = get_event(db(), event_id)
    screen = hall_screen(db(), event)
    pages = max(1, -(-len(screen.seats) // SEATS_ON_A_SCREEN))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    return render_template(
        "organizer/events/onsite/hall_screen.html",
        event=event,
        screen=screen,
        seats=screen.seats[(page - 1) * SEATS_ON_A_SCREEN : page * SEATS_ON_A_SCREEN],
        page=page,
        pages=pages,
        following=page % pages + 1,
        seconds=SECONDS_BETWEEN_LOOKS,
    )
