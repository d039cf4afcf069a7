"""Blocks (不见名单): an organization refuses to be matched with another, which never learns of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, UtcDateTime, now
from matchmaker.domain.people import Organization, User


class Block(Base):
    """``organization`` is never matched with ``blocked``, on either side, at any event."""

    __tablename__ = "block"
    __table_args__ = (UniqueConstraint("organization_id", "blocked_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    blocked_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    note: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    blocked: Mapped[Organization] = relationship(foreign_keys=[blocked_id])
    made_by: Mapped[User | None] = relationship()
