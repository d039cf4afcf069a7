"""The agenda of an event: speeches, breaks and everything else beside the meetings."""

from collections.abc import Mapping
from datetime import date, datetime, time

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import Conflict, InvalidInput, ValidationErrors, raise_if_any
from matchmaker.domain.events.event import AgendaItem, Event
from matchmaker.i18n import N_
from matchmaker.services.events.agenda import (
    AgendaValues,
    add_agenda_item,
    days_of,
    get_agenda_item,
    remove_agenda_item,
    update_agenda_item,
)
from matchmaker.services.events.editing import get_event
from matchmaker.web.access import person
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.request_context import db

_NEW = 0
"""Stands for the item that is being added, where others have an id."""


@blueprint.get("/events/<int:event_id>/agenda")
def event_agenda(event_id: int) -> str:
    """Show the agenda by day, with a form for each item and one for a new item."""
    return _page(get_event(db(), event_id))


@blueprint.post("/events/<int:event_id>/agenda")
def event_add_agenda_item(event_id: int) -> Response | tuple[str, int]:
    """Add an item to the agenda."""
    event = get_event(db(), event_id)
    return _save(event, _NEW)


@blueprint.post("/events/<int:event_id>/agenda/<int:item_id>")
def event_save_agenda_item(event_id: int, item_id: int) -> Response | tuple[str, int]:
    """Change an item."""
    event = get_event(db(), event_id)
    get_agenda_item(db(), event, item_id)
    return _save(event, item_id)


@blueprint.post("/events/<int:event_id>/agenda/<int:item_id>/remove")
def event_remove_agenda_item(event_id: int, item_id: int) -> Response:
    """Take an item off the agenda."""
    event = get_event(db(), event_id)
    remove_agenda_item(db(), person(), event, item_id)
    flash(gettext("已删除"), "success")
    return redirect(url_for(".event_agenda", event_id=event.id), 303)


def _save(event: Event, item_id: int) -> Response | tuple[str, int]:
    try:
        if item_id == _NEW:
            item = add_agenda_item(db(), person(), event, _values())
        else:
            item = update_agenda_item(db(), person(), event, item_id, _values())
    except ValidationErrors as error:
        db().rollback()
        problems = {problem.field or "title": problem.text(current_language()) for problem in error.problems}
        return _page(event, item_id, request.form, problems), 400
    except Conflict as error:
        flash(error.text(current_language()), "danger")
        return redirect(url_for(".event_agenda", event_id=event.id), 303)
    flash(gettext("已保存“%(title)s”", title=item.title), "success")
    return redirect(url_for(".event_agenda", event_id=event.id), 303)


def _page(
    event: Event,
    failed: int | None = None,
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> str:
    """The page of the agenda; ``failed`` is the item whose form, with ``typed``, could not be saved."""
    return render_template(
        "organizer/events/agenda.html",
        event=event,
        days=days_of(event),
        forms={item.id: _data_of(item) for item in event.agenda} | {_NEW: _blank(event)},
        failed=failed,
        typed=typed or {},
        problems=problems or {},
        new=_NEW,
    )


def _values() -> AgendaValues:
    problems: list[InvalidInput] = []
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        problems.append(InvalidInput(N_("请选择日期"), field="day"))
    moments: dict[str, time] = {}
    for field in ("begins", "ends"):
        try:
            moments[field] = time.fromisoformat(request.form.get(field, "").strip()).replace(tzinfo=None)
        except ValueError:
            problems.append(InvalidInput(N_("请填时间，如 09:00"), field=field))
    raise_if_any(problems)
    return AgendaValues(
        starts_at=datetime.combine(day, moments["begins"]),
        ends_at=datetime.combine(day, moments["ends"]),
        **{name: request.form.get(name, "") for name in ("title", "speaker", "room", "note")},
    )


def _data_of(item: AgendaItem) -> dict[str, str]:
    return {
        "day": item.starts_at.date().isoformat(),
        "begins": f"{item.starts_at:%H:%M}",
        "ends": f"{item.ends_at:%H:%M}",
        "title": item.title,
        "speaker": item.speaker,
        "room": item.room,
        "note": item.note,
    }


def _blank(event: Event) -> dict[str, str]:
    """The values of a new item's form: it begins where the last item ends."""
    if not event.agenda:
        return {"day": event.starts_at.date().isoformat() if event.starts_at else ""}
    last = event.agenda[-1].ends_at
    return {"day": last.date().isoformat(), "begins": f"{last:%H:%M}"}
