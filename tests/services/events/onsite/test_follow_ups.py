from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import NextStep, Side
from matchmaker.services.events.onsite.follow_ups import follow_ups, follow_ups_file
from matchmaker.services.events.onsite.ratings import choose_next_step, rate_meeting
from tests.services.running_event import Fair


def steps(session: Session, person: User, fair: Fair, number: int, need: NextStep, offer: NextStep) -> None:
    for side, step in ((Side.NEED, need), (Side.OFFER, offer)):
        choose_next_step(session, person, fair.meetings[number].id, side, step)


def test_leads_are_the_most_promising_first(session: Session, fair: Fair) -> None:
    steps(session, fair.organizer, fair, 0, NextStep.VISIT, NextStep.NONE)
    steps(session, fair.organizer, fair, 1, NextStep.VISIT, NextStep.NEGOTIATE)
    steps(session, fair.organizer, fair, 2, NextStep.EXCHANGE, NextStep.NONE)
    assert [
        (follow_up.meeting.id, follow_up.step, follow_up.mutual) for follow_up in follow_ups(session, fair.event)
    ] == [
        (fair.meetings[1].id, NextStep.NEGOTIATE, True),
        (fair.meetings[0].id, NextStep.VISIT, False),
    ]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_leads_as_a_file_say_whom_to_call(session: Session, fair: Fair, ending: str) -> None:
    need = fair.meetings[0].need
    assert need is not None
    need.contact_name, need.contact_phone = "示例·李工", "0379-00000001"
    steps(session, fair.organizer, fair, 0, NextStep.CONTRACT, NextStep.VISIT)
    rate_meeting(session, fair.organizer, fair.meetings[0].id, Side.NEED, 5)
    content = follow_ups_file(session, fair.event, ending)
    if ending == "csv":
        heading, line = [row.split(",") for row in content.decode("utf-8-sig").splitlines()]
    else:
        sheet = load_workbook(BytesIO(content)).active
        assert sheet is not None
        heading, line = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    told = dict(zip(heading, line, strict=True))
    assert (told["意向"], told["双方都有意"], told["企业评分"]) == ("拟签合同", "是", "5")
    assert told["企业联系方式"] == "示例·李工 0379-00000001"
    assert told["供给方"] == fair.teams[0].name
    with pytest.raises(InvalidInput):
        follow_ups_file(session, fair.event, "pdf")
