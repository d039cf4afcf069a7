"""Personal schedules: whom a participant meets, when and at which table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from matchmaker.printing.dates import day_text, time_range_text
from matchmaker.printing.errors import InvalidSheetError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.printed_table import PrintedTable, chosen_columns, tables_pdf
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Cell, Workbook

COLUMNS = {
    "person": 16,
    "organization": 28,
    "day": 14,
    "time": 13,
    "table": 7,
    "room": 12,
    "partner": 22,
    "partner_organization": 28,
    "partner_people": 16,
    "topic": 40,
    "score": 8,
    "notes": 20,
}
"""The columns that schedules can have, with their widths in characters."""

DEFAULT_COLUMNS = (
    "person",
    "organization",
    "day",
    "time",
    "table",
    "partner",
    "partner_organization",
    "topic",
    "score",
)


@dataclass(frozen=True, slots=True)
class ScheduledMeeting:
    """A meeting in a participant's schedule; `partner` is the other participant, `people` its delegates.

    `score` is 0–100. Raises InvalidSheetError if the meeting does not end after it starts.
    """

    start: datetime
    end: datetime
    table: str
    partner: str
    partner_organization: str
    topic: str
    score: int
    people: str = ""
    room: str = ""

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidSheetError(
                f"meeting with {self.partner!r} at {self.start}: its end {self.end} must be later than its start"
            )


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """Something on the agenda for everybody: an opening, a talk, lunch."""

    start: datetime
    end: datetime
    title: str
    room: str = ""


@dataclass(frozen=True, slots=True)
class PersonalSchedule:
    """The meetings of a person, team or enterprise, in any order.

    `people` are its delegates, printed as they are. `agenda` are the agenda items for everybody; only the PDF of the
    schedule shows them.
    """

    name: str
    organization: str
    meetings: tuple[ScheduledMeeting, ...]
    people: str = ""
    agenda: tuple[AgendaEntry, ...] = ()

    @property
    def in_time_order(self) -> list[ScheduledMeeting]:
        """The meetings by start."""
        return sorted(self.meetings, key=lambda meeting: meeting.start)


def personal_schedules_pdf(
    event: EventHeader,
    schedules: Sequence[PersonalSchedule],
    language: Language = "zh",
    columns: Sequence[str] | None = None,
) -> bytes:
    """An A4 sheet for each schedule, in the order given, with space for notes beside each meeting.

    With `columns` (keys of COLUMNS), each sheet is a plain table with these columns. Raises InvalidSheetError for
    unknown keys.
    """
    if columns is not None:
        return _plain_pdf(event, schedules, language, columns)
    content = {"schedules": [_schedule_for_page(schedule, language) for schedule in schedules]}
    return typeset("schedules", event, content, language)


def personal_schedules_xlsx(
    event: EventHeader,
    schedules: Sequence[PersonalSchedule],
    language: Language = "zh",
    columns: Sequence[str] | None = None,
) -> bytes:
    """All schedules on one sheet, a row for each meeting, grouped by schedule."""
    words = wording(language)
    chosen = chosen_columns(columns, COLUMNS, words, DEFAULT_COLUMNS)
    rows: list[tuple[Cell, ...]] = []
    group_starts = set()
    for schedule in schedules:
        group_starts.add(len(rows))
        rows.extend(_row(tuple(chosen), schedule, meeting, language) for meeting in schedule.in_time_order)
    workbook = Workbook(event, language)
    workbook.add_sheet(words["sheet_schedules"], words["schedules"], list(chosen.values()), rows, group_starts)
    return workbook.to_bytes()


def _plain_pdf(
    event: EventHeader, schedules: Sequence[PersonalSchedule], language: Language, columns: Sequence[str]
) -> bytes:
    words = wording(language)
    chosen = chosen_columns(columns, COLUMNS, words, DEFAULT_COLUMNS)
    tables = [
        PrintedTable(
            over_title=words["schedule"],
            title=schedule.name,
            subtitle=" · ".join(part for part in (schedule.organization, schedule.people) if part),
            columns=tuple(chosen.values()),
            rows=tuple(_row(tuple(chosen), schedule, meeting, language) for meeting in schedule.in_time_order),
        )
        for schedule in schedules
    ]
    return tables_pdf(event, tables, words["schedules"], words["no_meetings"], language)


def _row(
    keys: Sequence[str], schedule: PersonalSchedule, meeting: ScheduledMeeting, language: Language
) -> tuple[Cell, ...]:
    cells: dict[str, Cell] = {
        "person": schedule.name,
        "organization": schedule.organization,
        "day": day_text(meeting.start.date(), language),
        "time": time_range_text(meeting.start, meeting.end),
        "table": meeting.table,
        "room": meeting.room,
        "partner": meeting.partner,
        "partner_organization": meeting.partner_organization,
        "partner_people": meeting.people,
        "topic": meeting.topic,
        "score": meeting.score,
        "notes": "",
    }
    return tuple(cells[key] for key in keys)


def _schedule_for_page(schedule: PersonalSchedule, language: Language) -> dict[str, object]:
    entries: list[ScheduledMeeting | AgendaEntry] = [*schedule.agenda, *schedule.meetings]
    entries.sort(key=lambda entry: entry.start)
    days = groupby(entries, key=lambda entry: entry.start.date())
    return {
        "name": schedule.name,
        "organization": schedule.organization,
        "people": schedule.people,
        "count": len(schedule.meetings),
        "days": [
            {"day": day_text(day, language), "entries": _entries_for_page(entries_of_day)}
            for day, entries_of_day in days
        ],
    }


def _entries_for_page(entries: Iterable[ScheduledMeeting | AgendaEntry]) -> list[dict[str, object]]:
    return [{"time": time_range_text(entry.start, entry.end)} | _entry_for_page(entry) for entry in entries]


def _entry_for_page(entry: ScheduledMeeting | AgendaEntry) -> dict[str, object]:
    if isinstance(entry, AgendaEntry):
        return {"title": entry.title, "room": entry.room}
    return {
        "table": entry.table,
        "room": entry.room,
        "partner": entry.partner,
        "partner_organization": entry.partner_organization,
        "people": entry.people,
        "topic": entry.topic,
        "score": entry.score,
    }
