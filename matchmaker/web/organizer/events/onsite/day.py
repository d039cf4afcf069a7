"""The day of the event: meeting outcomes, substitute partners, and finishing the event."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import OCCUPYING, Event, Meeting, Participant, Room
from matchmaker.domain.vocabulary import MeetingStatus, Side
from matchmaker.services.events.editing import get_event
from matchmaker.services.events.onsite.attendance import mark_meeting
from matchmaker.services.events.onsite.closing import finish_event, reopen_event, unmarked_meetings
from matchmaker.services.events.onsite.substitution import substitute, substitutes
from matchmaker.services.events.timing import coming_slot, last_session_ended, local_time, running_slot
from matchmaker.web.access import person
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.organizer.events.form_values import is_id
from matchmaker.web.request_context import db, platform

MARKS: dict[str, tuple[MeetingStatus, frozenset[Side]]] = {
    "held": (MeetingStatus.HELD, frozenset()),
    "need_absent": (MeetingStatus.NO_SHOW, frozenset({Side.NEED})),
    "offer_absent": (MeetingStatus.NO_SHOW, frozenset({Side.OFFER})),
    "both_absent": (MeetingStatus.NO_SHOW, frozenset(Side)),
    "cancel": (MeetingStatus.CANCELLED, frozenset()),
    "undo": (MeetingStatus.PLANNED, frozenset()),
}
"""What the buttons of a meeting say of it."""


@blueprint.get("/events/<int:event_id>/day")
def event_day(event_id: int) -> str:
    """Show one slot table by table: the one in the URL, else the current one, else the next."""
    event = get_event(db(), event_id)
    local = local_time(event)
    slot = _slot(event, local)
    room = next((room for room in event.rooms if room.id == request.args.get("room", type=int)), None)
    meetings = [] if slot is None else _meetings_in(event, slot, room)
    return render_template(
        "organizer/events/onsite/day.html",
        event=event,
        local=local,
        slot=slot,
        slots=event.slots,
        room=room,
        meetings=meetings,
        refills=substitutes(db(), platform().search_index, event, meetings),
        over=last_session_ended(event),
        unmarked=unmarked_meetings(db(), event),
    )


@blueprint.post(f"/events/<int:event_id>/day/<int:meeting_id>/<any({', '.join(MARKS)}):mark>")
def event_mark(event_id: int, meeting_id: int, mark: str) -> Response:
    """Record a meeting's outcome, or undo that."""
    event = get_event(db(), event_id)
    status, absent = MARKS[mark]
    try:
        mark_meeting(db(), person(), event, meeting_id, status, absent)
    except Conflict as error:
        flash(error.text(current_language()), "danger")
    return _back(event, meeting_id)


@blueprint.post("/events/<int:event_id>/day/<int:meeting_id>/refill")
def event_refill(event_id: int, meeting_id: int) -> Response:
    """Find a substitute partner for the participant who waits at this table."""
    event = get_event(db(), event_id)
    partner = request.form.get("partner", "")
    try:
        meeting = substitute(
            db(), platform().search_index, person(), event, meeting_id, int(partner) if is_id(partner) else 0
        )
    except Conflict as error:
        flash(error.text(current_language()), "danger")
        return _back(event, meeting_id)
    message = gettext(
        "已安排：%(table)s 号桌 %(need)s 与 %(offer)s，已公布；请到席上告知双方",
        table=meeting.table,
        need=meeting.need_side.name,
        offer=meeting.offer_side.name,
    )
    flash(message, "success")
    return _back(event, meeting.id)


@blueprint.post("/events/<int:event_id>/<any(finish, reopen):action>")
def event_close(event_id: int, action: str) -> Response:
    """Finish the event, or reopen it."""
    event = get_event(db(), event_id)
    try:
        if action == "reopen":
            reopen_event(db(), person(), event)
            flash(gettext("活动已恢复，可以更正"), "success")
        else:
            finish_event(db(), person(), event, _unmarked())
            flash(gettext("活动已结束。接着可以跟进意向、打印成果报告"), "success")
    except Conflict as error:
        flash(error.text(current_language()), "danger")
    return redirect(url_for(".event_day", event_id=event_id), 303)


def _unmarked() -> MeetingStatus | None:
    chosen = request.form.get("unmarked")
    return next((s for s in (MeetingStatus.HELD, MeetingStatus.CANCELLED) if s.value == chosen), None)


def _slot(event: Event, local: datetime) -> datetime | None:
    asked = request.args.get("slot", "")
    known = {f"{slot:%Y-%m-%dT%H:%M}": slot for slot in event.slots}
    if asked in known:
        return known[asked]
    on = running_slot(event, local) or coming_slot(event, local)
    return on or (event.slots[-1] if event.slots else None)


def _meetings_in(event: Event, slot: datetime, room: Room | None) -> list[Meeting]:
    """The slot's meetings by table; a substitute meeting comes before the missed one."""
    sides = [
        joinedload(side).options(joinedload(Participant.organization), joinedload(Participant.team))
        for side in (Meeting.need_side, Meeting.offer_side)
    ]
    query = select(Meeting).where(Meeting.event_id == event.id, Meeting.starts_at == slot).options(*sides)
    found = [m for m in db().scalars(query) if room is None or (m.table and event.room_of(m.table) is room)]
    return sorted(found, key=lambda meeting: (meeting.table or 0, meeting.status not in OCCUPYING, meeting.id))


def _back(event: Event, meeting_id: int) -> Response:
    slot, room = (request.form.get(name) or None for name in ("slot", "room"))
    address = url_for(".event_day", event_id=event.id, slot=slot, room=room, _anchor=f"meeting-{meeting_id}")
    return redirect(address, 303)
