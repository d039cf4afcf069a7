"""Splits text into terms for lexical matching.

Chinese text gives both dictionary words and character pairs: the dictionary contains 变速器 but not 甾体激素, which the
pairs cover. (nDCG@10 of BM25 on ../shared/eval/henan-needs-dev, judged pool: words 0.640, pairs 0.675, both 0.680;
guessing unknown words with a hidden Markov model 0.639, and 0.674 with pairs.) Formulas, type designations and
quantities with their unit stay whole: lifepo4, tc4, 2.7v, 40db. Words joined by a hyphen or slash (TiO2/Al2O3) give the
whole and its parts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator

import rjieba

from matchmaker.matching.text.cleaning import clean, simplified

_HAN = r"[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]"
_UNIT = (
    r"w/\(?m·k\)?|mg/l|r/min|t/h|m/s|l/h|%|‰|°c|°|[kmgt]?hz|[kmgnpµμ]?[mgvawjlfhnsω]|[kmg]?pa|[kmg]?wh?|[kmg]?ev|ma?h|db|rpm|ppm|ppb|kn|kg|km|cm|"
    r"mm|nm|μm|µm|mol|mpa|min|bar|cp|hrc|hv|hb|tex|den|[kmgt]b(?:ps)?|m[23²³]"
)
_TERM = re.compile(
    rf"(?P<han>{_HAN}+)"
    rf"|[φø⌀∅]?\s?(?P<quantity>\d+(?:\.\d+)?\s?(?:{_UNIT})(?![a-z0-9]))"
    rf"|(?P<word>(?:(?!{_HAN})[^\W_])+(?:[.\-/+](?:(?!{_HAN})[^\W_])+)*)"
)

_PART = re.compile(r"[^.\-/+]+")


def terms(text: str) -> list[str]:
    """The terms of `text` in order, each as often as it occurs.

    Width, case, compatibility and traditional forms do not matter: “ＬｉＦｅＰＯ４” and “LiFePO4” give the same term,
    and so do “軸承” and “轴承”.
    """
    return [term for term, _, _ in _scan(clean(text).casefold())]


def located_terms(text: str, wanted: Container[str] | None = None) -> list[tuple[str, int, int]]:
    """The terms of `text` with their offsets (start, end) in it; only the `wanted` terms if given."""
    folded = text.translate(_FOLDING)
    found = list(_scan(folded, wanted))
    if len(folded) == len(text):
        return found
    origins = [offset for offset, character in enumerate(text) for _ in character.translate(_FOLDING)]
    return [(term, origins[start], origins[end - 1] + 1) for term, start, end in found]


class _Folding(dict[int, str]):
    """Code point → its folded form: NFKC, simplified, lower case. Filled when first used."""

    def __missing__(self, code: int) -> str:
        self[code] = simplified(unicodedata.normalize("NFKC", chr(code))).casefold()
        return self[code]


_FOLDING = _Folding()


def _scan(folded: str, wanted: Container[str] | None = None) -> Iterator[tuple[str, int, int]]:
    for found in _TERM.finditer(folded):
        if found.lastgroup == "han":
            yield from _words_and_pairs(found.group(), found.start(), wanted)
        else:
            for start, end in _wholes_and_parts(found):
                term = "".join(folded[start:end].split())
                if wanted is None or term in wanted:
                    yield term, start, end


def _wholes_and_parts(found: re.Match[str]) -> Iterator[tuple[int, int]]:
    start, end = found.span(found.lastgroup or 0)
    yield start, end
    if found.lastgroup == "word":
        parts = [(start + part.start(), start + part.end()) for part in _PART.finditer(found.group())]
        yield from ((first, last) for first, last in parts if 1 < last - first < end - start)


def _words_and_pairs(run: str, offset: int, wanted: Container[str] | None) -> Iterator[tuple[str, int, int]]:
    start = offset
    for word in rjieba.cut(run, hmm=False):
        if wanted is None or word in wanted:
            yield word, start, start + len(word)
        start += len(word)
    for start in range(offset, offset + len(run) - 1):
        pair = run[start - offset : start - offset + 2]
        if wanted is None or pair in wanted:
            yield pair, start, start + 2
