import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Participant
from matchmaker.domain.people import User
from tests.factories import make_user
from tests.fairs import make_fair, make_participant


@pytest.fixture
def person(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def participant(session: Session, person: User) -> Participant:
    return make_participant(session, make_fair(session), organization=person.organization)
