from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.sign_in import SignInEntry, sign_in_pdf, sign_in_xlsx
from tests.printing.reading import pages_of, rows_of

ENTRIES = [SignInEntry("张垚", "河南科技大学", "0379-0000000"), SignInEntry("李镕", "示例公司")]


def test_delegates_are_listed_in_the_order_given(event: EventHeader) -> None:
    (page,) = pages_of(sign_in_pdf(event, ENTRIES))

    assert "应到2人" in page
    assert "1张垚河南科技大学0379-00000002李镕示例公司" in page


def test_empty_rows_are_left_for_guests(event: EventHeader) -> None:
    (page,) = pages_of(sign_in_pdf(event, ENTRIES))

    assert "345678" in page


def test_workbook(event: EventHeader) -> None:
    assert [row[:4] for row in rows_of(sign_in_xlsx(event, ENTRIES), "签到表")] == [
        (1, "张垚", "河南科技大学", "0379-0000000"),
        (2, "李镕", "示例公司", None),
    ]
