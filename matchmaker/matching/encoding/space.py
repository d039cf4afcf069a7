"""Which vector space a model folder belongs to. Vectors are stored by space, not by the engine that computed them.

A folder names its space in `matchmaker.json`, together with the checksum of its weights: a model that was trained
further in the same folder has another space, and must not be used with the old vectors.
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
    """A folder's claim that its model gives the vectors (`dimension`,) of `space`.

    `weights` is the file name of the weights, `bytes` its size and `sha256` its checksum.
    """

    space: str
    dimension: int
    weights: str
    bytes: int
    sha256: str

    @classmethod
    def of(cls, space: str, dimension: int, weights: Path) -> SpaceClaim:
        """The claim for the file `weights`, whose size and checksum are computed."""
        return cls(space, dimension, weights.name, weights.stat().st_size, _checksum(weights))

    def write(self, folder: Path) -> None:
        """Write the claim into the folder."""
        (folder / _FILE).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    def verify(self, folder: Path) -> None:
        """Raises EncoderError when the weights have changed since the claim was made. Reads the whole file."""
        if _checksum(folder / self.weights) != self.sha256:
            raise EncoderError(
                f"The weights in {folder} have changed since it was said to give the vectors of {self.space!r}. "
                f"Unpack it again; if it was trained further, delete {folder / _FILE}: then it is a space of its own."
            )


def claimed_space(folder: Path) -> SpaceClaim | None:
    """The claim in a folder; None when there is no folder or claim, or the weights are incomplete."""
    try:
        claim = SpaceClaim(**json.loads((folder / _FILE).read_text(encoding="utf-8")))
        complete = (folder / claim.weights).stat().st_size == claim.bytes
    except (OSError, ValueError, TypeError):
        return None
    return claim if complete else None


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
