"""Print templates: the columns of a sheet, as chosen and saved by an organizer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, UtcDateTime, now
from matchmaker.domain.people import User


class PrintTemplate(Base):
    """The columns of a kind of sheet, by key in printed order. All organizers can use it."""

    __tablename__ = "print_template"
    __table_args__ = (UniqueConstraint("what", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(40))
    """The kind of sheet, as in `matchmaker event print --what`."""
    name: Mapped[str] = mapped_column(String(60))
    columns: Mapped[list[str]] = mapped_column(JSON, default=list)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    made_by: Mapped[User | None] = relationship()
