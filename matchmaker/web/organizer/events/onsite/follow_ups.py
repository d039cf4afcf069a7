"""Follow-ups of an event: the meetings after which a side wants to continue."""

from flask import render_template
from werkzeug.wrappers import Response

from matchmaker.i18n import N_, translate
from matchmaker.services.cooperation.lists import cooperations_about
from matchmaker.services.events.editing import get_event
from matchmaker.services.events.onsite.follow_ups import follow_ups, follow_ups_file
from matchmaker.web.access import person
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.organizer.tables import asked_ending, send_table
from matchmaker.web.request_context import db


@blueprint.get("/events/<int:event_id>/leads")
def event_follow_ups(event_id: int) -> str:
    """Show the follow-ups, most promising first, with the cooperation that each led to."""
    event = get_event(db(), event_id)
    found = follow_ups(db(), event)
    cooperations = cooperations_about(db(), person(), [follow_up.meeting for follow_up in found])
    return render_template(
        "organizer/events/onsite/follow_ups.html", event=event, follow_ups=found, cooperations=cooperations
    )


@blueprint.get("/events/<int:event_id>/leads.<ending>")
def event_follow_ups_file(event_id: int, ending: str) -> Response:
    """Send the follow-ups with contact persons as CSV or XLSX."""
    event, ending, language = get_event(db(), event_id), asked_ending(ending), current_language()
    name = f"{event.name}-{translate(N_('跟进清单'), language)}"
    return send_table(follow_ups_file(db(), event, ending, language), name, ending)
