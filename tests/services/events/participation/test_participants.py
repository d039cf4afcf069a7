from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, NotFound, ValidationErrors
from matchmaker.domain.events.event import Event, PairDecision
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.vocabulary import MeetingStatus, OrganizationKind, Side
from matchmaker.services.events.pairing.partnerships import pin_pair
from matchmaker.services.events.participation.delegates import DelegateValues, add_delegate
from matchmaker.services.events.participation.participants import (
    ParticipantLimits,
    PartyFilter,
    acts_for,
    add_participants,
    addable_parties,
    open_posting_ids,
    own_participants,
    remove_participants,
    set_limits,
)
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.scheduling.match_list import build_match_list
from matchmaker.services.indexing.search_index import SearchIndex
from tests.factories import make_need, make_offer, make_organization, make_user
from tests.fairs import instant, make_fair, make_participant
from tests.services.fairs import make_event, make_team, needs_of, offers_of


@pytest.fixture
def announced(session: Session) -> Event:
    return make_fair(session, registration_open=True)


def test_a_participant_with_requests_can_be_taken_out(session: Session, announced: Event) -> None:
    need_side, offer_side = make_participant(session, announced), make_participant(session, announced, Side.OFFER)
    session.add(
        MeetingRequest(
            event=announced, need_side=need_side, offer_side=offer_side, side=Side.NEED, expires_at=instant(9)
        )
    )
    session.commit()
    assert remove_participants(session, None, announced, [need_side.id]) == 1


def test_people_of_a_participant_are_members_and_delegates(session: Session, announced: Event) -> None:
    member, delegate, stranger = make_user(session), make_user(session), make_user(session)
    participant = make_participant(session, announced, organization=member.organization)
    add_delegate(session, member, participant.id, DelegateValues(delegate.name, email=delegate.email))
    assert [acts_for(one, participant) for one in (member, delegate, stranger)] == [True, True, False]
    assert own_participants(session, delegate, announced) == [participant]
    assert own_participants(session, stranger, announced) == []
    delegate.active = False
    assert not acts_for(delegate, participant)


def listed(session: Session, event: Event) -> set[tuple[int, int]]:
    return {(meeting.need_side_id, meeting.offer_side_id) for meeting in meetings_of(session, event)}


@pytest.mark.slow
def test_parties_are_filtered_by_name_industry_and_district(session: Session) -> None:
    event = make_event(session)
    bearing = make_organization(
        session, name="瀍河轴承厂", district_code="chanhe", industry_code="equipment_manufacturing"
    )
    pharma = make_organization(session, name="高新制药厂", district_code="gaoxin")
    make_need(session, bearing)
    make_need(session, pharma, industry_code="biomedicine")
    make_organization(session, name="没有需求的厂")

    def found(**wanted: object) -> set[str]:
        parties = addable_parties(session, event, Side.NEED, PartyFilter(**wanted))  # type: ignore[arg-type]
        return {party.organization.name for party in parties}

    assert found() == {"瀍河轴承厂", "高新制药厂"}
    assert found(text="轴承") == {"瀍河轴承厂"}
    assert found(industry="biomedicine") == {"高新制药厂"}, "the industry of a need counts as well"
    assert found(district="chanhe") == {"瀍河轴承厂"}
    assert found(without_postings=True) == {"瀍河轴承厂", "高新制药厂", "没有需求的厂"}


@pytest.mark.slow
def test_expired_and_draft_postings_do_not_count(session: Session) -> None:
    event = make_event(session)
    make_need(session, valid_until=date.today() - timedelta(days=1))

    assert addable_parties(session, event, Side.NEED, PartyFilter()) == []


@pytest.mark.slow
def test_adding_twice_changes_nothing_and_what_does_not_exist_is_refused(session: Session, fair: Event) -> None:
    participant = needs_of(session, fair)[0]

    assert add_participants(session, None, fair, Side.NEED, [(participant.organization_id, None)]) == []
    with pytest.raises(NotFound):
        add_participants(session, None, fair, Side.NEED, [(99_999, None)])
    team_of_another = offers_of(session, fair)[0].team_id
    with pytest.raises(NotFound):
        add_participants(session, None, fair, Side.OFFER, [(participant.organization_id, team_of_another)])


@pytest.mark.slow
def test_an_organization_stands_for_the_offers_of_teams_that_do_not_come(session: Session) -> None:
    event = make_event(session)
    university = make_organization(session, OrganizationKind.UNIVERSITY)
    comes, stays = make_team(session, university, "来的"), make_team(session, university, "不来的")
    of_coming = make_offer(session, university, team=comes)
    of_staying = make_offer(session, university, team=stays)
    of_nobody = make_offer(session, university)
    add_participants(session, None, event, Side.OFFER, [(university.id, None), (university.id, comes.id)])
    whole, team = offers_of(session, event)

    assert open_posting_ids(session, [whole, team]) == {
        whole.id: [of_staying.id, of_nobody.id],
        team.id: [of_coming.id],
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limits", "field"),
    [
        (ParticipantLimits(1, 0), "max_meetings"),
        (ParticipantLimits(1, 51), "max_meetings"),
        (ParticipantLimits(4, 3), "min_meetings"),
        (ParticipantLimits(-1, 3), "min_meetings"),
        (ParticipantLimits(7, 8), "min_meetings"),
        (ParticipantLimits(1, 3, "展" * 21), "booth"),
    ],
)
def test_limits_that_cannot_be_are_refused(
    session: Session, fair: Event, limits: ParticipantLimits, field: str
) -> None:
    participant = needs_of(session, fair)[0]
    with pytest.raises(ValidationErrors) as caught:
        set_limits(session, None, fair, {participant.id: limits})

    assert caught.value.field == f"{field}-{participant.id}"


@pytest.mark.slow
def test_leaving_takes_meetings_and_decisions_along(session: Session, search_index: SearchIndex, fair: Event) -> None:
    leaving, pair_partner = needs_of(session, fair)[0], offers_of(session, fair)[1]
    pin_pair(session, None, fair, (leaving.id, pair_partner.id))
    build_match_list(session, search_index, fair)

    assert remove_participants(session, None, fair, [leaving.id]) == 1
    assert leaving.id not in {need for need, _ in listed(session, fair)}
    assert session.scalar(select(func.count()).select_from(PairDecision)) == 0
    assert fair.plan_version == 2, "what is printed now differs from what was printed before"


@pytest.mark.slow
def test_who_has_met_somebody_cannot_be_taken_out(session: Session, search_index: SearchIndex, fair: Event) -> None:
    build_match_list(session, search_index, fair)
    meeting = meetings_of(session, fair)[0]
    meeting.status = MeetingStatus.HELD
    session.commit()

    with pytest.raises(Conflict, match="已有洽谈记录"):
        remove_participants(session, None, fair, [meeting.need_side_id])
    with pytest.raises(Conflict, match="不能重新生成"):
        build_match_list(session, search_index, fair)
