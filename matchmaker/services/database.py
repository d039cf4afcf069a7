"""Opening the database, and bringing its tables to the present version."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, CursorResult, Engine, UpdateBase, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class Database:
    """One pool of connections with two kinds of session, and an engine for each kind.

    On SQLite a *writing* session takes the write lock when it begins, so that it waits for its turn instead of
    failing halfway; a *reading* session sees one unchanging state. On PostgreSQL there is no difference.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _create_engine(url)
        # Made once: a session opens a connection for each engine it meets, and two would lock each other out.
        self.writing_engine = self.engine.execution_options(matchmaker_writes=True)
        self._reading = sessionmaker(self.engine, expire_on_commit=False)
        self._writing = sessionmaker(self.writing_engine, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading."""
        with self._reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session for a change; what was not committed is rolled back."""
        with self._writing() as session:
            yield session

    def upgrade(self, revision: str = "head") -> None:
        """Create the tables or bring them to the present version, keeping all rows."""
        with self.engine.connect() as connection, _tables_replaceable(connection), connection.begin():
            config = _alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)

    @property
    def revision(self) -> str | None:
        """The version of the tables; ``None`` when there are none."""
        with self.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def is_current(self) -> bool:
        """Whether the tables are those this code expects."""
        return self.revision == ScriptDirectory.from_config(_alembic_config()).get_current_head()

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database."""
        name = self.engine.url.database
        return Path(name).resolve() if self.engine.dialect.name == "sqlite" and name else None


def known_revisions() -> frozenset[str]:
    """The versions of the tables that this code can bring to the present one."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_alembic_config()).walk_revisions())


@contextmanager
def _tables_replaceable(connection: Connection) -> Iterator[None]:
    """Let SQLite replace a table that others point at: it changes a column by making the table anew. The setting only
    takes effect between transactions.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _create_engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": 30})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # The driver's own handling of BEGIN would hide the difference between reading and writing sessions.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("matchmaker_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def rows_changed(session: Session, statement: UpdateBase) -> int:
    """Execute an UPDATE or DELETE; how many rows met its condition. Objects that the session holds are not updated.

    With a condition on the present state this is a change that only one of several processes makes.
    """
    result: CursorResult[Any] = session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[assignment]
    return result.rowcount
