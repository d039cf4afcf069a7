from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import ChangeCause, ContractKind, ContractTerms, Stage, TechnologyContract
from matchmaker.domain.errors import Conflict, InvalidInput, NotFound, ValidationErrors
from matchmaker.domain.vocabulary import Side
from matchmaker.services.cooperation.beginning import begin_from_meeting
from matchmaker.services.cooperation.by_hand import begin_by_hand
from matchmaker.services.cooperation.contracts import change_contract, read_terms, record_contract, withdraw_contract
from matchmaker.services.cooperation.stages import advance, fail, step_back
from matchmaker.services.learning.from_feedback import VALUES
from tests.factories import make_organization
from tests.services.cooperation.scene import TERMS, TODAY, WORDS, Scene, signed
from tests.services.running_event import Fair


def test_a_contract_brings_it_forward_and_is_learned_from(session: Session, scene: Scene) -> None:
    record_contract(session, scene.researcher, scene.id, TERMS, scene.version)
    assert scene.cooperation.stage is Stage.CONTRACT
    session.expire_all()
    (contract,) = session.scalars(select(TechnologyContract))
    assert (contract.contract_value, contract.technology_value) == (Decimal("50.123456"), Decimal("45.5"))
    assert (contract.buyer, contract.seller) == scene.cooperation.parties
    (said,) = signed(session)
    assert (said.person_id, said.side) == (scene.researcher.id, Side.OFFER)
    assert (said.need_id, said.offer_id) == (scene.cooperation.need_id, scene.cooperation.offer_id)
    assert VALUES[said.kind] == max(VALUES.values())


def test_taking_the_contract_back_undoes_all_of_it(session: Session, scene: Scene) -> None:
    advance(session, scene.engineer, scene.id, Stage.NEGOTIATION, scene.version)
    contract = record_contract(session, scene.engineer, scene.id, TERMS, scene.version)
    with pytest.raises(Conflict, match="请撤回那份合同"):
        step_back(session, scene.engineer, scene.id, scene.version)
    advance(session, scene.engineer, scene.id, Stage.PERFORMING, scene.version)
    withdraw_contract(session, scene.researcher, scene.id, contract.id, scene.version)
    assert (scene.cooperation.stage, scene.cooperation.contracts) == (Stage.NEGOTIATION, [])
    assert scene.cooperation.path == (Stage.CONTACT, Stage.NEGOTIATION), "no letter of intent appears from nowhere"
    assert signed(session) == []
    last = scene.cooperation.changes[-1]
    assert (last.cause, last.person) == (ChangeCause.TAKEN_BACK, scene.researcher)
    assert "50.123456 万元" in last.note


def test_while_another_contract_stands_so_does_the_rest(session: Session, scene: Scene) -> None:
    first = record_contract(session, scene.engineer, scene.id, TERMS, scene.version)
    service = ContractTerms(ContractKind.SERVICE, TODAY, Decimal(3), Decimal(3))
    second = record_contract(session, scene.engineer, scene.id, service, scene.version)
    withdraw_contract(session, scene.engineer, scene.id, first.id, scene.version)
    assert scene.cooperation.stage is Stage.CONTRACT
    assert len(signed(session)) == 1
    withdraw_contract(session, scene.engineer, scene.id, second.id, scene.version)
    assert (scene.cooperation.stage, signed(session)) == (Stage.CONTACT, [])


def test_a_retry_records_nothing_twice(session: Session, scene: Scene) -> None:
    seen = scene.version
    first = record_contract(session, scene.engineer, scene.id, TERMS, seen)
    assert record_contract(session, scene.engineer, scene.id, TERMS, seen) is first
    assert len(scene.cooperation.contracts) == 1


def test_the_registration_number_comes_later_and_is_nobody_elses(session: Session, scene: Scene) -> None:
    contract = record_contract(session, scene.engineer, scene.id, TERMS, scene.version)
    registered = read_terms(WORDS | {"registration_number": " ２０２６-4103 01 "}, TODAY)
    change_contract(session, scene.engineer, scene.id, contract.id, registered, scene.version)
    assert contract.registration_number == "2026-410301"
    assert (scene.cooperation.stage, len(signed(session))) == (Stage.CONTRACT, 1)
    other = begin_by_hand(
        session,
        scene.organizer,
        {
            "need_organization": make_organization(session).name,
            "offer_organization": make_organization(session).name,
            "title": "另一项合作",
        },
    )
    with pytest.raises(InvalidInput, match="另一份合同") as refused:
        record_contract(session, scene.organizer, other.id, registered, other.version)
    assert refused.value.field == "registration_number"
    assert other.stage is Stage.CONTACT


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("50", "50"),
        ("５０.５万元", "50.5"),
        ("1.2亿", "12000"),
        ("1,234,567.89元", "123.456789"),
        ("345600元", "34.56"),
    ],
)
def test_amounts_are_exact(typed: str, value: str) -> None:
    terms = read_terms(WORDS | {"contract_value": typed, "technology_value": ""}, TODAY)
    assert terms.contract_value == terms.technology_value == Decimal(value)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"kind": "marriage"}, "kind"),
        ({"signed_on": ""}, "signed_on"),
        ({"signed_on": "2026-07-02"}, "signed_on"),
        ({"signed_on": "上周"}, "signed_on"),
        ({"contract_value": ""}, "contract_value"),
        ({"contract_value": "0"}, "contract_value"),
        ({"contract_value": "-5"}, "contract_value"),
        ({"contract_value": "50-80"}, "contract_value"),
        ({"contract_value": "面议"}, "contract_value"),
        ({"contract_value": "0.0000001"}, "contract_value"),
        ({"contract_value": "99999999999"}, "contract_value"),
        ({"contract_value": "nan"}, "contract_value"),
        ({"technology_value": "50.01"}, "technology_value"),
        ({"registration_number": "登记号"}, "registration_number"),
        ({"registration_number": "1" * 41}, "registration_number"),
    ],
)
def test_what_is_no_contract_is_refused(change: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationErrors) as refused:
        read_terms(WORDS | change, TODAY)
    assert {problem.field for problem in refused.value.problems} == {field}


def test_the_database_keeps_impossible_values_out(session: Session, scene: Scene) -> None:
    contract = record_contract(session, scene.engineer, scene.id, TERMS, scene.version)
    contract.technology_value = contract.contract_value + 1
    with pytest.raises(IntegrityError):
        session.commit()


def test_what_was_ended_is_not_signed(session: Session, scene: Scene) -> None:
    contract = record_contract(session, scene.engineer, scene.id, TERMS, scene.version)
    fail(session, scene.engineer, scene.id, scene.version, "合同解除")
    with pytest.raises(Conflict):
        record_contract(session, scene.engineer, scene.id, read_terms(WORDS, TODAY), scene.version)
    with pytest.raises(Conflict):
        withdraw_contract(session, scene.engineer, scene.id, contract.id, scene.version)


def test_a_contract_belongs_to_its_own_cooperation(session: Session, scene: Scene, fair: Fair) -> None:
    contract = record_contract(session, scene.engineer, scene.id, TERMS, scene.version)
    other = begin_from_meeting(session, fair.organizer, fair.meetings[0].id)
    with pytest.raises(NotFound):
        withdraw_contract(session, scene.organizer, other.id, contract.id, other.version)
