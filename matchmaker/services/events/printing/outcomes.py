"""The results report of an event."""

from matchmaker.printing.sheets.results import results_pdf, results_xlsx
from matchmaker.services.events.onsite.results import event_results
from matchmaker.services.events.printing.job import Format, PrintJob


def results_sheet(job: PrintJob, form: Format) -> bytes:
    """What became of the meetings. Raises :class:`Conflict` while nobody has reported anything."""
    printed = results_xlsx if form is Format.XLSX else results_pdf
    return printed(job.header, event_results(job.session, job.event, job.language), job.language)
