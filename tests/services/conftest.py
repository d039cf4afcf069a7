"""What tests of many services at once share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import Role
from matchmaker.services.database import Database
from tests.factories import make_user

ON_POSTGRES = pytest.param("postgresql", marks=[pytest.mark.slow, pytest.mark.xdist_group("postgres")])


@pytest.fixture(params=["sqlite", ON_POSTGRES])
def database(request: pytest.FixtureRequest, tmp_path: Path, prepared_database: Path) -> Iterator[Database]:
    """Each of the two kinds in turn; on PostgreSQL one after another, for its server is shared."""
    if request.param == "sqlite":
        (tmp_path / "matchmaker.sqlite").write_bytes(prepared_database.read_bytes())
        opened = Database(f"sqlite:///{tmp_path / 'matchmaker.sqlite'}")
    else:
        opened = Database(request.getfixturevalue("postgres_url"))
        # The server is one for all tests: what an earlier one left must not be found.
        with opened.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        opened.upgrade()
    yield opened
    opened.engine.dispose()


@pytest.fixture
def organizer(session: Session) -> User:
    return make_user(session, Role.ORGANIZER)
