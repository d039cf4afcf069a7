"""The page of a job and the list of one's jobs."""

from datetime import timedelta

from flask import flash, jsonify, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wrappers import Response

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict, NotFound
from matchmaker.domain.job import Job, JobState, message_text
from matchmaker.i18n import N_
from matchmaker.services.jobs import jobs
from matchmaker.services.jobs.registry import find_handler
from matchmaker.web.access import person
from matchmaker.web.jobs import blueprint, see_job
from matchmaker.web.jobs.results import reports_itself, result_page, subject_name
from matchmaker.web.language import current_language
from matchmaker.web.request_context import db, platform

REFRESH_SECONDS = 2
"""A page without scripts loads itself again after so long, while the job is not over."""

JUST_NOW = timedelta(seconds=5)
"""A job that ended so recently may have ended before its page was there."""


@blueprint.get("/")
def job_list() -> str:
    """One's own jobs, newest first; organizers may ask for everybody's."""
    everybodys = person().organizes and request.args.get("all") == "yes"
    found = jobs.visible_jobs(db(), person(), everybodys=everybodys)
    return render_template(
        "jobs/list.html", jobs=found, everybodys=everybodys, title_of=title_of, summary_of=summary_of
    )


@blueprint.get("/<int:job_id>")
def job(job_id: int) -> str:
    """How far the job is; when it is over, its result or what went wrong."""
    found = jobs.visible_job(db(), person(), job_id)
    return render_template(
        "jobs/job.html",
        job=found,
        title=title_of(found),
        step=message_text(found.step, current_language()),
        summary=summary_of(found),
        result_page=result_page(found),
        leads_on=_leads_on(found),
        refresh=None if found.state.is_over else REFRESH_SECONDS,
        watched=not found.state.is_over or (_leads_on(found) and _ended_just_now(found)),
    )


@blueprint.get("/<int:job_id>/progress.json")
def job_progress(job_id: int) -> ResponseReturnValue:
    """What the page's script asks for: state, percent (or null), and words."""
    found = jobs.visible_job(db(), person(), job_id)
    return jsonify(
        state=found.state.value,
        over=found.state.is_over,
        percent=found.percent,
        step=message_text(found.step, current_language()),
    )


@blueprint.get("/<int:job_id>/outcome")
def job_outcome(job_id: int) -> Response:
    """Lead on when the job is over: to the page that it was for, or to the job's page if there is more to choose."""
    found = jobs.visible_job(db(), person(), job_id)
    page = result_page(found)
    if page is None or not _leads_on(found):
        return see_job(found)
    if not reports_itself(found):
        flash(summary_of(found), "success")
    return redirect(page, 303)


@blueprint.get("/<int:job_id>/file")
def job_file(job_id: int) -> ResponseReturnValue:
    """The file that the job made."""
    found = jobs.visible_job(db(), person(), job_id)
    path = platform().settings.data / found.file
    if found.state is not JobState.DONE or not found.file or not path.is_file():
        raise NotFound(N_("这个文件已经不在了，请重新生成"))
    return send_file(path, as_attachment=True, download_name=path.name)


@blueprint.post("/<int:job_id>/<any(cancel, retry):action>")
def job_action(job_id: int, action: str) -> ResponseReturnValue:
    """Have nothing more done, or have it done again."""
    found = jobs.visible_job(db(), person(), job_id)
    try:
        if action == "cancel":
            jobs.cancel(db(), found)
            flash(gettext("已取消"), "success")
        else:
            jobs.retry(db(), found)
    except Conflict as error:
        flash(error.text(current_language()), "warning")
    return see_job(found)


def _leads_on(found: Job) -> bool:
    """Whether there is exactly one place to go: a job that made a file has the file, and one that failed, its error."""
    return found.state is JobState.DONE and not found.file and result_page(found) is not None


def _ended_just_now(found: Job) -> bool:
    return found.finished_at is not None and now() - found.finished_at < JUST_NOW


def title_of(found: Job) -> str:
    """What the job does and to what, in the reader's language; its code word if this version does not know it."""
    handler = find_handler(found.kind)
    title = gettext(handler.title) if handler else found.kind
    return " · ".join(part for part in (title, subject_name(found)) if part)


def summary_of(found: Job) -> str:
    """What came of the job, or what went wrong, in the reader's language; empty while it is under way."""
    language = current_language()
    if found.state is JobState.FAILED:
        return message_text(found.error, language)
    if found.state is not JobState.DONE:
        return ""
    return " · ".join(message_text(message, language) for message in (found.result or {}).get("summary", ()))
