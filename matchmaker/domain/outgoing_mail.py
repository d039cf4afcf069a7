"""Outgoing mail: letters that are stored before they are sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, UtcDateTime, now, term_type
from matchmaker.domain.job import Message
from matchmaker.domain.vocabulary import Term


class MailState(Term):
    """Where a letter stands."""

    WAITING = "waiting", "等待发送", "Waiting"
    SENDING = "sending", "正在发送", "Being sent"
    SENT = "sent", "已发送", "Sent"
    FAILED = "failed", "没有发出", "Not sent"


class OutgoingMail(Base):
    """One letter to one reader, written in the transaction of what it tells of.

    ``worker`` names who holds a letter that is being sent. The text of a letter that was sent is not kept: it may hold
    a one-time link.
    """

    __tablename__ = "outgoing_mail"
    __table_args__ = (Index("ix_outgoing_mail_state", "state", "next_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    to: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(500))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[MailState] = mapped_column(term_type(MailState), default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """When a waiting letter is to be sent, or tried again."""
    worker: Mapped[str] = mapped_column(String(200), default="")
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[Message | None] = mapped_column(JSON(none_as_null=True))
    """Why it was not sent yet, or was not sent at all."""

    @property
    def key(self) -> str:
        """Names the letter for good: what is sent twice under one key is one letter."""
        return f"{self.created_at:%Y%m%dT%H%M%S%f}-{self.id}"
