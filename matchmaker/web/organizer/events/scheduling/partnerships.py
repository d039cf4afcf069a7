"""The candidate partnerships of an event, ranked, for the organizer to pin or exclude."""

from math import ceil

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.i18n import N_
from matchmaker.services.events.editing import get_event
from matchmaker.services.events.pairing.met_before import met_before
from matchmaker.services.events.pairing.partnerships import (
    DecisionState,
    PartnershipFilter,
    exclude_pair,
    forget_decision,
    list_partnerships,
    pin_pair,
)
from matchmaker.services.events.participation.participants import participants_of
from matchmaker.services.finding.recommendations import WEAKEST_SHOWN
from matchmaker.web.access import person
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.organizer.events.form_values import kept_arguments, pair_from_form
from matchmaker.web.request_context import db, platform

PAGE_LENGTH = 50
_FILTERS = ("text", "participant", "least", "state")


@blueprint.get("/events/<int:event_id>/partnerships")
def event_partnerships(event_id: int) -> str:
    """Show the candidate partnerships, best first."""
    event, wanted, page = get_event(db(), event_id), _wanted(), max(request.args.get("page", 1, int), 1)
    found = list_partnerships(db(), platform().search_index, event, wanted, (page - 1) * PAGE_LENGTH, PAGE_LENGTH)
    return render_template(
        "organizer/events/scheduling/partnerships.html",
        event=event,
        wanted=wanted,
        states=DecisionState,
        found=found,
        page=page,
        pages=ceil(found.total / PAGE_LENGTH),
        filters=kept_arguments(*_FILTERS),
        participants=participants_of(db(), event),
        met=met_before(db(), event, [(pair.need_side.id, pair.offer_side.id) for pair in found.partnerships]),
    )


@blueprint.post("/events/<int:event_id>/partnerships")
def event_decide(event_id: int) -> Response:
    """Pin or exclude a pair, or undo that; then return to the same page of the list."""
    event, pair = get_event(db(), event_id), pair_from_form()
    reason = request.form.get("reason", "")
    try:
        match request.form.get("decision"):
            case "pin":
                pin_pair(db(), person(), event, pair, reason)
                flash(gettext("已锁定，生成匹配表时一定安排"), "success")
            case "exclude":
                exclude_pair(db(), person(), event, pair, reason)
                flash(gettext("已排除，生成匹配表时不再安排"), "success")
            case "undo":
                forget_decision(db(), person(), event, pair)
                flash(gettext("已取消"), "success")
            case _:
                raise NotFound(N_("没有这个操作"))
    except (InvalidInput, Conflict) as error:
        flash(error.text(current_language()), "danger")
    return redirect(url_for(".event_partnerships", event_id=event.id, **kept_arguments(*_FILTERS, "page")), 303)


def _wanted() -> PartnershipFilter:
    state = request.args.get("state", "")
    return PartnershipFilter(
        text=request.args.get("text", ""),
        participant=request.args.get("participant", None, int),
        least=min(max(request.args.get("least", WEAKEST_SHOWN, float), 0.0), 100.0),
        state=DecisionState(state) if state in set(DecisionState) else DecisionState.ANY,
    )
