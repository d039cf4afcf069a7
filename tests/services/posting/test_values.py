from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.amount import Amount
from matchmaker.domain.people import Team, User
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.vocabulary import CooperationMode, Side
from matchmaker.services.posting.postings import create_posting
from matchmaker.services.posting.values import content_hash
from tests.factories import make_offer

ENOUGH = {"title": "柱塞泵滑靴偏磨", "problem": "压力升到四十二兆帕以后滑靴单边偏磨，两百小时就要换"}


def draft(session: Session, author: User, **values: Any) -> Posting:
    return create_posting(session, author, Side.NEED, ENOUGH | values)


def test_the_edition_of_an_offer_knows_its_team(session: Session) -> None:
    offer = make_offer(session)
    opened = content_hash(offer)
    offer.team = Team(organization=offer.organization, name="另一个团队")
    assert content_hash(offer) != opened


@pytest.mark.parametrize("budget", [Amount(), Amount(Decimal(50), Decimal("80.5")), Amount(negotiable=True)])
def test_the_edition_survives_being_stored(session: Session, author: User, budget: Amount) -> None:
    modes = frozenset({CooperationMode.LICENSE, CooperationMode.CONSULTING})
    need = draft(session, author, budget=budget, cooperation_modes=modes)
    written = content_hash(need)
    session.expire_all()
    assert content_hash(need) == written
