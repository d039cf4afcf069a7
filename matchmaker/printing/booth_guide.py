"""Booth guides: which booths of an expo a visitor should see, and in which order to walk there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language


@dataclass(frozen=True, slots=True)
class BoothVisit:
    """A booth worth a visit: what is shown there, and why this visitor should see it. `score` is 0–100."""

    booth: str
    hall: str
    exhibitor: str
    exhibits: str
    why: str
    score: int


@dataclass(frozen=True, slots=True)
class BoothGuide:
    """The booths recommended to one visitor, in any order."""

    visitor: str
    visits: tuple[BoothVisit, ...]


def booth_guides_pdf(event: EventHeader, guides: Sequence[BoothGuide], language: Language = "zh") -> bytes:
    """One sheet for each visitor: the booths best first, then the same booths as a walk from hall to hall.

    Within a hall the walk follows the booth numbers as a person counts them (A2 before A10). The walk names each
    booth's place in the ranking, so a visitor short of time can leave out the lesser ones.
    """
    return typeset("booth_guide", event, {"guides": [_guide_for_page(guide) for guide in guides]}, language)


def _guide_for_page(guide: BoothGuide) -> dict[str, object]:
    best_first = sorted(guide.visits, key=lambda visit: visit.score, reverse=True)
    ranked = list(enumerate(best_first, start=1))
    walk = sorted(ranked, key=lambda stop: (_counting_order(stop[1].hall), _counting_order(stop[1].booth)))
    return {
        "visitor": guide.visitor,
        "visits": best_first,
        "halls": [
            {"hall": hall, "stops": [{"rank": rank, "visit": visit} for rank, visit in stops]}
            for hall, stops in groupby(walk, key=lambda stop: stop[1].hall)
        ],
    }


def _counting_order(text: str) -> list[tuple[int, int, str]]:
    """A sort key that puts A2 before A10."""
    parts = re.findall(r"\d+|\D+", text)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]
