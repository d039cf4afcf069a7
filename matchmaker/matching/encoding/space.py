"""Which vector space a model folder belongs to. Vectors are kept by space, not by the engine that computed them.

A folder says so in `matchmaker.json`, with the checksum of the weights it says it of: a model that was trained further
in the same place is another space, and must not be taken for the old one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from matchmaker.matching.errors import EncoderError

_FILE = "matchmaker.json"


@dataclass(frozen=True, slots=True)
class SpaceClaim:
    """That the model in a folder gives the vectors of `space`, with `dimension` numbers each."""

    space: str
    dimension: int
    weights: str
    bytes: int
    sha256: str

    @classmethod
    def of(cls, space: str, dimension: int, weights: Path) -> SpaceClaim:
        """The claim for these weights."""
        return cls(space, dimension, weights.name, weights.stat().st_size, _checksum(weights))

    def write(self, folder: Path) -> None:
        (folder / _FILE).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    def verify(self, folder: Path) -> None:
        """Raises EncoderError when the weights are no longer those that the claim was made for. Reads all of them."""
        if _checksum(folder / self.weights) != self.sha256:
            raise EncoderError(
                f"The weights in {folder} have changed since it was said to give the vectors of {self.space!r}. "
                f"Unpack it again; if it was trained further, delete {folder / _FILE}: then it is a space of its own."
            )


def claimed_space(folder: Path) -> SpaceClaim | None:
    """What the folder claims; None when it claims nothing, is not there, or its weights are incomplete."""
    try:
        claim = SpaceClaim(**json.loads((folder / _FILE).read_text(encoding="utf-8")))
        complete = (folder / claim.weights).stat().st_size == claim.bytes
    except (OSError, ValueError, TypeError):
        return None
    return claim if complete else None


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
