from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import ContractKind, ContractTerms, Stage
from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.vocabulary import NextStep, Side
from matchmaker.services.cooperation.beginning import begin_from_meeting
from matchmaker.services.cooperation.contracts import read_terms, record_contract
from matchmaker.services.cooperation.lists import (
    CooperationFilters,
    all_cooperations,
    cooperations_file,
    count_stages,
    own_cooperations,
    total_cooperations,
)
from matchmaker.services.cooperation.stages import add_note, advance, fail, step_back
from matchmaker.services.events.onsite.ratings import choose_next_step
from matchmaker.services.events.onsite.results import event_results
from tests.services.cooperation.scene import TERMS, TODAY, WORDS, Scene, cooperations
from tests.services.running_event import Fair


def test_own_cooperations_have_the_open_ones_first(session: Session, fair: Fair) -> None:
    made = [begin_from_meeting(session, fair.organizer, meeting.id) for meeting in fair.meetings]
    fail(session, fair.organizer, made[3].id, made[3].version, "没有下文")
    add_note(session, fair.organizer, made[1].id, "约好了")
    assert list(own_cooperations(session, fair.researcher)) == [made[1], made[2], made[0], made[3]]
    assert list(own_cooperations(session, fair.engineer)) == [made[0], made[3]]


def test_organizers_narrow_the_list_and_add_it_up(session: Session, fair: Fair, scene: Scene) -> None:
    fair.firms[0].organization.district_code = "jianxi"
    made = [begin_from_meeting(session, fair.organizer, meeting.id) for meeting in fair.meetings[:3]]
    for cooperation, value in zip(made, ("0.1", "0.2"), strict=False):
        terms = ContractTerms(ContractKind.SERVICE, TODAY, Decimal(value), Decimal("0.1"))
        record_contract(session, fair.organizer, cooperation.id, terms, cooperation.version)
    of_event = CooperationFilters(event_id=fair.event.id)
    totals = total_cooperations(session, of_event)
    assert (totals.cooperations, totals.contracts) == (3, 2)
    assert (totals.contract_value, totals.technology_value) == (Decimal("0.3"), Decimal("0.2"))
    assert total_cooperations(session, CooperationFilters()).cooperations == 4
    signed_there = CooperationFilters(stage=Stage.CONTRACT, district="jianxi")
    assert list(all_cooperations(session, signed_there).lines) == [made[0]]
    stages = count_stages(session, signed_there)
    assert (stages[Stage.CONTRACT], stages[Stage.CONTACT]) == (1, 0)
    assert all_cooperations(session, of_event, 99).number == 1


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_list_is_a_file_with_numbers(session: Session, fair: Fair, ending: str) -> None:
    cooperation = begin_from_meeting(session, fair.organizer, fair.meetings[0].id)
    record_contract(session, fair.organizer, cooperation.id, TERMS, cooperation.version)
    content = cooperations_file(session, CooperationFilters(), ending)
    rows: list[list[object]]
    if ending == "csv":
        rows = [[*row.split(",")] for row in content.decode("utf-8-sig").splitlines()]
    else:
        sheet = load_workbook(BytesIO(content)).active
        assert sheet is not None
        rows = [[*row] for row in sheet.values]
    heading, line = rows
    value = "50.123456" if ending == "csv" else 50.123456
    told = dict(zip(heading, line, strict=True))
    assert (told["阶段"], told["来自活动"]) == ("签约", fair.event.name)
    assert told["合同成交额（万元）"] == value
    with pytest.raises(InvalidInput):
        cooperations_file(session, CooperationFilters(), "pdf")


def test_the_results_of_an_event_say_what_was_signed(session: Session, fair: Fair, scene: Scene) -> None:
    for number in (0, 1):
        choose_next_step(session, fair.organizer, fair.meetings[number].id, Side.NEED, NextStep.NEGOTIATE)
        fair.meetings[number].status = fair.meetings[number].status.HELD
    session.commit()
    _, first, second = cooperations(session)
    advance(session, fair.organizer, first.id, Stage.LETTER_OF_INTENT, first.version)
    record_contract(session, fair.organizer, first.id, TERMS, first.version)
    advance(session, fair.organizer, second.id, Stage.LETTER_OF_INTENT, second.version)
    step_back(session, fair.organizer, second.id, second.version)
    record_contract(session, scene.engineer, scene.id, read_terms(WORDS, TODAY), scene.version)
    told = event_results(session, fair.event).cooperations
    assert (told.cooperations, told.letters_of_intent, told.contracts) == (2, 1, 1)
    assert (told.contract_value, told.technology_value) == (TERMS.contract_value, TERMS.technology_value)
