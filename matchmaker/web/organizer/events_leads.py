"""What to follow up after an event: the meetings after which somebody wants to go on."""

from io import BytesIO

from flask import abort, render_template, send_file
from werkzeug.wrappers import Response

from matchmaker.domain.errors import InvalidInput
from matchmaker.i18n import N_, translate
from matchmaker.services.cooperation.lists import cooperations_about
from matchmaker.services.events.editing import get_event
from matchmaker.services.events.leads import leads, leads_file
from matchmaker.services.exporting import check_ending
from matchmaker.web.access import person
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.request_context import db

_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@blueprint.get("/events/<int:event_id>/leads")
def event_leads(event_id: int) -> str:
    """The leads, the most promising first, with what has come of each."""
    event = get_event(db(), event_id)
    found = leads(db(), event)
    cooperations = cooperations_about(db(), person(), [lead.meeting for lead in found])
    return render_template("organizer/event_leads.html", event=event, leads=found, cooperations=cooperations)


@blueprint.get("/events/<int:event_id>/leads.<ending>")
def event_leads_file(event_id: int, ending: str) -> Response:
    """The leads as a table, with whom to call."""
    event = get_event(db(), event_id)
    try:
        ending = check_ending(ending)
    except InvalidInput:
        abort(404)
    content = leads_file(db(), event, ending, current_language())
    name = f"{event.name}-{translate(N_('跟进清单'), current_language())}.{ending}".replace("/", "-")
    return send_file(BytesIO(content), _TYPES[ending], as_attachment=True, download_name=name, max_age=0)
