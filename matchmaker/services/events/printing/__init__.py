"""An event on paper: each sheet from the database, as PDF or XLSX.

    sheets.py      all kinds, and the verb that prints any    job.py         event, language, columns, header
    disclosure.py  what of a posting may be printed           plan.py        the meetings with their places
    match_list.py  who is recommended to whom                 schedules.py   per participant; calendars
    tables.py      table cards, table sheets, master grid     people.py      badges, sign-in sheet
    changes.py     change slips                               outcomes.py    results report
    exhibits.py    booth guides, catalogue, invitations       programme.py   the booklet
    files.py       names and ZIPs that open everywhere

Sheets show the working plan, with its version. No contact is ever printed. A new kind of sheet gets a function from
:class:`PrintJob` and :class:`Format` to bytes, and a line in ``sheets.py``.
"""

from matchmaker.services.events.printing.exhibits import own_booth_guide
from matchmaker.services.events.printing.job import (
    Format,
    Language,
    PrintJob,
    PrintOptions,
    dates_text,
    event_header,
    start_job,
)
from matchmaker.services.events.printing.match_list import print_match_list, printable_match_list
from matchmaker.services.events.printing.schedules import personal_calendar, print_calendars
from matchmaker.services.events.printing.sheets import SHEETS, Sheet, missing_sheets, print_sheet

__all__ = [
    "SHEETS",
    "Format",
    "Language",
    "PrintJob",
    "PrintOptions",
    "Sheet",
    "dates_text",
    "event_header",
    "missing_sheets",
    "own_booth_guide",
    "personal_calendar",
    "print_calendars",
    "print_match_list",
    "print_sheet",
    "printable_match_list",
    "start_job",
]
