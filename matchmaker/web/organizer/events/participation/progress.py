"""The preparation of an event: each participant's progress, reminders, and the list as a workbook."""

from collections.abc import Sequence
from io import BytesIO
from typing import TypeVar

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import ParticipantStatus, Side, Term
from matchmaker.i18n import N_, translate
from matchmaker.services.events.editing import get_event
from matchmaker.services.events.participation.delegates import also_coming_for
from matchmaker.services.events.participation.progress import (
    ASKED_OF_PARTICIPANTS,
    Progress,
    ProgressFilter,
    Reminded,
    SortOrder,
    Task,
    dashboard,
    progress_table,
    remind,
)
from matchmaker.services.events.requests.on_behalf import proxy_requests
from matchmaker.services.events.timing import local_time
from matchmaker.web.access import person
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.organizer.events.form_values import chosen_ids, kept_arguments
from matchmaker.web.organizer.events.participation.registration import participation_address
from matchmaker.web.organizer.tables import XLSX
from matchmaker.web.request_context import db

_FILTERS = ("side", "status", "step", "text", "order")

Word = TypeVar("Word", bound=Term)


@blueprint.get("/events/<int:event_id>/progress")
def event_progress(event_id: int) -> str | Response:
    """Show all participants with their done and open tasks; ``format=xlsx`` sends a workbook."""
    event, wanted = get_event(db(), event_id), _wanted()
    found = dashboard(db(), event)
    if request.args.get("format") == "xlsx":
        return _file(event, found.shown(wanted))
    return render_template(
        "organizer/events/participation/progress.html",
        event=event,
        found=found,
        rows=found.shown(wanted),
        wanted=wanted,
        filters=kept_arguments(*_FILTERS),
        to_stand_in=sum(found.to_answer for found in proxy_requests(db(), event)),
        twins=also_coming_for(db(), event),
        Task=Task,
        SortOrder=SortOrder,
        Status=ParticipantStatus,
        remindable=set(ASKED_OF_PARTICIPANTS),
        local_time=local_time,
    )


@blueprint.post("/events/<int:event_id>/progress")
def event_remind(event_id: int) -> Response:
    """Mail a reminder to the ticked participants, or to all filtered ones."""
    event = get_event(db(), event_id)
    if "all" in request.form:
        chosen = {row.participant.id for row in dashboard(db(), event).shown(_wanted())}
    else:
        chosen = chosen_ids("chosen")
    _tell(remind(db(), person(), event, chosen, participation_address))
    return redirect(url_for(".event_progress", event_id=event_id, **kept_arguments(*_FILTERS)), 303)


def _file(event: Event, rows: Sequence[Progress]) -> Response:
    language = current_language()
    name = f"{event.name}-{translate(N_('报名进度'), language)}.xlsx".replace("/", "-")
    return send_file(BytesIO(progress_table(rows, language)), XLSX, as_attachment=True, download_name=name)


def _wanted() -> ProgressFilter:
    return ProgressFilter(
        side=_term(Side, "side"),
        status=_term(ParticipantStatus, "status"),
        task=_term(Task, "step"),
        text=request.args.get("text", ""),
        order=_term(SortOrder, "order") or SortOrder.TASKS,
    )


def _term(vocabulary: type[Word], name: str) -> Word | None:
    """The term with the code in the URL; ``None`` for an unknown code."""
    return next((term for term in vocabulary if term.value == request.args.get(name)), None)


def _tell(reminded: Reminded) -> None:
    if reminded.written:
        flash(gettext("已提醒 %(count)d 个参会方", count=reminded.written), "success")
    else:
        flash(gettext("没有发出提醒：请勾选还有未办事项的参会方"), "warning")
    if reminded.spared:
        flash(gettext("%(count)d 个没有要办的事，或刚刚提醒过，没有再发", count=reminded.spared), "info")
    if reminded.unreached:
        names = "、".join(participant.name for participant in reminded.unreached)
        flash(gettext("没有邮箱可以联系，请打电话：%(names)s", names=names), "warning")
