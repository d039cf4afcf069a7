"""The real encoder, asked only once for each text: most of a test's time would be spent on texts of other tests."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from matchmaker.matching.encoding.encoder import Encoder, Vector, Vectors


class RememberingEncoder:
    """Encodes a text as ``encoder`` does; its vectors stand in ``path``, for all processes of one run of the tests."""

    def __init__(self, encoder: Encoder, path: Path) -> None:
        self.name = encoder.name
        self.dimension = encoder.dimension
        self._encoder = encoder
        self._known: dict[tuple[str, str], Vector] = {}
        self._lock = threading.Lock()
        self._file = sqlite3.connect(path, timeout=60, check_same_thread=False, isolation_level=None)
        self._file.execute("CREATE TABLE IF NOT EXISTS vector (kind, text, vector, PRIMARY KEY (kind, text))")

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._vectors("query", texts, self._encoder.encode_queries)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._vectors("passage", texts, self._encoder.encode_passages)

    def _vectors(self, kind: str, texts: Sequence[str], encode: Callable[[Sequence[str]], Vectors]) -> Vectors:
        with self._lock:
            unknown = [text for text in dict.fromkeys(texts) if not self._recall(kind, text)]
            if unknown:
                for text, vector in zip(unknown, encode(unknown), strict=True):
                    self._remember(kind, text, vector)
            vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
            for row, text in enumerate(texts):
                vectors[row] = self._known[kind, text]
        return vectors

    def _recall(self, kind: str, text: str) -> bool:
        """Whether the text was encoded before, here or by another process."""
        if (kind, text) not in self._known:
            found = self._file.execute("SELECT vector FROM vector WHERE kind = ? AND text = ?", (kind, text)).fetchone()
            if found is None:
                return False
            self._known[kind, text] = np.frombuffer(found[0], dtype=np.float32)
        return True

    def _remember(self, kind: str, text: str, vector: Vector) -> None:
        self._known[kind, text] = vector
        self._file.execute("INSERT OR IGNORE INTO vector VALUES (?, ?, ?)", (kind, text, vector.tobytes()))
