"""An event on paper: each sheet from the database, as PDF or XLSX.

``sheets.py`` lists all sheets and has the verb that prints any of them; ``job.py`` is what all sheets of one printing
share. Sheets show the working plan, with its version. No contact is ever printed.

A new sheet is a function from :class:`PrintJob` and :class:`Format` to bytes, and a member of :class:`Sheet`.
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
from matchmaker.services.events.printing.schedules import personal_calendar, print_calendars
from matchmaker.services.events.printing.sheets import (
    SHEETS,
    Group,
    Sheet,
    find_sheet,
    grouped_sheets,
    missing_sheets,
    print_sheet,
)

__all__ = [
    "SHEETS",
    "Format",
    "Group",
    "Language",
    "PrintJob",
    "PrintOptions",
    "Sheet",
    "dates_text",
    "event_header",
    "find_sheet",
    "grouped_sheets",
    "missing_sheets",
    "own_booth_guide",
    "personal_calendar",
    "print_calendars",
    "print_sheet",
    "start_job",
]
