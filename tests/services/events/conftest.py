import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.fairs import make_fair


@pytest.fixture
def fair(session: Session, search_index: SearchIndex) -> Event:
    """With a match to find for everybody; nothing is planned yet."""
    return make_fair(session, search_index)
