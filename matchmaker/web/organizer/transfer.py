"""Importing and exporting tables: an upload is checked first, then written; its report stays visible."""

import json
import secrets
import time
from pathlib import Path
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from matchmaker.domain.errors import InvalidInput, MatchmakerError, NotFound
from matchmaker.i18n import N_
from matchmaker.services.transfer.columns import TableKind
from matchmaker.services.transfer.exporting import export_file, template_file
from matchmaker.services.transfer.importing import import_and_encode, preview_import, read_import
from matchmaker.web.access import person
from matchmaker.web.language import current_language
from matchmaker.web.organizer import blueprint
from matchmaker.web.organizer.tables import asked_ending, send_table
from matchmaker.web.request_context import db, platform

_KEPT_HOURS = 24
_SHOWN = 200


@blueprint.get("/upload")
def upload() -> str:
    """Show the form for importing a table, and the exports."""
    return _upload_form()


@blueprint.post("/upload")
def check_upload() -> Response | tuple[str, int]:
    """Store the file, check it without writing, and show the report."""
    file = request.files.get("file")
    try:
        kind = TableKind.parse(request.form.get("kind", ""))
        if file is None or not file.filename:
            raise InvalidInput(N_("请选择文件"), field="file")
        kept = _KeptUpload.keep(_folder(), person().id, kind, file)
        _check(kept)
    except MatchmakerError as error:
        return _upload_form(error), 400
    return redirect(url_for("organizer.upload_report", token=kept.token), 303)


@blueprint.get("/upload/<token>")
def upload_report(token: str) -> str:
    """Show the report: the file's rows, their errors, and whether they were imported."""
    kept = _kept(token)
    return render_template(
        "organizer/import_report.html", token=token, kind=kept.kind, name=kept.name, report=kept.report, shown=_SHOWN
    )


@blueprint.post("/upload/<token>")
def import_upload(token: str) -> Response:
    """Import the valid rows. The stored file stays until that is done, so pressing the button again is safe."""
    kept = _kept(token)
    table = read_import(kept.kind, kept.content)
    actor_id = person().id
    # The vectors may take a while: meanwhile nobody should wait for a transaction of ours.
    db().rollback()
    served = platform()
    report = import_and_encode(
        served.database, served.search_index, actor_id, kept.kind, table, skip_bad=request.form.get("skip_bad") == "on"
    )
    kept.write_report(report.to_dict(current_language()))
    if report.landed:
        flash(
            gettext("已导入：新增 %(created)d，更新 %(updated)d", created=report.created, updated=report.updated),
            "success",
        )
    else:
        flash(gettext("有错，什么都没有写入"), "danger")
    return redirect(url_for("organizer.upload_report", token=token), 303)


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


class _KeptUpload:
    """An uploaded file between checking and importing: readable by the platform only, and gone after a day."""

    def __init__(self, folder: Path, token: str) -> None:
        self.token = token
        self._table = folder / f"{token}.table"
        self._about = folder / f"{token}.json"
        about = json.loads(self._about.read_text(encoding="utf-8"))
        self.owner_id: int = about["owner"]
        self.kind = TableKind.parse(about["kind"])
        self.name: str = about["name"]
        self.report: dict[str, Any] = about["report"]

    @classmethod
    def keep(cls, folder: Path, owner_id: int, kind: TableKind, file: FileStorage) -> "_KeptUpload":
        """Store what was uploaded."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _forget_old(folder)
        token = secrets.token_hex(16)
        (folder / f"{token}.table").write_bytes(file.read())
        about = {"owner": owner_id, "kind": kind.value, "name": (file.filename or "")[:200], "report": {}}
        (folder / f"{token}.json").write_text(json.dumps(about), encoding="utf-8")
        return cls(folder, token)

    @property
    def content(self) -> bytes:
        """The file as uploaded."""
        return self._table.read_bytes()

    def write_report(self, report: dict[str, Any]) -> None:
        """Keep the report of the last check or import."""
        self.report = report
        about = {"owner": self.owner_id, "kind": self.kind.value, "name": self.name, "report": report}
        half = self._about.with_suffix(".half")
        half.write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        half.replace(self._about)


def _check(kept: _KeptUpload) -> None:
    table = read_import(kept.kind, kept.content)
    db().rollback()
    with platform().database.reading() as session:
        report = preview_import(session, kept.kind, table).report
    kept.write_report(report.to_dict(current_language()))


def _kept(token: str) -> _KeptUpload:
    missing = NotFound(N_("这次上传已过期，请重新上传文件"))
    if len(token) != 32 or not token.isalnum():
        raise missing
    try:
        kept = _KeptUpload(_folder(), token)
    except FileNotFoundError as error:
        raise missing from error
    if kept.owner_id != person().id:
        raise missing
    return kept


def _forget_old(folder: Path) -> None:
    oldest = time.time() - _KEPT_HOURS * 3600
    for path in folder.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    return platform().settings.data / "uploads"


def _upload_form(error: MatchmakerError | None = None) -> str:
    message = None if error is None else error.text(current_language())
    return render_template(
        "organizer/upload.html", kinds=list(TableKind), chosen=request.form.get("kind", "needs"), error=message
    )


def _kind_and_ending(kind: str, ending: str) -> tuple[TableKind, str]:
    try:
        return TableKind.parse(kind), asked_ending(ending)
    except InvalidInput:
        abort(404)
