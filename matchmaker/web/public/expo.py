"""The public catalogue of a published expo."""

from datetime import date
from io import BytesIO

from flask import render_template, request, send_file
from werkzeug.wrappers import Response

from matchmaker.domain.errors import NotFound
from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import EventKind
from matchmaker.i18n import N_, translate
from matchmaker.services.events.expo.booth_recommendations import exhibits_by_industry
from matchmaker.services.events.printing import PrintOptions, Sheet, print_sheet
from matchmaker.services.events.printing.files import file_name
from matchmaker.services.events.public_events import public_event
from matchmaker.web.access import viewer
from matchmaker.web.language import current_language
from matchmaker.web.limits import typesetting
from matchmaker.web.public import blueprint
from matchmaker.web.request_context import db


@blueprint.get("/events/<int:event_id>/catalogue")
def event_catalogue(event_id: int) -> str:
    """Show all exhibits by industry, or those whose title or exhibitor contains the search text."""
    event, text = _expo(event_id), request.args.get("text", "").strip()
    sections = exhibits_by_industry(db(), event, viewer(), date.today(), text)
    return render_template("public/event_catalogue.html", event=event, sections=sections, text=text)


@blueprint.get("/events/<int:event_id>/catalogue.pdf")
@typesetting
def event_catalogue_file(event_id: int) -> Response:
    """Send the catalogue as a PDF, in the detail that everybody may read."""
    event, language = _expo(event_id), current_language()
    options = PrintOptions(language="en" if language == "en" else "zh")
    content = print_sheet(db(), event, Sheet.CATALOGUE, options=options)
    name = file_name(f"{event.name}-{translate(N_('展品目录'), language)}", ".pdf")
    return send_file(BytesIO(content), "application/pdf", as_attachment=True, download_name=name)


def _expo(event_id: int) -> Event:
    event = public_event(db(), viewer(), event_id)
    if event.kind is not EventKind.EXPO:
        raise NotFound(N_("这个活动没有展品目录"))
    return event
