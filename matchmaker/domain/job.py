"""Jobs: work that takes longer than a request, with its state and progress."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, UtcDateTime, now, term_type
from matchmaker.domain.errors import HasLabel, MatchmakerError
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import Term
from matchmaker.i18n import LANGUAGES, translate

Message = dict[str, Any]
"""A translatable text as JSON: ``{"message": message id, "params": {name: value}}``.

A value may be an object with a text for each language.
"""


class JobState(Term):
    """The state of a job."""

    QUEUED = "queued", "等待中", "Waiting"
    RUNNING = "running", "进行中", "Running"
    DONE = "done", "已完成", "Done"
    FAILED = "failed", "未完成", "Failed"
    CANCELLED = "cancelled", "已取消", "Cancelled"

    @property
    def is_over(self) -> bool:
        """Whether the job has ended: it does not run again unless somebody asks for it."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Job(Base):
    """A piece of work. The row is authoritative; the queue carries only its id.

    ``worker`` names the run that holds a running job. A running job is changed only if this run still holds it, so a
    run that was given up as dead cannot finish it later.
    """

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_subject", "subject", "subject_id"), Index("ix_job_state", "state", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    """The name of the handler, see :mod:`matchmaker.services.jobs.registry`."""
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    """The person who started the job; ``None`` for the platform itself."""
    subject: Mapped[str] = mapped_column(String(40), default="")
    """The table of the record that the job is about; empty for none."""
    subject_id: Mapped[int | None]
    state: Mapped[JobState] = mapped_column(term_type(JobState), default=JobState.QUEUED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    """The number of steps; 0 while it is unknown."""
    step: Mapped[Message | None] = mapped_column(JSON(none_as_null=True))
    """The current step."""
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    error: Mapped[Message | None] = mapped_column(JSON(none_as_null=True))
    file: Mapped[str] = mapped_column(String(300), default="")
    """A file that the job made: its path within the data folder."""
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(String(200), default="")
    code_version: Mapped[str] = mapped_column(String(40), default="")
    """The version of the program that wrote the arguments."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The last sign of life of the run that holds the job."""
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    actor: Mapped[User | None] = relationship()

    @property
    def percent(self) -> int | None:
        """The progress, 0–100; ``None`` while it is unknown."""
        return min(100, 100 * self.done // self.total) if self.total else None


class PeriodicRun(Base):
    """The last start of a periodic task, so that only one of several workers starts it."""

    __tablename__ = "periodic_run"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)


def as_message(message: str, **params: object) -> Message:
    """A translatable text as JSON. Parameters with a label are stored by their name in each language."""
    return {"message": message, "params": {name: _storable(value) for name, value in params.items()}}


def error_message(error: MatchmakerError) -> Message:
    """The message of an error as a translatable text."""
    return as_message(error.message, **error.params)


def message_text(message: Message | None, language: str) -> str:
    """The text in the reader's language; empty for ``None``."""
    if not message:
        return ""
    params = message.get("params") or {}
    named = {name: value[language] if isinstance(value, dict) else value for name, value in params.items()}
    return translate(str(message["message"]), language, **named)


def _storable(value: object) -> object:
    if isinstance(value, HasLabel):
        return {language: value.label(language) for language in LANGUAGES}
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
