from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import (
    Stage,
)
from matchmaker.domain.errors import NotFound
from matchmaker.domain.vocabulary import MembershipStatus, Role
from matchmaker.services.cooperation.access import ChangedMeanwhile, get_cooperation
from matchmaker.services.cooperation.contracts import (
    change_contract,
    get_contract,
    record_contract,
    withdraw_contract,
)
from matchmaker.services.cooperation.lists import (
    own_cooperations,
)
from matchmaker.services.cooperation.stages import add_note, advance, fail, step_back
from tests.factories import make_user
from tests.services.cooperation.scene import TERMS, Scene


def test_the_second_of_two_is_told_who_was_first(session: Session, scene: Scene) -> None:
    seen = scene.version
    advance(session, scene.engineer, scene.id, Stage.NEGOTIATION, seen)
    advance(session, scene.engineer, scene.id, Stage.NEGOTIATION, seen)  # a double click
    with pytest.raises(ChangedMeanwhile, match=f"{scene.engineer.name}.*洽谈"):
        advance(session, scene.researcher, scene.id, Stage.LETTER_OF_INTENT, seen)
    with pytest.raises(ChangedMeanwhile):
        record_contract(session, scene.researcher, scene.id, TERMS, seen)
    assert scene.cooperation.stage is Stage.NEGOTIATION
    assert len(scene.cooperation.changes) == 2


def test_for_strangers_there_is_no_such_cooperation(session: Session, scene: Scene) -> None:
    contract = record_contract(session, scene.engineer, scene.id, TERMS, scene.version)
    waiting = make_user(session, organization=scene.engineer.organization, owner=False)
    assert waiting.membership is not None
    waiting.membership.status = MembershipStatus.PENDING
    session.commit()
    before = len(scene.cooperation.changes)
    for person in (make_user(session), make_user(session, Role.RESEARCHER), make_user(session, Role.BROKER), waiting):
        verbs: list[Callable[[], object]] = [
            partial(get_cooperation, session, person, scene.id),
            partial(advance, session, person, scene.id, Stage.PERFORMING, scene.version),
            partial(step_back, session, person, scene.id, scene.version),
            partial(fail, session, person, scene.id, scene.version, "不想看到它"),
            partial(add_note, session, person, scene.id, "来过"),
            partial(record_contract, session, person, scene.id, TERMS, scene.version),
            partial(get_contract, session, person, scene.id, contract.id),
            partial(change_contract, session, person, scene.id, contract.id, TERMS, scene.version),
            partial(withdraw_contract, session, person, scene.id, contract.id, scene.version),
        ]
        for verb in verbs:
            with pytest.raises(NotFound):
                verb()
        assert list(own_cooperations(session, person)) == []
    assert len(scene.cooperation.changes) == before


def test_a_colleague_of_either_side_and_organizers_may(session: Session, scene: Scene) -> None:
    colleague = make_user(session, organization=scene.engineer.organization, owner=False)
    for person in (scene.engineer, scene.researcher, colleague, scene.organizer):
        assert get_cooperation(session, person, scene.id) is scene.cooperation
        add_note(session, person, scene.id, f"{person.name} 来过")
    assert list(own_cooperations(session, scene.researcher)) == [scene.cooperation]
    assert list(own_cooperations(session, scene.organizer)) == []
