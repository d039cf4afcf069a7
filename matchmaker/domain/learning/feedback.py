"""Feedback: what people did about a pair of need and offer. The ranker learns from it; people can take it back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, UtcDateTime, now, term_type
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.vocabulary import Side, Term

NOTE_LENGTH = 200
HIGHEST_RATING = 5
LAST_POSITION = 1000


class FeedbackKind(Term):
    """What a person did, in rising order of what it says about a match."""

    VIEWED = "viewed", "看过", "Viewed"
    SAVED = "saved", "收藏", "Saved"
    DISMISSED = "dismissed", "不合适", "Not suitable"
    INTEREST = "interest", "发起意向", "Asked to be put in touch"
    ACCEPTED = "accepted", "同意对接", "Agreed to be put in touch"
    MET = "met", "已洽谈", "Met"
    RATED = "rated", "评分", "Rated"
    SIGNED = "signed", "签约", "Signed"


class DismissalCause(Term):
    """Why a match is not suitable. Only IRRELEVANT means that the texts do not match."""

    IRRELEVANT = "irrelevant", "不相关", "Not related"
    SUPPLIED = "supplied", "已有供应商", "We have a supplier"
    BUDGET = "budget", "预算不符", "Budget does not fit"
    MATURITY = "maturity", "成熟度不够", "Not mature enough"
    REGION = "region", "地域不合适", "Too far away"
    OTHER = "other", "其他", "Other"


class Feedback(Base):
    """An action of a person on a pair. ``side`` is the side of the posting whose matches the person was looking at.

    ``position`` (from 1) and ``score`` (0–100) are from the list that was shown; ``None`` without a list. ``cause`` and
    ``note`` belong to a dismissal, ``rating`` (1–5) to a rating. Feedback that was taken back keeps its row, with
    ``undone_at`` set, and does not count.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        # A person has at most one standing feedback of each kind on a pair, seen from one side; repeating it changes
        # the row.
        Index(
            "uq_feedback_standing",
            "person_id",
            "need_id",
            "offer_id",
            "kind",
            "side",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"), index=True)
    side: Mapped[Side] = mapped_column(term_type(Side))
    kind: Mapped[FeedbackKind] = mapped_column(term_type(FeedbackKind))
    cause: Mapped[DismissalCause | None] = mapped_column(term_type(DismissalCause))
    rating: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(NOTE_LENGTH), default="")
    position: Mapped[int | None]
    score: Mapped[float | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[User] = relationship()
    need: Mapped[Need] = relationship()
    offer: Mapped[Offer] = relationship()

    @property
    def own(self) -> Posting:
        """The posting whose matches the person was looking at."""
        return self.need if self.side is Side.NEED else self.offer

    @property
    def other(self) -> Posting:
        """The posting that the feedback is about."""
        return self.offer if self.side is Side.NEED else self.need
