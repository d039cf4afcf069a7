from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.catalogue import CatalogueSection, Exhibit, catalogue_pdf, catalogue_xlsx
from tests.printing.reading import pages_of, rows_of, text_of

SECTIONS = [
    CatalogueSection("装备制造", (Exhibit("磨机衬板", "科技成果", "铸造团队", "科技馆", "A2", "寿命提高三成"),)),
    CatalogueSection(
        "新材料", (Exhibit("超硬刀具", "科技成果", "陶瓷课题组"), Exhibit("陶瓷球", "科研能力", "铸造团队"))
    ),
]


def test_exhibits_stand_under_their_industry_with_their_place(event: EventHeader) -> None:
    text = text_of(catalogue_pdf(event, SECTIONS))

    assert "2个参展单位·3项展品" in text
    order = ["A2科技馆磨机衬板科技成果铸造团队寿命提高三成", "超硬刀具", "陶瓷球"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)


def test_a_long_catalogue_is_whole(event: EventHeader) -> None:
    exhibits = tuple(Exhibit(f"展品{number:03}", "", f"单位{number:03}") for number in range(200))
    pages = pages_of(catalogue_pdf(event, [CatalogueSection("装备制造", exhibits)]))

    assert len(pages) > 5
    assert all(exhibit.title in "".join(pages) for exhibit in exhibits)


def test_workbook(event: EventHeader) -> None:
    assert rows_of(catalogue_xlsx(event, SECTIONS), "展品目录")[0] == (
        "装备制造",
        "科技馆",
        "A2",
        "铸造团队",
        "磨机衬板",
        "科技成果",
        "寿命提高三成",
    )


def test_no_exhibits_are_told(event: EventHeader) -> None:
    assert "暂无展品。" in text_of(catalogue_pdf(event, []))
