"""What every sheet of one printing has in common: the event, the reader's language, the head of the pages."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from babel.dates import format_date
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.events.event import Event, Participant
from matchmaker.i18n import translate
from matchmaker.printing.dates import time_range_text
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.match_list import Grouping
from matchmaker.services.indexing.search_index import SearchIndex

Language = Literal["zh", "en"]


class Format(StrEnum):
    """What a sheet can be printed as; the name is also the ending of the file."""

    PDF = "pdf"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class PrintOptions:
    """What a person chooses. ``template`` is the name of saved columns, or empty; ``against`` the version of the plan
    that change slips compare with, or ``None`` for the one that was last published; ``grouping`` cuts the match list.
    """

    language: Language = "zh"
    template: str = ""
    against: int | None = None
    grouping: Grouping = Grouping.WHOLE


@dataclass(frozen=True)
class PrintJob:
    """One printing: all its sheets carry the same version and time. ``columns`` are those of the chosen template,
    ``corpus`` is needed for what is recommended at booths, ``base_url`` begins the addresses in QR codes.
    """

    session: Session
    event: Event
    header: EventHeader
    search_index: SearchIndex | None = None
    base_url: str = ""
    options: PrintOptions = field(default_factory=PrintOptions)
    columns: tuple[str, ...] | None = None

    @property
    def language(self) -> Language:
        return self.options.language

    def say(self, message: str, **params: object) -> str:
        """The message in the reader's language."""
        return translate(message, self.language, **params)

    def listed(self, names: list[str]) -> str:
        """The names in one line."""
        return ("、" if self.language == "zh" else ", ").join(name for name in names if name)


def start_job(
    session: Session,
    event: Event,
    options: PrintOptions | None = None,
    *,
    search_index: SearchIndex | None = None,
    base_url: str = "",
    columns: tuple[str, ...] | None = None,
) -> PrintJob:
    """A printing that begins now."""
    chosen = options or PrintOptions()
    return PrintJob(session, event, event_header(event, chosen.language), search_index, base_url, chosen, columns)


def event_header(event: Event, language: Language, at: datetime | None = None) -> EventHeader:
    """What stands on every page: the event, the version of its plan, and when (an aware instant) it is printed."""
    return EventHeader(
        name=event.name,
        place=event.place,
        dates=dates_text(event, language),
        organizer=event.organizer,
        version=event.plan_version,
        printed_at=(at or now()).astimezone(event.zone).replace(tzinfo=None, microsecond=0),
    )


def dates_text(event: Event, language: Language) -> str:
    """The event's days: “2026年5月18日—19日”, or “18 May 2026 – 19 May 2026”."""
    if event.starts_at is None or event.ends_at is None:
        return ""
    first, last = event.starts_at.date(), event.ends_at.date()
    if language == "en":
        days = [format_date(day, "d MMM yyyy", locale="en") for day in dict.fromkeys((first, last))]
        return " – ".join(days)
    text = f"{first.year}年{first.month}月{first.day}日"
    if last == first:
        return text
    if last.year != first.year:
        return f"{text}—{last.year}年{last.month}月{last.day}日"
    return f"{text}—{last.day}日" if last.month == first.month else f"{text}—{last.month}月{last.day}日"


def slot_text(event: Event, start: datetime | None) -> str:
    """ "09:00–09:20", with the day before it where the event has several; empty for no slot."""
    if start is None:
        return ""
    text = time_range_text(start, start + event.slot_length)
    several_days = len({session.starts_at.date() for session in event.sessions}) > 1
    return f"{start.month}/{start.day} {text}" if several_days else text


def room_name(event: Event, table: int | None) -> str:
    """The room that a table stands in; empty where nobody need be told."""
    room = event.room_of(table) if table is not None and len(event.rooms) > 1 else None
    return "" if room is None else room.name


def people_of(job: PrintJob, participant: Participant) -> str:
    """The delegates' names, those who sit in the meetings first."""
    delegates = sorted(participant.delegates, key=lambda delegate: not delegate.is_lead)
    return job.listed([delegate.name for delegate in delegates])
