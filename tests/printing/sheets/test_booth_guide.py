from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.booth_guide import BoothGuide, BoothVisit, booth_guides_pdf
from tests.printing.reading import pages_of


def visit(booth: str, hall: str, score: int) -> BoothVisit:
    return BoothVisit(booth, hall, f"{booth}展商", "动力换挡变速箱", "与需求相近", score)


def test_booths_come_best_first_and_then_as_a_walk_through_the_halls(event: EventHeader) -> None:
    visits = (visit("A10", "1号厅", 95), visit("B1", "2号厅", 97), visit("A2", "1号厅", 60), visit("C1", "10号厅", 70))
    (page,) = pages_of(booth_guides_pdf(event, [BoothGuide("张垚", visits)]))
    ranking, walk = page.split("参观路线")

    assert _order(ranking, ["B1展商", "A10展商", "C1展商", "A2展商"])
    assert _order(walk, ["1号厅", "A2展商", "推荐第4", "A10展商", "推荐第2", "2号厅", "B1展商", "10号厅", "C1展商"])


def test_each_visitor_has_a_sheet(event: EventHeader) -> None:
    guides = [BoothGuide("张垚", (visit("A1", "", 50),)), BoothGuide("李镕", ())]
    first, second = pages_of(booth_guides_pdf(event, guides))

    assert "张垚" in first
    assert "李镕" in second
    assert "暂无推荐展位。" in second


def _order(text: str, parts: list[str]) -> bool:
    position = 0
    for part in parts:
        position = text.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return True
