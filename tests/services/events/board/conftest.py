from collections.abc import Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Meeting
from matchmaker.domain.vocabulary import Role
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.services.database import Database
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.vocabularies import load_reference
from tests.factories import make_user
from tests.scheduled import make_fair
from tests.services.events.board.fair import Fair


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The platform's, or an empty one on PostgreSQL for tests that ask for it."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield request.getfixturevalue("platform").database
        return
    opened = Database(request.getfixturevalue("postgres_url"))
    with opened.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    opened.upgrade()
    with opened.writing() as session:
        load_reference(session)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as opened:
        yield opened


@pytest.fixture
def fair(session: Session, database: Database, encoder: Encoder) -> Fair:
    event = make_fair(session)
    meetings = list(session.scalars(select(Meeting).order_by(Meeting.id)))
    people = [make_user(session, Role.ORGANIZER) for _ in range(2)]
    session.commit()
    return Fair(session, SearchIndex(database, encoder), event, *people, meetings)
