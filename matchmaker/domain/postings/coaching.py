"""The spread of a need's ranking before and after the last change of the need."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, UtcDateTime, now


class RankingSpread(Base):
    """The spread of the scores in a need's match list (see ``matching.coaching.coach.spread``).

    There is a row for each need whose matches were viewed. ``spread`` (0–100) is of the need's ``version``,
    ``previous`` of the version that was viewed before.
    """

    __tablename__ = "ranking_spread"

    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), primary_key=True)
    version: Mapped[int]
    spread: Mapped[float]
    previous: Mapped[float | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
