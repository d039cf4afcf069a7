import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.people import User
from tests.factories import make_user


@pytest.fixture
def author(session: Session) -> User:
    return make_user(session)
