from datetime import datetime, timedelta

from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.programme import Programme, ProgrammeItem, ProgrammeParticipant, programme_pdf
from tests.printing.reading import pages_of

START = datetime(2026, 11, 26, 9, 0)


def test_cover_agenda_and_both_sides(event: EventHeader) -> None:
    programme = Programme(
        items=(
            ProgrammeItem(START + timedelta(hours=2), START + timedelta(hours=3), "首轮洽谈"),
            ProgrammeItem(START, START + timedelta(minutes=30), "开幕式", "主会场", "李镕"),
        ),
        participants=(
            ProgrammeParticipant("材料团队", "offer", table="A-3"),
            ProgrammeParticipant("示例轴承", "need", "高铁轴承"),
        ),
        welcome="欢迎莅临",
    )
    cover, agenda = pages_of(programme_pdf(event, programme))

    assert event.name in cover
    assert "欢迎莅临" in cover
    assert agenda.index("09:00–09:30开幕式李镕主会场") < agenda.index("11:00–12:00首轮洽谈")
    assert agenda.index("参会企业") < agenda.index("示例轴承") < agenda.index("参会科研团队")
    assert agenda.index("参会科研团队") < agenda.index("材料团队")
    assert "第1页/共1页" in agenda


def test_an_empty_programme_says_so(event: EventHeader) -> None:
    assert "议程待定。" in pages_of(programme_pdf(event, Programme(())))[1]
