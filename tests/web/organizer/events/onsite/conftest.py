import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Participant
from tests.factories import login
from tests.services.running_event import Fair
from tests.web.running import make_read_fair


@pytest.fixture
def fair(session: Session) -> Fair:
    return make_read_fair(session)


@pytest.fixture
def late(fair: Fair) -> Participant:
    return fair.firms[2]


@pytest.fixture
def door(client: FlaskClient, fair: Fair) -> str:
    """The door page's address, for an organizer who is logged in."""
    login(client, fair.organizer)
    return f"/organizer/events/{fair.event.id}/check-in"
