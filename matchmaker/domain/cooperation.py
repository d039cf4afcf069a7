"""Cooperations (合作项目) that follow from meetings, and their technology contracts (技术合同)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, UtcDateTime, now, term_type
from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.people import Organization, User
from matchmaker.domain.postings.posting import TITLE_LENGTH, Need, Offer, Posting
from matchmaker.domain.vocabulary import NextStep, Side, Term

NOTE_LENGTH = 500
REGISTRATION_LENGTH = 40

Money = Numeric(14, 6)
"""Column type: 万元 with the precision of 0.01 yuan."""


class Stage(Term):
    """The stage of a cooperation. The stages are in order, except for the last (FAILED)."""

    CONTACT = "contact", "接洽", "In contact"
    NEGOTIATION = "negotiation", "洽谈", "Negotiating"
    LETTER_OF_INTENT = "letter_of_intent", "意向协议", "Letter of intent"
    CONTRACT = "contract", "签约", "Contract signed"
    PERFORMING = "performing", "履行", "Being carried out"
    COMPLETED = "completed", "完成", "Completed"
    FAILED = "failed", "终止", "Ended without result"


class ChangeCause(Term):
    """What caused a change of a cooperation."""

    MEETING = "meeting", "洽谈后的下一步", "Next step after a meeting"
    INTEREST = "interest", "同意对接", "Agreed to be put in touch"
    RECORDED = "recorded", "登记合同", "Contract recorded"
    CORRECTED = "corrected", "更改合同", "Contract corrected"
    TAKEN_BACK = "taken_back", "撤回合同", "Contract taken back"
    HAND = "hand", "手工", "By hand"


class ContractKind(Term):
    """The kinds of technology contract in the national statistics."""

    DEVELOPMENT = "development", "技术开发", "Development"
    TRANSFER = "transfer", "技术转让", "Transfer"
    LICENSE = "license", "技术许可", "Licence"
    CONSULTING = "consulting", "技术咨询", "Consulting"
    SERVICE = "service", "技术服务", "Service"


CLOSED = frozenset({Stage.COMPLETED, Stage.FAILED})

FIRST_STAGES = (Stage.CONTACT, Stage.NEGOTIATION, Stage.LETTER_OF_INTENT)
"""The stages at which a cooperation can begin."""

AGREED = frozenset({Stage.LETTER_OF_INTENT, Stage.CONTRACT, Stage.PERFORMING, Stage.COMPLETED})

FORWARD: Mapping[Stage, tuple[Stage, ...]] = {
    Stage.CONTACT: (Stage.NEGOTIATION, Stage.LETTER_OF_INTENT),
    Stage.NEGOTIATION: (Stage.LETTER_OF_INTENT,),
    Stage.LETTER_OF_INTENT: (),
    Stage.CONTRACT: (Stage.PERFORMING, Stage.COMPLETED),
    Stage.PERFORMING: (Stage.COMPLETED,),
    Stage.COMPLETED: (),
    Stage.FAILED: (),
}
"""Stage → the stages to which a person can move the cooperation. Only recording a contract leads to CONTRACT."""

STAGE_AFTER: Mapping[NextStep, Stage] = {
    NextStep.CONTRACT: Stage.NEGOTIATION,
    NextStep.NEGOTIATE: Stage.NEGOTIATION,
    NextStep.VISIT: Stage.CONTACT,
}
"""Next steps that begin a cooperation, the most promising first, and its first stage."""

_PLACE = {stage: place for place, stage in enumerate(Stage)}
_OPEN = text("stage NOT IN ('completed', 'failed')")


class Cooperation(Base):
    """合作项目: two organizations that plan to work together, with their postings and the stage they have reached.

    ``event`` and ``meeting`` are where the cooperation came from; None if it came from elsewhere. A pair of postings,
    and a meeting, has at most one open cooperation. ``version`` detects concurrent changes: the later one fails. Every
    change adds a row to ``changes``.
    """

    __tablename__ = "cooperation"
    __table_args__ = (
        CheckConstraint("need_organization_id <> offer_organization_id", name="ck_cooperation_two_organizations"),
        Index(
            "uq_cooperation_open_pair", "need_id", "offer_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("uq_cooperation_open_meeting", "meeting_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH), default="")
    """The subject; both sides can read it."""
    need_organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    offer_organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    need_id: Mapped[int | None] = mapped_column(ForeignKey("need.id"), index=True)
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="SET NULL"), index=True)
    stage: Mapped[Stage] = mapped_column(term_type(Stage), default=Stage.CONTACT, index=True)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    version: Mapped[int] = mapped_column(default=1)

    need_organization: Mapped[Organization] = relationship(foreign_keys=[need_organization_id])
    offer_organization: Mapped[Organization] = relationship(foreign_keys=[offer_organization_id])
    need: Mapped[Need | None] = relationship()
    offer: Mapped[Offer | None] = relationship()
    event: Mapped[Event | None] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    changes: Mapped[list[CooperationChange]] = relationship(
        back_populates="cooperation", order_by="CooperationChange.id", cascade="all, delete-orphan"
    )
    contracts: Mapped[list[TechnologyContract]] = relationship(
        back_populates="cooperation", order_by="TechnologyContract.id", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own protocol

    @property
    def open(self) -> bool:
        """Whether the cooperation is neither completed nor failed."""
        return self.stage not in CLOSED

    @property
    def parties(self) -> tuple[Organization, Organization]:
        """The two organizations, the need side first."""
        return self.need_organization, self.offer_organization

    def side_of(self, organization_id: int | None) -> Side | None:
        """The organization's side; ``None`` for a third party."""
        if organization_id == self.need_organization_id:
            return Side.NEED
        return Side.OFFER if organization_id == self.offer_organization_id else None

    def posting_of(self, side: Side) -> Posting | None:
        """The posting of ``side`` in this cooperation; ``None`` if there is none."""
        return self.need if side is Side.NEED else self.offer

    @property
    def path(self) -> tuple[Stage, ...]:
        """The stages up to the current one, in order, without stages that were undone."""
        path: list[Stage] = []
        for change in self.changes:
            while path and _PLACE[path[-1]] >= _PLACE[change.stage]:
                path.pop()
            path.append(change.stage)
        return tuple(path)

    @property
    def step_back_to(self) -> Stage | None:
        """The stage to which a step back leads. ``None`` at the first stage and at a contract, which is taken back."""
        if self.stage is Stage.CONTRACT:
            return None
        if len(path := self.path) > 1:
            return path[-2]
        return list(Stage)[_PLACE[self.stage] - 1] if self.stage is not Stage.CONTACT else None

    @property
    def stage_without_contract(self) -> Stage:
        """The stage before a contract was recorded."""
        before = [stage for stage in self.path if _PLACE[stage] < _PLACE[Stage.CONTRACT]]
        return before[-1] if before else Stage.NEGOTIATION

    @property
    def agreed(self) -> bool:
        """Whether the two sides have signed a letter of intent or a contract."""
        return not AGREED.isdisjoint(self.path)

    @property
    def follows_ratings(self) -> bool:
        """Whether all changes so far came from the meeting's ratings."""
        return all(change.cause is ChangeCause.MEETING for change in self.changes)

    @property
    def reason_of_failure(self) -> str:
        """Why the cooperation failed; empty if it has not failed."""
        return self.changes[-1].note if self.stage is Stage.FAILED and self.changes else ""

    @property
    def contract_value(self) -> Decimal:
        """成交额 of all contracts, in 万元."""
        return sum((contract.contract_value for contract in self.contracts), Decimal(0))

    @property
    def technology_value(self) -> Decimal:
        """技术交易额 of all contracts, in 万元."""
        return sum((contract.technology_value for contract in self.contracts), Decimal(0))

    def change(self, person: User | None, stage: Stage, cause: ChangeCause, note: str, at: datetime | None) -> None:
        """Move the cooperation to ``stage`` and add a row about the change. For a mere note, ``stage`` is unchanged.

        ``person`` is None for the system; ``at`` is the current instant if None.
        """
        moment = at or now()
        before = self.stage if self.changes else None
        self.changes.append(
            CooperationChange(
                person_id=None if person is None else person.id,
                stage_before=before,
                stage=stage,
                cause=cause,
                note=note,
                at=moment,
            )
        )
        self.stage, self.changed_at = stage, moment


class CooperationChange(Base):
    """An entry of a cooperation's history.

    ``stage_before`` is ``None`` for the first entry, and equals ``stage`` for a note. ``person`` is ``None`` for the
    system.
    """

    __tablename__ = "cooperation_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    cooperation_id: Mapped[int] = mapped_column(ForeignKey("cooperation.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    stage_before: Mapped[Stage | None] = mapped_column(term_type(Stage))
    stage: Mapped[Stage] = mapped_column(term_type(Stage))
    cause: Mapped[ChangeCause] = mapped_column(term_type(ChangeCause))
    note: Mapped[str] = mapped_column(Text, default="")

    cooperation: Mapped[Cooperation] = relationship(back_populates="changes")
    person: Mapped[User | None] = relationship()


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """The terms of a technology contract. Exact values in 万元; the number is None until it is registered."""

    kind: ContractKind
    signed_on: date
    contract_value: Decimal
    technology_value: Decimal
    registration_number: str | None = None


class TechnologyContract(Base):
    """技术合同: a contract of a cooperation. The need side buys, the offer side sells. Exact values in 万元."""

    __tablename__ = "technology_contract"
    __table_args__ = (
        UniqueConstraint("registration_number"),
        CheckConstraint(
            "contract_value > 0 AND technology_value >= 0 AND technology_value <= contract_value",
            name="ck_technology_contract_values",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cooperation_id: Mapped[int] = mapped_column(ForeignKey("cooperation.id"), index=True)
    kind: Mapped[ContractKind] = mapped_column(term_type(ContractKind))
    buyer_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    signed_on: Mapped[date]
    contract_value: Mapped[Decimal] = mapped_column(Money)
    """成交额."""
    technology_value: Mapped[Decimal] = mapped_column(Money)
    """技术交易额: the part of the value that is paid for technology."""
    registration_number: Mapped[str | None] = mapped_column(String(REGISTRATION_LENGTH))
    """认定登记号; ``None`` until the contract is registered."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    cooperation: Mapped[Cooperation] = relationship(back_populates="contracts")
    buyer: Mapped[Organization] = relationship(foreign_keys=[buyer_id])
    seller: Mapped[Organization] = relationship(foreign_keys=[seller_id])

    @property
    def terms(self) -> ContractTerms:
        """The contract's terms as a value."""
        return ContractTerms(
            self.kind, self.signed_on, self.contract_value, self.technology_value, self.registration_number
        )

    @terms.setter
    def terms(self, terms: ContractTerms) -> None:
        self.kind, self.signed_on = terms.kind, terms.signed_on
        self.contract_value, self.technology_value = terms.contract_value, terms.technology_value
        self.registration_number = terms.registration_number
