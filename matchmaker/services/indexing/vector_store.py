"""The vectors in the database: one store for each vector space, keyed by what was encoded."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from matchmaker.domain.corpus import Embedding
from matchmaker.matching.encoding.encoder import Vector
from matchmaker.services.database import Database

_KEYS_IN_ONE_STATEMENT = 500

_KEYS_OF_ONE_POSTING = 64


def stored_spaces(database: Database) -> set[str]:
    """The names of the encoders that there are vectors of."""
    with database.reading() as session:
        return set(session.scalars(select(Embedding.encoder).distinct()))


class DatabaseVectorStore:
    """Vectors of one encoder, kept in the ``embedding`` table.

    Works on sessions of its own, so vectors are kept even when the caller's transaction is not: they belong to
    texts, not to postings. The last small answer is kept: a page asks for the same draft once for every match.
    """

    def __init__(self, database: Database, encoder: str) -> None:
        self._database = database
        self._encoder = encoder
        self._recent: dict[str, Vector] = {}

    def get(self, keys: Sequence[str]) -> dict[str, Vector]:
        """The stored vectors among the keys."""
        recent = self._recent
        if keys and all(key in recent for key in keys):
            return {key: recent[key] for key in keys}
        found = self._stored(keys)
        if len(keys) <= _KEYS_OF_ONE_POSTING:
            self._recent = found
        return found

    def _stored(self, keys: Sequence[str]) -> dict[str, Vector]:
        found: dict[str, Vector] = {}
        with self._database.reading() as session:
            for start in range(0, len(keys), _KEYS_IN_ONE_STATEMENT):
                wanted = keys[start : start + _KEYS_IN_ONE_STATEMENT]
                rows = session.execute(
                    select(Embedding.content_hash, Embedding.vector).where(
                        Embedding.encoder == self._encoder, Embedding.content_hash.in_(wanted)
                    )
                )
                found.update((key, np.frombuffer(vector, dtype="<f4")) for key, vector in rows)
        return found

    def put(self, vectors: Mapping[str, Vector]) -> None:
        """Store the vectors; a vector that another process has stored in the meantime is left as it is."""
        rows = [
            {"encoder": self._encoder, "content_hash": key, "vector": vector.astype("<f4").tobytes()}
            for key, vector in vectors.items()
        ]
        if not rows:
            return
        insert = sqlite.insert if self._database.engine.dialect.name == "sqlite" else postgresql.insert
        with self._database.writing() as session:
            session.execute(insert(Embedding).on_conflict_do_nothing(), rows)
            session.commit()

    def keys(self) -> set[str]:
        """The keys of all stored vectors."""
        with self._database.reading() as session:
            stored = select(Embedding.content_hash).where(Embedding.encoder == self._encoder)
            return set(session.scalars(stored))

    def count(self) -> int:
        """How many vectors are stored."""
        with self._database.reading() as session:
            stored = select(func.count()).select_from(Embedding).where(Embedding.encoder == self._encoder)
            return session.scalar(stored) or 0

    def dimension(self) -> int | None:
        """How many numbers a stored vector has; ``None`` while there is none."""
        with self._database.reading() as session:
            vector = session.scalar(select(Embedding.vector).where(Embedding.encoder == self._encoder).limit(1))
        return None if vector is None else len(vector) // np.dtype("<f4").itemsize

    def drop(self, keys: Iterable[str]) -> None:
        """Forget these vectors."""
        dead = list(keys)
        self._recent = {}
        with self._database.writing() as session:
            for start in range(0, len(dead), _KEYS_IN_ONE_STATEMENT):
                session.execute(
                    delete(Embedding).where(
                        Embedding.encoder == self._encoder,
                        Embedding.content_hash.in_(dead[start : start + _KEYS_IN_ONE_STATEMENT]),
                    )
                )
            session.commit()
