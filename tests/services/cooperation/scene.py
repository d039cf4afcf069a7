from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import ContractKind, ContractTerms, Cooperation
from matchmaker.domain.interest import Interest
from matchmaker.domain.learning.feedback import Feedback, FeedbackKind
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import Side

TODAY = date(2026, 7, 1)


TERMS = ContractTerms(ContractKind.DEVELOPMENT, date(2026, 6, 30), Decimal("50.123456"), Decimal("45.5"))

WORDS = {
    "kind": "development",
    "signed_on": "2026-06-30",
    "contract_value": "50",
    "technology_value": "45.5",
    "registration_number": "",
}


@dataclass
class Scene:
    """A cooperation between an engineer's enterprise and a researcher's university, just begun."""

    engineer: User
    researcher: User
    organizer: User
    cooperation: Cooperation

    @property
    def id(self) -> int:
        return self.cooperation.id

    @property
    def version(self) -> int:
        return self.cooperation.version


def accepted_interest(session: Session, need: Need, offer: Offer) -> Interest:
    interest = Interest(need=need, offer=offer, side=Side.NEED)
    session.add(interest)
    session.flush()
    return interest


def cooperations(session: Session) -> list[Cooperation]:
    return list(session.scalars(select(Cooperation).order_by(Cooperation.id)))


def signed(session: Session) -> list[Feedback]:
    standing = select(Feedback).where(Feedback.kind == FeedbackKind.SIGNED, Feedback.undone_at.is_(None))
    return list(session.scalars(standing))
