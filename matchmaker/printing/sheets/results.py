"""The results report (成效报告): figures and charts about the outcome of the meetings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean

from matchmaker.printing.errors import InvalidSheetError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Cell, Column, Workbook

BEST_RATING = 5


@dataclass(frozen=True, slots=True)
class Attendance:
    """The numbers of participants of a side that were expected and that checked in."""

    expected: int
    arrived: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The outcome of the meetings of a group. `planned` meetings have no reported outcome.

    `mean_rating` (1–5) is the mean over both sides, or None without ratings. `follow_ups` is the number of meetings
    after which a side plans a next step.
    """

    group: str
    held: int
    no_show: int
    cancelled: int
    planned: int
    mean_rating: float | None = None
    follow_ups: int = 0

    @property
    def total(self) -> int:
        """The number of all meetings of the group."""
        return self.held + self.no_show + self.cancelled + self.planned

    @property
    def held_share(self) -> float | None:
        """The share of meetings held among those held or missed (0–1); None if there are none."""
        settled = self.held + self.no_show
        return self.held / settled if settled else None


@dataclass(frozen=True, slots=True)
class Step:
    """The numbers of enterprises and teams that plan a certain next step."""

    label: str
    enterprises: int
    teams: int


@dataclass(frozen=True, slots=True)
class CooperationTally:
    """What the meetings led to: cooperations begun, letters of intent and contracts signed. Exact values in 万元."""

    cooperations: int = 0
    letters_of_intent: int = 0
    contracts: int = 0
    contract_value: Decimal = Decimal(0)
    technology_value: Decimal = Decimal(0)


@dataclass(frozen=True)
class ResultsReport:
    """The content of the report.

    `enterprise_ratings` and `team_ratings` say how often the side gave the ratings 1, 2, … 5. Raises InvalidSheetError
    unless they have five entries.
    """

    whole: Tally
    enterprises: Attendance
    teams: Attendance
    enterprise_ratings: tuple[int, ...]
    team_ratings: tuple[int, ...]
    steps: tuple[Step, ...]
    by_industry: tuple[Tally, ...]
    by_district: tuple[Tally, ...]
    cooperations: CooperationTally = CooperationTally()

    def __post_init__(self) -> None:
        for ratings in (self.enterprise_ratings, self.team_ratings):
            if len(ratings) != BEST_RATING:
                raise InvalidSheetError(f"ratings {ratings!r}: give one count for each of 1 to {BEST_RATING}")


def results_pdf(event: EventHeader, report: ResultsReport, language: Language = "zh") -> bytes:
    """The report as PDF on A4: figures, then bar charts that can be read in black and white."""
    words = wording(language)
    content = {
        "figures": _figures(report, language),
        "whole": _tally_for_page(report.whole),
        "ratings": [
            {"title": words[f"ratings_by_{side}"], "counts": counts, "mean": _mean_text(_mean_of(counts))}
            for side, counts in (("enterprises", report.enterprise_ratings), ("teams", report.team_ratings))
        ],
        "steps": list(report.steps),
        "by_industry": [_tally_for_page(tally) for tally in report.by_industry],
        "by_district": [_tally_for_page(tally) for tally in report.by_district],
    }
    return typeset("results", event, content, language)


def results_xlsx(event: EventHeader, report: ResultsReport, language: Language = "zh") -> bytes:
    """The figures as a workbook: overview, ratings, next steps, by industry, by district."""
    words = wording(language)
    workbook = Workbook(event, language)
    workbook.add_sheet(
        words["overview"],
        f"{words['results']} · {words['overview']}",
        [Column(words["group"], 34), Column("", 16)],
        [(figure["label"], figure["value"]) for figure in _figures(report, language)],
    )
    workbook.add_sheet(
        words["ratings"],
        words["ratings"],
        [
            Column(words["rating"], 12),
            Column(words["ratings_by_enterprises"], 18),
            Column(words["ratings_by_teams"], 18),
        ],
        [
            (words["rating_stars"] % {"stars": stars}, by_enterprises, by_teams)
            for stars, by_enterprises, by_teams in zip(
                range(1, BEST_RATING + 1), report.enterprise_ratings, report.team_ratings, strict=True
            )
        ],
    )
    workbook.add_sheet(
        words["next_steps"],
        words["next_steps"],
        [Column(words["next_step"], 24), Column(words["enterprise"], 12), Column(words["team"], 12)],
        [(step.label, step.enterprises, step.teams) for step in report.steps],
    )
    for key, tallies in (("by_industry", report.by_industry), ("by_district", report.by_district)):
        _add_tallies(workbook, words, words[key], tallies)
    return workbook.to_bytes()


def _add_tallies(workbook: Workbook, words: Mapping[str, str], title: str, tallies: Sequence[Tally]) -> None:
    counted = ("held", "no_show", "cancelled", "planned")
    columns = [
        Column(words["group"], 28),
        *(Column(words[key], 10) for key in counted),
        Column(words["meetings_total"], 10),
        Column(words["held_share"], 10),
        Column(words["mean_rating"], 10),
        Column(words["follow_ups"], 12),
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            tally.group,
            *(getattr(tally, key) for key in counted),
            tally.total,
            _share_text(tally.held_share),
            _mean_text(tally.mean_rating),
            tally.follow_ups,
        )
        for tally in tallies
    ]
    workbook.add_sheet(title, title, columns, rows)


def _figures(report: ResultsReport, language: Language) -> list[dict[str, str]]:
    words = wording(language)
    arrived = {
        words[side]: words["arrived_of"] % {"arrived": attendance.arrived, "expected": attendance.expected}
        for side, attendance in (("enterprises", report.enterprises), ("teams", report.teams))
    }
    whole = report.whole
    figures = [
        (words["meetings_total"], str(whole.total)),
        (words["held"], str(whole.held)),
        (words["held_share"], _share_text(whole.held_share)),
        (words["mean_rating"], _mean_text(whole.mean_rating)),
        (words["follow_ups"], str(whole.follow_ups)),
        *((f"{words['arrived']} · {side}", text) for side, text in arrived.items()),
        *_cooperation_figures(report.cooperations, words),
    ]
    return [{"label": label, "value": value} for label, value in figures]


def _cooperation_figures(tally: CooperationTally, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """The figures about cooperations; none while there is no cooperation, instead of a row of zeros."""
    if not tally.cooperations:
        return []
    return [
        (words["cooperations"], str(tally.cooperations)),
        (words["letters_of_intent"], str(tally.letters_of_intent)),
        (words["contracts"], str(tally.contracts)),
        (words["contract_value"], f"{tally.contract_value.normalize():,f}"),
        (words["technology_value"], f"{tally.technology_value.normalize():,f}"),
    ]


def _tally_for_page(tally: Tally) -> dict[str, object]:
    return {
        "group": tally.group,
        "held": tally.held,
        "no_show": tally.no_show,
        "cancelled": tally.cancelled,
        "planned": tally.planned,
        "total": tally.total,
        "share": _share_text(tally.held_share),
        "mean": _mean_text(tally.mean_rating),
        "follow_ups": tally.follow_ups,
    }


def _mean_of(counts: Sequence[int]) -> float | None:
    given = [stars for stars, count in enumerate(counts, start=1) for _ in range(count)]
    return fmean(given) if given else None


def _mean_text(mean: float | None) -> str:
    return "—" if mean is None else f"{mean:.1f}"


def _share_text(share: float | None) -> str:
    return "—" if share is None else f"{share:.0%}"
