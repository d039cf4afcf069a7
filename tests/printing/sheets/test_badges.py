import pytest

from matchmaker.printing.errors import QrPayloadTooLongError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.badges import LONGEST_QR_PAYLOAD, Badge, badges_pdf
from tests.printing.reading import pages_of


def test_ten_badges_fit_on_a_page(event: EventHeader) -> None:
    badges = [Badge(f"张{chr(0x4E00 + number)}", "河南科技大学", "科研团队", f"MM:{number}") for number in range(11)]
    pages = pages_of(badges_pdf(event, badges))

    assert len(pages) == 2
    assert sum(badge.name in pages[0] for badge in badges) == 10
    assert badges[10].name in pages[1]
    assert pages[0].count("科研团队") == 10


def test_the_qr_code_is_drawn(event: EventHeader) -> None:
    with_code = badges_pdf(event, [Badge("张垚", "", "专家", "MM:1")])
    without_code = badges_pdf(event, [Badge("张垚", "", "专家")])
    other_code = badges_pdf(event, [Badge("张垚", "", "专家", "MM:2")])

    assert len({with_code, without_code, other_code}) == 3


def test_a_name_of_several_parts_is_whole_and_long_names_stay_on_the_badge(event: EventHeader) -> None:
    organization = "洛阳市产业技术研究院高端轴承摩擦学技术与应用联合团队" * 4
    (page,) = pages_of(badges_pdf(event, [Badge("阿卜杜热合曼·买买提艾力", organization, "专家", "MM:1")]))

    assert "阿卜杜热合曼·买买提艾力" in page
    assert organization in page


def test_a_payload_too_long_to_scan_is_refused() -> None:
    Badge("张垚", "", "", "x" * LONGEST_QR_PAYLOAD)
    with pytest.raises(QrPayloadTooLongError, match=r"badge of '张垚'.*214 bytes.*213"):
        Badge("张垚", "", "", "x" * (LONGEST_QR_PAYLOAD + 1))
