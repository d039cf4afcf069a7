import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.vocabulary import Role
from matchmaker.services.cooperation.beginning import begin_from_interest
from tests.factories import make_need, make_offer, make_user
from tests.services.cooperation.scene import Scene, accepted_interest
from tests.services.running_event import Fair, make_fair


@pytest.fixture
def fair(session: Session) -> Fair:
    return make_fair(session)


@pytest.fixture
def scene(session: Session) -> Scene:
    engineer, researcher, organizer = (
        make_user(session),
        make_user(session, Role.RESEARCHER),
        make_user(session, Role.ORGANIZER),
    )
    interest = accepted_interest(
        session, make_need(session, engineer.organization), make_offer(session, researcher.organization)
    )
    cooperation = begin_from_interest(session, researcher, interest)
    session.commit()
    return Scene(engineer, researcher, organizer, cooperation)
