"""Keeping the matcher in step with the database.

The database is the truth; the matcher is derived from it in memory and catches up with every change by corpus
revision, whoever made it (this process, another worker, an import). There are no index files that could disagree
with the records: a process that was killed simply derives it again.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from matchmaker.domain.corpus import CorpusRevision, Embedding
from matchmaker.domain.people import Organization
from matchmaker.domain.posting import Need, Offer, Posting
from matchmaker.domain.vocabulary import PostingStatus, Visibility
from matchmaker.domain.vocabulary import Side as DomainSide
from matchmaker.matching.document import Document, Side
from matchmaker.matching.encoder import Encoder, Vector, create_encoder
from matchmaker.matching.matcher import Matcher
from matchmaker.matching.ranking import Ranker
from matchmaker.matching.vectors import embed_documents, vector_texts
from matchmaker.services.database import Database
from matchmaker.services.documents import document_of
from matchmaker.services.posting import POSTING_TYPES

_KEYS_IN_ONE_STATEMENT = 500

_KEYS_OF_ONE_POSTING = 64

_NOTHING_YET = -1

_TAKEN_IN_AT_ONCE = 5
"""Changed postings that a page waits for: each may take half a second to encode."""

Progress = Callable[[int, int], None]
"""Called with how many of how many are done."""


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
        """Store the vectors; one that another process stored meanwhile is left as it is."""
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


@dataclass(frozen=True, slots=True)
class Access:
    """What decides, without asking the database, whether a posting may appear in someone's list."""

    organization_id: int
    visibility: Visibility
    valid_until: date | None
    team_id: int | None


@dataclass(frozen=True, slots=True)
class CorpusStatus:
    """How the matcher stands to the database."""

    encoder: str
    needs: int
    offers: int
    vectors: int
    revision: int
    database_revision: int


class Corpus:
    """The published postings as a :class:`Matcher`, kept current with the database. Safe for many threads.

    Vectors are stored on sessions of their own: call its verbs before a change or after its commit, never within one,
    or on SQLite the two wait for each other.
    """

    def __init__(self, database: Database, encoder: str | Encoder, ranker: Ranker | None = None) -> None:
        self._database = database
        self.encoder = create_encoder(encoder) if isinstance(encoder, str) else encoder
        self.store = DatabaseVectorStore(database, self.encoder.name)
        self.matcher = Matcher(self.encoder, self.store, ranker)
        self._access: dict[DomainSide, dict[int, Access]] = {side: {} for side in DomainSide}
        self._revision = _NOTHING_YET
        self._refreshing = threading.Lock()
        self._background: threading.Thread | None = None

    def refresh(self, progress: Progress | None = None) -> None:
        """Take in every change since the last call; the first call takes in everything.

        ``progress`` counts passages that had to be encoded. Cheap when nothing changed: one indexed read.
        """
        if self._database_revision() != self._revision:
            with self._refreshing:
                self._take_in_changes(self._revision, progress)

    def keep_up(self) -> None:
        """What a page calls: as :meth:`refresh`, but many changes at once (an import) are taken in in the background.

        Until they are, lists are made from the earlier state, without what has been withdrawn since.
        """
        if self._database_revision() == self._revision or self._is_busy_in_background():
            return
        if self._revision == _NOTHING_YET or self._published_since() <= _TAKEN_IN_AT_ONCE:
            self.refresh()
            return
        self._background = threading.Thread(target=self.refresh, name="corpus refresh", daemon=True)
        self._background.start()

    def remember(self, documents: Sequence[Document]) -> None:
        """Store the vectors of postings that are not published, so that looking at them again encodes nothing."""
        embed_documents(documents, self.encoder, self.store)

    def access(self, side: DomainSide, posting_id: int) -> Access | None:
        """What decides who may see the posting; ``None`` when it is not published."""
        return self._access[side].get(posting_id)

    def accesses(self, side: DomainSide) -> Mapping[int, Access]:
        """The same for every published posting of the side, by id."""
        return self._access[side]

    def rebuild(self, progress: Progress | None = None) -> int:
        """Derive everything again and drop vectors that no posting uses; returns how many were dropped.

        Vectors of unchanged texts are taken from the store, not computed. Safe while serving.
        """
        with self._refreshing:
            self._take_in_changes(_NOTHING_YET, progress)
        # The keys first: what is posted and stored in between is then no candidate for dropping.
        stored = self.store.keys()
        dead = stored - self._keys_in_use()
        self.store.drop(dead)
        return len(dead)

    def status(self) -> CorpusStatus:
        """Counts for operators, and whether the matcher lags behind the database."""
        with self._database.reading() as session:
            vectors = session.scalar(
                select(func.count()).select_from(Embedding).where(Embedding.encoder == self.encoder.name)
            )
        return CorpusStatus(
            encoder=self.encoder.name,
            needs=len(self._access[DomainSide.NEED]),
            offers=len(self._access[DomainSide.OFFER]),
            vectors=vectors or 0,
            revision=self._revision,
            database_revision=self._database_revision(),
        )

    def _database_revision(self) -> int:
        with self._database.reading() as session:
            return session.scalar(select(CorpusRevision.value)) or 0

    def _published_since(self) -> int:
        """How many published postings changed since the last refresh."""
        with self._database.reading() as session:
            return sum(
                session.scalar(
                    select(func.count()).where(model.revision > self._revision, model.status == PostingStatus.PUBLISHED)
                )
                or 0
                for model in POSTING_TYPES.values()
            )

    def _is_busy_in_background(self) -> bool:
        return self._background is not None and self._background.is_alive()

    def _keys_in_use(self) -> set[str]:
        """The vectors of all postings in any state: a draft may be published, a withdrawn one again."""
        with self._database.reading() as session:
            postings = [p for model in POSTING_TYPES.values() for p in session.scalars(_with_organization(model))]
        documents = (document_of(posting) for posting in postings)
        return {key for document in documents for key in vector_texts(document)}

    def _take_in_changes(self, since: int, progress: Progress | None) -> None:
        """Bring matcher and access from the state at revision ``since`` to the present. Only for who holds the lock."""
        with self._database.reading() as session:
            # Read first: a change that lands while we load is taken in by the next refresh as well, harmlessly.
            revision = session.scalar(select(CorpusRevision.value)) or 0
            if revision == since:
                return
            changed = [
                posting
                for model in POSTING_TYPES.values()
                for posting in session.scalars(_with_organization(model).where(model.revision > since))
            ]
        published = [posting for posting in changed if posting.status is PostingStatus.PUBLISHED]
        gone = [posting for posting in changed if posting.status is not PostingStatus.PUBLISHED]
        for side in DomainSide:
            self.matcher.remove(Side(side.value), [posting.id for posting in gone if posting.side is side])
        self.matcher.upsert([document_of(posting) for posting in published], progress)
        for side in DomainSide:
            self._access[side] = _updated(self._access[side], side, published, gone)
        self._revision = revision


def _updated(
    accesses: Mapping[int, Access], side: DomainSide, published: Iterable[Posting], gone: Iterable[Posting]
) -> dict[int, Access]:
    """A new mapping, for other threads are walking the old one."""
    updated = dict(accesses)
    for posting in gone:
        if posting.side is side:
            updated.pop(posting.id, None)
    updated.update((posting.id, _access_of(posting)) for posting in published if posting.side is side)
    return updated


def _access_of(posting: Posting) -> Access:
    return Access(posting.organization_id, posting.visibility, posting.valid_until, getattr(posting, "team_id", None))


def _with_organization(model: type[Any]) -> Select[Any]:
    return select(model).options(joinedload(model.organization))


def load_postings(session: Session, side: DomainSide, ids: Iterable[int]) -> dict[int, Posting]:
    """The postings with these ids, with what a list shows of them, in one statement."""
    model = POSTING_TYPES[side]
    rows = session.scalars(select(model).where(model.id.in_(list(ids))).options(*listing_options(model)))
    return {row.id: row for row in rows}


def listing_options(model: type[Need] | type[Offer]) -> list[ExecutableOption]:
    """What has to be loaded together with postings that a list shows, lest each line asks the database again."""
    team = [joinedload(Offer.team)] if model is Offer else []
    return [
        joinedload(model.organization).joinedload(Organization.district),
        joinedload(model.industry),
        joinedload(model.field),
        *team,
    ]
