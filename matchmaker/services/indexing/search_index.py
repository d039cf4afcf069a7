"""Keeping the matcher in step with the database.

The database is the truth; the matcher is derived from it in memory and catches up with every change by corpus
revision, whichever process made it. There are no index files that could disagree with the records: a process that was
killed simply derives it again.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from matchmaker.domain.corpus import CorpusRevision
from matchmaker.domain.people import Organization
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.vocabulary import PostingStatus, Side, Visibility
from matchmaker.matching.encoding.encoder import Encoder, create_encoder
from matchmaker.matching.encoding.vectors import EmbeddedDocument, Progress, ReadOnlyVectorStore, embed_documents
from matchmaker.matching.matcher import Matcher
from matchmaker.matching.ranking.ranker import FusionRanker, Ranker
from matchmaker.matching.text.document import Document
from matchmaker.services.database import Database
from matchmaker.services.indexing.encoder_change import EncoderChange
from matchmaker.services.indexing.engines import Engine, Engines
from matchmaker.services.indexing.indexed_postings import corpus_revision, keys_in_use, with_organization
from matchmaker.services.indexing.vector_store import DatabaseVectorStore, stored_spaces
from matchmaker.services.posting.documents import document_of, matching_side
from matchmaker.services.posting.postings import POSTING_TYPES

_NOTHING_YET = -1

_WAITED_FOR = 5
"""Changed postings that a page waits for: each may take half a second to encode."""


@dataclass(frozen=True, slots=True)
class Access:
    """What decides, without asking the database, whether a posting may appear in someone's list."""

    organization_id: int
    visibility: Visibility
    valid_until: date | None
    team_id: int | None


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """How the matcher stands to the database. ``encoder`` is the active one."""

    encoder: str
    needs: int
    offers: int
    vectors: int
    revision: int
    database_revision: int


class SearchIndex:
    """The published postings as a :class:`Matcher`, kept current with the database. Safe for many threads.

    ``encoder`` is the one the settings ask for. While another one's vectors cover more of the published postings, that
    one is active, and :attr:`encoder_change` brings the change about, in a worker.

    Vectors are stored on sessions of their own: call the verbs before a change or after its commit, never within one,
    or on SQLite the two wait for each other.
    """

    def __init__(
        self,
        database: Database,
        encoder: str | Encoder,
        ranker_of: Callable[[str], Ranker] = lambda _: FusionRanker(),
    ) -> None:
        """``ranker_of`` gives the ranker for an encoder by name: it belongs to one space of vectors."""
        wanted = create_encoder(encoder) if isinstance(encoder, str) else encoder
        self._database = database
        self._engines = Engines(database, wanted, ranker_of)
        self.encoder_change = EncoderChange(self._engines, self._switch_to)
        self._access: dict[Side, dict[int, Access]] = {side: {} for side in Side}
        self._revision = _NOTHING_YET
        self._refreshing = threading.Lock()
        self._background: threading.Thread | None = None

    @property
    def encoder(self) -> Encoder:
        """The active encoder. For vectors use :meth:`precompute` and :meth:`encode`: this one may be exchanged."""
        return self._engines.active.encoder

    @property
    def store(self) -> DatabaseVectorStore:
        """The vectors of the active encoder."""
        return self._engines.active.store

    @property
    def matcher(self) -> Matcher:
        """The active matcher. Hold on to it for the length of one answer, not longer."""
        return self._engines.active.matcher

    def refresh(self, progress: Progress | None = None) -> None:
        """Apply every change of the postings since the last call; the first call applies everything.

        ``progress`` counts texts that had to be encoded. Cheap when nothing changed: one indexed read. When a worker
        has finished a change of the encoder, it is followed in the background.
        """
        self.encoder_change.look()
        if self._database_revision() != self._revision:
            with self._refreshing:
                self._apply_changes(self._engines.active, self._revision, progress)

    def commit_and_refresh(self, session: Session) -> None:
        """Commit the caller's transaction, then :meth:`refresh`.

        For verbs that need the latest scores: encoding new texts takes time and a lock of its own, so the caller's
        transaction must not hold one in the meantime.
        """
        session.commit()
        self.refresh()

    def refresh_async(self) -> None:
        """Refresh for a web request: few changes at once, many (an import) in a background thread.

        Until the thread is done, lists are made from the earlier state, without what has been withdrawn since. When a
        worker has finished a change of the encoder, it is followed in the background.
        """
        self.encoder_change.look()
        if self._database_revision() == self._revision or self._is_busy_in_background():
            return
        if self._revision == _NOTHING_YET or self._count_changes() <= _WAITED_FOR:
            self.refresh()
            return
        self._background = threading.Thread(target=self.refresh, name="search index refresh", daemon=True)
        self._background.start()

    def precompute(self, documents: Sequence[Document], progress: Progress | None = None) -> None:
        """Store the vectors of postings that are not published, so that looking at them again encodes nothing."""
        engine = self._engines.active
        embed_documents(documents, engine.encoder, engine.store, progress)

    def encode(self, documents: Sequence[Document]) -> list[EmbeddedDocument]:
        """The documents with their vectors; nothing is stored."""
        engine = self._engines.active
        return embed_documents(documents, engine.encoder, ReadOnlyVectorStore(engine.store))

    def access(self, side: Side, posting_id: int) -> Access | None:
        """What decides who may see the posting; ``None`` when it is not published."""
        return self._access[side].get(posting_id)

    def accesses(self, side: Side) -> Mapping[int, Access]:
        """What decides who may see each published posting of the side, by the posting's id."""
        return self._access[side]

    def rebuild(self, progress: Progress | None = None, *, forget_others: bool = False) -> int:
        """Finish a change of the encoder, derive everything again and drop vectors that no posting uses.

        Vectors of unchanged texts are taken from the store, not computed; with ``forget_others`` those of all encoders
        except the active one go as well. Returns how many were dropped. Safe while serving. Raises
        :class:`EncoderError` as :meth:`EncoderChange.run`.
        """
        self.encoder_change.run(progress)
        with self._refreshing:
            self._apply_changes(self._engines.active, _NOTHING_YET, progress)
        return sum(self._drop_unused(space, forget_others) for space in stored_spaces(self._database))

    def status(self) -> IndexStatus:
        """Counts for operators, and whether the matcher lags behind the database."""
        return IndexStatus(
            encoder=self.encoder.name,
            needs=len(self._access[Side.NEED]),
            offers=len(self._access[Side.OFFER]),
            vectors=self.store.count(),
            revision=self._revision,
            database_revision=self._database_revision(),
        )

    def _database_revision(self) -> int:
        return corpus_revision(self._database)

    def _count_changes(self) -> int:
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

    def _switch_to(self, engine: Engine) -> None:
        with self._refreshing:
            self._apply_changes(engine, _NOTHING_YET, None)
            self._engines.activate(engine)

    def _drop_unused(self, space: str, forget_others: bool) -> int:
        """Drop the vectors of this space that no posting uses, or all if it is another one's; returns how many."""
        store = DatabaseVectorStore(self._database, space)
        # The keys first: what is posted and stored in between is then no candidate for dropping.
        stored = store.keys()
        is_forgotten = forget_others and space != self.encoder.name
        unused = stored if is_forgotten else stored - keys_in_use(self._database)
        store.drop(unused)
        return len(unused)

    def _apply_changes(self, engine: Engine, since: int, progress: Progress | None) -> None:
        """Bring the engine's matcher and the access from the state at revision ``since`` to the present.

        The caller holds the lock ``_refreshing``.
        """
        with self._database.reading() as session:
            # Read first: a change that lands while we load is applied by the next refresh as well, harmlessly.
            revision = session.scalar(select(CorpusRevision.value)) or 0
            if revision == since:
                return
            changed = [
                posting
                for model in POSTING_TYPES.values()
                for posting in session.scalars(with_organization(model).where(model.revision > since))
            ]
        published = [posting for posting in changed if posting.status is PostingStatus.PUBLISHED]
        gone = [posting for posting in changed if posting.status is not PostingStatus.PUBLISHED]
        for side in Side:
            engine.matcher.remove(matching_side(side), [posting.id for posting in gone if posting.side is side])
        engine.matcher.upsert([document_of(posting) for posting in published], progress)
        for side in Side:
            self._access[side] = _updated(self._access[side], side, published, gone)
        self._revision = revision


def _updated(
    accesses: Mapping[int, Access], side: Side, published: Iterable[Posting], gone: Iterable[Posting]
) -> dict[int, Access]:
    """A new mapping with the changes applied: other threads may be reading the old one."""
    updated = dict(accesses)
    for posting in gone:
        if posting.side is side:
            updated.pop(posting.id, None)
    updated.update((posting.id, _access_of(posting)) for posting in published if posting.side is side)
    return updated


def _access_of(posting: Posting) -> Access:
    return Access(posting.organization_id, posting.visibility, posting.valid_until, getattr(posting, "team_id", None))


def load_postings(session: Session, side: Side, ids: Iterable[int]) -> dict[int, Posting]:
    """The postings with these ids, with what a list shows of them, in one statement."""
    model = POSTING_TYPES[side]
    rows = session.scalars(select(model).where(model.id.in_(list(ids))).options(*listing_options(model)))
    return {row.id: row for row in rows}


def listing_options(model: type[Need] | type[Offer]) -> list[ExecutableOption]:
    """What is loaded together with postings for a list, so that its lines do not ask the database again."""
    team = [joinedload(Offer.team)] if model is Offer else []
    return [
        joinedload(model.organization).joinedload(Organization.district),
        joinedload(model.industry),
        joinedload(model.field),
        *team,
    ]
