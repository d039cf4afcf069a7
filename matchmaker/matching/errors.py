"""The errors of matching. Catch `MatchingError`, or the subclass you can act on."""

from __future__ import annotations

from pathlib import Path


class MatchingError(Exception):
    """Base of every error this package raises on purpose. Its message can be shown to a person."""


class EncoderError(MatchingError):
    """The encoder in the settings is unknown, missing or broken, or is not that of the stored vectors."""


class DatasetError(MatchingError):
    """An evaluation folder is missing a file or holds a damaged line.

    `path` is the file. `line` is the number of the damaged line, from 1, or None.
    """

    def __init__(self, path: Path, reason: str, line: int | None = None) -> None:
        self.path = path
        self.line = line
        where = f"{path}, line {line}" if line is not None else str(path)
        super().__init__(f"{where}: {reason}")


class RankerError(MatchingError):
    """A trained ranker cannot be read, does not fit this version's features, or would replace a better ranker."""


class OtherSpaceError(RankerError):
    """A trained ranker is intact but was trained on another encoder's vectors."""
