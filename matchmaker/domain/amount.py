"""Amounts of money as people write them: “50-80万”, “５０万元”, “不超过1.2亿”, “面议”.

Amounts are exact decimals in 万元 (ten thousand yuan).
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from matchmaker.domain.errors import InvalidInput
from matchmaker.i18n import N_

LARGEST = Decimal("10000000")
_HUNDREDTH_OF_A_YUAN = Decimal("0.000001")
_NUMBER = r"(\d+(?:,\d{3})*(?:\.\d+)?)"
_UNIT = r"(亿元?|千万元?|百万元?|万元?|元|w)?"
_RANGE = re.compile(rf"{_NUMBER}{_UNIT}(?:-|~|—|–|至|到)+{_NUMBER}{_UNIT}")
_BEFORE = "(不超过|不高于|最高|至多|≤|<=|<|不低于|不少于|至少|≥|>=|>|约)?"
_AFTER = "(以内|以下|以上|左右|起)?"
_NEGOTIABLE = re.compile(
    r"[(,、;]?(?:价格|费用|资金|具体|双方|另行|可)*(?:面议|面谈|协商|待定|商定|可议|negotiable)(?:确定|解决)?\)?$"
)
_SINGLE = re.compile(_BEFORE + _NUMBER + _UNIT + _AFTER)
_FACTORS = {"亿": Decimal(10000), "千万": Decimal(1000), "百万": Decimal(100), "万": Decimal(1), "w": Decimal(1)}
_AT_MOST = {"不超过", "不高于", "最高", "至多", "≤", "<=", "<", "以内", "以下"}
_AT_LEAST = {"不低于", "不少于", "至少", "≥", ">=", ">", "以上", "起"}


@dataclass(frozen=True, slots=True)
class Amount:
    """A range in 万元; an open end is ``None``. Without ends and not ``negotiable``, the amount is unknown.

    With a figure, ``negotiable`` means that the figure is a starting point.
    """

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    negotiable: bool = False

    @property
    def known(self) -> bool:
        """Whether there is a figure."""
        return self.minimum is not None or self.maximum is not None

    def label(self, language: str = "zh") -> str:
        """The amount as a person would write it; empty for an unknown amount.

        :func:`parse_amount` reads the Chinese label as an equal amount.
        """
        if not self.negotiable:
            return self._figures(language)
        if not self.known:
            return "面议" if language == "zh" else "Negotiable"
        return self._figures(language) + ("（可议）" if language == "zh" else " (negotiable)")

    def _figures(self, language: str) -> str:
        unit = "万元" if language == "zh" else "×10,000 CNY"
        low, high = self.minimum, self.maximum
        if low is not None and high is not None:
            figures = plain(low) if low == high else f"{plain(low)}–{plain(high)}"
            return f"{figures} {unit}"
        if high is not None:
            return f"{plain(high)} {unit}以内" if language == "zh" else f"up to {plain(high)} {unit}"
        if low is not None:
            return f"{plain(low)} {unit}以上" if language == "zh" else f"from {plain(low)} {unit}"
        return ""


def parse_amount(text: str | None) -> Amount:
    """Read an amount. A figure without a unit is in 万元; blank text is the unknown amount.

    Full-width digits and units are understood. Raises :class:`InvalidInput` with examples of what to write.
    """
    words = re.sub(r"\s", "", unicodedata.normalize("NFKC", text or "")).replace("人民币", "").casefold()
    if not words:
        return Amount()
    if negotiable := _NEGOTIABLE.search(words):
        figures = words[: negotiable.start()]
        return replace(_parse_figures(figures, text), negotiable=True) if figures else Amount(negotiable=True)
    return _parse_figures(words, text)


def parse_money(text: str | None) -> Decimal:
    """Read an exact amount, in 万元 with the precision of 0.01 yuan: “50”, “50万”, “1.2亿”, “345600.50元”.

    Raises :class:`InvalidInput` for ranges, estimates and other texts.
    """
    words = re.sub(r"\s", "", unicodedata.normalize("NFKC", text or "")).replace("人民币", "").casefold()
    if (match := re.fullmatch(_NUMBER + _UNIT, words)) is None:
        raise InvalidInput(
            N_("看不懂金额“%(text)s”，请写成一个数，如“50”或“50.5”（单位万元）、“505000元”"),
            text=(text or "").strip()[:40],
        )
    figure = _figure(*match.groups())
    if figure != figure.quantize(_HUNDREDTH_OF_A_YUAN):
        raise InvalidInput(N_("金额“%(text)s”精确到分即可"), text=(text or "").strip()[:40])
    return figure.quantize(_HUNDREDTH_OF_A_YUAN)


def _parse_figures(words: str, text: str | None) -> Amount:
    if match := _RANGE.fullmatch(words):
        first, first_unit, last, last_unit = match.groups()
        return _ordered(_ten_thousands(first, first_unit or last_unit), _ten_thousands(last, last_unit), text)
    if match := _SINGLE.fullmatch(words):
        before, number, unit, after = match.groups()
        figure = _ten_thousands(number, unit)
        if before in _AT_MOST or after in _AT_MOST:
            return Amount(maximum=figure)
        if before in _AT_LEAST or after in _AT_LEAST:
            return Amount(minimum=figure)
        return Amount(figure, figure)
    raise _unreadable(text)


def _ten_thousands(number: str, unit: str | None) -> Decimal:
    return _figure(number, unit).quantize(Decimal("0.0001"))


def _figure(number: str, unit: str | None) -> Decimal:
    """The number in 万元, not rounded."""
    try:
        figure = Decimal(number.replace(",", ""))
    except InvalidOperation as error:
        raise _unreadable(number) from error
    unit = (unit or "万").removesuffix("元")
    figure = figure * _FACTORS[unit] if unit else figure / 10000
    if figure > LARGEST:
        raise InvalidInput(N_("金额过大：%(text)s。单位是万元，请检查是否多写了零"), text=number)
    return figure


def _ordered(low: Decimal, high: Decimal, text: str | None) -> Amount:
    if low > high:
        raise InvalidInput(N_("金额“%(text)s”的下限大于上限，请改成如“50-80万”"), text=(text or "").strip())
    return Amount(low, high)


def _unreadable(text: str | None) -> InvalidInput:
    shown = (text or "").strip()[:40]
    return InvalidInput(N_("看不懂金额“%(text)s”，请写成如“50”“50-80万”“不超过100万”或“面议”，单位万元"), text=shown)


def plain(figure: Decimal) -> str:
    """The number with thousands separators and without trailing zeros."""
    return f"{figure.normalize():,f}"
