"""Importing and exporting tables: an upload is checked first, then written; its report stays visible."""

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from matchmaker.domain.errors import InvalidInput, MatchmakerError
from matchmaker.domain.job import Job, JobState, message_text
from matchmaker.i18n import N_
from matchmaker.services.jobs.running import run_job
from matchmaker.services.transfer.columns import TableKind
from matchmaker.services.transfer.exporting import export_file, template_file
from matchmaker.services.transfer.jobs import SMALL, ask_for_import, find_upload, import_of, keep_upload, report_of
from matchmaker.web.access import person
from matchmaker.web.jobs import see_job
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.organizer.tables import asked_ending, send_table
from matchmaker.web.request_context import db, platform

_SHOWN = 200


@blueprint.get("/upload")
def upload() -> str:
    """Show the form for importing a table, and the exports."""
    return _upload_form()


@blueprint.post("/upload")
def check_upload() -> Response | tuple[str, int]:
    """Keep the file, go through it without writing, and show the report. A large file is checked by a worker."""
    file = request.files.get("file")
    try:
        kind = TableKind.parse(request.form.get("kind", ""))
        if file is None or not file.filename:
            raise InvalidInput(N_("请选择文件"), field="file")
        content = file.read()
        upload = keep_upload(
            db(), platform().settings, person(), kind, file.filename, content, language=current_language()
        )
        db().commit()
    except MatchmakerError as error:
        return _upload_form(error.text(current_language())), 400
    if len(content) > SMALL:
        return see_job(upload)
    run_job(platform(), upload.id)
    db().refresh(upload)
    if upload.state is JobState.FAILED:
        return _upload_form(message_text(upload.error, current_language())), 400
    return redirect(url_for("organizer.upload_report", upload_id=upload.id), 303)


@blueprint.get("/upload/<int:upload_id>")
def upload_report(upload_id: int) -> str | Response:
    """What the file holds, what is wrong with it, and whether it has been imported."""
    upload = _upload(upload_id)
    imported = import_of(db(), upload)
    report = report_of(imported) or report_of(upload)
    if report is None or (imported is not None and not imported.state.is_over):
        return see_job(imported or upload)
    return render_template(
        "organizer/import_report.html",
        upload_id=upload.id,
        kind=TableKind.parse(upload.arguments["kind"]),
        name=upload.arguments["name"],
        report=report,
        shown=_SHOWN,
    )


@blueprint.post("/upload/<int:upload_id>")
def import_upload(upload_id: int) -> Response:
    """Have a worker write the good rows; the job's page says how far it is."""
    upload = _upload(upload_id)
    skip_bad = request.form.get("skip_bad") == "on"
    job = ask_for_import(db(), person(), upload, skip_bad=skip_bad, language=current_language())
    db().commit()
    return see_job(job)


@blueprint.get("/download")
def download() -> Response:
    """Redirect to the page that has imports and exports."""
    return redirect(url_for("organizer.upload") + "#export")


@blueprint.get("/download/<kind>.<ending>")
def download_table(kind: str, ending: str) -> Response:
    """Send all published needs or offers, or all organizations, as a file."""
    table_kind, ending = _kind_and_ending(kind, ending)
    return send_table(export_file(db(), table_kind, ending, current_language()), table_kind.value, ending)


@blueprint.get("/download/template-<kind>.<ending>")
def download_template(kind: str, ending: str) -> Response:
    """Send an empty table to fill in."""
    table_kind, ending = _kind_and_ending(kind, ending)
    return send_table(template_file(table_kind, ending, current_language()), f"template-{table_kind.value}", ending)


def _upload(upload_id: int) -> Job:
    return find_upload(db(), platform().settings, person(), upload_id)


def _upload_form(message: str | None = None) -> str:
    return render_template(
        "organizer/upload.html", kinds=list(TableKind), chosen=request.form.get("kind", "needs"), error=message
    )


def _kind_and_ending(kind: str, ending: str) -> tuple[TableKind, str]:
    try:
        return TableKind.parse(kind), asked_ending(ending)
    except InvalidInput:
        abort(404)
