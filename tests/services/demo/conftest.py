from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from matchmaker.services.database import Database
from matchmaker.services.demo.city import DemoCity, load_demo, load_history, store_vectors
from matchmaker.services.platform import Platform


@pytest.fixture(scope="session")
def loaded(migrated_database: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoCity]:
    """A database with the demo city, loaded once."""
    path = tmp_path_factory.mktemp("demo") / "matchmaker.sqlite"
    path.write_bytes(migrated_database.read_bytes())
    database = Database(f"sqlite:///{path}")
    with database.writing() as session:
        city = load_demo(session)
    database.engine.dispose()
    return path, city


@pytest.fixture
def prepared_database(request: pytest.FixtureRequest, migrated_database: Path) -> Path:
    """With the demo city for tests that ask for it."""
    if "city" not in request.fixturenames:
        return migrated_database
    path, _ = request.getfixturevalue("loaded")
    return path


@pytest.fixture
def city(loaded: tuple[Path, DemoCity]) -> DemoCity:
    return loaded[1]


@pytest.fixture
def met(city: DemoCity, session: Session, platform: Platform) -> int:
    """How many meetings were added, after the texts are in the matcher."""
    store_vectors(platform.search_index.store, "e5")
    platform.search_index.refresh()
    return load_history(session, platform.search_index)
