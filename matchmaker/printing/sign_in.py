"""The sign-in sheet (签到表) that lies at the entrance."""

from collections.abc import Sequence
from dataclasses import dataclass

from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Column, Workbook


@dataclass(frozen=True, slots=True)
class SignInEntry:
    """A delegate expected at the event. `contact` lies open at the entrance: leave it empty if it is confidential."""

    name: str
    organization: str
    contact: str = ""


def sign_in_pdf(event: EventHeader, entries: Sequence[SignInEntry], language: Language = "zh") -> bytes:
    """The delegates in the order given, with room for a signature, and empty rows for those who come unannounced."""
    return typeset("sign_in", event, {"entries": list(entries)}, language)


def sign_in_xlsx(event: EventHeader, entries: Sequence[SignInEntry], language: Language = "zh") -> bytes:
    """The same list as a workbook."""
    words = wording(language)
    workbook = Workbook(event, language)
    workbook.add_sheet(
        words["sign_in"],
        words["sign_in"],
        [
            Column(words["number"], 6),
            Column(words["person"], 18),
            Column(words["organization"], 44),
            Column(words["contact"], 24),
            Column(words["signature"], 24),
        ],
        [(number, entry.name, entry.organization, entry.contact, "") for number, entry in enumerate(entries, start=1)],
    )
    return workbook.to_bytes()
