"""What lies on the tables, and the whole hall at a glance: table cards, table sheets, master grid."""

from collections import defaultdict
from datetime import date

from matchmaker.domain.events.event import Meeting
from matchmaker.domain.vocabulary import EventKind
from matchmaker.printing.order import counting_order
from matchmaker.printing.sheets.day_sheets import DaySheet, SeatedMeeting, day_sheets_pdf, day_sheets_xlsx
from matchmaker.printing.sheets.grid import GridMeeting, GridTable, MasterGrid, grid_pdf, grid_xlsx
from matchmaker.printing.sheets.table_cards import TableCard, TableMeeting, table_cards_pdf, table_cards_xlsx
from matchmaker.services.events.printing.job import Format, PrintJob, room_name, slot_text
from matchmaker.services.events.printing.plan import expected_participants, placed_meetings, scheduled_meetings
from matchmaker.services.visibility import printed_title


def table_cards_sheet(job: PrintJob, form: Format) -> bytes:
    """A card for each table of a docking event, or for each booth of an expo."""
    cards = _booth_cards(job) if job.event.kind is EventKind.EXPO else _table_cards(job)
    printed = table_cards_xlsx if form is Format.XLSX else table_cards_pdf
    return printed(job.header, cards, job.language)


def day_sheets_sheet(job: PrintJob, form: Format) -> bytes:
    """A sheet for each table and day on which somebody sits there."""
    seated: defaultdict[tuple[int, date], list[Meeting]] = defaultdict(list)
    for meeting in scheduled_meetings(job.session, job.event):
        if meeting.table is not None and meeting.starts_at is not None:
            seated[meeting.table, meeting.starts_at.date()].append(meeting)
    sheets = [
        DaySheet(str(table), day, tuple(_seated(job, meeting) for meeting in meetings), room_name(job.event, table))
        for (table, day), meetings in sorted(seated.items())
    ]
    printed = day_sheets_xlsx if form is Format.XLSX else day_sheets_pdf
    return printed(job.header, sheets, job.language)


def grid_sheet(job: PrintJob, form: Format) -> bytes:
    """All tables and all slots, also those that are free."""
    meetings = scheduled_meetings(job.session, job.event)
    numbers = range(1, max([job.event.table_count, *(meeting.table or 0 for meeting in meetings)]) + 1)
    slots = sorted({*job.event.slots, *(meeting.starts_at for meeting in meetings if meeting.starts_at)})
    grid = MasterGrid(
        slots=tuple(slots),
        slot_length=job.event.slot_length,
        tables=tuple(GridTable(str(number), room_name(job.event, number)) for number in numbers),
        meetings=tuple(
            GridMeeting(meeting.starts_at, str(meeting.table), meeting.need_side.name, meeting.offer_side.name)
            for meeting in meetings
            if meeting.starts_at is not None and meeting.table is not None
        ),
    )
    printed = grid_xlsx if form is Format.XLSX else grid_pdf
    return printed(job.header, grid, job.language)


def _table_cards(job: PrintJob) -> list[TableCard]:
    meetings: defaultdict[int, list[TableMeeting]] = defaultdict(list)
    for meeting in placed_meetings(job.session, job.event):
        if meeting.table is not None and meeting.starts_at is not None:
            slot = slot_text(job.event, meeting.starts_at)
            meetings[meeting.table].append(TableMeeting(slot, meeting.need_side.name, meeting.offer_side.name))
    last = max([job.event.table_count, *meetings])
    return [
        TableCard(str(number), room_name(job.event, number), tuple(meetings[number])) for number in range(1, last + 1)
    ]


def _booth_cards(job: PrintJob) -> list[TableCard]:
    exhibitors = [p for p in expected_participants(job.session, job.event) if p.booth]
    in_order = sorted(exhibitors, key=lambda p: (p.room.position if p.room else 0, counting_order(p.booth)))
    return [TableCard(exhibitor.booth, exhibitor.name) for exhibitor in in_order]


def _seated(job: PrintJob, meeting: Meeting) -> SeatedMeeting:
    assert meeting.starts_at is not None
    titles = [printed_title(posting, job.language) for posting in (meeting.need, meeting.offer)]
    return SeatedMeeting(
        start=meeting.starts_at,
        end=meeting.starts_at + job.event.slot_length,
        enterprise=meeting.need_side.name,
        team=meeting.offer_side.name,
        topic=" ⇄ ".join(title for title in titles if title),
    )
