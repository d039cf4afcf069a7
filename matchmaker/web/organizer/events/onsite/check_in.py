"""Check-in at the door by code or by name, on a phone and with a weak network.

The form works without JavaScript; ``static/check_in.js`` adds the camera and stores codes while the network is
down, and asks for JSON. Sending a code twice is harmless.
"""

from datetime import datetime, timedelta

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import Side
from matchmaker.services.events.editing import get_event
from matchmaker.services.events.onsite.check_in import (
    CheckIn,
    attendance,
    check_in,
    find_by_name,
    find_holder,
    latest_check_ins,
    looks_like_code,
    undo_check_in,
)
from matchmaker.services.events.timing import local_time
from matchmaker.web.access import person
from matchmaker.web.errors import status_of
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.request_context import db, wants_json

LONGEST_WAIT = timedelta(hours=12)
"""How long a code may have waited on a phone for the network."""

Page = str | Response | tuple[str, int] | tuple[Response, int]


@blueprint.get("/events/<int:event_id>/check-in")
def event_check_in(event_id: int) -> Page:
    """Show the check-in page: a field for the code, the number of arrivals and the latest ones."""
    return _door(get_event(db(), event_id))


@blueprint.post("/events/<int:event_id>/check-in")
def event_check_in_code(event_id: int) -> Page:
    """Check in the person with this code; search the names for other text."""
    event = get_event(db(), event_id)
    text = request.form.get("code", "").strip()
    if text and not looks_like_code(text) and not wants_json():
        return redirect(url_for(".event_check_in", event_id=event.id, text=text), 303)
    try:
        done = check_in(db(), person(), event, text, _arrived_at())
    except (InvalidInput, NotFound, Conflict) as error:
        message, status = error.text(current_language()), status_of(error)
        if wants_json():
            return jsonify(ok=False, message=message), status
        return _door(event, text, message), status
    if wants_json():
        line = {"time": _clock(event, done.at), "name": done.holder.name, "code": done.holder.code}
        return jsonify(ok=True, again=done.again, message=_told(event, done), arrived=_arrived(event), line=line)
    flash(_told(event, done), "info" if done.again else "success")
    return redirect(url_for(".event_check_in", event_id=event.id), 303)


@blueprint.post("/events/<int:event_id>/check-in/undo")
def event_undo_check_in(event_id: int) -> Page:
    """Undo a check-in made by mistake."""
    event = get_event(db(), event_id)
    holder = undo_check_in(db(), person(), event, request.form.get("code", ""))
    flash(gettext("已撤销“%(name)s”的签到", name=holder.name), "info")
    return redirect(url_for(".event_check_in", event_id=event.id), 303)


@blueprint.get("/check-in/<code>")
def badge(code: str) -> Page:
    """The page of a badge's QR code: its holder, and a button to check them in."""
    holder = find_holder(db(), code)
    return render_template(
        "organizer/events/onsite/badge.html", holder=holder, event=holder.participant.event, clock=_clock
    )


def _door(event: Event, text: str = "", error: str = "") -> str:
    wanted = text or request.args.get("text", "")
    return render_template(
        "organizer/events/onsite/check_in.html",
        event=event,
        attendance=attendance(db(), event),
        latest=latest_check_ins(db(), event),
        found=find_by_name(db(), event, wanted),
        text=wanted,
        error=error,
        clock=_clock,
    )


def _clock(event: Event, at: datetime) -> str:
    return f"{local_time(event, at):%H:%M}"


def _arrived_at() -> datetime:
    """When the person was at the door: the phone sends how many seconds the code waited for the network."""
    waited = request.form.get("waited", "")
    seconds = int(waited) if waited.isdecimal() and len(waited) < 6 else 0
    return now() - min(timedelta(seconds=seconds), LONGEST_WAIT)


def _told(event: Event, done: CheckIn) -> str:
    time = _clock(event, done.at)
    if done.again:
        return str(gettext("%(name)s 已在 %(time)s 签到", name=done.holder.name, time=time))
    return str(gettext("%(name)s 签到成功", name=done.holder.name))


def _arrived(event: Event) -> dict[str, int]:
    counted = attendance(db(), event)
    return {side.value: counted.arrived[side] for side in Side} | {"people": counted.people_arrived}
