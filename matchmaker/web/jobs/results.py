"""What each kind of job is about, and where its result is seen."""

from collections.abc import Callable, Mapping

from flask import url_for

from matchmaker.domain.events.event import Event
from matchmaker.domain.job import Job
from matchmaker.services.events.print_jobs import ARCHIVE, SHEET
from matchmaker.services.events.scheduling.jobs import BUILD, REPLAN, shows_schedule
from matchmaker.services.indexing.jobs import ENCODE
from matchmaker.services.transfer.jobs import CHECK, IMPORT, report_of
from matchmaker.web.access import person
from matchmaker.web.request_context import db


def result_page(job: Job) -> str | None:
    """The address of the page that the job was for; ``None`` where there is none, or the record is gone."""
    page = _PAGES.get(job.kind)
    return None if page is None else page(job)


def reports_itself(job: Job) -> bool:
    """Whether the result's page says what came of the job, so that no message need say it."""
    return job.kind in (CHECK, IMPORT)


def subject_name(job: Job) -> str:
    """The name of the event, file or encoder that the job is about; empty if it has none, or is gone."""
    if job.kind == ENCODE:
        return str(job.arguments.get("encoder", ""))
    if job.subject == Event.__tablename__ and job.subject_id is not None:
        event = db().get(Event, job.subject_id)
        return event.name if event else ""
    upload = db().get(Job, job.subject_id) if job.kind == IMPORT and job.subject_id is not None else job
    return str(upload.arguments.get("name", "")) if upload is not None and upload.kind == CHECK else ""


def _event_page(job: Job) -> str | None:
    event = db().get(Event, job.subject_id) if job.subject_id is not None else None
    if event is None:
        return None
    as_list = bool(job.arguments.get("as_list"))
    page = "organizer.event_schedule" if shows_schedule(event, as_list=as_list) else "organizer.event_match_list"
    return url_for(page, event_id=event.id)


def _print_page(job: Job) -> str:
    return url_for("organizer.event_print", event_id=job.subject_id)


def _upload_page(job: Job) -> str | None:
    """The report, which only the person who uploaded the file may read; the form as long as there is none."""
    upload = job if job.kind == CHECK else db().get(Job, job.subject_id)
    if upload is None or upload.actor_id != person().id:
        return None
    if report_of(upload) is None:
        return url_for("organizer.upload")
    return url_for("organizer.upload_report", upload_id=upload.id)


_PAGES: Mapping[str, Callable[[Job], str | None]] = {
    BUILD: _event_page,
    REPLAN: _event_page,
    ARCHIVE: _print_page,
    SHEET: _print_page,
    CHECK: _upload_page,
    IMPORT: _upload_page,
}
