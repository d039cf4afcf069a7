"""What comes of a meeting: where a cooperation begins, who may do what with it, what is signed and taken back."""

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import Stage
from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.services.cooperation.access import ChangedMeanwhile
from matchmaker.services.cooperation.stages import add_note, advance, fail, step_back
from tests.services.cooperation.scene import Scene


def test_forward_back_and_to_its_end(session: Session, scene: Scene) -> None:
    advance(session, scene.engineer, scene.id, Stage.NEGOTIATION, scene.version)
    advance(session, scene.researcher, scene.id, Stage.LETTER_OF_INTENT, scene.version, "意向协议已寄出")
    step_back(session, scene.researcher, scene.id, scene.version, "点早了")
    assert scene.cooperation.path == (Stage.CONTACT, Stage.NEGOTIATION)
    fail(session, scene.engineer, scene.id, scene.version, "预算没批下来")
    assert (scene.cooperation.stage, scene.cooperation.reason_of_failure) == (Stage.FAILED, "预算没批下来")
    assert scene.cooperation.path == (Stage.CONTACT, Stage.NEGOTIATION, Stage.FAILED)
    step_back(session, scene.organizer, scene.id, scene.version)
    assert scene.cooperation.stage is Stage.NEGOTIATION
    assert [(change.stage_before, change.stage) for change in scene.cooperation.changes[1:]] == [
        (Stage.CONTACT, Stage.NEGOTIATION),
        (Stage.NEGOTIATION, Stage.LETTER_OF_INTENT),
        (Stage.LETTER_OF_INTENT, Stage.NEGOTIATION),
        (Stage.NEGOTIATION, Stage.FAILED),
        (Stage.FAILED, Stage.NEGOTIATION),
    ]


def test_one_step_back_is_where_it_came_from(session: Session, scene: Scene) -> None:
    advance(session, scene.engineer, scene.id, Stage.LETTER_OF_INTENT, scene.version)
    step_back(session, scene.engineer, scene.id, scene.version)
    assert scene.cooperation.stage is Stage.CONTACT
    with pytest.raises(Conflict, match="没有上一步"):
        step_back(session, scene.engineer, scene.id, scene.version)


@pytest.mark.parametrize("stage", [Stage.CONTRACT, Stage.PERFORMING, Stage.COMPLETED, Stage.FAILED])
def test_nothing_is_signed_by_clicking_forward(session: Session, scene: Scene, stage: Stage) -> None:
    with pytest.raises(Conflict, match="不能直接到"):
        advance(session, scene.engineer, scene.id, stage, scene.version)


def test_ending_needs_a_reason(session: Session, scene: Scene) -> None:
    with pytest.raises(InvalidInput, match="原因"):
        fail(session, scene.engineer, scene.id, scene.version, " … ")
    fail(session, scene.engineer, scene.id, scene.version, "另有供应商")
    fail(session, scene.engineer, scene.id, 1, "另有供应商")
    with pytest.raises(ChangedMeanwhile):
        fail(session, scene.researcher, scene.id, 1, "对方不再回复")
    with pytest.raises(Conflict):
        fail(session, scene.researcher, scene.id, scene.version, "对方不再回复")


def test_notes_do_not_get_in_each_others_way(session: Session, scene: Scene) -> None:
    add_note(session, scene.engineer, scene.id, "样品已寄出")
    add_note(session, scene.engineer, scene.id, "样品已寄出")
    add_note(session, scene.researcher, scene.id, "样品已收到")
    assert [change.note for change in scene.cooperation.changes] == ["", "样品已寄出", "样品已收到"]
    with pytest.raises(InvalidInput):
        add_note(session, scene.engineer, scene.id, "")
    with pytest.raises(InvalidInput, match="最多 500 字"):
        add_note(session, scene.engineer, scene.id, "长" * 501)
