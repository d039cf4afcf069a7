"""The verbs of jobs: enqueue, cancel, retry; and who may see one."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.domain.base import Base, now
from matchmaker.domain.errors import Conflict, NotAllowed, NotFound
from matchmaker.domain.job import Job, JobState
from matchmaker.domain.people import User
from matchmaker.i18n import N_
from matchmaker.services.database import rows_changed
from matchmaker.services.jobs.queue import JOBS, announce


def enqueue(
    session: Session,
    kind: str,
    actor: User | None,
    arguments: dict[str, Any] | None = None,
    *,
    subject: Base | None = None,
) -> Job:
    """Write the job down in the caller's transaction, who commits; a worker takes it up after that.

    ``arguments`` are JSON and become the handler's keyword arguments. ``subject`` is the record that it is about: it
    must have an ``id``. ``actor`` is ``None`` for the platform itself.
    """
    job = Job(kind=kind, arguments=arguments or {}, actor_id=None if actor is None else actor.id)
    if subject is not None:
        job.subject, job.subject_id = subject.__tablename__, getattr(subject, "id")  # noqa: B009 - not every table has one
    job.code_version = code_version()
    session.add(job)
    session.flush()
    announce(session, JOBS, job.id)
    return job


def unfinished(session: Session, kind: str, subject: Base) -> Job | None:
    """The job of this kind about the record that still waits or runs, so that nobody enqueues it twice."""
    return session.scalar(
        select(Job)
        .where(
            Job.kind == kind,
            Job.subject == subject.__tablename__,
            Job.subject_id == getattr(subject, "id"),  # noqa: B009
            Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
        )
        .order_by(Job.id.desc())
        .limit(1)
    )


def visible_job(session: Session, person: User, job_id: int) -> Job:
    """The job, for who enqueued it and for organizers. Raises :class:`NotFound` for others."""
    job = session.get(Job, job_id)
    if job is None or not (person.organizes or job.actor_id == person.id):
        raise NotFound(N_("没有这个任务"))
    return job


def visible_jobs(session: Session, person: User, *, everybodys: bool = False, limit: int = 100) -> Sequence[Job]:
    """The person's jobs, newest first; ``everybodys``, for organizers, also those of others.

    Raises :class:`NotAllowed` for anybody else who asks for those.
    """
    if everybodys and not person.organizes:
        raise NotAllowed(N_("您的账号不能打开这个页面"))
    jobs = select(Job).order_by(Job.id.desc()).limit(limit)
    if not everybodys:
        jobs = jobs.where(Job.actor_id == person.id)
    return session.scalars(jobs).all()


def cancel(session: Session, job: Job) -> None:
    """Have nothing more done. A run that is under way stops where it next looks, and cannot finish any more.

    Raises :class:`Conflict` if the job is over.
    """
    _move(session, job, (JobState.QUEUED, JobState.RUNNING), JobState.CANCELLED, finished_at=now())


def retry(session: Session, job: Job) -> None:
    """Have a failed or cancelled job done from the beginning. Raises :class:`Conflict` if it is neither."""
    announce(session, JOBS, job.id)
    _move(
        session,
        job,
        (JobState.FAILED, JobState.CANCELLED),
        JobState.QUEUED,
        error=None,
        result=None,
        step=None,
        done=0,
        total=0,
        attempts=0,
        worker="",
        started_at=None,
        finished_at=None,
    )


@cache
def code_version() -> str:
    """The version of the program."""
    try:
        return version("matchmaker")
    except PackageNotFoundError:
        return ""


def _move(session: Session, job: Job, states: Sequence[JobState], state: JobState, **values: Any) -> None:
    """One conditional statement: a worker may change the job at the same moment."""
    change = update(Job).where(Job.id == job.id, Job.state.in_(states)).values(state=state, **values)
    if rows_changed(session, change) != 1:
        session.rollback()
        raise Conflict(N_("任务的状态刚刚变了，请看看现在的状态"))
    session.commit()
    session.expire(job)
