"""Keeping the matcher in step with the database.

The database is the truth; the matcher is derived from it in memory and catches up with every change by corpus
revision, whoever made it (this process, another worker, an import). There are no index files that could disagree
with the records: a process that was killed simply derives it again.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from matchmaker.domain.corpus import CorpusRevision, Embedding
from matchmaker.domain.people import Organization
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.vocabulary import PostingStatus, Visibility
from matchmaker.domain.vocabulary import Side as DomainSide
from matchmaker.matching.encoding.encoder import Encoder, create_encoder
from matchmaker.matching.encoding.vectors import EmbeddedDocument, ReadOnlyVectorStore, embed_documents, vector_texts
from matchmaker.matching.errors import EncoderError
from matchmaker.matching.matcher import Matcher
from matchmaker.matching.ranking.ranker import FusionRanker, Ranker
from matchmaker.matching.text.document import Document, Side
from matchmaker.services.database import Database
from matchmaker.services.indexing.vector_store import DatabaseVectorStore, stored_spaces
from matchmaker.services.posting.documents import document_of
from matchmaker.services.posting.postings import POSTING_TYPES

_log = logging.getLogger(__name__)

_NOTHING_YET = -1

_TAKEN_IN_AT_ONCE = 5
"""Changed postings that a page waits for: each may take half a second to encode."""

_POSTINGS_AT_ONCE = 32
"""Postings that are encoded between two looks at what other processes have encoded meanwhile."""

Progress = Callable[[int, int], None]
"""Called with how many of how many are done."""


@dataclass(frozen=True, slots=True)
class Access:
    """What decides, without asking the database, whether a posting may appear in someone's list."""

    organization_id: int
    visibility: Visibility
    valid_until: date | None
    team_id: int | None


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """How the matcher stands to the database. ``encoder`` is the one that serves."""

    encoder: str
    needs: int
    offers: int
    vectors: int
    revision: int
    database_revision: int


@dataclass(frozen=True, slots=True)
class EncoderChange:
    """A change to another encoder that is not finished: passages ``encoded`` out of ``total``.

    ``problem`` says why it cannot go on; ``None`` while it can.
    """

    encoder: str
    encoded: int
    total: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class Engine:
    """An encoder with the vectors and the matcher that belong to it: exchanged together or not at all."""

    encoder: Encoder
    store: DatabaseVectorStore
    matcher: Matcher


class SearchIndex:
    """The published postings as a :class:`Matcher`, kept current with the database. Safe for many threads.

    ``encoder`` is the one the settings ask for. While another one's vectors cover more of the published postings, that
    one serves, and :meth:`change_encoder` brings the change about: which one serves is derived from the stored vectors,
    so a process that is killed goes on where it was.

    Vectors are stored on sessions of their own: call its verbs before a change or after its commit, never within one,
    or on SQLite the two wait for each other.
    """

    def __init__(
        self,
        database: Database,
        encoder: str | Encoder,
        ranker_of: Callable[[str], Ranker] = lambda _: FusionRanker(),
    ) -> None:
        """``ranker_of`` gives the ranker for an encoder by name: it belongs to one space of vectors."""
        self._database = database
        self._wanted = create_encoder(encoder) if isinstance(encoder, str) else encoder
        self._ranker_of = ranker_of
        self._engine: Engine | None = None
        self._access: dict[DomainSide, dict[int, Access]] = {side: {} for side in DomainSide}
        self._revision = _NOTHING_YET
        self._choosing = threading.Lock()
        self._refreshing = threading.Lock()
        self._changing = threading.Lock()
        self._background: threading.Thread | None = None
        self._change: threading.Thread | None = None
        self._change_failed = False

    @property
    def encoder(self) -> Encoder:
        """The encoder that serves. For vectors use :meth:`remember` and :meth:`embed`: this one may be exchanged."""
        return self._serving.encoder

    @property
    def store(self) -> DatabaseVectorStore:
        """The vectors of the encoder that serves."""
        return self._serving.store

    @property
    def matcher(self) -> Matcher:
        """The matcher that serves. Hold on to it for the length of one answer, not longer."""
        return self._serving.matcher

    def refresh(self, progress: Progress | None = None) -> None:
        """Take in every change since the last call; the first call takes in everything.

        ``progress`` counts passages that had to be encoded. Cheap when nothing changed: one indexed read.
        """
        if self._database_revision() != self._revision:
            with self._refreshing:
                self._apply_changes(self._serving, self._revision, progress)

    def refresh_async(self) -> None:
        """What a page calls: as :meth:`refresh`, but many changes at once (an import) are taken in in the background.

        Until they are, lists are made from the earlier state, without what has been withdrawn since. A change of the
        encoder that is due is begun in the background as well.
        """
        self._change_in_background()
        if self._database_revision() == self._revision or self._is_busy_in_background():
            return
        if self._revision == _NOTHING_YET or self._published_since() <= _TAKEN_IN_AT_ONCE:
            self.refresh()
            return
        self._background = threading.Thread(target=self.refresh, name="corpus refresh", daemon=True)
        self._background.start()

    def remember(self, documents: Sequence[Document], progress: Progress | None = None) -> None:
        """Store the vectors of postings that are not published, so that looking at them again encodes nothing."""
        engine = self._serving
        embed_documents(documents, engine.encoder, engine.store, progress)

    def embed(self, documents: Sequence[Document]) -> list[EmbeddedDocument]:
        """The documents with their vectors; nothing is stored."""
        engine = self._serving
        return embed_documents(documents, engine.encoder, ReadOnlyVectorStore(engine.store))

    def change_encoder(self, progress: Progress | None = None) -> None:
        """Encode the published postings with the encoder that the settings ask for, then serve with it.

        Until then the earlier one serves. Nothing happens when there is nothing to change. ``progress`` counts
        postings. Raises :class:`EncoderError` when the encoder cannot be loaded or gives vectors of another length than
        those stored under its name; then all stays as it was.
        """
        with self._changing:
            if not self.is_changing:
                return
            engine = self._engine_of(self._wanted)
            self._encode_published(engine, progress)
            with self._refreshing:
                self._apply_changes(engine, _NOTHING_YET, None)
                self._engine = engine
        _log.info("The encoder %s serves now.", engine.encoder.name)

    @property
    def is_changing(self) -> bool:
        """Whether another encoder serves than the one that the settings ask for."""
        return self._serving.encoder.name != self._wanted.name

    def change(self) -> EncoderChange | None:
        """How far the change of the encoder is, whichever process works at it; ``None`` when none is due.

        Loads the encoder, to say whether that is possible.
        """
        if not self.is_changing:
            return None
        problem = None
        try:
            self._engine_of(self._wanted)
        except EncoderError as error:
            problem = str(error)
        keys = _keys_of(self._published_documents())
        encoded = keys & DatabaseVectorStore(self._database, self._wanted.name).keys()
        return EncoderChange(self._wanted.name, len(encoded), len(keys), problem)

    def access(self, side: DomainSide, posting_id: int) -> Access | None:
        """What decides who may see the posting; ``None`` when it is not published."""
        return self._access[side].get(posting_id)

    def accesses(self, side: DomainSide) -> Mapping[int, Access]:
        """The same for every published posting of the side, by id."""
        return self._access[side]

    def rebuild(self, progress: Progress | None = None, *, forget_others: bool = False) -> int:
        """Finish a change of the encoder, derive everything again and drop vectors that no posting uses.

        Vectors of unchanged texts are taken from the store, not computed; with ``forget_others`` those of all encoders
        but the serving one go as well. Returns how many were dropped. Safe while serving. Raises :class:`EncoderError`
        as :meth:`change_encoder`.
        """
        self.change_encoder(progress)
        with self._refreshing:
            self._apply_changes(self._serving, _NOTHING_YET, progress)
        return sum(self._tidy(space, forget_others) for space in stored_spaces(self._database))

    def status(self) -> IndexStatus:
        """Counts for operators, and whether the matcher lags behind the database."""
        encoder = self._serving.encoder.name
        with self._database.reading() as session:
            vectors = session.scalar(select(func.count()).select_from(Embedding).where(Embedding.encoder == encoder))
        return IndexStatus(
            encoder=encoder,
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

    @property
    def _serving(self) -> Engine:
        if self._engine is None:
            with self._choosing:
                if self._engine is None:
                    self._engine = self._best_engine()
        return self._engine

    def _best_engine(self) -> Engine:
        """The engine whose vectors cover the published postings best; the wanted one where it is no worse."""
        wanted = self._wanted.name
        spaces = stored_spaces(self._database)
        if spaces <= {wanted}:
            return self._engine_of(self._wanted)
        keys = _keys_of(self._published_documents())
        covered = {name: len(keys & DatabaseVectorStore(self._database, name).keys()) for name in spaces | {wanted}}
        best = max(covered, key=lambda name: (covered[name], name == wanted))
        if best != wanted:
            try:
                return self._engine_of(create_encoder(best))
            except EncoderError as error:
                _log.warning(
                    "The encoder %s, whose vectors cover the postings best, cannot be loaded any more (%s). "
                    "All are encoded anew with %s; lists wait until then.",
                    *(best, error, wanted),
                )
        return self._engine_of(self._wanted)

    def _engine_of(self, encoder: Encoder) -> Engine:
        store = DatabaseVectorStore(self._database, encoder.name)
        stored = store.dimension()
        if stored not in (None, encoder.dimension):
            raise EncoderError(
                f"The encoder {encoder.name!r} gives vectors of {encoder.dimension} numbers, but those stored under "
                f"its name have {stored}: another model made them. Give the new model's folder another name."
            )
        return Engine(encoder, store, Matcher(encoder, store, self._ranker_of(encoder.name)))

    def _change_in_background(self) -> None:
        busy = self._change is not None and self._change.is_alive()
        if self.is_changing and not busy and not self._change_failed:
            self._change = threading.Thread(target=self._try_to_change, name="change of encoder", daemon=True)
            self._change.start()

    def _try_to_change(self) -> None:
        try:
            self.change_encoder()
        except EncoderError as error:
            self._change_failed = True
            _log.error("The encoder %s goes on serving: %s", self._serving.encoder.name, error)

    def _encode_published(self, engine: Engine, progress: Progress | None) -> None:
        """Store the vectors of all published postings. Processes share the work, each in an order of its own."""
        documents = self._published_documents()
        random.shuffle(documents)
        for start in range(0, len(documents), _POSTINGS_AT_ONCE):
            embed_documents(documents[start : start + _POSTINGS_AT_ONCE], engine.encoder, engine.store)
            if progress is not None:
                progress(min(start + _POSTINGS_AT_ONCE, len(documents)), len(documents))

    def _tidy(self, space: str, forget_others: bool) -> int:
        """Drop the vectors of this space that no posting uses, or all if it is another one's; returns how many."""
        store = DatabaseVectorStore(self._database, space)
        # The keys first: what is posted and stored in between is then no candidate for dropping.
        stored = store.keys()
        forgotten = forget_others and space != self._serving.encoder.name
        dead = stored if forgotten else stored - self._keys_in_use()
        store.drop(dead)
        return len(dead)

    def _keys_in_use(self) -> set[str]:
        """The vectors of all postings in any state: a draft may be published, a withdrawn one again."""
        with self._database.reading() as session:
            return _keys_of(
                document_of(posting)
                for model in POSTING_TYPES.values()
                for posting in session.scalars(_with_organization(model))
            )

    def _published_documents(self) -> list[Document]:
        with self._database.reading() as session:
            return [
                document_of(posting)
                for model in POSTING_TYPES.values()
                for posting in session.scalars(_with_organization(model).where(model.status == PostingStatus.PUBLISHED))
            ]

    def _apply_changes(self, engine: Engine, since: int, progress: Progress | None) -> None:
        """Bring the engine's matcher and the access from the state at revision ``since`` to the present.

        Only for who holds the lock.
        """
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
            engine.matcher.remove(Side(side.value), [posting.id for posting in gone if posting.side is side])
        engine.matcher.upsert([document_of(posting) for posting in published], progress)
        for side in DomainSide:
            self._access[side] = _updated(self._access[side], side, published, gone)
        self._revision = revision


def _keys_of(documents: Iterable[Document]) -> set[str]:
    return {key for document in documents for key in vector_texts(document)}


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
