"""The worker: takes what the queue announces, and looks now and then for what no message told of.

Any number of workers may share a database and a queue, in one process or many: whoever takes a job first has it.
"""

import logging
import shutil
import threading
import time
from datetime import timedelta
from typing import Any

from huey.consumer import Consumer
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.job import Job, JobState, PeriodicRun
from matchmaker.services.database import Database, rows_changed
from matchmaker.services.jobs.queue import JOBS, TASKS
from matchmaker.services.jobs.registry import (
    PeriodicTask,
    RunningPlatform,
    find_task,
    load_handlers,
    periodic,
    periodic_tasks,
)
from matchmaker.services.jobs.running import job_folder, release_dead, run_job, waiting_jobs

_log = logging.getLogger(__name__)

_THREADS = {JOBS: 2, TASKS: 1}
_LONGEST_POLL = 1.0
"""Seconds between two looks into a queue file in which nothing was for a while."""

SWEEP_SECONDS = 5
KEPT_DAYS = 30
"""So long a job that is over can be found, and its file fetched."""


class Worker:
    """Threads that work jobs off in this process, from :meth:`start` to :meth:`stop`."""

    def __init__(self, platform: RunningPlatform) -> None:
        self._platform = platform
        self._stopping = threading.Event()
        self._consumers: list[Consumer] = []
        self._sweeper = threading.Thread(target=self._keep_sweeping, name="job sweeper", daemon=True)

    def start(self) -> None:
        """Begin, after any fork. Raises :class:`InvalidInput` if the queue cannot be used."""
        self._platform.queue.check()
        load_handlers()
        for lane, receive in ((JOBS, self._run_job), (TASKS, self._run_task)):
            huey = self._platform.queue.receive(lane, receive)
            consumer = _QuietConsumer(huey, workers=_THREADS[lane], periodic=False, max_delay=_LONGEST_POLL)
            consumer.start()
            self._consumers.append(consumer)
        self._sweeper.start()

    def stop(self, patience: float = 20) -> None:
        """Take nothing more, and wait so many seconds for what is under way.

        Repeatable jobs stop at their next step and wait for the next worker. What takes longer than ``patience`` ends
        with the process, as if it had been killed.
        """
        self._stopping.set()
        for consumer in self._consumers:
            consumer.stop()
        deadline = time.monotonic() + patience
        for consumer in self._consumers:
            for _, thread in consumer.worker_threads:
                thread.join(max(0.0, deadline - time.monotonic()))
        self._sweeper.join(max(0.0, deadline - time.monotonic()))

    def sweep(self) -> None:
        """Send what waits and no message tells of, and take from the dead what they held."""
        database, queue = self._platform.database, self._platform.queue
        release_dead(database)
        with database.reading() as session:
            jobs = waiting_jobs(session)
        for job_id in _unsent(jobs, queue.waiting(JOBS)):
            queue.send(JOBS, job_id)
        due = [task.name for task in periodic_tasks() if _is_due(database, task)]
        for name in _unsent(due, queue.waiting(TASKS)):
            queue.send(TASKS, name)

    def _run_job(self, job_id: int) -> None:
        if not self._stopping.is_set():
            run_job(self._platform, job_id, self._stopping)

    def _run_task(self, name: str) -> None:
        if not self._stopping.is_set():
            _run_task(self._platform, name, self._stopping)

    def _keep_sweeping(self) -> None:
        while True:
            try:
                self.sweep()
            except Exception:
                _log.exception("the worker could not look for jobs; it tries again")
            if self._stopping.wait(SWEEP_SECONDS):
                return


def run_pending(platform: RunningPlatform) -> int:
    """Do in this process whatever waits at the moment, jobs and periodic tasks, until nothing does; returns how much.

    For a command that wants to see the end, and for tests.
    """
    done = 0
    while True:
        release_dead(platform.database)
        with platform.database.reading() as session:
            jobs = waiting_jobs(session)
        due = [task.name for task in periodic_tasks() if _is_due(platform.database, task)]
        if not jobs and not due:
            return done
        done += sum(run_job(platform, job_id) for job_id in jobs) + len(due)
        for name in due:
            _run_task(platform, name, threading.Event())


class _QuietConsumer(Consumer):  # type: ignore[misc]
    """A consumer that leaves the process's signals to whoever runs it."""

    def _set_signal_handlers(self) -> None:
        pass


def _unsent(wanted: Any, sent: set[Any]) -> list[Any]:
    return [content for content in wanted if content not in sent]


def _is_due(database: Database, task: PeriodicTask) -> bool:
    with database.reading() as session:
        if task.is_due is not None:
            return task.is_due(session)
        begun = session.scalar(select(PeriodicRun.begun_at).where(PeriodicRun.name == task.name))
        return begun is None or begun <= now() - (task.every or timedelta())


def _run_task(platform: RunningPlatform, name: str, stopping: threading.Event) -> None:
    task = find_task(name)
    if task is None or (task.is_due is None and not _begin(platform.database, task)):
        return
    try:
        task.run(platform, stopping)
    except Exception:
        _log.exception("the periodic task %s failed; it comes round again", name)


def _begin(database: Database, task: PeriodicTask) -> bool:
    """Whether it is this worker's turn: of several, one changes the row."""
    at = now()
    over = PeriodicRun.begun_at <= at - (task.every or timedelta())
    try:
        with database.writing() as session:
            begin = update(PeriodicRun).where(PeriodicRun.name == task.name, over).values(begun_at=at)
            if rows_changed(session, begin) == 0:
                if session.get(PeriodicRun, task.name) is not None:
                    return False
                session.execute(insert(PeriodicRun).values(name=task.name, begun_at=at))
            session.commit()
    except IntegrityError:
        # Another worker began it for the first time.
        return False
    return True


@periodic("jobs.forget", every=timedelta(hours=6))
def forget_old_jobs(platform: RunningPlatform, _: threading.Event) -> None:
    """Delete jobs that were over long ago, and their files."""
    with platform.database.writing() as session:
        old = _over_before(session, KEPT_DAYS)
        session.execute(delete(Job).where(Job.id.in_(old)))
        session.commit()
    for job_id in old:
        shutil.rmtree(job_folder(platform.settings, job_id), ignore_errors=True)


def _over_before(session: Session, days: int) -> list[int]:
    over = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
    before = now() - timedelta(days=days)
    return list(session.scalars(select(Job.id).where(Job.state.in_(over), Job.finished_at < before)))
