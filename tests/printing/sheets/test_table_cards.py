from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.table_cards import TableCard, TableMeeting, table_cards_pdf
from tests.printing.reading import pages_of


def card(number: str, count: int) -> TableCard:
    meetings = tuple(TableMeeting(f"{9 + index}:00", f"企业{index:02}", f"团队{index:02}") for index in range(count))
    return TableCard(number, "洽谈区", meetings)


def test_each_table_has_a_page_with_its_meetings(event: EventHeader) -> None:
    first, second = pages_of(table_cards_pdf(event, [card("12", 24), card("A-113", 0)]))

    assert "12号桌" in first
    assert all(f"企业{index:02}" in first and f"团队{index:02}" in first for index in range(24))
    assert "A-113号桌" in second
    assert "暂无洽谈安排。" in second


def test_more_meetings_than_a_card_holds_go_on_a_further_card(event: EventHeader) -> None:
    first, second = pages_of(table_cards_pdf(event, [card("12", 25)]))

    assert "企业23" in first
    assert "企业24" in second
    assert "12号桌" in second
