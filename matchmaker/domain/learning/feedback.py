"""What people said and did about a pair of need and offer: the ranker learns from it, and they can take it back."""

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
    """What was done, from the least to the most that it says about a match."""

    VIEWED = "viewed", "看过", "Viewed"
    SAVED = "saved", "收藏", "Saved"
    DISMISSED = "dismissed", "不合适", "Not suitable"
    INTEREST = "interest", "发起意向", "Asked to be put in touch"
    ACCEPTED = "accepted", "同意对接", "Agreed to be put in touch"
    MET = "met", "已洽谈", "Met"
    RATED = "rated", "评分", "Rated"
    SIGNED = "signed", "签约", "Signed"


class DismissalCause(Term):
    """Why a match is not suitable. Only the first says that the texts do not belong together."""

    IRRELEVANT = "irrelevant", "不相关", "Not related"
    SUPPLIED = "supplied", "已有供应商", "We have a supplier"
    BUDGET = "budget", "预算不符", "Budget does not fit"
    MATURITY = "maturity", "成熟度不够", "Not mature enough"
    REGION = "region", "地域不合适", "Too far away"
    OTHER = "other", "其他", "Other"


class Feedback(Base):
    """One thing that a person did about a pair, seen from the ``side`` of the posting they looked from.

    ``position`` (from 1) and ``score`` (0–100) are those of the match in the list that was shown; ``None`` where there
    was no list. ``cause`` and ``note`` belong to a dismissal, ``rating`` (1–5) to a rating. What was taken back keeps
    its row with ``undone_at``, and counts for nothing.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        # A person's word on a pair stands once; saying it again changes it.
        Index(
            "uq_feedback_standing",
            "person_id",
            "need_id",
            "offer_id",
            "kind",
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
        """The posting that the person looked from."""
        return self.need if self.side is Side.NEED else self.offer

    @property
    def other(self) -> Posting:
        """The posting that they said something about."""
        return self.offer if self.side is Side.NEED else self.need
