"""The schedule of an event: building and repairing it, its certificate, publishing, versions, “why not”, “what if”."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import Response as FlaskResponse
from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.domain.events.event import Event, PlanVersion, ScheduleRow
from matchmaker.i18n import N_, translate
from matchmaker.services.events.analysis.schedule_metrics import schedule_metrics
from matchmaker.services.events.analysis.what_if import change_conditions, what_if
from matchmaker.services.events.analysis.why_not import STRONG, explain_left_out
from matchmaker.services.events.editing import get_event
from matchmaker.services.events.participation.participants import everyone_of
from matchmaker.services.events.plan.changes import MeetingChange, as_taking_place, in_time_order, plan_difference
from matchmaker.services.events.plan.version_notes import note_text
from matchmaker.services.events.plan.versions import (
    TAKES_PLACE,
    find_version,
    latest_version,
    versions,
)
from matchmaker.services.events.scheduling.build import check_has_schedule
from matchmaker.services.events.scheduling.certificate import certify
from matchmaker.services.events.scheduling.jobs import ask_for_build, ask_for_replan
from matchmaker.services.events.scheduling.match_list_state import match_list_state
from matchmaker.services.events.scheduling.publish import restore_version
from matchmaker.services.events.scheduling.replan import disturbance_of
from matchmaker.web.access import person
from matchmaker.web.jobs import see_job
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.organizer.events.scheduling.charts import PICTURES
from matchmaker.web.organizer.events.scheduling.publishing import publish_and_tell
from matchmaker.web.organizer.events.scheduling.schedule_forms import WhatIfForm
from matchmaker.web.request_context import db, platform

MOST_EXPLAINED = 100

Page = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class _ChangeLine:
    """One meeting in a comparison of versions, with the names of its two sides."""

    need: str
    offer: str
    before: str
    after: str


@blueprint.get("/events/<int:event_id>/schedule")
def event_schedule(event_id: int) -> str:
    """Show the schedule, whether it can be published, and its quality."""
    event = _docking(event_id)
    state, text = match_list_state(db(), event), request.args.get("text", "").strip()
    if state.version is None:
        return render_template("organizer/events/scheduling/schedule.html", event=event, state=state)
    certified = certify(db(), event)
    shown = [
        meeting
        for meeting in state.meetings
        if meeting.status in TAKES_PLACE
        and text.casefold() in f"{meeting.need_side.name} {meeting.offer_side.name}".casefold()
    ]
    shown.sort(key=lambda m: (m.starts_at is None, m.starts_at, m.table or 0, m.id))
    return render_template(
        "organizer/events/scheduling/schedule.html",
        event=event,
        state=state,
        note=note_text(state.version.note, {p.id: p.name for p in state.participants}, event, current_language()),
        certified=certified,
        certificate=certified.to_document(),
        disturbance=disturbance_of(state.version),
        pictures=PICTURES,
        board_link=_board_link(event),
        text=text,
        slots=[(slot, list(meetings)) for slot, meetings in groupby(shown, key=lambda m: m.starts_at)],
    )


@blueprint.post("/events/<int:event_id>/schedule/<any(build, replan):action>")
def event_plan(event_id: int, action: str) -> Response:
    """Have a worker build the schedule, or repair it; the job's page says how far it is."""
    event = get_event(db(), event_id)
    ask = ask_for_build if action == "build" else ask_for_replan
    try:
        job = ask(db(), person(), event)
    except Conflict as error:
        flash(error.text(current_language()), "danger")
        return redirect(url_for(".event_schedule", event_id=event_id), 303)
    db().commit()
    return see_job(job)


@blueprint.post("/events/<int:event_id>/schedule/<any(publish, restore):action>")
def event_schedule_action(event_id: int, action: str) -> Response:
    """Publish the schedule, or go back to an earlier version."""
    event = get_event(db(), event_id)
    try:
        flash(_ACTIONS[action](event), "success")
    except Conflict as error:
        flash(error.text(current_language()), "danger")
    page = ".event_schedule_versions" if action == "restore" else ".event_schedule"
    return redirect(url_for(page, event_id=event_id), 303)


@blueprint.get("/events/<int:event_id>/schedule/<any(coverage, scores, gaps, tables):picture>.svg")
def event_schedule_picture(event_id: int, picture: str) -> FlaskResponse:
    """Send one chart of the schedule's quality as SVG."""
    drawn = PICTURES[picture](schedule_metrics(db(), _docking(event_id)))
    return FlaskResponse(drawn, mimetype="image/svg+xml")


@blueprint.get("/events/<int:event_id>/schedule/why-not")
def event_why_not(event_id: int) -> str:
    """Show requests and strong matches that are not scheduled, why, and what would help."""
    event, text = _docking(event_id), request.args.get("text", "")
    built = latest_version(db(), event) is not None
    explanations = explain_left_out(db(), platform().search_index, event) if built and event.slots else None
    found = explanations.about(text) if explanations else []
    return render_template(
        "organizer/events/scheduling/why_not.html",
        event=event,
        explanations=explanations,
        text=text.strip(),
        total=len(found),
        strong=round(STRONG),
        found=found[:MOST_EXPLAINED],
    )


@blueprint.get("/events/<int:event_id>/schedule/what-if")
def event_what_if(event_id: int) -> Page:
    """Show how the schedule would change under other conditions, without saving."""
    event = _docking(event_id)
    form = WhatIfForm(event, request.args)
    if "try" not in request.args:
        return _what_if_page(event, form)
    if not form.validate():
        return _what_if_page(event, form), 400
    if form.changes().nothing:
        return _what_if_page(event, form, nothing=True)
    try:
        trial = what_if(db(), platform().search_index, event, form.changes())
    except InvalidInput as error:
        form.show(error)
        return _what_if_page(event, form), 400
    except Conflict as error:
        flash(error.text(current_language()), "danger")
        return _what_if_page(event, form), 409
    return _what_if_page(event, form, trial)


@blueprint.post("/events/<int:event_id>/schedule/what-if")
def event_apply(event_id: int) -> Page:
    """Apply the tried conditions to the event, and rebuild its schedule."""
    event = _docking(event_id)
    form = WhatIfForm(event, request.form)
    if not form.validate():
        return _what_if_page(event, form), 400
    if form.changes().nothing:
        return _what_if_page(event, form, nothing=True), 400
    try:
        change_conditions(db(), person(), event, form.changes())
        job = ask_for_build(db(), person(), event)
    except InvalidInput as error:
        form.show(error)
        return _what_if_page(event, form), 400
    except Conflict as error:
        flash(error.text(current_language()), "danger")
        return _what_if_page(event, form), 409
    db().commit()
    return see_job(job)


@blueprint.get("/events/<int:event_id>/schedule/versions")
def event_schedule_versions(event_id: int) -> str:
    """Show all versions, and two of them side by side."""
    event = _docking(event_id)
    history = versions(db(), event)
    after = _asked_version(event, "after", history[0].version if history else None)
    before = _asked_version(event, "before", _one_before(event, after))
    difference = plan_difference(before, after, as_taking_place) if before and after else None
    names = {participant.id: participant.name for participant in everyone_of(db(), event)}

    def lines(changes: Sequence[MeetingChange]) -> list[_ChangeLine]:
        described = []
        for change in in_time_order(changes):
            need, offer = (names.get(participant_id, gettext("已移出的参会方")) for participant_id in change.pair)
            described.append(_ChangeLine(need, offer, _place_text(change.before), _place_text(change.after)))
        return described

    return render_template(
        "organizer/events/scheduling/versions.html",
        event=event,
        history=history,
        note_of=lambda version: note_text(version.note, names, event, current_language()),
        before=before,
        after=after,
        difference=difference,
        added=lines(difference.added) if difference else [],
        removed=lines(difference.removed) if difference else [],
        moved=lines(difference.moved) if difference else [],
    )


def _restore(event: Event) -> str:
    number = request.form.get("version", 0, int)
    version = restore_version(db(), platform().search_index, person(), event, number)
    return _text(N_("已把第 %(old)d 版恢复为第 %(new)d 版，尚未公布"), old=number, new=version.version)


_ACTIONS: dict[str, Callable[[Event], str]] = {
    "publish": publish_and_tell,
    "restore": _restore,
}


def _text(message: str, **params: object) -> str:
    return translate(message, current_language(), **params)


def _docking(event_id: int) -> Event:
    """The docking event with this id. Raises :class:`NotFound` for an expo, which has no schedule."""
    event = get_event(db(), event_id)
    try:
        check_has_schedule(event)
    except Conflict as error:
        raise NotFound(error.message, **error.params) from error
    return event


def _board_link(event: Event) -> str | None:
    """The address of the board on which meetings are moved by hand."""
    endpoint = "organizer.event_board"
    return url_for(endpoint, event_id=event.id) if endpoint in current_app.view_functions else None


def _what_if_page(event: Event, form: WhatIfForm, trial: object = None, *, nothing: bool = False) -> str:
    return render_template(
        "organizer/events/scheduling/what_if.html", event=event, form=form, trial=trial, nothing=nothing
    )


def _asked_version(event: Event, name: str, otherwise: int | None) -> PlanVersion | None:
    number = request.args.get(name, otherwise, int)
    return None if number is None else find_version(db(), event, number)


def _one_before(event: Event, after: PlanVersion | None) -> int | None:
    """The default version to compare with: the published one, else the preceding one."""
    if after is None:
        return None
    if event.published_version is not None and event.published_version != after.version:
        return event.published_version
    return after.version - 1 if after.version > 1 else None


def _place_text(row: ScheduleRow | None) -> str:
    """The place as “05-18 09:20 · 7 号桌”; empty when there is none."""
    if row is None or row.starts_at is None:
        return ""
    return _text(N_("%(time)s · %(table)s 号桌"), time=f"{row.starts_at:%m-%d %H:%M}", table=row.table)
