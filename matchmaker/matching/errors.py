"""What can go wrong in matching, as one tree: catch `MatchingError`, or the kind you can act on."""

from __future__ import annotations

from pathlib import Path


class MatchingError(Exception):
    """Base of every error this package raises on purpose; its message is fit to be shown to a person."""


class EncoderError(MatchingError):
    """The encoder named in the settings is unknown, not installed, or not the one the vectors were made by."""


class DatasetError(MatchingError):
    """An evaluation folder is missing a file or holds a damaged line.

    `path` is the file, `line` the 1-based line when one is to blame.
    """

    def __init__(self, path: Path, reason: str, line: int | None = None) -> None:
        self.path = path
        self.line = line
        where = f"{path}, line {line}" if line is not None else str(path)
        super().__init__(f"{where}: {reason}")


class RankerError(MatchingError):
    """A trained ranker cannot be read, does not fit this version's features, or would replace a better one."""


class OtherSpaceError(RankerError):
    """A trained ranker is sound but belongs to another encoder's vectors."""
