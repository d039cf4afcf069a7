"""Events: the list, creating, editing, publishing and deleting."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.domain.events.event import Event
from matchmaker.domain.people import User
from matchmaker.i18n import N_
from matchmaker.services.events.editing import (
    count_events,
    create_event,
    delete_event,
    get_event,
    known_time_zones,
    list_events,
    publish_event,
    unpublish_event,
    update_event,
)
from matchmaker.web.access import person
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.organizer.events.forms import EventForm
from matchmaker.web.request_context import db

_MOVES: dict[str, tuple[Callable[[Session, User | None, Event], None], str]] = {
    "publish": (publish_event, N_("已公布，公众可以看到这个活动")),
    "unpublish": (unpublish_event, N_("已撤下，公众看不到这个活动")),
}

_MORE_ROWS = {"add_session": "sessions", "add_room": "rooms"}
"""Buttons that add a row to a list of the form."""

Page = str | Response | tuple[str, int]


@blueprint.get("/events")
def events() -> Page:
    """Show all events, latest first."""
    return render_template("organizer/events/list.html", events=list_events(db()), counts=count_events(db()))


@blueprint.route("/events/new", methods=["GET", "POST"])
def event_new() -> Page:
    """Create an event."""
    organization = person().organization
    form = EventForm(organizer=organization.name if organization else "")
    if not _submitted(form):
        return _form_page(form, None)
    try:
        event = create_event(db(), person(), form.values())
    except InvalidInput as error:
        form.show(error)
        return _form_page(form, None)
    flash(gettext("活动已建立，接着添加参会方"), "success")
    return redirect(url_for(".event_participants", event_id=event.id), 303)


@blueprint.route("/events/<int:event_id>/edit", methods=["GET", "POST"])
def event_edit(event_id: int) -> Page:
    """Change an event."""
    event = get_event(db(), event_id)
    form = EventForm(event)
    if not _submitted(form):
        return _form_page(form, event)
    try:
        update_event(db(), person(), event, form.values())
    except InvalidInput as error:
        form.show(error)
        return _form_page(form, event)
    flash(gettext("已保存"), "success")
    return redirect(url_for(".event_edit", event_id=event.id), 303)


@blueprint.post("/events/<int:event_id>/<any(publish, unpublish, delete):action>")
def event_action(event_id: int, action: str) -> Page:
    """Publish, unpublish or delete the event."""
    event = get_event(db(), event_id)
    if action == "delete":
        return _delete(event)
    move, message = _MOVES[action]
    try:
        move(db(), person(), event)
        flash(gettext(message), "success")
    except Conflict as error:
        flash(error.text(current_language()), "danger")
    return redirect(url_for(".event_edit", event_id=event.id), 303)


def _delete(event: Event) -> Page:
    if request.form.get("confirmed") != "yes":
        flash(gettext("没有删除：请先勾选确认"), "warning")
        return redirect(url_for(".event_edit", event_id=event.id), 303)
    name = event.name
    try:
        delete_event(db(), person(), event)
    except Conflict as error:
        flash(error.text(current_language()), "danger")
        return redirect(url_for(".event_edit", event_id=event.id), 303)
    flash(gettext("已删除“%(name)s”", name=name), "success")
    return redirect(url_for(".events"), 303)


def _submitted(form: EventForm) -> bool:
    """Whether the form is valid and its save button was pressed: the button for one more row saves nothing."""
    if request.method != "POST":
        return False
    for button, rows in _MORE_ROWS.items():
        if button in request.form:
            form[rows].append_entry()
            return False
    return bool(form.validate())


def _form_page(form: EventForm, event: Event | None) -> Page:
    failed = request.method == "POST" and _MORE_ROWS.keys().isdisjoint(request.form)
    page = render_template(
        "organizer/events/form.html", form=form, event=event, failed=failed, time_zones=sorted(known_time_zones())
    )
    return page, 400 if failed else 200
