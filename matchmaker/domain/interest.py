"""Interests (对接意向): a side asks to be put in touch about a match; the other side accepts, declines or asks back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, UtcDateTime, now, term_type
from matchmaker.domain.errors import Conflict
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.vocabulary import Side, Term
from matchmaker.i18n import N_

WORDS_LENGTH = 1000
"""The most characters of a message, a question, an answer or a reason."""


class InterestStatus(Term):
    """The state of an interest."""

    ASKED = "asked", "等待答复", "Waiting for an answer"
    QUESTIONED = "questioned", "等待补充", "Waiting for more details"
    ACCEPTED = "accepted", "已同意", "Accepted"
    DECLINED = "declined", "已婉拒", "Declined"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"


class InterestAction(Term):
    """What a side can do with an existing interest. The asking side can ``ANSWER`` and ``WITHDRAW``."""

    ACCEPT = "accept", "同意对接", "Accept"
    DECLINE = "decline", "婉拒", "Decline"
    QUESTION = "question", "先问清楚", "Ask back"
    ANSWER = "answer", "回复", "Answer"
    WITHDRAW = "withdraw", "撤回意向", "Withdraw"


ASKERS_ACTIONS = frozenset({InterestAction.ANSWER, InterestAction.WITHDRAW})

MOVES: dict[InterestStatus, dict[InterestAction, InterestStatus]] = {
    InterestStatus.ASKED: {
        InterestAction.ACCEPT: InterestStatus.ACCEPTED,
        InterestAction.DECLINE: InterestStatus.DECLINED,
        InterestAction.QUESTION: InterestStatus.QUESTIONED,
        InterestAction.WITHDRAW: InterestStatus.WITHDRAWN,
    },
    InterestStatus.QUESTIONED: {
        InterestAction.ACCEPT: InterestStatus.ACCEPTED,
        InterestAction.DECLINE: InterestStatus.DECLINED,
        InterestAction.ANSWER: InterestStatus.ASKED,
        InterestAction.WITHDRAW: InterestStatus.WITHDRAWN,
    },
    InterestStatus.ACCEPTED: {},
    InterestStatus.DECLINED: {},
    InterestStatus.WITHDRAWN: {},
}
"""State → possible action → state to which the action leads."""


class Interest(Base):
    """A request to be put in touch about a pair. A pair has at most one interest that is open or accepted.

    ``side`` is the side that asked.
    """

    __tablename__ = "interest"
    __table_args__ = (
        Index(
            "uq_interest_standing",
            "need_id",
            "offer_id",
            unique=True,
            sqlite_where=text("status IN ('asked', 'questioned', 'accepted')"),
            postgresql_where=text("status IN ('asked', 'questioned', 'accepted')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"), index=True)
    side: Mapped[Side] = mapped_column(term_type(Side))
    status: Mapped[InterestStatus] = mapped_column(term_type(InterestStatus), default=InterestStatus.ASKED, index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    need: Mapped[Need] = relationship()
    offer: Mapped[Offer] = relationship()
    steps: Mapped[list[InterestStep]] = relationship(
        back_populates="interest", order_by="InterestStep.id", cascade="all, delete-orphan"
    )

    @property
    def asking(self) -> Posting:
        """The posting of the side that asked."""
        return self.side.choose(self.need, self.offer)

    @property
    def asked(self) -> Posting:
        """The posting of the side that was asked."""
        return self.side.other.choose(self.need, self.offer)

    @property
    def open(self) -> bool:
        """Whether somebody still has to answer."""
        return bool(MOVES[self.status])

    def posting_of(self, organization_id: int | None) -> Posting | None:
        """The posting of this organization; ``None`` for a third party."""
        return next(
            (posting for posting in (self.need, self.offer) if posting.organization_id == organization_id), None
        )

    def counterpart(self, posting: Posting) -> Posting:
        """The other posting of the two."""
        return posting.side.other.choose(self.need, self.offer)

    def move(self, action: InterestAction) -> None:
        """Change the state by the action. Raises :class:`Conflict` if this state does not allow it."""
        if action not in MOVES[self.status]:
            raise Conflict(N_("这条对接意向现在是“%(state)s”，不能再“%(action)s”"), state=self.status, action=action)
        self.status = MOVES[self.status][action]
        self.changed_at = now()


class InterestStep(Base):
    """An entry of an interest's history: who did what, when, with which words. The first entry has no action."""

    __tablename__ = "interest_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    interest_id: Mapped[int] = mapped_column(ForeignKey("interest.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    action: Mapped[InterestAction | None] = mapped_column(term_type(InterestAction))
    words: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    interest: Mapped[Interest] = relationship(back_populates="steps")
    person: Mapped[User] = relationship()
