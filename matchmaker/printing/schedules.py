"""Personal schedules: whom one delegate meets, when and at which table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from matchmaker.printing.dates import day_text, time_range_text
from matchmaker.printing.errors import InvalidSheetError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Column, Workbook


@dataclass(frozen=True, slots=True)
class ScheduledMeeting:
    """One meeting as seen by the delegate whose schedule it stands in.

    `score` is 0–100. Raises InvalidSheetError if the meeting ends before it starts.
    """

    start: datetime
    end: datetime
    table: str
    partner: str
    partner_organization: str
    topic: str
    score: int

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidSheetError(
                f"meeting with {self.partner!r} at {self.start}: its end {self.end} must be later than its start"
            )


@dataclass(frozen=True, slots=True)
class PersonalSchedule:
    """The meetings of one delegate, in any order."""

    name: str
    organization: str
    meetings: tuple[ScheduledMeeting, ...]

    @property
    def in_time_order(self) -> list[ScheduledMeeting]:
        return sorted(self.meetings, key=lambda meeting: meeting.start)


def personal_schedules_pdf(
    event: EventHeader, schedules: Sequence[PersonalSchedule], language: Language = "zh"
) -> bytes:
    """One A4 sheet for each delegate, in the order given, with room for notes beside each meeting."""
    content = {"schedules": [_schedule_for_page(schedule, language) for schedule in schedules]}
    return typeset("schedules", event, content, language)


def personal_schedules_xlsx(
    event: EventHeader, schedules: Sequence[PersonalSchedule], language: Language = "zh"
) -> bytes:
    """All schedules on one sheet, a row for each meeting, delegates kept together."""
    words = wording(language)
    columns = [
        Column(words["person"], 14),
        Column(words["organization"], 28),
        Column(words["day"], 14),
        Column(words["time"], 13),
        Column(words["table"], 7),
        Column(words["partner"], 22),
        Column(words["partner_organization"], 28),
        Column(words["topic"], 44),
        Column(words["score"], 8),
    ]
    rows: list[tuple[str | int, ...]] = []
    group_starts = set()
    for schedule in schedules:
        group_starts.add(len(rows))
        rows.extend(_row(schedule, meeting, language) for meeting in schedule.in_time_order)
    workbook = Workbook(event, language)
    workbook.add_sheet(words["sheet_schedules"], words["schedules"], columns, rows, group_starts)
    return workbook.to_bytes()


def _row(schedule: PersonalSchedule, meeting: ScheduledMeeting, language: Language) -> tuple[str | int, ...]:
    return (
        schedule.name,
        schedule.organization,
        day_text(meeting.start.date(), language),
        time_range_text(meeting.start, meeting.end),
        meeting.table,
        meeting.partner,
        meeting.partner_organization,
        meeting.topic,
        meeting.score,
    )


def _schedule_for_page(schedule: PersonalSchedule, language: Language) -> dict[str, object]:
    days = groupby(schedule.in_time_order, key=lambda meeting: meeting.start.date())
    return {
        "name": schedule.name,
        "organization": schedule.organization,
        "count": len(schedule.meetings),
        "days": [{"day": day_text(day, language), "meetings": _meetings_for_page(meetings)} for day, meetings in days],
    }


def _meetings_for_page(meetings: Iterable[ScheduledMeeting]) -> list[dict[str, object]]:
    return [
        {
            "time": time_range_text(meeting.start, meeting.end),
            "table": meeting.table,
            "partner": meeting.partner,
            "partner_organization": meeting.partner_organization,
            "topic": meeting.topic,
            "score": meeting.score,
        }
        for meeting in meetings
    ]
