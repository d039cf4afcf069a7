"""A participant's published schedule."""

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from itertools import groupby

from flask import redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response

from matchmaker.domain.base import now
from matchmaker.domain.events.event import AgendaItem, Delegate, Participant
from matchmaker.domain.postings.visibility import VisiblePosting
from matchmaker.domain.vocabulary import EventKind, Side
from matchmaker.services.events.calendar_links import delegate_calendar, delegate_schedule_pdf, personal_calendar
from matchmaker.services.events.plan.changes import ChangeKind
from matchmaker.services.events.requests.my_schedule import (
    Appointment,
    attending_at,
    get_attending,
    own_schedule,
    partner_detail,
    unanswered_requests,
)
from matchmaker.services.events.requests.notifications import change_line
from matchmaker.services.events.requests.rules import Phase, phase_of
from matchmaker.web.access import person
from matchmaker.web.attending import blueprint
from matchmaker.web.attending.seen_version import schedule_seen
from matchmaker.web.language import current_language
from matchmaker.web.request_context import db

Entry = Appointment | AgendaItem


@blueprint.get("/events/<int:event_id>")
def event(event_id: int) -> Response:
    """Redirect to the first page of the reader's participant; tabs lead to the others if there are several."""
    participant = attending_at(db(), person(), event_id)[0]
    return redirect(url_for(first_page(participant), participant_id=participant.id), 303)


def first_page(participant: Participant) -> str:
    """The endpoint of a participant's most important page: its schedule, booths or visitors."""
    if participant.event.kind is EventKind.DOCKING:
        return "attending.schedule"
    return "attending.booths" if participant.side is Side.NEED else "attending.visitors"


@blueprint.get("/participants/<int:participant_id>/schedule")
def schedule(participant_id: int) -> str:
    """Show whom the participant meets, when and where, and what changed since the reader's last visit."""
    participant = get_attending(db(), person(), participant_id)
    event, published = participant.event, participant.event.published_version
    seen = None if published is None else schedule_seen(participant, published)
    shown = own_schedule(db(), participant, since=seen)
    postings = {appointment: appointment.posting_of_partner() for appointment in shown.appointments}
    return render_template(
        "attending/schedule.html",
        participant=participant,
        event=event,
        schedule=shown,
        seen=seen,
        changes=[change_line(participant, change, shown.partners, current_language()) for change in shown.changes],
        unanswered=unanswered_requests(db(), participant),
        postings=postings,
        seen_postings={
            appointment: VisiblePosting(posting, partner_detail(db(), person(), posting))
            for appointment, posting in postings.items()
            if posting is not None
        },
        days=_days(shown.appointments, event.agenda),
        live=phase_of(event, now()) is Phase.BOOKING,
        ChangeKind=ChangeKind,
    )


def _days(appointments: Sequence[Appointment], agenda: Sequence[AgendaItem]) -> list[tuple[date, list[Entry]]]:
    """Meetings and agenda items by day, in order of time."""
    entries: list[Entry] = [*agenda, *appointments]
    entries.sort(key=_begin)
    return [(day, list(on)) for day, on in groupby(entries, key=lambda entry: _begin(entry).date())]


def _begin(entry: Entry) -> datetime:
    return entry.starts_at if isinstance(entry, AgendaItem) else entry.place.starts_at


@blueprint.get("/participants/<int:participant_id>/schedule.ics")
def calendar(participant_id: int) -> Response:
    """Send the participant's schedule as an iCalendar file."""
    participant = get_attending(db(), person(), participant_id)
    content = personal_calendar(db(), person(), participant, current_language())
    return _file(content, "text/calendar", f"{participant.event.name}.ics")


@blueprint.get("/delegates/<int:delegate_id>/schedule.<any(ics, pdf):form>")
def delegate_schedule(delegate_id: int, form: str) -> Response:
    """Send one delegate's meetings as an iCalendar file or a PDF."""
    if form == "ics":
        content = delegate_calendar(db(), person(), delegate_id, current_language())
        return _file(content, "text/calendar", f"{_file_name(delegate_id)}.ics")
    content = delegate_schedule_pdf(db(), person(), delegate_id, current_language())
    return _file(content, "application/pdf", f"{_file_name(delegate_id)}.pdf")


def _file_name(delegate_id: int) -> str:
    delegate = db().get_one(Delegate, delegate_id)
    return f"{delegate.participant.event.name} {delegate.name}".replace("/", "-")


def _file(content: bytes, kind: str, name: str) -> Response:
    return send_file(BytesIO(content), mimetype=kind, as_attachment=True, download_name=name)
