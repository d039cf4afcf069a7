"""The match list of an event: building it and editing it by hand."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.domain.events.event import Event
from matchmaker.services.events.editing import get_event
from matchmaker.services.events.plan.changes import as_listed, plan_difference
from matchmaker.services.events.plan.versions import versions
from matchmaker.services.events.scheduling.jobs import ask_for_build
from matchmaker.services.events.scheduling.match_list import add_pair, remove_pair
from matchmaker.services.events.scheduling.match_list_state import match_list_state
from matchmaker.web.access import person
from matchmaker.web.errors import status_of
from matchmaker.web.jobs import see_job
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.organizer.events.form_values import kept_arguments, pair_from_form
from matchmaker.web.request_context import db, platform


@blueprint.get("/events/<int:event_id>/match-list")
def event_match_list(event_id: int) -> str:
    """Show the match list, the unmatched participants, and the changes since the last version."""
    return _page(get_event(db(), event_id))


@blueprint.post("/events/<int:event_id>/match-list/build")
def event_build(event_id: int) -> Response:
    """Have a worker build the match list, or build it anew; the job's page says how far it is."""
    event = get_event(db(), event_id)
    try:
        job = ask_for_build(db(), person(), event, as_list=True)
    except Conflict as error:
        flash(error.text(current_language()), "danger")
        return redirect(url_for(".event_match_list", event_id=event_id), 303)
    db().commit()
    return see_job(job)


@blueprint.post("/events/<int:event_id>/match-list")
def event_change_pair(event_id: int) -> Response | tuple[str, int]:
    """Add a pair to the list by hand, or remove one."""
    event, pair = get_event(db(), event_id), pair_from_form()
    reason = request.form.get("reason", "")
    try:
        if request.form.get("change") == "remove":
            remove_pair(db(), person(), event, pair, reason)
            flash(gettext("已移除并排除这一对"), "success")
        else:
            add_pair(db(), platform().search_index, person(), event, pair, reason)
            flash(gettext("已加入并锁定这一对"), "success")
    except (InvalidInput, Conflict) as error:
        flash(error.text(current_language()), "danger")
        return _page(event), status_of(error)
    return redirect(url_for(".event_match_list", event_id=event.id, **kept_arguments("text")), 303)


def _page(event: Event) -> str:
    history = versions(db(), event)
    against = request.args.get("against", None, int)
    before = next((v for v in history[1:] if against is None or v.version == against), None)
    state = match_list_state(db(), event)
    text = request.args.get("text", "").strip()
    return render_template(
        "organizer/events/scheduling/match_list.html",
        event=event,
        state=state,
        before=before,
        history=history,
        difference=plan_difference(before, history[0], as_listed) if before else None,
        scores=before.scores | history[0].scores if before else {},
        names={participant.id: participant.name for participant in state.participants},
        text=text,
        meetings=[
            meeting
            for meeting in state.meetings
            if text.casefold() in f"{meeting.need_side.name} {meeting.offer_side.name}".casefold()
        ],
    )
