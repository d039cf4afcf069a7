"""Encoders with what belongs to them, and which of them is active."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from matchmaker.matching.encoding.encoder import Encoder, create_encoder
from matchmaker.matching.errors import EncoderError
from matchmaker.matching.matcher import Matcher
from matchmaker.matching.ranking.ranker import Ranker
from matchmaker.services.database import Database
from matchmaker.services.indexing.indexed_postings import keys_of, published_documents
from matchmaker.services.indexing.vector_store import DatabaseVectorStore, stored_spaces

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Engine:
    """An encoder with the vectors and the matcher that belong to it: exchanged together or not at all."""

    encoder: Encoder
    store: DatabaseVectorStore
    matcher: Matcher


class Engines:
    """Makes engines and knows the active one, which answers every question. Safe for many threads.

    At first the active engine is the one whose vectors cover the published postings best, the wanted one where it is
    no worse. Nothing records it: a process that is killed while the encoder changes comes to the same answer.
    """

    def __init__(self, database: Database, wanted: Encoder, ranker_of: Callable[[str], Ranker]) -> None:
        """``wanted`` is the encoder that the settings ask for; ``ranker_of`` gives an encoder's ranker by its name."""
        self.database = database
        self.wanted = wanted
        self._ranker_of = ranker_of
        self._active: Engine | None = None
        self._choosing = threading.Lock()

    @property
    def active(self) -> Engine:
        """The engine that answers."""
        if self._active is None:
            with self._choosing:
                if self._active is None:
                    self._active = self._best()
        return self._active

    def activate(self, engine: Engine) -> None:
        """Let the engine answer from now on."""
        self._active = engine

    def make(self, encoder: Encoder) -> Engine:
        """A new engine with an empty matcher.

        Raises :class:`EncoderError` when the encoder cannot be loaded, or gives vectors of another length than those
        stored under its name.
        """
        store = DatabaseVectorStore(self.database, encoder.name)
        stored = store.dimension()
        if stored not in (None, encoder.dimension):
            raise EncoderError(
                f"The encoder {encoder.name!r} gives vectors of {encoder.dimension} numbers, but those stored under "
                f"its name have {stored}: another model made them. Give the new model's folder another name."
            )
        return Engine(encoder, store, Matcher(encoder, store, self._ranker_of(encoder.name)))

    def _best(self) -> Engine:
        wanted = self.wanted.name
        spaces = stored_spaces(self.database)
        if spaces <= {wanted}:
            return self.make(self.wanted)
        keys = keys_of(published_documents(self.database))
        covered = {name: len(keys & DatabaseVectorStore(self.database, name).keys()) for name in spaces | {wanted}}
        best = max(covered, key=lambda name: (covered[name], name == wanted))
        if best != wanted:
            try:
                return self.make(create_encoder(best))
            except EncoderError as error:
                _log.warning(
                    "The encoder %s, whose vectors cover the postings best, cannot be loaded any more (%s). "
                    "All are encoded anew with %s; lists wait until then.",
                    *(best, error, wanted),
                )
        return self.make(self.wanted)
