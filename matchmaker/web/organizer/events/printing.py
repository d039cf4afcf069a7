"""Printing an event: each sheet as a file, the archive of all sheets, and saved columns."""

from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.errors import InvalidInput, NotFound
from matchmaker.domain.events.event import Event, Participant
from matchmaker.i18n import LANGUAGES, N_, translate
from matchmaker.printing.sheets.match_list import Grouping
from matchmaker.services.events.editing import get_event
from matchmaker.services.events.plan.versions import versions
from matchmaker.services.events.print_jobs import ask_for_archive, ask_for_sheet, is_large
from matchmaker.services.events.printing import (
    SHEETS,
    Format,
    Language,
    PrintOptions,
    Sheet,
    find_sheet,
    grouped_sheets,
    missing_sheets,
    personal_calendar,
    print_calendars,
    print_sheet,
    start_job,
)
from matchmaker.services.events.printing.column_templates import (
    available_columns,
    columns_of,
    delete_template,
    list_templates,
    save_template,
)
from matchmaker.services.events.printing.files import document_name
from matchmaker.services.events.printing.sheets import sheet_title
from matchmaker.web.access import person
from matchmaker.web.jobs import see_job
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.organizer.events.form_values import is_id
from matchmaker.web.organizer.tables import XLSX
from matchmaker.web.request_context import db, platform

_MIME_TYPES = {
    "pdf": "application/pdf",
    "xlsx": XLSX,
    "zip": "application/zip",
    "ics": "text/calendar",
}


@blueprint.get("/events/<int:event_id>/print")
def event_print(event_id: int) -> str:
    """Show the printable sheets, what each is for, and what it still lacks."""
    event = get_event(db(), event_id)
    missing = missing_sheets(db(), event)
    return render_template(
        "organizer/events/print.html",
        event=event,
        groups=grouped_sheets(event, missing),
        kinds=SHEETS,
        missing=missing,
        templates=list_templates(db()),
        earlier=[version for version in versions(db(), event) if version.version < event.plan_version],
    )


@blueprint.route("/events/<int:event_id>/print/<sheet>.<any(pdf, xlsx):form>", methods=["GET", "POST"])
def event_sheet(event_id: int, sheet: str, form: str) -> Response:
    """Send one sheet as a PDF or XLSX file. What the page asks of a large event is printed by a worker."""
    event = get_event(db(), event_id)
    kind, ending, options = find_sheet(sheet), Format(form), _options(sheet)
    if request.method == "POST" and is_large(db(), event):
        job = ask_for_sheet(db(), person(), event, kind, ending, options)
        db().commit()
        return see_job(job)
    content = print_sheet(
        db(),
        event,
        kind,
        ending,
        options,
        search_index=platform().search_index,
        base_url=platform().settings.base_url,
    )
    return _file(
        event, translate(sheet_title(kind, ending, options), options.language), form, content, options.language
    )


@blueprint.post("/events/<int:event_id>/print/all.zip")
def event_archive_file(event_id: int) -> Response:
    """Have a worker print all sheets and calendars into one ZIP: a large event takes half a minute."""
    event = get_event(db(), event_id)
    job = ask_for_archive(db(), person(), event, _options("all"))
    db().commit()
    return see_job(job)


@blueprint.route("/events/<int:event_id>/print/calendars.zip", methods=["GET", "POST"])
def event_calendars(event_id: int) -> Response:
    """Send every participant's calendar as a ZIP archive."""
    event, options = get_event(db(), event_id), _options("calendars")
    content = print_calendars(start_job(db(), event, options))
    return _file(event, translate(N_("日历"), options.language), "zip", content, options.language)


@blueprint.get("/events/<int:event_id>/print/calendars/<int:participant_id>.ics")
def event_calendar(event_id: int, participant_id: int) -> Response:
    """Send one participant's calendar as an iCalendar file."""
    event, participant = get_event(db(), event_id), db().get(Participant, participant_id)
    if participant is None or participant.event_id != event.id:
        raise NotFound(N_("活动里没有这个参会方，请刷新页面"))
    options = _options("calendars")
    content = personal_calendar(db(), event, participant, options.language)
    return _file(event, participant.name, "ics", content, options.language)


@blueprint.get("/events/<int:event_id>/print/templates")
def event_print_templates(event_id: int) -> str:
    """Show the saved columns of one kind of sheet, and the form for more."""
    event, what, name = get_event(db(), event_id), _what(), request.args.get("name", "")
    chosen = columns_of(db(), what, name) if name else ()
    return _templates_page(event, what, name, chosen, {})


@blueprint.post("/events/<int:event_id>/print/templates")
def event_save_print_template(event_id: int) -> Response | tuple[str, int]:
    """Save columns under a name, or delete saved ones."""
    event, what = get_event(db(), event_id), _what()
    if is_id(request.form.get("delete", "")):
        delete_template(db(), person(), int(request.form["delete"]))
        flash(gettext("已删除"), "success")
    else:
        name = request.form.get("name", "")
        columns = [column for column in request.form.getlist("column") if column]
        try:
            save_template(db(), person(), what, name, columns)
        except InvalidInput as error:
            problems = {error.field: error.text(current_language())}
            return _templates_page(event, what, name, columns, problems), 400
        flash(gettext("已保存模板“%(name)s”", name=name), "success")
    return redirect(url_for(".event_print_templates", event_id=event.id, what=what), 303)


def _templates_page(
    event: Event, what: str, name: str, chosen: tuple[str, ...] | list[str], problems: dict[str | None, str]
) -> str:
    available = available_columns(what, current_language())
    templates = list_templates(db())
    return render_template(
        "organizer/events/print_templates.html",
        event=event,
        what=what,
        kinds={sheet: find_sheet(sheet).kind for sheet in templates},
        templates=templates[what],
        available=available,
        name=name,
        chosen=[*chosen, *[""] * len(available)][: len(available)],
        problems=problems,
    )


def _what() -> str:
    return request.args.get("what", Sheet.MATCH_LIST.value)


def _options(sheet: str) -> PrintOptions:
    """The print options in the form. One form serves all sheets, so it has a column template for each."""
    language, grouping = request.values.get("language", current_language()), request.values.get("grouping", "whole")
    against = request.values.get("against", "")
    if language not in LANGUAGES or grouping not in set(Grouping):
        raise InvalidInput(N_("语言只能是 zh 或 en，分组只能是 whole、enterprise 或 team"))
    if against and not is_id(against):
        raise InvalidInput(N_("要比较的版次应为整数"))
    return PrintOptions(
        language=_language(language),
        template=request.values.get("template", request.values.get(f"template-{sheet}", "")),
        against=int(against) if against else None,
        grouping=Grouping(grouping),
    )


def _language(text: str) -> Language:
    return "en" if text == "en" else "zh"


def _file(event: Event, title: str, ending: str, content: bytes, language: str) -> Response:
    name = document_name(event, title, ending, language)
    return send_file(BytesIO(content), _MIME_TYPES[ending], as_attachment=True, download_name=name)
