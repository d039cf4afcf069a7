"""The halls of an expo: their plan, and assigning booths."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, NotFound, ValidationErrors
from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import EventKind, Side
from matchmaker.i18n import N_
from matchmaker.services.events.editing import get_event
from matchmaker.services.events.expo.booth_recommendations import booth_order
from matchmaker.services.events.expo.halls import (
    assign_booths,
    booth_names,
    expo_plan,
    fill_empty_booths,
    halls_with_booths,
    main_industries,
)
from matchmaker.services.events.participation.participants import participants_of
from matchmaker.web.access import person
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.organizer.events.form_values import is_id
from matchmaker.web.request_context import db


@blueprint.get("/events/<int:event_id>/halls")
def event_halls(event_id: int) -> str:
    """Show the plan of the halls with empty and assigned booths."""
    return _page(_expo(event_id), {}, {})


@blueprint.post("/events/<int:event_id>/halls")
def event_save_booths(event_id: int) -> Response | tuple[str, int]:
    """Save the booth numbers typed for the exhibitors."""
    event = _expo(event_id)
    typed = {field: text for field, text in request.form.items() if field.startswith("booth-")}
    wanted = {int(field[6:]): text for field, text in typed.items() if is_id(field[6:])}
    try:
        changed = assign_booths(db(), person(), event, wanted)
    except ValidationErrors as error:
        problems = {problem.field: problem.text(current_language()) for problem in error.problems}
        return _page(event, typed, problems), 400
    flash(gettext("已保存，%(count)d 家的展位有变动", count=len(changed)), "success")
    return redirect(url_for(".event_halls", event_id=event.id), 303)


@blueprint.post("/events/<int:event_id>/halls/fill")
def event_fill_booths(event_id: int) -> Response:
    """Assign an empty booth to every exhibitor without one."""
    event = _expo(event_id)
    try:
        placed = fill_empty_booths(db(), person(), event)
        flash(gettext("已为 %(count)d 家安排展位", count=len(placed)), "success")
    except Conflict as error:
        flash(error.text(current_language()), "danger")
    return redirect(url_for(".event_halls", event_id=event.id), 303)


def _page(event: Event, typed: Mapping[str, str], problems: Mapping[str | None, str]) -> str:
    names = booth_names(halls_with_booths(db(), event))
    exhibitors = participants_of(db(), event, Side.OFFER)
    return render_template(
        "organizer/events/halls.html",
        event=event,
        plan=expo_plan(db(), event, current_language(), links=_links(event)),
        names=names,
        free=[name for name, (_, booth) in names.items() if booth.exhibitor is None],
        present={booth.exhibitor.id: name for name, (_, booth) in names.items() if booth.exhibitor is not None},
        exhibitors=sorted(exhibitors, key=lambda one: (one.booth != "", booth_order(one))),
        waiting=sum(not exhibitor.booth for exhibitor in exhibitors),
        industries=main_industries(db(), event),
        typed=typed,
        problems=problems,
    )


def _links(event: Event) -> dict[int, str]:
    """The link from each booth of the picture to its exhibitor's form field."""
    return {exhibitor.id: f"#booth-{exhibitor.id}" for exhibitor in participants_of(db(), event, Side.OFFER)}


def _expo(event_id: int) -> Event:
    event = get_event(db(), event_id)
    if event.kind is not EventKind.EXPO:
        raise NotFound(N_("这个活动没有展位图"))
    return event
