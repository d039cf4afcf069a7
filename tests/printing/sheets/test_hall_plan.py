"""The plan of an expo's halls, as a picture and on paper."""

from xml.etree import ElementTree

import pytest

from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.hall_plan import (
    ExpoPlan,
    HallPlan,
    PlannedBooth,
    hall_picture,
    hall_plan_pdf,
    hall_plan_xlsx,
    industry_colour,
)
from tests.printing.reading import pages_of, rows_of, text_of

SVG = "{http://www.w3.org/2000/svg}"
TAKEN = PlannedBooth("A01", "河洛轴承技术研究所", "轴承材料热处理与检测研究室", 2, 3, "/guide#one")
EMPTY = PlannedBooth("A02")


def plan_of(*booths: PlannedBooth) -> ExpoPlan:
    return ExpoPlan((HallPlan("东馆", booths),), ("装备制造", "新材料"))


def test_the_picture_says_number_name_industry_and_rank() -> None:
    picture = ElementTree.fromstring(hall_picture([TAKEN, EMPTY]))
    words = [text.text for text in picture.iter(f"{SVG}text")]
    assert words[:2] == ["A01", "2"]
    assert words[-2:] == ["3", "A02"], "an empty booth has nothing but its number"
    (title,) = (title.text for title in picture.iter(f"{SVG}title"))
    assert title == "A01 · 河洛轴承技术研究所 · 轴承材料热处理与检测研究室"
    assert [link.get("href") for link in picture.iter(f"{SVG}a")] == ["/guide#one"]
    assert industry_colour(2) in hall_picture([TAKEN])
    assert "dash" in hall_picture([EMPTY])
    assert "dash" not in hall_picture([TAKEN])


def test_the_picture_may_stand_in_a_page_without_inline_styles() -> None:
    assert "style" not in hall_picture([TAKEN, EMPTY])


def test_names_are_text_and_never_markup() -> None:
    picture = hall_picture([PlannedBooth("<b>", '<script>"', "&amp;\x00甲", None, None, 'javascript:"')])
    words = [text.text for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]
    assert words == ["<b>", '<script>"', "&amp;甲"]


def test_booths_do_not_overlap_and_stay_in_the_picture() -> None:
    picture = ElementTree.fromstring(hall_picture([PlannedBooth(str(number)) for number in range(23)], 4))
    places = [tuple(map(int, g.get("transform", "")[10:-1].split())) for g in picture.iter(f"{SVG}g")]
    assert len(set(places)) == 23
    _, _, width, height = map(int, picture.get("viewBox", "").split())
    assert max(x for x, _ in places) + 180 <= width
    assert max(y for _, y in places) + 132 <= height


def test_an_empty_hall_draws_nothing() -> None:
    assert len(ElementTree.fromstring(hall_picture([]))) == 0


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 85, 400])
def test_on_paper_every_booth_is_there(event: EventHeader, count: int) -> None:
    booths = [PlannedBooth(f"B{number:03}", f"单位{number}", "", 1) for number in range(count)]
    pdf = hall_plan_pdf(event, plan_of(*booths))
    text = text_of(pdf)
    assert all(booth.number in text for booth in booths)
    assert "装备制造" in text
    assert len(pages_of(pdf)) <= count // 70 + 1


def test_the_workbook_lists_empty_booths(event: EventHeader) -> None:
    rows = rows_of(hall_plan_xlsx(event, plan_of(TAKEN, EMPTY)), "展位图")
    assert ("东馆", "A01", TAKEN.exhibitor, TAKEN.team, "新材料") in rows
    assert any(row[:2] == ("东馆", "A02") and not row[2] for row in rows)
