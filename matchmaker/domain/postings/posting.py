"""Postings: needs (技术需求) and offers (技术供给: outcomes and capabilities)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from matchmaker.domain.amount import Amount
from matchmaker.domain.base import Base, CooperationModes, Timestamps, UtcDateTime, term_type
from matchmaker.domain.people import Organization, Team, User
from matchmaker.domain.reference import Industry, TechnologyField
from matchmaker.domain.vocabulary import (
    CooperationMode,
    NeedType,
    OfferKind,
    PostingStatus,
    Side,
    Visibility,
)

TITLE_LENGTH = 120
TEXT_LENGTH = 8000

AmountColumn = Numeric(14, 4)


class Posting(Timestamps, Base):
    """The common part of needs and offers. Postings are never deleted, only withdrawn.

    ``version`` counts all changes and detects concurrent ones: the later change fails. ``revision`` is the corpus
    revision of the last change that matters for matching (see :class:`matchmaker.domain.corpus.CorpusRevision`).
    """

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(String(60))
    """The owner's number for the posting. Importing the same code again changes the posting instead of adding one."""
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    status: Mapped[PostingStatus] = mapped_column(term_type(PostingStatus), default=PostingStatus.DRAFT, index=True)
    status_reason: Mapped[str] = mapped_column(String(500), default="")
    visibility: Mapped[Visibility] = mapped_column(term_type(Visibility), default=Visibility.PUBLIC)
    cooperation_modes: Mapped[frozenset[CooperationMode]] = mapped_column(CooperationModes, default=frozenset)
    valid_until: Mapped[date | None]
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    contact_phone: Mapped[str] = mapped_column(String(60), default="")
    contact_email: Mapped[str] = mapped_column(String(200), default="")
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int] = mapped_column(default=0)

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    industry_code: Mapped[str | None] = mapped_column(ForeignKey("industry.code"), index=True)
    field_code: Mapped[str | None] = mapped_column(ForeignKey("technology_field.code"), index=True)

    side: Side

    @declared_attr
    def organization(self) -> Mapped[Organization]:
        return relationship(Organization)

    @declared_attr
    def author(self) -> Mapped[User | None]:
        return relationship(User)

    @declared_attr
    def industry(self) -> Mapped[Industry | None]:
        return relationship(Industry)

    @declared_attr
    def field(self) -> Mapped[TechnologyField | None]:
        return relationship(TechnologyField)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own protocol

    def open_on(self, day: date) -> bool:
        """Whether the posting is published and valid on ``day``."""
        return self.status is PostingStatus.PUBLISHED and (self.valid_until is None or self.valid_until >= day)

    @property
    def amount(self) -> Amount:
        """The budget of a need, the price of an offer."""
        raise NotImplementedError


class Need(Posting):
    """技术需求: a problem that an enterprise wants to be solved."""

    __tablename__ = "need"
    __table_args__ = (UniqueConstraint("organization_id", "code"), Index("ix_need_revision", "revision"))
    side = Side.NEED

    need_type: Mapped[NeedType | None] = mapped_column(term_type(NeedType))
    problem: Mapped[str] = mapped_column(Text, default="")
    indicators: Mapped[str] = mapped_column(Text, default="")
    groundwork: Mapped[str] = mapped_column(Text, default="")
    budget_min: Mapped[Decimal | None] = mapped_column(AmountColumn)
    budget_max: Mapped[Decimal | None] = mapped_column(AmountColumn)
    budget_negotiable: Mapped[bool] = mapped_column(default=False)
    deadline: Mapped[date | None]
    wanted_trl: Mapped[int | None]
    preferred_partner: Mapped[str] = mapped_column(String(200), default="")

    @property
    def budget(self) -> Amount:
        """拟投入资金, in 万元."""
        return Amount(self.budget_min, self.budget_max, self.budget_negotiable)

    @budget.setter
    def budget(self, amount: Amount) -> None:
        self.budget_min, self.budget_max = amount.minimum, amount.maximum
        self.budget_negotiable = amount.negotiable

    @property
    def amount(self) -> Amount:
        return self.budget


class Offer(Posting):
    """技术供给: an outcome (科技成果) or a capability (科研能力)."""

    __tablename__ = "offer"
    __table_args__ = (UniqueConstraint("organization_id", "code"), Index("ix_offer_revision", "revision"))
    side = Side.OFFER

    kind: Mapped[OfferKind] = mapped_column(term_type(OfferKind), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    summary: Mapped[str] = mapped_column(Text, default="")
    innovation: Mapped[str] = mapped_column(Text, default="")
    indicators: Mapped[str] = mapped_column(Text, default="")
    applications: Mapped[str] = mapped_column(Text, default="")
    trl: Mapped[int | None]
    intellectual_property: Mapped[str] = mapped_column(Text, default="")
    awards: Mapped[str] = mapped_column(Text, default="")
    cases: Mapped[str] = mapped_column(Text, default="")
    services: Mapped[str] = mapped_column(Text, default="")
    platforms: Mapped[str] = mapped_column(Text, default="")
    instruments: Mapped[str] = mapped_column(Text, default="")
    contributors: Mapped[str] = mapped_column(String(500), default="")
    price_min: Mapped[Decimal | None] = mapped_column(AmountColumn)
    price_max: Mapped[Decimal | None] = mapped_column(AmountColumn)
    price_negotiable: Mapped[bool] = mapped_column(default=False)

    team: Mapped[Team | None] = relationship()

    @property
    def price(self) -> Amount:
        """意向价格, in 万元."""
        return Amount(self.price_min, self.price_max, self.price_negotiable)

    @price.setter
    def price(self, amount: Amount) -> None:
        self.price_min, self.price_max = amount.minimum, amount.maximum
        self.price_negotiable = amount.negotiable

    @property
    def amount(self) -> Amount:
        return self.price
