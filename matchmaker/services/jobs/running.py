"""Running one job: taking it, showing how far it is, finishing it once, and finding those whose worker died."""

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from inspect import signature
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from matchmaker.config import Settings
from matchmaker.domain.base import Base, now
from matchmaker.domain.errors import MatchmakerError, NotFound
from matchmaker.domain.job import Job, JobState, Message, as_message, error_message
from matchmaker.i18n import N_
from matchmaker.services.database import Database, rows_changed
from matchmaker.services.jobs.process import is_known_dead, new_worker_name
from matchmaker.services.jobs.registry import Handler, RunningPlatform, find_handler

_log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10
SILENT_SECONDS = 120
"""A run that gave no sign of life for so long is dead."""

MOST_ATTEMPTS = 3
"""So often a job is begun; then its workers die because of it, and a person has to look."""

_PROGRESS_SECONDS = 0.5
"""What happens in between is not written down."""

Record = TypeVar("Record", bound=Base)


class JobStopped(Exception):
    """The job was cancelled, or given to somebody else, or the worker stops. Let it pass through a handler."""


class JobRun:
    """One run of a job, handed to its handler.

    The handler may set ``result`` (JSON, shown by the job's page) and keep a file with :meth:`save_file`.
    """

    def __init__(self, platform: RunningPlatform, job: Job, stopping: threading.Event | None = None) -> None:
        self.platform = platform
        self.job = job
        self.result: dict[str, Any] | None = None
        self._stopping = stopping
        self._lost = threading.Event()
        self._finished = False
        self._file = ""
        self._shown_at = 0.0

    @property
    def settings(self) -> Settings:
        return self.platform.settings

    @property
    def database(self) -> Database:
        return self.platform.database

    def progress(self, done: int, total: int, step: str = "", **params: object) -> None:
        """Show how far it is, ``step`` (a message id) being done. Call it often, but not amid a change of the database.

        Raises :class:`JobStopped` when there is no sense in going on.
        """
        self.check()
        if self._finished or time.monotonic() - self._shown_at < _PROGRESS_SECONDS:
            return
        self._shown_at = time.monotonic()
        values: dict[str, Any] = {"done": done, "total": total}
        if step:
            values["step"] = as_message(step, **params)
        self._update(**values)
        self.check()

    def check(self) -> None:
        """Raises :class:`JobStopped` when there is no sense in going on."""
        if self._finished:
            return
        if self._lost.is_set() or (self._stopping is not None and self._stopping.is_set()):
            raise JobStopped

    def load(self, session: Session, model: type[Record], key: Any) -> Record:
        """The record that the job needs. Raises :class:`NotFound` if it was deleted meanwhile."""
        record = session.get(model, key)
        if record is None:
            raise NotFound(N_("任务要处理的内容已经被删除"))
        return record

    def finish(self, session: Session) -> None:
        """Mark the job done in the session's transaction, and commit: the change and “done” are both kept, or neither.

        Raises :class:`JobStopped`, and undoes the change, if the job was cancelled or given to somebody else.
        """
        try:
            self.check()
            if (
                rows_changed(session, update(Job).where(*self._held).values(state=JobState.DONE, **self._outcome()))
                != 1
            ):
                self._lost.set()
                raise JobStopped
            session.commit()
        except Exception:
            session.rollback()
            raise
        self._finished = True

    def save_file(self, name: str, content: Iterable[bytes]) -> Path:
        """Keep a file that the job made, for its page to offer. It is deleted with the job.

        ``content`` comes in pieces, so a large file is never held as a whole.
        """
        folder = job_folder(self.settings, self.job.id) / self.job.worker.rpartition("/")[2]
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name.replace("/", "-")[:150]
        path.touch(mode=0o600)
        with path.open("wb") as file:
            file.writelines(content)
        self._file = path.relative_to(self.settings.data).as_posix()
        return path

    def _outcome(self) -> dict[str, Any]:
        return {"result": self.result, "file": self._file, "finished_at": now(), "step": None}

    @property
    def _held(self) -> tuple[Any, ...]:
        """The condition that this run still holds the job."""
        return (Job.id == self.job.id, Job.state == JobState.RUNNING, Job.worker == self.job.worker)

    def _update(self, **values: Any) -> bool:
        """Change the row if this run still holds the job. A database that is busy is not waited for twice."""
        try:
            with self.database.writing() as session:
                held = rows_changed(session, update(Job).where(*self._held).values(heartbeat_at=now(), **values))
                session.commit()
        except OperationalError:
            _log.warning("job %s: its progress could not be written", self.job.id, exc_info=True)
            return True
        if not held:
            self._lost.set()
        return bool(held)


def job_folder(settings: Settings, job_id: int) -> Path:
    """Where the job's files are."""
    return settings.data / "jobs" / str(job_id)


def run_job(platform: RunningPlatform, job_id: int, stopping: threading.Event | None = None) -> bool:
    """Take the job and do it; false if somebody else has it, or it is not to be done.

    Whatever goes wrong stands in the job's row afterwards; nothing is raised but what ends the process.
    """
    job = _take(platform.database, job_id)
    if job is None:
        return False
    run = JobRun(platform, job, stopping)
    handler = find_handler(job.kind)
    if handler is not None and not handler.repeatable:
        # Breaking it off halfway would be worse than letting it end.
        run = JobRun(platform, job)
    with _Heartbeat(run):
        _run(run, handler)
    return True


def _run(run: JobRun, handler: Handler | None) -> None:
    job = run.job
    try:
        _checked(handler, job).run(run, **job.arguments)
    except JobStopped:
        # Nothing happens if it was cancelled; else the worker stops, and another one begins it again.
        run._update(state=JobState.QUEUED, worker="", attempts=job.attempts - 1, done=0, total=0, step=None)
    except MatchmakerError as error:
        _fail(run, error_message(error))
    except Exception as error:
        _log.exception("job %s (%s) failed", job.id, job.kind)
        _fail(run, as_message(N_("出错了：%(error)s"), error=f"{type(error).__name__}: {error}"[:500]))
    else:
        with run.database.writing() as session:
            late = update(Job).where(Job.id == job.id, Job.worker == job.worker)
            held = Job.state == (JobState.DONE if run._finished else JobState.RUNNING)
            rows_changed(session, late.where(held).values(state=JobState.DONE, **run._outcome()))
            session.commit()


def _checked(handler: Handler | None, job: Job) -> Handler:
    """The handler, if it understands the arguments. Raises :class:`MatchmakerError` if not."""
    if handler is None:
        raise MatchmakerError(
            N_("任务由另一个版本（%(version)s）的程序登记，现在的版本没有“%(kind)s”这种任务"),
            version=job.code_version or "?",
            kind=job.kind,
        )
    try:
        signature(handler.run).bind(None, **job.arguments)
    except TypeError as error:
        raise MatchmakerError(
            N_("任务由另一个版本（%(version)s）的程序登记，现在的版本读不了它的参数，请重新提交"),
            version=job.code_version or "?",
        ) from error
    return handler


def _fail(run: JobRun, error: Message) -> None:
    if run._finished:
        # Its change is made: what came after it, such as a summary, is missing, and no reason to repeat the change.
        return
    run._update(state=JobState.FAILED, error=error, finished_at=now(), step=None)


def _take(database: Database, job_id: int) -> Job | None:
    """The job, now held by a run of its own; ``None`` if it does not wait any more. One conditional statement."""
    worker = new_worker_name()
    with database.writing() as session:
        taken = rows_changed(
            session,
            update(Job)
            .where(Job.id == job_id, Job.state == JobState.QUEUED)
            .values(
                state=JobState.RUNNING,
                worker=worker,
                attempts=Job.attempts + 1,
                started_at=now(),
                heartbeat_at=now(),
                finished_at=None,
            ),
        )
        session.commit()
        return session.get(Job, job_id) if taken else None


def release_dead(database: Database) -> int:
    """Find running jobs whose worker died: repeatable ones wait again, others have failed. Returns how many."""
    found = 0
    with database.reading() as session:
        running = session.scalars(select(Job).where(Job.state == JobState.RUNNING)).all()
    for job in running:
        silent = job.heartbeat_at is None or job.heartbeat_at < now() - timedelta(seconds=SILENT_SECONDS)
        if silent or is_known_dead(job.worker):
            found += _release(database, job)
    return found


def _release(database: Database, job: Job) -> int:
    handler = find_handler(job.kind)
    values: dict[str, Any] = {"worker": "", "step": None}
    if handler is not None and handler.repeatable and job.attempts < MOST_ATTEMPTS:
        values |= {"state": JobState.QUEUED, "done": 0, "total": 0}
    else:
        error = as_message(N_("处理任务的程序中断了 %(times)d 次，请看看做到哪里了再重试"), times=job.attempts)
        values |= {"state": JobState.FAILED, "error": error, "finished_at": now()}
    _log.warning("job %s (%s): its worker %s is gone; now %s", job.id, job.kind, job.worker, values["state"].value)
    held = (Job.id == job.id, Job.state == JobState.RUNNING, Job.worker == job.worker)
    with database.writing() as session:
        released = rows_changed(session, update(Job).where(*held).values(**values))
        session.commit()
    return released


def waiting_jobs(session: Session) -> Sequence[int]:
    """Ids of the jobs that wait, oldest first."""
    return session.scalars(select(Job.id).where(Job.state == JobState.QUEUED).order_by(Job.id)).all()


class _Heartbeat:
    """A thread that says now and then that the run lives, and notices when the job was taken away."""

    def __init__(self, run: JobRun) -> None:
        self._run = run
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="job heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(HEARTBEAT_SECONDS):
            self._run._update()
