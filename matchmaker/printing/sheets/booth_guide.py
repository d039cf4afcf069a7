"""Booth guides: which booths of an expo a visitor should see, and in which order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.order import CountingKey, counting_order
from matchmaker.printing.sheets.hall_plan import ExpoPlan, plan_for_page
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Cell, Column, Workbook


@dataclass(frozen=True, slots=True)
class BoothVisit:
    """A recommended booth: what it shows and why the visitor should see it. `score` is 0–100."""

    booth: str
    hall: str
    exhibitor: str
    exhibits: str
    why: str
    score: int


@dataclass(frozen=True, slots=True)
class BoothGuide:
    """The booths recommended to a visitor, in any order. `plan` shows where they are; None if there is no plan."""

    visitor: str
    visits: tuple[BoothVisit, ...]
    plan: ExpoPlan | None = None

    @property
    def best_first(self) -> list[BoothVisit]:
        """The booths by falling score."""
        return sorted(self.visits, key=lambda visit: visit.score, reverse=True)

    def walk(self, halls: Sequence[str] = ()) -> list[tuple[int, BoothVisit]]:
        """The booths with their ranks (from 1), hall by hall, and by booth number within a hall.

        `halls` come first, in the order given; other halls follow in natural order.
        """
        ranked = enumerate(self.best_first, start=1)
        return sorted(ranked, key=lambda stop: (_hall_order(stop[1].hall, halls), counting_order(stop[1].booth)))


def booth_guides_pdf(
    event: EventHeader, guides: Sequence[BoothGuide], language: Language = "zh", halls: Sequence[str] = ()
) -> bytes:
    """A sheet for each visitor: the booths by rank, then as a walk from hall to hall.

    Within a hall, the walk follows the booth numbers in natural order (A2 before A10). It shows each booth's rank, so
    that a visitor who is short of time can leave out booths.
    """
    return typeset("booth_guide", event, {"guides": [_guide_for_page(guide, halls) for guide in guides]}, language)


def booth_guides_xlsx(
    event: EventHeader, guides: Sequence[BoothGuide], language: Language = "zh", halls: Sequence[str] = ()
) -> bytes:
    """All guides on one sheet, a row for each booth by rank, with its number on the walk."""
    words = wording(language)
    rows: list[tuple[Cell, ...]] = []
    starts = set()
    for guide in guides:
        starts.add(len(rows))
        rows.extend(_rows(guide, halls))
    columns = [
        Column(words["visitor"], 30),
        Column(words["rank"], 6),
        Column(words["hall"], 14),
        Column(words["booth"], 9),
        Column(words["walking_order"], 8),
        Column(words["exhibitor"], 30),
        Column(words["exhibit"], 40),
        Column(words["reason"], 40),
        Column(words["score"], 8),
    ]
    workbook = Workbook(event, language)
    workbook.add_sheet(words["booth_guide"], words["booth_guide"], columns, rows, starts)
    return workbook.to_bytes()


def _rows(guide: BoothGuide, halls: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
    steps = {rank: step for step, (rank, _) in enumerate(guide.walk(halls), start=1)}
    for rank, visit in enumerate(guide.best_first, start=1):
        place = (visit.hall, visit.booth, steps[rank])
        yield (guide.visitor, rank, *place, visit.exhibitor, visit.exhibits, visit.why, visit.score)


def _guide_for_page(guide: BoothGuide, halls: Sequence[str]) -> dict[str, object]:
    return {
        "visitor": guide.visitor,
        "visits": guide.best_first,
        "plan": None if guide.plan is None else plan_for_page(guide.plan),
        "halls": [
            {"hall": hall, "stops": [{"rank": rank, "visit": visit} for rank, visit in stops]}
            for hall, stops in groupby(guide.walk(halls), key=lambda stop: stop[1].hall)
        ],
    }


def _hall_order(hall: str, halls: Sequence[str]) -> tuple[int, CountingKey]:
    return (halls.index(hall) if hall in halls else len(halls)), counting_order(hall)
