import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Room
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.printing import Sheet
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.events.printing.printed_city import printed, tabled

pytestmark = pytest.mark.slow


def test_tables_have_cards_sheets_and_a_place_in_the_grid(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    planned.rooms = [Room(name="牡丹厅", table_count=2), Room(name="科技厅", table_count=2, position=1)]
    session.commit()
    meetings = meetings_of(session, planned)
    cards, grid = (printed(session, search_index, planned, sheet) for sheet in (Sheet.TABLE_CARDS, Sheet.GRID))
    sheets = tabled(session, search_index, planned, Sheet.DAY_SHEETS)["桌日程"][1:]
    (grid_rows,) = tabled(session, search_index, planned, Sheet.GRID).values()

    assert len(cards) == 4
    assert "科技厅" in cards[3]
    assert len(sheets) == len(meetings)
    for meeting in meetings:
        assert meeting.table is not None
        assert meeting.starts_at is not None
        assert meeting.need_side.name in cards[meeting.table - 1]
        assert meeting.need_side.name in "".join(grid)
        column = 2 + planned.slots.index(meeting.starts_at)
        cell = grid_rows[meeting.table][column]
        assert cell == f"{meeting.need_side.name} — {meeting.offer_side.name}"
