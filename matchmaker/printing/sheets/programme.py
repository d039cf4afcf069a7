"""The programme booklet: the agenda and the participants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal

from matchmaker.printing.dates import day_text, time_range_text
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Column, Workbook


@dataclass(frozen=True, slots=True)
class ProgrammeItem:
    """An item of the agenda: an opening, a talk, a round of meetings. `speakers` is printed as it is."""

    start: datetime
    end: datetime
    title: str
    place: str = ""
    speakers: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProgrammeParticipant:
    """An enterprise (side need) or a team (side offer). `table` is its table or booth, or empty."""

    name: str
    side: Literal["need", "offer"]
    introduction: str = ""
    table: str = ""


@dataclass(frozen=True)
class Programme:
    """The content of the booklet: items in any order, participants in printed order."""

    items: tuple[ProgrammeItem, ...]
    participants: tuple[ProgrammeParticipant, ...] = ()
    welcome: str = ""


def programme_pdf(event: EventHeader, programme: Programme, language: Language = "zh") -> bytes:
    """The booklet as PDF: a cover, the agenda by day, the participants of both sides."""
    in_time_order = sorted(programme.items, key=lambda item: item.start)
    days = groupby(in_time_order, key=lambda item: item.start.date())
    content = {
        "welcome": programme.welcome,
        "days": [
            {"day": day_text(day, language), "items": [_item_for_page(item) for item in items]} for day, items in days
        ],
        "needs": _on_side(programme.participants, "need"),
        "offers": _on_side(programme.participants, "offer"),
    }
    return typeset("programme", event, content, language)


def programme_xlsx(event: EventHeader, programme: Programme, language: Language = "zh") -> bytes:
    """The agenda and the participants as a workbook of two sheets."""
    words = wording(language)
    workbook = Workbook(event, language)
    workbook.add_sheet(
        words["agenda"],
        words["agenda"],
        [
            Column(words["day"], 16),
            Column(words["time"], 14),
            Column(words["agenda_item"], 40),
            Column(words["place"], 28),
            Column(words["speakers"], 28),
            Column(words["notes"], 40),
        ],
        [
            (
                day_text(item.start.date(), language),
                time_range_text(item.start, item.end),
                item.title,
                item.place,
                item.speakers,
                item.note,
            )
            for item in sorted(programme.items, key=lambda item: item.start)
        ],
    )
    workbook.add_sheet(
        words["participants"],
        words["participants"],
        [
            Column(words["name"], 40),
            Column(words["side"], 10),
            Column(words["introduction"], 60),
            Column(words["booth_or_table"], 12),
        ],
        [
            (participant.name, words[f"side_{participant.side}"], participant.introduction, participant.table)
            for participant in programme.participants
        ],
    )
    return workbook.to_bytes()


def _item_for_page(item: ProgrammeItem) -> dict[str, str]:
    return {
        "time": time_range_text(item.start, item.end),
        "title": item.title,
        "place": item.place,
        "speakers": item.speakers,
        "note": item.note,
    }


def _on_side(participants: Sequence[ProgrammeParticipant], side: str) -> list[ProgrammeParticipant]:
    return [participant for participant in participants if participant.side == side]
