import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import ChangeCause, CooperationChange, Stage
from matchmaker.domain.errors import Conflict, NotFound
from matchmaker.domain.events.event import Meeting
from matchmaker.domain.interest import Interest, InterestAction
from matchmaker.domain.vocabulary import NextStep, Role, Side, Visibility
from matchmaker.services.cooperation import interests
from matchmaker.services.cooperation.beginning import begin_from_interest, begin_from_meeting
from matchmaker.services.cooperation.lists import cooperations_about
from matchmaker.services.cooperation.stages import add_note, fail, step_back
from matchmaker.services.events.onsite.ratings import choose_next_step, withdraw_rating
from tests.factories import make_need, make_offer, make_user
from tests.services.cooperation.scene import Scene, accepted_interest, cooperations
from tests.services.running_event import Fair


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


def test_accepting_an_interest_begins_a_cooperation(session: Session) -> None:
    engineer, researcher = make_user(session), make_user(session, Role.RESEARCHER)
    need, offer = make_need(session, engineer.organization), make_offer(session, researcher.organization)

    pair = interests.get_contactable_pair(session, engineer, Side.NEED, need.id, offer.id)
    interest = interests.ask(session, engineer, pair, "想请教滑靴偏磨", "")
    assert cooperations(session) == []
    interests.act(session, researcher, interest.id, InterestAction.ACCEPT, "", "")
    (cooperation,) = cooperations(session)
    assert (cooperation.stage, cooperation.changes[0].cause) == (Stage.CONTACT, ChangeCause.INTEREST)
    assert cooperations_about(session, engineer, [interest]) == {interest.id: cooperation}


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
