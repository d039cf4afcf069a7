"""A participant's available slots, and how many meetings it wants."""

from collections.abc import Mapping
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.domain.events.event import Participant
from matchmaker.domain.vocabulary import EventKind
from matchmaker.services.events.participation.availability import free_slots, may_say, set_availability, stretches
from matchmaker.services.events.participation.participants import acts_for, changeable_participant
from matchmaker.services.events.timing import wishes_close
from matchmaker.web.access import person
from matchmaker.web.attending import blueprint
from matchmaker.web.attending.grid import pressed_shortcut, ticked_slots, whole_numbers
from matchmaker.web.language import current_language
from matchmaker.web.request_context import db

Page = Response | str | tuple[str, int]


@blueprint.route("/participants/<int:participant_id>/availability", methods=["GET", "POST"])
def availability(participant_id: int) -> Page:
    """Show and save the participant's available slots and its numbers of meetings."""
    participant = changeable_participant(db(), person(), participant_id)
    if request.method == "GET":
        return _page(participant, _said(participant), free_slots(participant), {})
    event = participant.event
    free = ticked_slots(event)
    shortcut = pressed_shortcut(event, free)
    if shortcut is not None:
        return _page(participant, request.form, shortcut, {})
    try:
        numbers = whole_numbers("min_meetings", "max_meetings")
        slots = free if event.kind is EventKind.DOCKING else event.slots
        hit = set_availability(db(), person(), participant_id, slots, numbers["min_meetings"], numbers["max_meetings"])
    except InvalidInput as error:
        return _page(participant, request.form, free, {error.field or "free": error.text(current_language())}), 400
    except Conflict as error:
        flash(error.text(current_language()), "danger")
        return redirect(url_for(".availability", participant_id=participant_id), 303)
    flash(gettext("已保存"), "success")
    if hit:
        flash(_hit_text(len(hit)), "warning")
    return redirect(url_for(".participation", participant_id=participant_id), 303)


def _hit_text(count: int) -> str:
    if person().organizes:
        return str(gettext("有 %(count)d 场已排定的洽谈落在不能来的时段，请重排日程", count=count))
    return str(gettext("有 %(count)d 场已排定的洽谈落在不能来的时段，组织方会看到并重排", count=count))


def _said(participant: Participant) -> dict[str, str]:
    return {"min_meetings": str(participant.min_meetings), "max_meetings": str(participant.max_meetings)}


def _page(participant: Participant, typed: Mapping[str, str], free: list[datetime], errors: Mapping[str, str]) -> str:
    return render_template(
        "attending/availability.html",
        participant=participant,
        event=participant.event,
        on_behalf=person().organizes and not acts_for(person(), participant),
        may_say=may_say(person(), participant),
        wishes_close=wishes_close(participant.event),
        stretches=stretches(participant.event),
        typed=typed,
        free=free,
        errors=errors,
    )
