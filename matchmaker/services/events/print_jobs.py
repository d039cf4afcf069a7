"""Printing as jobs: the archive of an event always, and single sheets of a large event."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Participant
from matchmaker.domain.job import Job, as_message
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import ParticipantStatus
from matchmaker.i18n import N_, translate
from matchmaker.printing.sheets.match_list import Grouping
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.printing.archive import stream_archive
from matchmaker.services.events.printing.files import document_name
from matchmaker.services.events.printing.job import Format, PrintOptions
from matchmaker.services.events.printing.sheets import Sheet, find_sheet, print_sheet, sheet_title
from matchmaker.services.jobs.jobs import enqueue
from matchmaker.services.jobs.registry import handler
from matchmaker.services.jobs.running import JobRun

ARCHIVE = "event.archive"
SHEET = "event.sheet"

LARGE = 100
"""Confirmed participants of an event whose sheets may take longer than a second."""


def is_large(session: Session, event: Event) -> bool:
    """Whether the sheets of the event are printed by a worker."""
    confirmed = select(func.count()).where(
        Participant.event_id == event.id, Participant.status == ParticipantStatus.CONFIRMED
    )
    return (session.scalar(confirmed) or 0) > LARGE


def ask_for_archive(session: Session, actor: User, event: Event, options: PrintOptions) -> Job:
    """Have a worker print everything the event has on paper into one ZIP. Does not commit."""
    check_organizer(actor)
    return enqueue(session, ARCHIVE, actor, {"event_id": event.id, "options": _stored(options)}, subject=event)


def ask_for_sheet(
    session: Session, actor: User, event: Event, sheet: Sheet, form: Format, options: PrintOptions
) -> Job:
    """Have a worker print one sheet. Does not commit."""
    check_organizer(actor)
    arguments = {"event_id": event.id, "sheet": sheet.value, "form": form.value, "options": _stored(options)}
    return enqueue(session, SHEET, actor, arguments, subject=event)


@handler(ARCHIVE, title=N_("打包全部打印件"), repeatable=True)
def print_archive(run: JobRun, event_id: int, options: dict[str, Any]) -> None:
    """Print all sheets and calendars of the event into one ZIP."""
    chosen = _read(options)
    with run.database.reading() as session:
        event = run.load(session, Event, event_id)
        name = document_name(event, translate(N_("全部打印件"), chosen.language), "zip", chosen.language)
        pieces = stream_archive(session, run.platform.search_index, event, chosen, base_url=run.settings.base_url)
        _save(run, name, pieces)


@handler(SHEET, title=N_("打印"), repeatable=True)
def print_one(run: JobRun, event_id: int, sheet: str, form: str, options: dict[str, Any]) -> None:
    """Print one sheet of the event."""
    chosen, kind, ending = _read(options), find_sheet(sheet), Format(form)
    with run.database.reading() as session:
        event = run.load(session, Event, event_id)
        content = print_sheet(
            session,
            event,
            kind,
            ending,
            chosen,
            search_index=run.platform.search_index,
            base_url=run.settings.base_url,
        )
        title = translate(sheet_title(kind, ending, chosen), chosen.language)
        _save(run, document_name(event, title, form, chosen.language), [content])


def _save(run: JobRun, name: str, pieces: Any) -> None:
    run.save_file(name, pieces)
    run.result = {"summary": [as_message("%(name)s", name=name)]}


def _stored(options: PrintOptions) -> dict[str, Any]:
    return {
        "language": options.language,
        "template": options.template,
        "against": options.against,
        "grouping": options.grouping.value,
    }


def _read(stored: dict[str, Any]) -> PrintOptions:
    return PrintOptions(**stored | {"grouping": Grouping(stored["grouping"])})
