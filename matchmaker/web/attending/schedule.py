"""A participant's own schedule, as published."""

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from itertools import groupby

from flask import redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response

from matchmaker.domain.base import now
from matchmaker.domain.event import AgendaItem, Participant
from matchmaker.domain.vocabulary import EventKind, Side
from matchmaker.services.events.changes import ChangeKind
from matchmaker.services.events.personal import (
    Appointment,
    attending_at,
    get_attending,
    own_schedule,
    partner_detail,
)
from matchmaker.services.events.personal_calendar import personal_calendar
from matchmaker.services.events.request_rules import Phase, phase_of
from matchmaker.web.access import person
from matchmaker.web.attending import blueprint
from matchmaker.web.language import current_language
from matchmaker.web.request_context import db

Entry = Appointment | AgendaItem


@blueprint.get("/events/<int:event_id>")
def event(event_id: int) -> Response:
    """To the first page of the participant that one comes for; of several, the others are a tap away."""
    participant = attending_at(db(), person(), event_id)[0]
    return redirect(url_for(first_page(participant), participant_id=participant.id), 303)


def first_page(participant: Participant) -> str:
    """The endpoint of what matters most to a participant: its schedule, booths or visitors."""
    if participant.event.kind is EventKind.DOCKING:
        return "attending.schedule"
    return "attending.booths" if participant.side is Side.NEED else "attending.visitors"


@blueprint.get("/participants/<int:participant_id>/schedule")
def schedule(participant_id: int) -> str:
    """Whom one meets, when and where, and what changed."""
    participant = get_attending(db(), person(), participant_id)
    shown = own_schedule(db(), participant)
    postings = {one: one.posting_of_partner() for one in shown.appointments}
    return render_template(
        "attending/schedule.html",
        participant=participant,
        event=participant.event,
        schedule=shown,
        postings=postings,
        details={one: partner_detail(db(), person(), p) for one, p in postings.items() if p is not None},
        days=_days(shown.appointments, participant.event.agenda),
        live=phase_of(participant.event, now()) is Phase.LIVE,
        ChangeKind=ChangeKind,
    )


def _days(appointments: Sequence[Appointment], agenda: Sequence[AgendaItem]) -> list[tuple[date, list[Entry]]]:
    """Meetings and what else is on, day by day in order of time."""
    entries: list[Entry] = [*agenda, *appointments]
    entries.sort(key=_begin)
    return [(day, list(on)) for day, on in groupby(entries, key=lambda entry: _begin(entry).date())]


def _begin(entry: Entry) -> datetime:
    return entry.starts_at if isinstance(entry, AgendaItem) else entry.place.starts_at


@blueprint.get("/participants/<int:participant_id>/schedule.ics")
def calendar(participant_id: int) -> Response:
    """The same for the calendar of a phone."""
    participant = get_attending(db(), person(), participant_id)
    content = personal_calendar(db(), person(), participant, current_language())
    name = f"{participant.event.name}.ics"
    return send_file(BytesIO(content), mimetype="text/calendar", as_attachment=True, download_name=name)
