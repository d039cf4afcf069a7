"""Organizations, their teams, users and memberships."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, Timestamps, term_type
from matchmaker.domain.reference import District, Industry
from matchmaker.domain.vocabulary import MembershipStatus, OrganizationKind, Role, Side


class Organization(Timestamps, Base):
    """单位: an enterprise, a university, an institute, … (see :class:`OrganizationKind`)."""

    __tablename__ = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[OrganizationKind] = mapped_column(term_type(OrganizationKind), index=True)
    city: Mapped[str] = mapped_column(String(40), default="")
    district_code: Mapped[str | None] = mapped_column(ForeignKey("district.code"), index=True)
    industry_code: Mapped[str | None] = mapped_column(ForeignKey("industry.code"), index=True)
    group_name: Mapped[str] = mapped_column(String(120), default="")
    """所属集团: organizations of one group are not matched with each other."""
    introduction: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    contact_phone: Mapped[str] = mapped_column(String(60), default="")
    contact_email: Mapped[str] = mapped_column(String(200), default="")

    district: Mapped[District | None] = relationship()
    industry: Mapped[Industry | None] = relationship()
    teams: Mapped[list[Team]] = relationship(back_populates="organization", order_by="Team.name")
    memberships: Mapped[list[Membership]] = relationship(
        back_populates="organization", order_by="Membership.id", cascade="all, delete-orphan"
    )

    @property
    def side(self) -> Side:
        """The usual side: need for enterprises, offer for all other organizations."""
        return Side.NEED if self.kind is OrganizationKind.ENTERPRISE else Side.OFFER


class Team(Timestamps, Base):
    """科研团队: a research team of a university or institute."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    leader: Mapped[str] = mapped_column(String(60), default="")
    research_directions: Mapped[str] = mapped_column(Text, default="")
    introduction: Mapped[str] = mapped_column(Text, default="")

    organization: Mapped[Organization] = relationship(back_populates="teams")


class User(Timestamps, Base):
    """A person with an account. ``password_hash`` is ``None`` until the person has set a password."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    """In lower case."""
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str] = mapped_column(String(60), default="")
    role: Mapped[Role] = mapped_column(term_type(Role), index=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(5), default="zh")

    membership: Mapped[Membership | None] = relationship(back_populates="user", cascade="all, delete-orphan")

    @property
    def organization(self) -> Organization | None:
        """The organization the person acts for; ``None`` until its owner has approved the membership."""
        membership = self.membership
        if membership is None or membership.status is not MembershipStatus.ACTIVE:
            return None
        return membership.organization

    @property
    def organization_id(self) -> int | None:
        """The id of :attr:`organization`."""
        organization = self.organization
        return None if organization is None else organization.id

    @property
    def organizes(self) -> bool:
        """Whether the person is an organizer or administrator with an active account."""
        return self.active and self.role in (Role.ORGANIZER, Role.ADMIN)

    @property
    def owns_organization(self) -> bool:
        """Whether the person owns their organization, and so decides who may join it."""
        return self.organization is not None and self.membership is not None and self.membership.owner


class Membership(Timestamps, Base):
    """The membership of a person in an organization. The first member owns the organization."""

    __tablename__ = "membership"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    status: Mapped[MembershipStatus] = mapped_column(term_type(MembershipStatus))
    owner: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User] = relationship(back_populates="membership")
    organization: Mapped[Organization] = relationship(back_populates="memberships")
