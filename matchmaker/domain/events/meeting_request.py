"""Meeting requests (约见请求): a participant of an event asks another for a meeting."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, UtcDateTime, now, term_type
from matchmaker.domain.events.event import Event, Participant
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import RequestStatus, Side

WORDS_LENGTH = 500
"""The most characters of a message or an answer."""


class MeetingRequest(Base):
    """A request for a meeting of a pair; ``side`` is the side that asked.

    An unanswered request with a slot (``starts_at``) holds this slot for both participants until ``expires_at``.
    """

    __tablename__ = "meeting_request"
    __table_args__ = (
        Index(
            "uq_meeting_request_standing",
            "event_id",
            "need_side_id",
            "offer_side_id",
            unique=True,
            sqlite_where=text("status IN ('requested', 'accepted')"),
            postgresql_where=text("status IN ('requested', 'accepted')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    need_side_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    offer_side_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    side: Mapped[Side] = mapped_column(term_type(Side))
    status: Mapped[RequestStatus] = mapped_column(term_type(RequestStatus), default=RequestStatus.REQUESTED, index=True)
    message: Mapped[str] = mapped_column(String(WORDS_LENGTH), default="")
    answer: Mapped[str] = mapped_column(String(WORDS_LENGTH), default="")
    starts_at: Mapped[datetime | None] = mapped_column(DateTime)
    """The slot asked for, local time; ``None`` leaves it to the organizers."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    event: Mapped[Event] = relationship()
    need_side: Mapped[Participant] = relationship(foreign_keys=[need_side_id])
    offer_side: Mapped[Participant] = relationship(foreign_keys=[offer_side_id])
    made_by: Mapped[User | None] = relationship(foreign_keys=[made_by_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])

    @property
    def asking(self) -> Participant:
        """The participant who asked."""
        return self.side.choose(self.need_side, self.offer_side)

    @property
    def asked(self) -> Participant:
        """The participant who has to answer."""
        return self.side.other.choose(self.need_side, self.offer_side)

    def waits(self, at: datetime) -> bool:
        """Whether the request waits for an answer at this instant, and so holds its slot."""
        return self.status is RequestStatus.REQUESTED and at < self.expires_at
