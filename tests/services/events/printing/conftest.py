from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.services.database import Database
from matchmaker.services.events.editing import find_event
from matchmaker.services.events.scheduling.match_list import build_match_list
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.platform import Platform
from tests.services.events.printing.printed_city import make_city, make_event, make_expo


@pytest.fixture(scope="session")
def prepared_database(prepared_database: Path, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the three events below; tests work on copies."""
    path = tmp_path_factory.mktemp("fair") / "matchmaker.sqlite"
    path.write_bytes(prepared_database.read_bytes())
    database = Database(f"sqlite:///{path}")
    search_index = SearchIndex(database, encoder)
    with database.writing() as session:
        make_city(session)
        search_index.refresh()
        make_event(session, name="示例筹备会")
        make_expo(session)
        planned = make_event(session)
        build_match_list(session, search_index, planned)
        build_match_list(session, search_index, planned)  # tests compare the second version with the first
    database.engine.dispose()
    return path


@pytest.fixture
def search_index(platform: Platform) -> SearchIndex:
    platform.search_index.refresh()
    return platform.search_index


@pytest.fixture
def event(session: Session) -> Event:
    """Three enterprises and three teams, with delegates whose contacts nobody may read on paper; no plan yet."""
    return find_event(session, "示例筹备会")


@pytest.fixture
def planned(session: Session) -> Event:
    """A docking event as `event`, with its schedule built."""
    return find_event(session, "示例对接会")


@pytest.fixture
def expo(session: Session) -> Event:
    """An expo of two halls with all of them; the teams' booths are A10, A2 and, in the first hall, B1."""
    return find_event(session, "示例博览会")
