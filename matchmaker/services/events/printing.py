"""An event's match list on paper and as a workbook."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from babel.dates import format_date
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.event import Event, Meeting
from matchmaker.domain.vocabulary import Side
from matchmaker.i18n import N_
from matchmaker.printing.dates import time_range_text
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.match_list import (
    Grouping,
    MatchLine,
    MatchList,
    Unmatched,
    match_list_pdf,
    match_list_xlsx,
)
from matchmaker.services.events.state import match_list_state

Language = Literal["zh", "en"]


class Format(StrEnum):
    """What a list can be printed as; the name is also the ending of the file."""

    PDF = "pdf"
    XLSX = "xlsx"


def print_match_list(
    session: Session,
    event: Event,
    grouping: Grouping = Grouping.WHOLE,
    format: Format = Format.PDF,  # noqa: A002 - the word that people use for it
    language: Language = "zh",
) -> bytes:
    """The match list as a file; a workbook holds all groupings. No contacts are printed.

    Raises :class:`Conflict` before the first build.
    """
    match_list = printable_match_list(session, event, language)
    if format == Format.XLSX:
        return match_list_xlsx(match_list, language)
    return match_list_pdf(match_list, grouping, language)


def printable_match_list(session: Session, event: Event, language: Language) -> MatchList:
    """The match list as printing wants it. Raises :class:`Conflict` before the first build."""
    if event.plan_version == 0:
        raise Conflict(N_("“%(name)s”还没有匹配表，请先生成"), name=event.name)
    state = match_list_state(session, event)
    return MatchList(
        event=event_header(event, language),
        lines=tuple(_line(event, meeting, language) for meeting in state.meetings),
        unmatched=tuple(
            Unmatched(
                left.participant.name,
                "need" if left.participant.side is Side.NEED else "offer",
                left.reason(language),
            )
            for left in state.unserved
            if left.met == 0
        ),
    )


def event_header(event: Event, language: Language) -> EventHeader:
    """What stands on every page: the event, the version of its plan, and the moment of printing."""
    return EventHeader(
        name=event.name,
        place=event.place,
        dates=dates_text(event, language),
        organizer=event.organizer,
        version=event.plan_version,
        printed_at=datetime.now().replace(microsecond=0),
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


def _line(event: Event, meeting: Meeting, language: Language) -> MatchLine:
    offer_side = meeting.offer_side
    return MatchLine(
        enterprise=meeting.need_side.name,
        need_title=meeting.need.title if meeting.need else "",
        provider=offer_side.organization.name,
        team=offer_side.team.name if offer_side.team else "",
        offer_title=meeting.offer.title if meeting.offer else "",
        score=round(meeting.score),
        reason=meeting.reason.label(language),
        slot=_slot_text(event, meeting),
        table=str(meeting.table) if meeting.table else offer_side.booth,
        pinned=meeting.pinned,
    )


def _slot_text(event: Event, meeting: Meeting) -> str:
    start = meeting.starts_at
    if start is None:
        return ""
    text = time_range_text(start, start + event.slot_length)
    several_days = len({session.starts_at.date() for session in event.sessions}) > 1
    return f"{start.month}/{start.day} {text}" if several_days else text
