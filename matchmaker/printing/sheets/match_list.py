"""The match list of an event: who is recommended to whom, with score and reason."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from matchmaker.printing.errors import InvalidSheetError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.printed_table import PrintedTable, chosen_columns, tables_pdf
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Cell, Column, Workbook

__all__ = [
    "COLUMNS",
    "EventHeader",
    "Grouping",
    "MatchLine",
    "MatchList",
    "Unmatched",
    "match_list_pdf",
    "match_list_xlsx",
]


COLUMNS = {
    "number": 6,
    "enterprise": 26,
    "need": 34,
    "provider": 20,
    "team": 20,
    "offer": 34,
    "score": 8,
    "slot": 13,
    "table": 7,
    "pinned": 7,
    "reason": 44,
}
"""The columns that a match list can have, with their widths in characters. `number` starts at 1 on each sheet."""


@dataclass(frozen=True, slots=True)
class MatchLine:
    """A need and an offer that are recommended to each other.

    `provider` is the university or institute. It may equal `team`, and `team` may be empty. `slot` and `table` are
    printed as they are ("09:20—09:40", "12"), and empty until the event is scheduled. `pinned` marks a pair that the
    organizer chose by hand.

    Raises InvalidSheetError if `score` lies outside 0–100.
    """

    enterprise: str
    need_title: str
    provider: str
    team: str
    offer_title: str
    score: int
    reason: str
    slot: str = ""
    table: str = ""
    pinned: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.score <= 100:
            raise InvalidSheetError(
                f"match of {self.enterprise!r} with {self.supplier!r}: score {self.score} must lie in 0–100"
            )

    @property
    def supplier(self) -> str:
        """The university or institute and the team, on one line."""
        parts = dict.fromkeys(part for part in (self.provider, self.team) if part)
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A participant for whom no partner was found, and why."""

    name: str
    side: Literal["need", "offer"]
    reason: str


@dataclass(frozen=True)
class MatchList:
    """All matches of an event. The table of all matches keeps the order of `lines`."""

    event: EventHeader
    lines: tuple[MatchLine, ...]
    unmatched: tuple[Unmatched, ...] = ()


class Grouping(StrEnum):
    """How a match list is split into sheets."""

    WHOLE = "whole"
    ENTERPRISE = "enterprise"
    TEAM = "team"


def match_list_pdf(
    match_list: MatchList,
    grouping: Grouping,
    language: Language = "zh",
    columns: Sequence[str] | None = None,
) -> bytes:
    """The match list as PDF on A4.

    WHOLE is a table for the organizer, with the unmatched participants at its end. ENTERPRISE and TEAM make a sheet for
    each party, best match first. It can be given to the party: it has its own page numbers and shows no other parties'
    matches. Parties are in the order of their first line.

    With `columns` (keys of COLUMNS), the sheets are plain tables with these columns. Raises InvalidSheetError for
    unknown keys.
    """
    if columns is not None:
        return _plain_pdf(match_list, grouping, language, columns)
    match grouping:
        case Grouping.WHOLE:
            return _whole_pdf(match_list, language)
        case Grouping.ENTERPRISE:
            return _party_pdf(match_list, "enterprise", language)
        case Grouping.TEAM:
            return _party_pdf(match_list, "team", language)


def match_list_xlsx(match_list: MatchList, language: Language = "zh", columns: Sequence[str] | None = None) -> bytes:
    """The match list as a workbook of four sheets: whole, by enterprise, by team, unmatched.

    `columns` (keys of COLUMNS) are the columns of the first three sheets. Raises InvalidSheetError for unknown keys.
    """
    words = wording(language)
    by_enterprise = _parties(match_list.lines, _enterprise_of)
    by_team = _parties(match_list.lines, _supplier_of)

    workbook = Workbook(match_list.event, language)
    workbook.add_sheet(
        words["sheet_whole"],
        words["match_list"],
        _columns(columns or _WHOLE_COLUMNS, words),
        [_row(columns or _WHOLE_COLUMNS, line, number, words) for number, line in enumerate(match_list.lines, start=1)],
    )
    workbook.add_sheet(
        words["sheet_enterprise"],
        words["match_list_enterprise"],
        _columns(columns or _ENTERPRISE_COLUMNS, words),
        [_row(columns or _ENTERPRISE_COLUMNS, line, rank, words) for rank, line in _ranked(by_enterprise.values())],
        group_starts=_group_starts(by_enterprise.values()),
    )
    workbook.add_sheet(
        words["sheet_team"],
        words["match_list_team"],
        _columns(columns or _TEAM_COLUMNS, words),
        [_row(columns or _TEAM_COLUMNS, line, rank, words) for rank, line in _ranked(by_team.values())],
        group_starts=_group_starts(by_team.values()),
    )
    workbook.add_sheet(
        words["sheet_unmatched"],
        words["unmatched"],
        [
            Column(words["name"], 40),
            Column(words["side"], 10),
            Column(words["unmatched_reason"], 70),
        ],
        [
            (participant.name, words[f"side_{participant.side}"], participant.reason)
            for participant in match_list.unmatched
        ],
    )
    return workbook.to_bytes()


# --- parties


def _enterprise_of(line: MatchLine) -> str:
    return line.enterprise


def _supplier_of(line: MatchLine) -> str:
    return line.supplier


def _parties(lines: Iterable[MatchLine], party_of: Callable[[MatchLine], str]) -> dict[str, list[MatchLine]]:
    """The lines of each party, best first; parties in the order of their first line."""
    parties: dict[str, list[MatchLine]] = {}
    for line in lines:
        parties.setdefault(party_of(line), []).append(line)
    for lines_of_party in parties.values():
        lines_of_party.sort(key=lambda line: line.score, reverse=True)
    return parties


# --- PDF


def _whole_pdf(match_list: MatchList, language: Language) -> bytes:
    totals = wording(language)["match_totals"] % {
        "enterprises": len(_parties(match_list.lines, _enterprise_of)),
        "teams": len(_parties(match_list.lines, _supplier_of)),
        "count": len(match_list.lines),
    }
    content = {"totals": totals, "lines": match_list.lines, "unmatched": match_list.unmatched}
    return typeset("match_list_whole", match_list.event, content, language)


def _party_pdf(match_list: MatchList, grouping: Literal["enterprise", "team"], language: Language) -> bytes:
    party_of, seen_by_party = (
        (_enterprise_of, _seen_by_enterprise) if grouping == "enterprise" else (_supplier_of, _seen_by_team)
    )
    sheets = [
        {"party": party, "lines": [seen_by_party(line) for line in lines]}
        for party, lines in _parties(match_list.lines, party_of).items()
    ]
    return typeset("match_list_party", match_list.event, {"grouping": grouping, "sheets": sheets}, language)


def _seen_by_enterprise(line: MatchLine) -> dict[str, object]:
    return _facts(line) | {"partner": line.supplier, "topic": line.offer_title, "own_topic": line.need_title}


def _seen_by_team(line: MatchLine) -> dict[str, object]:
    return _facts(line) | {
        "partner": line.enterprise,
        "topic": line.need_title,
        "own_topic": line.offer_title,
    }


def _facts(line: MatchLine) -> dict[str, object]:
    return {
        "score": line.score,
        "reason": line.reason,
        "slot": line.slot,
        "table": line.table,
        "pinned": line.pinned,
    }


def _plain_pdf(match_list: MatchList, grouping: Grouping, language: Language, columns: Sequence[str]) -> bytes:
    words = wording(language)
    match grouping:
        case Grouping.WHOLE:
            title, parties = words["match_list"], {"": list(match_list.lines)}
        case Grouping.ENTERPRISE:
            title, parties = words["match_list_enterprise"], _parties(match_list.lines, _enterprise_of)
        case Grouping.TEAM:
            title, parties = words["match_list_team"], _parties(match_list.lines, _supplier_of)
    tables = [
        PrintedTable(
            title=party or title,
            over_title=title if party else "",
            subtitle=words["match_count"] % {"count": len(lines)},
            columns=tuple(_columns(columns, words)),
            rows=tuple(tuple(_row(columns, line, number, words)) for number, line in enumerate(lines, start=1)),
        )
        for party, lines in parties.items()
    ]
    return tables_pdf(match_list.event, tables, title, words["no_matches"], language)


# --- XLSX

_MATCH_COLUMNS = ("score", "slot", "table", "pinned", "reason")
_WHOLE_COLUMNS = ("number", "enterprise", "need", "provider", "team", "offer", *_MATCH_COLUMNS)
_ENTERPRISE_COLUMNS = ("enterprise", "number", "need", "provider", "team", "offer", *_MATCH_COLUMNS)
_TEAM_COLUMNS = ("provider", "team", "number", "offer", "enterprise", "need", *_MATCH_COLUMNS)


def _columns(keys: Iterable[str], words: Mapping[str, str]) -> list[Column]:
    return list(chosen_columns(tuple(keys), COLUMNS, words, ()).values())


def _row(keys: Iterable[str], line: MatchLine, number: int, words: Mapping[str, str]) -> list[Cell]:
    cells: dict[str, Cell] = {
        "number": number,
        "enterprise": line.enterprise,
        "need": line.need_title,
        "provider": line.provider,
        "team": line.team,
        "offer": line.offer_title,
        "score": line.score,
        "slot": line.slot,
        "table": line.table,
        "pinned": words["pinned"] if line.pinned else "",
        "reason": line.reason,
    }
    return [cells[key] for key in keys]


def _ranked(parties: Iterable[list[MatchLine]]) -> Iterable[tuple[int, MatchLine]]:
    for lines in parties:
        yield from enumerate(lines, start=1)


def _group_starts(parties: Iterable[list[MatchLine]]) -> set[int]:
    """Row numbers (0-based, header not counted) at which a new party begins."""
    starts, row = set(), 0
    for lines in parties:
        starts.add(row)
        row += len(lines)
    return starts
