"""Judgments: grades that people gave to pairs of need and offer after reading both."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, UtcDateTime, now
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import Term


class Grade(Term):
    """How related a pair is. The code words are 0 to 3, as in evaluation datasets."""

    UNRELATED = "0", "不相关", "Not related"
    MARGINAL = "1", "弱相关", "Marginal"
    RELATED = "2", "相关", "Related"
    STRONG = "3", "强相关", "Strongly related"


class Judgment(Base):
    """The grade (0–3, see :class:`Grade`) that a person gave to a pair."""

    __tablename__ = "judgment"
    __table_args__ = (
        UniqueConstraint("grader_id", "need_id", "offer_id"),
        Index("ix_judgment_pair", "need_id", "offer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    grader_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"))
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"))
    grade: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    grader: Mapped[User] = relationship()
    need: Mapped[Need] = relationship()
    offer: Mapped[Offer] = relationship()
