"""The catalogue of exhibits (展品目录), by industry."""

from collections.abc import Sequence
from dataclasses import dataclass

from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.hall_plan import ExpoPlan, plan_for_page
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Column, Workbook


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Something an exhibitor shows, and where. `summary` is a text that everybody may read, or empty."""

    title: str
    kind: str
    exhibitor: str
    hall: str = ""
    booth: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueSection:
    """The exhibits of an industry, in printed order."""

    industry: str
    exhibits: tuple[Exhibit, ...]


def catalogue_pdf(
    event: EventHeader,
    sections: Sequence[CatalogueSection],
    language: Language = "zh",
    plan: ExpoPlan | None = None,
) -> bytes:
    """The catalogue as PDF: a table of the industries, their exhibits, and the hall plan if there is one."""
    content = {
        "totals": _totals(sections, language),
        "sections": list(sections),
        "plan": None if plan is None else plan_for_page(plan),
    }
    return typeset("catalogue", event, content, language)


def catalogue_xlsx(event: EventHeader, sections: Sequence[CatalogueSection], language: Language = "zh") -> bytes:
    """The catalogue as a workbook, with a row for each exhibit."""
    words = wording(language)
    rows = [
        (
            section.industry,
            exhibit.hall,
            exhibit.booth,
            exhibit.exhibitor,
            exhibit.title,
            exhibit.kind,
            exhibit.summary,
        )
        for section in sections
        for exhibit in section.exhibits
    ]
    columns = [
        Column(words["industry"], 18),
        Column(words["hall"], 14),
        Column(words["booth"], 9),
        Column(words["exhibitor"], 32),
        Column(words["exhibit"], 40),
        Column(words["kind"], 10),
        Column(words["summary"], 60),
    ]
    workbook = Workbook(event, language)
    workbook.add_sheet(words["catalogue"], words["catalogue"], columns, rows, _starts(sections))
    return workbook.to_bytes()


def _totals(sections: Sequence[CatalogueSection], language: Language) -> str:
    exhibits = [exhibit for section in sections for exhibit in section.exhibits]
    exhibitors = len({exhibit.exhibitor for exhibit in exhibits})
    return wording(language)["exhibit_count"] % {"exhibitors": exhibitors, "count": len(exhibits)}


def _starts(sections: Sequence[CatalogueSection]) -> set[int]:
    starts, row = set(), 0
    for section in sections:
        starts.add(row)
        row += len(section.exhibits)
    return starts
