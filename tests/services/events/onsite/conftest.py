import pytest
from sqlalchemy.orm import Session

from tests.services.running_event import Fair, make_fair


@pytest.fixture
def fair(session: Session) -> Fair:
    return make_fair(session)
