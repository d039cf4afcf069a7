"""Cleans text as people type and paste it, for the encoder and the word splitter, and splits it into sentences.

Every text is valid input: lone surrogates, NULs, emoji and control characters raise no error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import opencc

_NOT_TEXT = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff\ufffe\uffff\ud800-\udfff]"
)
_BLANKS = re.compile(r"\s+")
_SENTENCE = re.compile(
    r"""
    [^。！？；!?;\n]*?                 # the sentence itself
    (?: [。！？；!?;\n]+[”’」』）)"']*  # its closing mark, with the quotes and brackets that close after it
      | \.(?=\s)                      # an English full stop (a decimal point has no blank after it)
      | \Z )
    """,
    re.VERBOSE,
)
_CLAUSE_END = re.compile(r"[，、,：:\s]")


class _Simplified(dict[int, str]):
    """Code point → simplified character; characters that are not traditional map to themselves. Filled when first used.

    Characters of GB 2312 are not changed: 著 and 乾 are traditional in one word and simplified in another. Neither is
    噁, which chemistry uses in simplified texts (二噁英).
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = character if character == "噁" or _in_gb2312(character) else _converter().convert(character)
        return self[code]


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


_SIMPLIFIED = _Simplified()


def simplified(text: str) -> str:
    """The text in simplified characters; its length does not change."""
    return text.translate(_SIMPLIFIED)


def clean(text: str) -> str:
    """The text in simplified characters and Unicode form NFKC (full-width digits become plain), with single blanks.

    NULs, control and zero-width characters and lone surrogates become blanks. The result can always be encoded as
    UTF-8; it is empty when the text has no legible characters.
    """
    return _BLANKS.sub(" ", simplified(unicodedata.normalize("NFKC", _NOT_TEXT.sub(" ", text)))).strip()


def sentences(text: str, longest: int) -> Iterator[tuple[int, int]]:
    """Offsets (start, end) of the sentences of `text`, in order and without gaps.

    A sentence of more than `longest` characters is cut into pieces of at most `longest` characters, after a comma in
    the second half of a piece if there is one.
    """
    for found in _SENTENCE.finditer(text):
        start, end = found.span()
        while end - start > longest:
            cut = _last_clause_end(text, start, start + longest)
            yield start, cut
            start = cut
        if start < end:
            yield start, end


def _last_clause_end(text: str, start: int, limit: int) -> int:
    earliest = start + (limit - start) // 2
    ends = [found.end() for found in _CLAUSE_END.finditer(text, earliest, limit)]
    return ends[-1] if ends else limit
