"""Uploaded tables as jobs: one checks the file and keeps the report, another one imports it.

The job that checks is the upload: its id names it, its row says whose it is, its result is the report. The file itself
waits in the data folder for a day.
"""

from datetime import timedelta
from pathlib import Path
from threading import Event
from time import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.config import Settings
from matchmaker.domain.errors import MatchmakerError, NotFound
from matchmaker.domain.job import Job, JobState, as_message
from matchmaker.domain.people import User
from matchmaker.i18n import N_
from matchmaker.services.jobs.jobs import enqueue, unfinished
from matchmaker.services.jobs.registry import RunningPlatform, handler, periodic
from matchmaker.services.jobs.running import JobRun
from matchmaker.services.transfer.columns import TableKind
from matchmaker.services.transfer.importing import import_and_encode, preview_import, read_import
from matchmaker.services.transfer.report import ImportReport

CHECK = "transfer.check"
IMPORT = "transfer.import"

KEPT_HOURS = 24
"""So long an uploaded file can be imported."""

SMALL = 200_000
"""Bytes of a file that is checked in well under a second."""


def keep_upload(
    session: Session, settings: Settings, actor: User, kind: TableKind, name: str, content: bytes, language: str
) -> Job:
    """Keep an uploaded file, readable by the platform only, and have a worker check it. Does not commit.

    ``language`` is that of the report.
    """
    arguments = {"kind": kind.value, "name": name[:200], "language": language}
    upload = enqueue(session, CHECK, actor, arguments)
    path = _file_of(settings, upload.id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)
    return upload


def find_upload(session: Session, settings: Settings, person: User, upload_id: int) -> Job:
    """The person's upload. Raises :class:`NotFound` for somebody else's and for one whose file is gone."""
    upload = session.get(Job, upload_id)
    ours = upload is not None and upload.kind == CHECK and upload.actor_id == person.id
    if upload is None or not ours or not _file_of(settings, upload_id).exists():
        raise NotFound(N_("这次上传已过期，请重新上传文件"))
    return upload


def import_of(session: Session, upload: Job) -> Job | None:
    """The last job that imported the upload, or tried to."""
    return session.scalar(
        select(Job)
        .where(Job.kind == IMPORT, Job.subject == Job.__tablename__, Job.subject_id == upload.id)
        .order_by(Job.id.desc())
        .limit(1)
    )


def ask_for_import(session: Session, actor: User, upload: Job, *, skip_bad: bool, language: str) -> Job:
    """Have a worker import the upload: all rows if none is bad or ``skip_bad``, otherwise none. Does not commit.

    Returns the job that is under way if there is one.
    """
    arguments = {"upload_id": upload.id, "actor_id": actor.id, "skip_bad": skip_bad, "language": language}
    return unfinished(session, IMPORT, upload) or enqueue(session, IMPORT, actor, arguments, subject=upload)


@handler(CHECK, title=N_("检查上传的表格"), repeatable=True)
def check(run: JobRun, kind: str, name: str, language: str) -> None:
    """Go through the file without writing anything."""
    table_kind = TableKind.parse(kind)
    table = read_import(table_kind, _content(run.settings, run.job.id))
    with run.database.reading() as session:
        report = preview_import(session, table_kind, table).report
    summary = as_message(N_("%(name)s：%(rows)d 行，有错 %(bad)d 行"), name=name, rows=report.rows, bad=report.bad_rows)
    run.result = {"summary": [summary], "report": report.to_dict(language)}


@handler(IMPORT, title=N_("导入表格"), repeatable=True)
def import_upload(run: JobRun, upload_id: int, actor_id: int, skip_bad: bool, language: str) -> None:
    """Encode the texts, then write the rows; the rows and the finished job are one transaction."""
    with run.database.reading() as session:
        upload = run.load(session, Job, upload_id)
    kind = TableKind.parse(upload.arguments["kind"])
    table = read_import(kind, _content(run.settings, upload_id))

    def keep(session: Session, report: ImportReport) -> None:
        run.result = _result(report, language)
        run.finish(session)

    report = import_and_encode(
        run.database,
        run.platform.search_index,
        actor_id,
        kind,
        table,
        skip_bad=skip_bad,
        progress=lambda done, total: run.progress(done, total, N_("编码")),
        keep=keep,
    )
    if not report.landed:
        run.result = _result(report, language)


@periodic("transfer.forget", every=timedelta(hours=1))
def forget_uploads(platform: RunningPlatform, _: Event) -> None:
    """Delete uploaded files that nobody imported within a day."""
    oldest = time() - KEPT_HOURS * 3600
    for path in _folder(platform.settings).glob("*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def report_of(job: Job | None) -> dict[str, object] | None:
    """The report of a check or an import that is done, as JSON."""
    if job is None or job.state is not JobState.DONE or job.result is None:
        return None
    report: dict[str, object] | None = job.result.get("report")
    return report


def _result(report: ImportReport, language: str) -> dict[str, object]:
    if report.landed:
        summary = as_message(
            N_("已导入：新增 %(created)d，更新 %(updated)d"), created=report.created, updated=report.updated
        )
    else:
        summary = as_message(N_("有错，什么都没有写入"))
    return {"summary": [summary], "report": report.to_dict(language)}


def _content(settings: Settings, upload_id: int) -> bytes:
    try:
        return _file_of(settings, upload_id).read_bytes()
    except FileNotFoundError as error:
        raise MatchmakerError(N_("这次上传已过期，请重新上传文件")) from error


def _file_of(settings: Settings, upload_id: int) -> Path:
    return _folder(settings) / f"{upload_id}.table"


def _folder(settings: Settings) -> Path:
    return settings.data / "uploads"
