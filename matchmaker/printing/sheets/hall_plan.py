"""The plan of an expo's halls (展位图): pictures of the booths, coloured by industry.

The pictures are schematic: booths in the order of their numbers, two rows back to back, then an aisle. They are SVG
with presentation attributes only, so that they work in a web page that forbids inline styles and in a PDF.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.typesetting import single_line, typeset
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Cell, Column, Workbook

COLUMNS_ON_PAPER = 7
"""Booths beside each other on an A4 page."""

COLUMNS_ON_SCREEN = 4
"""Booths beside each other on a screen; few enough to be read on a phone."""

_COLOURS = (
    "#bcd7ea",
    "#f6c9a0",
    "#cbe3b0",
    "#f4b9c1",
    "#d9c8ec",
    "#f7e39a",
    "#b5e0d8",
    "#e3c9b0",
    "#c7cdf2",
    "#e6e6a6",
    "#f2c4e4",
    "#bfd8c2",
    "#d8d8d8",
    "#ffd0b8",
)
"""Colours of industries, light enough for black text. Industries also have numbers, for black-and-white prints."""

_WIDTH, _HEIGHT, _GAP, _AISLE = 180, 132, 6, 34
_ROWS_WITHOUT_AISLE = 2
_BAND = 36
_LINE = 8.6
"""The width of a booth's text, in Chinese characters."""

_FONTS = "Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
_INK, _QUIET, _MARK, _LINE_COLOUR = "#1d2b33", "#5c6f77", "#b5542b", "#8fa3aa"


@dataclass(frozen=True, slots=True)
class PlannedBooth:
    """A booth of the plan.

    `exhibitor` is empty for a free booth. `industry` is the industry's number in the legend, from 1. `rank` is the
    booth's rank among those recommended to the reader, or None. `link` is the address that the picture links to.
    """

    number: str
    exhibitor: str = ""
    team: str = ""
    industry: int | None = None
    rank: int | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class HallPlan:
    """A hall with its booths in walking order; `name` may be empty."""

    name: str
    booths: tuple[PlannedBooth, ...]

    @property
    def empty(self) -> int:
        """The number of free booths."""
        return sum(not booth.exhibitor for booth in self.booths)


@dataclass(frozen=True, slots=True)
class ExpoPlan:
    """All halls in walking order. The first of `industries` has the number 1 in the legend."""

    halls: tuple[HallPlan, ...]
    industries: tuple[str, ...]


def industry_colour(number: int) -> str:
    """The colour of an industry, given by its number in the legend."""
    return _COLOURS[(number - 1) % len(_COLOURS)]


def hall_picture(booths: Sequence[PlannedBooth], columns: int = COLUMNS_ON_SCREEN) -> str:
    """The booths as SVG, with `columns` booths in a row."""
    rows = list(_batches(booths, columns))
    width = columns * (_WIDTH + _GAP) - _GAP
    height = _top(len(rows) - 1) + _HEIGHT if rows else 0
    cells = "".join(
        _cell(booth, column * (_WIDTH + _GAP), _top(row))
        for row, line in enumerate(rows)
        for column, booth in enumerate(line)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="hall-plan" viewBox="-4 -4 {width + 8} {height + 8}" '
        f'font-family="{_FONTS}" fill="{_INK}">{cells}</svg>'
    )


def hall_plan_pdf(event: EventHeader, plan: ExpoPlan, language: Language = "zh") -> bytes:
    """The plan as PDF: the legend, then a picture of each hall."""
    return typeset("hall_plan", event, {"plan": plan_for_page(plan)}, language)


def hall_plan_xlsx(event: EventHeader, plan: ExpoPlan, language: Language = "zh") -> bytes:
    """The plan as a workbook: a row for each booth, free booths included."""
    words = wording(language)
    rows: list[tuple[Cell, ...]] = []
    starts = set()
    for hall in plan.halls:
        starts.add(len(rows))
        rows += [
            (
                hall.name,
                booth.number,
                booth.exhibitor,
                booth.team,
                plan.industries[booth.industry - 1] if booth.industry else "",
            )
            for booth in hall.booths
        ]
    columns = [
        Column(words["hall"], 22),
        Column(words["booth"], 9),
        Column(words["exhibitor"], 36),
        Column(words["team"], 36),
        Column(words["industry"], 18),
    ]
    workbook = Workbook(event, language)
    workbook.add_sheet(words["hall_plan"], words["hall_plan"], columns, rows, starts)
    return workbook.to_bytes()


def plan_for_page(plan: ExpoPlan) -> dict[str, object]:
    """The plan as data for `plan_parts.typ`: the legend, and each hall as pictures between which pages can break."""
    return {
        "halls": [{"name": hall.name, "pictures": list(_pictures_on_paper(hall))} for hall in plan.halls],
        "legend": [
            {"number": number, "industry": industry, "colour": industry_colour(number)}
            for number, industry in enumerate(plan.industries, start=1)
        ],
        "marked": any(booth.rank for hall in plan.halls for booth in hall.booths),
    }


def _pictures_on_paper(hall: HallPlan) -> Iterator[str]:
    for booths in _batches(hall.booths, COLUMNS_ON_PAPER * _ROWS_WITHOUT_AISLE):
        yield hall_picture(booths, COLUMNS_ON_PAPER)


def _batches(booths: Sequence[PlannedBooth], size: int) -> Iterator[Sequence[PlannedBooth]]:
    return (booths[start : start + size] for start in range(0, len(booths), size))


def _top(row: int) -> int:
    """The y coordinate of the top of a row."""
    return row * (_HEIGHT + _GAP) + row // _ROWS_WITHOUT_AISLE * (_AISLE - _GAP)


def _cell(booth: PlannedBooth, x: int, y: int) -> str:
    drawn = _frame(booth) + _words(booth) + _mark(booth)
    if booth.exhibitor:
        name = " · ".join(part for part in (booth.number, booth.exhibitor, booth.team) if part)
        drawn = f"<title>{_safe(name)}</title>{drawn}"
    if booth.link:
        drawn = f'<a href="{_safe(booth.link)}">{drawn}</a>'
    return f'<g transform="translate({x} {y})">{drawn}</g>'


def _frame(booth: PlannedBooth) -> str:
    stroke, width = (_MARK, 6) if booth.rank else (_LINE_COLOUR, 1.5)
    dashed = "" if booth.exhibitor else ' stroke-dasharray="7 6"'
    band = ""
    if booth.industry:
        band = f'<rect width="{_WIDTH}" height="{_BAND}" rx="5" fill="{industry_colour(booth.industry)}"/>'
    box = f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="5"'
    return f'{box} fill="#fff"/>{band}{box} fill="none" stroke="{stroke}" stroke-width="{width}"{dashed}/>'


def _words(booth: PlannedBooth) -> str:
    number = f'<text x="9" y="26" font-size="23" font-weight="700">{_safe(_clipped(booth.number, 6))}</text>'
    if booth.industry:
        right = _WIDTH - (42 if booth.rank else 9)
        number += f'<text x="{right}" y="26" font-size="19" text-anchor="end">{booth.industry}</text>'
    lines = [(_clipped(booth.exhibitor, _LINE), 20, _INK), *((line, 18, _QUIET) for line in _folded(booth.team))]
    y = 62
    for text, size, colour in (line for line in lines if line[0]):
        number += f'<text x="9" y="{y}" font-size="{size}" fill="{colour}">{_safe(text)}</text>'
        y += 28
    return number


def _mark(booth: PlannedBooth) -> str:
    if not booth.rank:
        return ""
    return (
        f'<circle cx="{_WIDTH - 20}" cy="19" r="17" fill="{_MARK}"/>'
        f'<text x="{_WIDTH - 20}" y="26" font-size="20" font-weight="700" text-anchor="middle" fill="#fff">'
        f"{booth.rank}</text>"
    )


def _folded(text: str) -> list[str]:
    """The text in at most two lines; the second is cut."""
    head = _fitting(text, _LINE + 0.9)
    rest = text[len(head) :].strip()
    return [line for line in (head.strip(), _clipped(rest, _LINE + 0.9)) if line]


def _clipped(text: str, width: float) -> str:
    head = _fitting(text, width)
    return text if head == text else f"{_fitting(text, width - 1).rstrip()}…"


def _fitting(text: str, width: float) -> str:
    """The beginning of the text that fits into `width`, in Chinese characters."""
    used = 0.0
    for position, character in enumerate(text):
        used += 1 if unicodedata.east_asian_width(character) in "WFA" else 0.58
        if used > width:
            return text[:position]
    return text


def _safe(text: str) -> str:
    return escape(single_line(text))
