"""Change slips (变更通知单): new sheets for the participants whose schedule changed, and only for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from matchmaker.printing.dates import day_text, time_range_text
from matchmaker.printing.errors import InvalidSheetError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.schedules import ScheduledMeeting
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Cell, Column, Workbook


class ChangeKind(StrEnum):
    """What happened to a meeting between two versions of the plan."""

    ADDED = "added"
    MOVED = "moved"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Place:
    """The time and the table of a meeting."""

    start: datetime
    end: datetime
    table: str


@dataclass(frozen=True, slots=True)
class Change:
    """A changed meeting. `before` is None for a new meeting, `after` is None for a cancelled meeting.

    Raises InvalidSheetError if `before` and `after` are equal.
    """

    partner: str
    topic: str
    before: Place | None
    after: Place | None

    def __post_init__(self) -> None:
        if self.before == self.after:
            raise InvalidSheetError(f"meeting with {self.partner!r}: nothing changed, leave it out")

    @property
    def kind(self) -> ChangeKind:
        """Whether the meeting was added, moved or cancelled."""
        if self.before is None:
            return ChangeKind.ADDED
        return ChangeKind.CANCELLED if self.after is None else ChangeKind.MOVED

    @property
    def first_start(self) -> datetime:
        """The earlier of the old and the new start."""
        return min(place.start for place in (self.before, self.after) if place is not None)


@dataclass(frozen=True, slots=True)
class ChangeSlip:
    """The changes for a participant, in any order, and its whole new schedule."""

    name: str
    changes: tuple[Change, ...]
    schedule: tuple[ScheduledMeeting, ...] = ()
    people: str = ""

    @property
    def in_time_order(self) -> list[Change]:
        """The changes by time."""
        return sorted(self.changes, key=lambda change: change.first_start)


def change_slips_pdf(
    event: EventHeader, slips: Sequence[ChangeSlip], since_version: int, language: Language = "zh"
) -> bytes:
    """The slips as PDF, below each other on A4, to be cut apart. Each names the event and both versions."""
    content = {
        "since": since_version,
        "slips": [_slip_for_page(slip, language) for slip in slips],
    }
    return typeset("change_slips", event, content, language)


def change_slips_xlsx(
    event: EventHeader, slips: Sequence[ChangeSlip], since_version: int, language: Language = "zh"
) -> bytes:
    """The changes as a workbook: a row for each change, grouped by participant."""
    words = wording(language)
    rows: list[tuple[Cell, ...]] = []
    starts = set()
    for slip in slips:
        starts.add(len(rows))
        rows.extend(_rows(slip, language))
    columns = [
        Column(words["name"], 34),
        Column(words["people"], 18),
        Column(words["change"], 8),
        Column(words["before"], 34),
        Column(words["after"], 34),
        Column(words["partner"], 34),
        Column(words["topic"], 40),
    ]
    versions = words["since_version"] % {"before": since_version, "after": event.version}
    workbook = Workbook(event, language)
    workbook.add_sheet(words["change_slips"], f"{words['change_slips']} {versions}", columns, rows, starts)
    return workbook.to_bytes()


def _rows(slip: ChangeSlip, language: Language) -> Iterator[tuple[Cell, ...]]:
    words = wording(language)
    for change in slip.in_time_order:
        kind = words[f"change_{change.kind}"]
        places = (_place_text(change.before, language), _place_text(change.after, language))
        yield (slip.name, slip.people, kind, *places, change.partner, change.topic)


def _slip_for_page(slip: ChangeSlip, language: Language) -> dict[str, object]:
    several_days = len({meeting.start.date() for meeting in slip.schedule}) > 1
    return {
        "name": slip.name,
        "people": slip.people,
        "changes": [
            {
                "kind": change.kind.value,
                "before": _place_for_page(change.before, language),
                "after": _place_for_page(change.after, language),
                "partner": change.partner,
                "topic": change.topic,
            }
            for change in slip.in_time_order
        ],
        "schedule": [
            {
                "time": f"{meeting.start:%m-%d %H:%M}" if several_days else f"{meeting.start:%H:%M}",
                "table": meeting.table,
                "partner": meeting.partner,
            }
            for meeting in sorted(slip.schedule, key=lambda meeting: meeting.start)
        ],
    }


def _place_for_page(place: Place | None, language: Language) -> dict[str, str] | None:
    if place is None:
        return None
    return {
        "day": day_text(place.start.date(), language),
        "time": time_range_text(place.start, place.end),
        "table": place.table,
    }


def _place_text(place: Place | None, language: Language) -> str:
    if place is None:
        return ""
    table = wording(language)["table_number"] % {"table": place.table}
    return f"{day_text(place.start.date(), language)} {time_range_text(place.start, place.end)} {table}"
