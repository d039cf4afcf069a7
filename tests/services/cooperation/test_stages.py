"""What comes of a meeting: where a cooperation begins, who may do what with it, what is signed and taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import (
    ChangeCause,
    ContractKind,
    ContractTerms,
    Cooperation,
    CooperationChange,
    Stage,
    TechnologyContract,
)
from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, ValidationErrors
from matchmaker.domain.events.event import Meeting
from matchmaker.domain.interest import Interest, InterestAction
from matchmaker.domain.learning.feedback import Feedback, FeedbackKind
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import MembershipStatus, NextStep, OrganizationKind, Role, Side, Visibility
from matchmaker.services.cooperation import interests
from matchmaker.services.cooperation.access import ChangedMeanwhile, get_cooperation
from matchmaker.services.cooperation.beginning import begin_from_interest, begin_from_meeting
from matchmaker.services.cooperation.by_hand import AlreadyBegun, begin_by_hand
from matchmaker.services.cooperation.contracts import (
    change_contract,
    get_contract,
    read_terms,
    record_contract,
    withdraw_contract,
)
from matchmaker.services.cooperation.lists import (
    CooperationFilters,
    all_cooperations,
    cooperations_about,
    cooperations_file,
    count_stages,
    own_cooperations,
    total_cooperations,
)
from matchmaker.services.cooperation.stages import add_note, advance, fail, step_back
from matchmaker.services.events.onsite.ratings import choose_next_step, withdraw_rating
from matchmaker.services.events.onsite.results import event_results
from matchmaker.services.learning.from_feedback import VALUES
from tests.factories import make_need, make_offer, make_organization, make_user
from tests.services.running_event import Fair, make_fair

TODAY = date(2026, 7, 1)
TERMS = ContractTerms(ContractKind.DEVELOPMENT, date(2026, 6, 30), Decimal("50.123456"), Decimal("45.5"))


@pytest.fixture
def fair(session: Session) -> Fair:
    return make_fair(session)


@dataclass
class Scene:
    """A cooperation between an engineer's enterprise and a researcher's university, just begun."""

    engineer: User
    researcher: User
    organizer: User
    cooperation: Cooperation

    @property
    def id(self) -> int:
        return self.cooperation.id

    @property
    def version(self) -> int:
        return self.cooperation.version


@pytest.fixture
def scene(session: Session) -> Scene:
    engineer, researcher, organizer = (
        make_user(session),
        make_user(session, Role.RESEARCHER),
        make_user(session, Role.ORGANIZER),
    )
    interest = accepted_interest(
        session, make_need(session, engineer.organization), make_offer(session, researcher.organization)
    )
    cooperation = begin_from_interest(session, researcher, interest)
    session.commit()
    return Scene(engineer, researcher, organizer, cooperation)


def accepted_interest(session: Session, need: Need, offer: Offer) -> Interest:
    interest = Interest(need=need, offer=offer, side=Side.NEED)
    session.add(interest)
    session.flush()
    return interest


def cooperations(session: Session) -> list[Cooperation]:
    return list(session.scalars(select(Cooperation).order_by(Cooperation.id)))


def signed(session: Session) -> list[Feedback]:
    standing = select(Feedback).where(Feedback.kind == FeedbackKind.SIGNED, Feedback.undone_at.is_(None))
    return list(session.scalars(standing))


# --- after a meeting


@pytest.mark.parametrize(
    ("step", "stage"),
    [
        (NextStep.VISIT, Stage.CONTACT),
        (NextStep.NEGOTIATE, Stage.NEGOTIATION),
        (NextStep.CONTRACT, Stage.NEGOTIATION),
    ],
)
def test_who_wants_to_go_on_has_a_cooperation(session: Session, fair: Fair, step: NextStep, stage: Stage) -> None:
    meeting = fair.meetings[0]
    choose_next_step(session, fair.engineer, meeting.id, Side.NEED, step)
    (cooperation,) = cooperations(session)
    assert (cooperation.stage, cooperation.meeting, cooperation.event) == (stage, meeting, fair.event)
    assert (cooperation.need, cooperation.offer) == (meeting.need, meeting.offer)
    assert cooperation.parties == (fair.firms[0].organization, fair.teams[0].organization)
    assert meeting.need is not None
    assert cooperation.title == meeting.need.title
    (change,) = cooperation.changes
    assert (change.person, change.stage_before, change.stage) == (fair.engineer, None, stage)
    assert change.cause is ChangeCause.MEETING


@pytest.mark.parametrize("step", [NextStep.NONE, NextStep.EXCHANGE])
def test_who_does_not_has_none(session: Session, fair: Fair, step: NextStep) -> None:
    choose_next_step(session, fair.engineer, fair.meetings[0].id, Side.NEED, step)
    assert cooperations(session) == []


def test_what_both_say_is_one_cooperation(session: Session, fair: Fair) -> None:
    choose_next_step(session, fair.engineer, fair.meetings[0].id, Side.NEED, NextStep.VISIT)
    choose_next_step(session, fair.researcher, fair.meetings[0].id, Side.OFFER, NextStep.NEGOTIATE)
    choose_next_step(session, fair.researcher, fair.meetings[0].id, Side.OFFER, NextStep.NEGOTIATE)
    (cooperation,) = cooperations(session)
    assert cooperation.path == (Stage.CONTACT, Stage.NEGOTIATION)
    assert [change.person for change in cooperation.changes] == [fair.engineer, fair.researcher]


def test_until_somebody_touches_it_it_follows_the_ratings(session: Session, fair: Fair) -> None:
    meeting_id = fair.meetings[0].id
    choose_next_step(session, fair.engineer, meeting_id, Side.NEED, NextStep.NEGOTIATE)
    choose_next_step(session, fair.engineer, meeting_id, Side.NEED, NextStep.VISIT)
    assert cooperations(session)[0].stage is Stage.CONTACT
    choose_next_step(session, fair.engineer, meeting_id, Side.NEED, NextStep.NONE)
    assert cooperations(session) == []
    assert session.scalar(select(func.count(CooperationChange.id))) == 0
    choose_next_step(session, fair.engineer, meeting_id, Side.NEED, NextStep.CONTRACT)
    withdraw_rating(session, fair.engineer, meeting_id, Side.NEED)
    assert cooperations(session) == []


def test_what_somebody_worked_at_stays(session: Session, fair: Fair) -> None:
    meeting_id = fair.meetings[0].id
    choose_next_step(session, fair.engineer, meeting_id, Side.NEED, NextStep.VISIT)
    (cooperation,) = cooperations(session)
    add_note(session, fair.researcher, cooperation.id, "约好下周三到厂里看")
    choose_next_step(session, fair.engineer, meeting_id, Side.NEED, NextStep.NONE)
    assert cooperations(session) == [cooperation]
    choose_next_step(session, fair.engineer, meeting_id, Side.NEED, NextStep.NEGOTIATE)
    assert cooperation.stage is Stage.NEGOTIATION
    fail(session, fair.engineer, cooperation.id, cooperation.version, "价格谈不拢")
    choose_next_step(session, fair.engineer, meeting_id, Side.NEED, NextStep.CONTRACT)
    assert [(one.id, one.stage) for one in cooperations(session)] == [(cooperation.id, Stage.FAILED)]


def test_an_interest_and_a_meeting_of_the_same_two_lead_to_one(session: Session, fair: Fair) -> None:
    meeting = fair.meetings[0]
    assert meeting.need is not None
    assert meeting.offer is not None
    interest = accepted_interest(session, meeting.need, meeting.offer)
    cooperation = begin_from_interest(session, fair.engineer, interest)
    choose_next_step(session, fair.engineer, meeting.id, Side.NEED, NextStep.NEGOTIATE)
    assert cooperations(session) == [cooperation]
    assert cooperation.stage is Stage.NEGOTIATION
    choose_next_step(session, fair.engineer, meeting.id, Side.NEED, NextStep.NONE)
    assert cooperations(session) == [cooperation]
    assert cooperations_about(session, fair.engineer, fair.meetings) == {meeting.id: cooperation}


def test_a_meeting_without_postings_has_its_own(session: Session, fair: Fair) -> None:
    for meeting in fair.meetings[:2]:
        meeting.need_id = None
    session.commit()
    session.expire_all()
    for meeting in fair.meetings[:2]:
        choose_next_step(session, fair.organizer, meeting.id, Side.NEED, NextStep.VISIT)
        choose_next_step(session, fair.organizer, meeting.id, Side.OFFER, NextStep.VISIT)
    assert [one.meeting for one in cooperations(session)] == fair.meetings[:2]


def test_what_only_organizers_may_read_names_no_cooperation(session: Session, fair: Fair) -> None:
    meeting = fair.meetings[0]
    assert meeting.need is not None
    assert meeting.offer is not None
    meeting.need.visibility = Visibility.PRIVATE
    session.commit()
    choose_next_step(session, fair.engineer, meeting.id, Side.NEED, NextStep.VISIT)
    assert cooperations(session)[0].title == meeting.offer.title


def test_one_organization_does_not_cooperate_with_itself(session: Session, fair: Fair) -> None:
    fair.teams[0].organization = fair.firms[0].organization
    session.commit()
    choose_next_step(session, fair.engineer, fair.meetings[0].id, Side.NEED, NextStep.VISIT)
    assert cooperations(session) == []


def test_an_organizer_follows_up_a_lead_with_one_click(session: Session, fair: Fair) -> None:
    fair.meetings[0].offer_next_step = NextStep.NEGOTIATE
    session.commit()
    cooperation = begin_from_meeting(session, fair.organizer, fair.meetings[0].id)
    assert cooperation.stage is Stage.NEGOTIATION
    assert begin_from_meeting(session, fair.organizer, fair.meetings[0].id) is cooperation
    for person, meeting_id in ((fair.engineer, fair.meetings[1].id), (fair.organizer, 999_999)):
        with pytest.raises(NotFound):
            begin_from_meeting(session, person, meeting_id)
    assert cooperations(session) == [cooperation]


def test_a_meeting_that_leaves_the_plan_leaves_its_cooperation(session: Session, fair: Fair) -> None:
    cooperation = begin_from_meeting(session, fair.organizer, fair.meetings[0].id)
    session.delete(session.get_one(Meeting, fair.meetings[0].id))
    session.commit()
    session.refresh(cooperation)
    assert (cooperation.meeting, cooperation.event) == (None, fair.event)


# --- after an interest, by hand


def test_accepting_an_interest_begins_a_cooperation(session: Session) -> None:
    engineer, researcher = make_user(session), make_user(session, Role.RESEARCHER)
    need, offer = make_need(session, engineer.organization), make_offer(session, researcher.organization)

    class Silent:
        def send(self, to: str, subject: str, text: str) -> None: ...

    pair = interests.get_askable(session, engineer, Side.NEED, need.id, offer.id)
    interest = interests.ask(session, Silent(), engineer, pair, "想请教滑靴偏磨", "")
    assert cooperations(session) == []
    interests.act(session, Silent(), researcher, interest.id, InterestAction.ACCEPT, "", "")
    (cooperation,) = cooperations(session)
    assert (cooperation.stage, cooperation.changes[0].cause) == (Stage.CONTACT, ChangeCause.INTEREST)
    assert cooperations_about(session, engineer, [interest]) == {interest.id: cooperation}


def test_an_organizer_writes_down_what_they_heard_of(session: Session, scene: Scene, fair: Fair) -> None:
    firm, university = make_organization(session), make_organization(session, OrganizationKind.UNIVERSITY)
    need = make_need(session, firm, code="N7")
    words = {
        "need_organization": f" {firm.name} ",
        "offer_organization": university.name,
        "need": "N7",
        "stage": "letter_of_intent",
        "event": str(fair.event.id),
        "note": "电话回访得知",
    }
    cooperation = begin_by_hand(session, scene.organizer, words)
    assert (cooperation.title, cooperation.need, cooperation.offer) == (need.title, need, None)
    assert (cooperation.stage, cooperation.event) == (Stage.LETTER_OF_INTENT, fair.event)
    assert cooperation.changes[0].note == "电话回访得知"
    with pytest.raises(AlreadyBegun) as refused:
        begin_by_hand(session, scene.organizer, words)
    assert refused.value.cooperation is cooperation
    with pytest.raises(NotAllowed):
        begin_by_hand(session, scene.engineer, words)


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ({}, {"need_organization", "offer_organization"}),
        ({"need_organization": "没有的厂", "offer_organization": "示例甲"}, {"need_organization"}),
        ({"need_organization": "示例甲", "offer_organization": "示例甲"}, {"offer_organization"}),
        ({"need_organization": "示例甲", "offer_organization": "示例乙"}, {"title"}),
        ({"need_organization": "示例甲", "offer_organization": "示例乙", "need": "X9"}, {"need", "title"}),
        ({"need_organization": "示例甲", "offer_organization": "示例乙", "title": "长" * 121}, {"title"}),
    ],
)
def test_what_is_wrong_is_said_of_each_field(
    session: Session, scene: Scene, words: dict[str, str], fields: set[str]
) -> None:
    make_organization(session, name="示例甲")
    make_organization(session, OrganizationKind.UNIVERSITY, name="示例乙")
    with pytest.raises(ValidationErrors) as refused:
        begin_by_hand(session, scene.organizer, words)
    assert {problem.field for problem in refused.value.problems} == fields
    assert len(cooperations(session)) == 1


# --- stages


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


def test_notes_do_not_get_in_each_others_way(session: Session, scene: Scene) -> None:
    add_note(session, scene.engineer, scene.id, "样品已寄出")
    add_note(session, scene.engineer, scene.id, "样品已寄出")
    add_note(session, scene.researcher, scene.id, "样品已收到")
    assert [change.note for change in scene.cooperation.changes] == ["", "样品已寄出", "样品已收到"]
    with pytest.raises(InvalidInput):
        add_note(session, scene.engineer, scene.id, "")
    with pytest.raises(InvalidInput, match="最多 500 字"):
        add_note(session, scene.engineer, scene.id, "长" * 501)


def test_a_pair_has_one_open_cooperation(session: Session, scene: Scene) -> None:
    interest = session.scalars(select(Interest)).one()
    assert begin_from_interest(session, scene.engineer, interest) is scene.cooperation
    fail(session, scene.engineer, scene.id, scene.version, "先放一放")
    again = begin_from_interest(session, scene.engineer, interest)
    session.commit()
    assert again is not scene.cooperation
    with pytest.raises(Conflict, match="另一项进行中"):
        step_back(session, scene.engineer, scene.id, scene.version)
    assert cooperations_about(session, scene.engineer, [interest]) == {interest.id: again}


# --- contracts


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


WORDS = {
    "kind": "development",
    "signed_on": "2026-06-30",
    "contract_value": "50",
    "technology_value": "45.5",
    "registration_number": "",
}


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


# --- who may


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


def test_a_contract_belongs_to_its_own_cooperation(session: Session, scene: Scene, fair: Fair) -> None:
    contract = record_contract(session, scene.engineer, scene.id, TERMS, scene.version)
    other = begin_from_meeting(session, fair.organizer, fair.meetings[0].id)
    with pytest.raises(NotFound):
        withdraw_contract(session, scene.organizer, other.id, contract.id, other.version)


# --- lists, totals, the results report


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
