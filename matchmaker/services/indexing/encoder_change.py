"""Changing to another encoder while the present one goes on answering."""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakMethod

from matchmaker.matching.encoding.vectors import Progress, embed_documents
from matchmaker.matching.errors import EncoderError
from matchmaker.services.indexing.engines import Engine, Engines
from matchmaker.services.indexing.indexed_postings import corpus_revision, keys_of, published_documents
from matchmaker.services.indexing.vector_store import DatabaseVectorStore

_log = logging.getLogger(__name__)

LOOK_SECONDS = 5
"""Between two looks whether another process has encoded all."""

_POSTINGS_AT_ONCE = 32
"""Postings that are encoded between two looks at what other processes have encoded in the meantime."""


@dataclass(frozen=True, slots=True)
class EncoderChangeStatus:
    """A change of the encoder that is not finished: texts ``encoded`` out of ``total``.

    ``problem`` says why it cannot go on; ``None`` while it can.
    """

    encoder: str
    encoded: int
    total: int
    problem: str | None


class EncoderChange:
    """Encodes the published postings with the encoder that the settings ask for, then makes its engine the active one.

    A worker does so as a job (:mod:`matchmaker.services.indexing.jobs`); other processes only :meth:`look`, and change
    over when all is encoded. A change that was interrupted goes on where it was, in whichever process; several
    processes share the work.
    """

    def __init__(self, engines: Engines, switch_to: Callable[[Engine], None]) -> None:
        """``switch_to``, a method of the index, fills an engine's matcher and makes the engine the active one.

        It is held weakly: the index holds the change, and is to go when nobody uses it any more.
        """
        self._engines = engines
        self._switch_to = WeakMethod(switch_to)
        self._running = threading.Lock()
        self._thread: threading.Thread | None = None
        self._next_look = 0.0
        self._has_failed = False
        self._needed: tuple[int, frozenset[str]] | None = None

    @property
    def wanted(self) -> str:
        """The name of the encoder that the settings ask for."""
        return self._engines.wanted.name

    @property
    def is_due(self) -> bool:
        """Whether the active encoder is another one than the settings ask for."""
        return self._engines.active.encoder.name != self.wanted

    def is_complete(self) -> bool:
        """Whether every published posting is encoded with the wanted encoder, by whichever process.

        Two small reads while that is far away and no posting changes.
        """
        database = self._engines.database
        revision = corpus_revision(database)
        if self._needed is None or self._needed[0] != revision:
            self._needed = revision, frozenset(keys_of(published_documents(database)))
        _, needed = self._needed
        store = DatabaseVectorStore(database, self.wanted)
        return store.count() >= len(needed) and needed <= store.keys()

    def run(self, progress: Progress | None = None) -> None:
        """Carry the change out, if one is due. The present encoder answers until it is finished.

        ``progress`` counts postings; what it raises stops the change. Raises :class:`EncoderError` when the encoder
        cannot be loaded or gives vectors of another length than those stored under its name; then all stays as it was.
        """
        with self._running:
            if not self.is_due:
                return
            engine = self._engines.make(self._engines.wanted)
            self._encode_published(engine, progress)
            if (switch_to := self._switch_to()) is not None:
                switch_to(engine)
        _log.info("The encoder %s is active now.", engine.encoder.name)

    def look(self) -> None:
        """Change over in the background once all is encoded. Looks there too, every few seconds while one is due."""
        is_looking = self._thread is not None and self._thread.is_alive()
        if not self.is_due or is_looking or self._has_failed or time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_SECONDS
        self._thread = threading.Thread(target=self._run_if_complete, name="change of encoder", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait for the last :meth:`look`, and for the change if it found all encoded."""
        if self._thread is not None:
            self._thread.join()

    def status(self) -> EncoderChangeStatus | None:
        """How far the change is, whichever process works at it; ``None`` when none is due.

        Loads the encoder, to say whether that is possible.
        """
        if not self.is_due:
            return None
        wanted, problem = self._engines.wanted, None
        try:
            self._engines.make(wanted)
        except EncoderError as error:
            problem = str(error)
        database = self._engines.database
        keys = keys_of(published_documents(database))
        encoded = keys & DatabaseVectorStore(database, wanted.name).keys()
        return EncoderChangeStatus(wanted.name, len(encoded), len(keys), problem)

    def _run_if_complete(self) -> None:
        try:
            if self.is_complete():
                self.run()
        except EncoderError as error:
            self._has_failed = True
            _log.error("The encoder %s stays active: %s", self._engines.active.encoder.name, error)
        except Exception:
            _log.exception("It is not known whether all is encoded; the next look will tell")

    def _encode_published(self, engine: Engine, progress: Progress | None) -> None:
        """Store the vectors of all published postings, in a random order so that processes share the work."""
        documents = published_documents(self._engines.database)
        random.shuffle(documents)
        tell = progress or _tell_nobody
        for start in range(0, len(documents), _POSTINGS_AT_ONCE):
            # After each batch of texts as well, so that who wants to stop need not wait long.
            embed_documents(
                documents[start : start + _POSTINGS_AT_ONCE],
                engine.encoder,
                engine.store,
                lambda *_, done=start: tell(done, len(documents)),
            )
            tell(min(start + _POSTINGS_AT_ONCE, len(documents)), len(documents))


def _tell_nobody(done: int, total: int) -> None:
    pass
