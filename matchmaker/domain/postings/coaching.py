"""How sharply a need's ranking told the best offers from the others, before its last change and after it."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, UtcDateTime, now


class RankingSpread(Base):
    """One row for each need whose people looked at its matches.

    ``spread`` (0–100) belongs to the need as it was at ``version``, ``previous`` to the version looked at before.
    """

    __tablename__ = "ranking_spread"

    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), primary_key=True)
    version: Mapped[int]
    spread: Mapped[float]
    previous: Mapped[float | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
