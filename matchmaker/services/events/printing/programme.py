"""The programme booklet: when what happens, and who takes part."""

from typing import Literal

from matchmaker.domain.events.event import AgendaItem, Event, EventSession, Participant
from matchmaker.domain.vocabulary import EventKind, Side
from matchmaker.i18n import N_
from matchmaker.printing.sheets.programme import (
    Programme,
    ProgrammeItem,
    ProgrammeParticipant,
    programme_pdf,
    programme_xlsx,
)
from matchmaker.services.events.printing.exhibits import clipped
from matchmaker.services.events.printing.job import Format, PrintJob
from matchmaker.services.events.printing.plan import expected_participants

_INTRODUCTION_LENGTH = 80
_ITEMS = {EventKind.DOCKING: N_("一对一洽谈"), EventKind.EXPO: N_("展览开放")}


def programme_sheet(job: PrintJob, form: Format) -> bytes:
    """The agenda with the sessions of the event, and all who take part, with what they say of themselves in public."""
    programme = Programme(
        items=(
            *(_agenda_item(item) for item in job.event.agenda),
            *(_session_item(job, session) for session in job.event.sessions),
        ),
        participants=tuple(_participant(p) for p in expected_participants(job.session, job.event)),
        welcome=job.event.description,
    )
    printed = programme_xlsx if form is Format.XLSX else programme_pdf
    return printed(job.header, programme, job.language)


def _agenda_item(item: AgendaItem) -> ProgrammeItem:
    return ProgrammeItem(item.starts_at, item.ends_at, item.title, item.room, item.speaker, item.note)


def _session_item(job: PrintJob, session: EventSession) -> ProgrammeItem:
    event = job.event
    title = job.say(_ITEMS[event.kind])
    slots = len(session.slots(event.slot_length))
    if event.kind is EventKind.DOCKING and slots:
        rounds = job.say(N_("%(slots)d 轮，每轮 %(minutes)d 分钟"), slots=slots, minutes=event.slot_minutes)
        title = f"{title} · {rounds}"
    return ProgrammeItem(session.starts_at, session.ends_at, title, _place(event))


def _place(event: Event) -> str:
    rooms = [room.name for room in event.rooms]
    return "、".join(rooms) if rooms else event.place


def _participant(participant: Participant) -> ProgrammeParticipant:
    side: Literal["need", "offer"] = "need" if participant.side is Side.NEED else "offer"
    about = participant.organization.introduction
    if participant.team is not None:
        about = participant.team.research_directions or participant.team.introduction
    hall = participant.room.name if participant.room is not None else ""
    place = " ".join(part for part in (hall, participant.booth) if part)
    return ProgrammeParticipant(
        name=participant.name,
        side=side,
        introduction=clipped(about, _INTRODUCTION_LENGTH),
        table=place or (str(participant.table) if participant.table else ""),
    )
