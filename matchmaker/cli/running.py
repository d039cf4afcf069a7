"""The platform as commands use it."""

from matchmaker.config import Settings, load_settings
from matchmaker.domain.corpus import Embedding
from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import Role
from matchmaker.i18n import N_
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.matching.encoding.vectors import VectorStore
from matchmaker.services.database import Database
from matchmaker.services.indexing.vector_store import DatabaseVectorStore
from matchmaker.services.platform import Platform, create_platform


def open_platform() -> Platform:
    """The platform that the environment describes. Raises :class:`InvalidInput` when ``init`` was never run."""
    platform = create_platform(load_settings())
    if not platform.database.is_current():
        raise InvalidInput(N_("数据库还没有建好或版本较旧，请先运行 matchmaker init"))
    return platform


def operator() -> User:
    """The person in whose name commands run on the server: an administrator without an account."""
    return User(email="", name="", role=Role.ADMIN, active=True)


def evaluation_store(settings: Settings, encoder: Encoder) -> VectorStore:
    """Vectors of judged datasets, kept apart from the city's, which ``index rebuild`` tidies."""
    database = Database(f"sqlite:///{settings.data / 'evaluation-vectors.sqlite'}")
    with database.engine.begin() as connection:
        Embedding.__table__.create(connection, checkfirst=True)  # type: ignore[attr-defined]
    return DatabaseVectorStore(database, encoder.name)
