"""Table cards: A4 sheets folded into tents, with the table's number on the outside and its meetings on the inside."""

from collections.abc import Sequence
from dataclasses import dataclass

from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Cell, Column, Workbook


@dataclass(frozen=True, slots=True)
class TableMeeting:
    """A meeting at the card's table; `slot` is printed as it is."""

    slot: str
    enterprise: str
    team: str


@dataclass(frozen=True, slots=True)
class TableCard:
    """A table: its number or booth, a label below the number (hall, session, sponsor), and its meetings in order."""

    number: str
    label: str = ""
    meetings: tuple[TableMeeting, ...] = ()


def table_cards_pdf(event: EventHeader, cards: Sequence[TableCard], language: Language = "zh") -> bytes:
    """An A4 page for each table, to be folded across the middle.

    More than twelve meetings are printed in two columns; a table with more than twenty-four meetings gets more cards.
    """
    return typeset("table_cards", event, {"cards": list(cards)}, language)


def table_cards_xlsx(event: EventHeader, cards: Sequence[TableCard], language: Language = "zh") -> bytes:
    """A row for each meeting, grouped by table; a table without meetings has an empty row."""
    words = wording(language)
    rows: list[tuple[Cell, ...]] = []
    starts = set()
    for card in cards:
        starts.add(len(rows))
        meetings = card.meetings or (TableMeeting("", "", ""),)
        rows.extend((card.number, card.label, meeting.slot, meeting.enterprise, meeting.team) for meeting in meetings)
    columns = [
        Column(words["table"], 9),
        Column(words["notes"], 24),
        Column(words["slot"], 20),
        Column(words["enterprise"], 34),
        Column(words["team"], 34),
    ]
    workbook = Workbook(event, language)
    workbook.add_sheet(words["table_cards"], words["table_cards"], columns, rows, starts)
    return workbook.to_bytes()
