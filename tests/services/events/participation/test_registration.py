"""Invited, applied, admitted, refused, withdrawn."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.events.event import Event, Meeting, Participant
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.people import Team, User
from matchmaker.domain.vocabulary import (
    EventStatus,
    MeetingStatus,
    OrganizationKind,
    ParticipantStatus,
    RequestStatus,
    Role,
    Side,
)
from matchmaker.services.events.participation.delegates import DelegateValues
from matchmaker.services.events.participation.participants import own_participants, participants_of
from matchmaker.services.events.participation.registration import (
    Application,
    answer_invitation,
    apply,
    capacity,
    decide_applications,
    invite,
    invite_again,
    withdraw,
)
from matchmaker.services.events.plan.version_notes import note_text
from matchmaker.services.events.plan.versions import versions
from matchmaker.services.events.requests.my_schedule import standing
from matchmaker.services.platform import Platform
from tests.factories import make_organization, make_user
from tests.fairs import at, instant, letters, make_fair, make_meeting, make_participant

STATUS = ParticipantStatus


@pytest.fixture
def fair(session: Session) -> Event:
    return make_fair(session, registration_open=True)


def address_of(participant: Participant) -> str:
    return f"https://match.example.com/attending/participants/{participant.id}"


def application(event: Event, **changed: object) -> Application:
    return Application(**({"side": Side.NEED, "free": frozenset(event.slots)} | changed))  # type: ignore[arg-type]


def test_members_are_written_to_and_strangers_told_how_to_register(
    session: Session, platform: Platform, fair: Event, organizer: User
) -> None:
    member = make_user(session)
    strangers = make_organization(session, contact_email="office@example.com", contact_name="示例·办公室")
    silent = make_organization(session)
    assert member.organization is not None
    keys = [(one.id, None) for one in (member.organization, strangers, silent)]
    invited = invite(session, organizer, fair, Side.NEED, keys, address_of)
    assert {p.status for p in invited.participants} == {STATUS.INVITED}
    assert [p.organization for p in invited.unreached] == [silent]
    to_member, to_stranger = sorted(letters(platform), key=lambda one: one[0] == "office@example.com")
    assert to_member[:2] == (member.email, "邀请参加“示例对接会”")
    assert "/attending/participants/" in to_member[2]
    assert "注册" not in to_member[2]
    assert f"用单位全称“{strangers.name}”注册" in to_stranger[2]
    assert participants_of(session, fair) == [], "the invited take no part yet"


def test_only_organizers_invite_and_not_after_the_beginning(
    session: Session, platform: Platform, fair: Event, organizer: User
) -> None:
    key = [(make_organization(session).id, None)]
    with pytest.raises(NotAllowed):
        invite(session, make_user(session), fair, Side.NEED, key, address_of)
    with pytest.raises(Conflict, match="已经开始"):
        invite(session, organizer, fair, Side.NEED, key, address_of, at=instant(9))


def test_an_invitation_is_declined_and_accepted_after_all(session: Session, fair: Event) -> None:
    person = make_user(session)
    participant = make_participant(session, fair, organization=person.organization, status=STATUS.INVITED)
    answer_invitation(session, person, participant.id, accept=False, note=" 出差 ")
    assert (participant.status, participant.note) == (STATUS.DECLINED, "出差")
    with pytest.raises(Conflict, match="不参加"):
        answer_invitation(session, person, participant.id, accept=False)
    answer_invitation(session, person, participant.id, accept=True)
    assert participants_of(session, fair) == [participant]
    with pytest.raises(Conflict, match="已确认"):
        answer_invitation(session, person, participant.id, accept=True)


def test_nobody_answers_for_others_or_after_the_beginning(session: Session, fair: Event) -> None:
    person = make_user(session)
    participant = make_participant(session, fair, organization=person.organization, status=STATUS.INVITED)
    for stranger in (make_user(session), make_user(session, Role.BROKER), make_user(session, Role.ORGANIZER)):
        with pytest.raises(NotFound):
            answer_invitation(session, stranger, participant.id, accept=True)
    with pytest.raises(Conflict, match="已经开始"):
        answer_invitation(session, person, participant.id, accept=True, at=instant(10))
    assert participant.status is STATUS.INVITED


def test_whoever_declined_can_be_invited_again(
    session: Session, platform: Platform, fair: Event, organizer: User
) -> None:
    person = make_user(session)
    declined = make_participant(session, fair, organization=person.organization, status=STATUS.DECLINED)
    coming = make_participant(session, fair)
    invited = invite_again(session, organizer, fair, {declined.id, coming.id}, address_of)
    assert invited.participants == (declined,)
    assert (declined.status, coming.status) == (STATUS.INVITED, STATUS.CONFIRMED)
    assert [to for to, _, _ in letters(platform)] == [person.email]


def test_an_organization_applies_with_all_it_says(session: Session, fair: Event) -> None:
    person = make_user(session)
    delegates = (DelegateValues("示例·李工", "总工", "0379-1234 5678"), DelegateValues("示例·王工"))
    participant = apply(
        session,
        person,
        fair,
        application(
            fair, delegates=delegates, free=frozenset(fair.slots[:2]), min_meetings=2, max_meetings=3, note="好"
        ),
    )
    assert (participant.status, participant.note) == (STATUS.APPLIED, "好")
    assert participant.unavailable == [slot.isoformat(timespec="minutes") for slot in fair.slots[2:]]
    assert (participant.min_meetings, participant.max_meetings) == (2, 3)
    assert [(one.name, one.phone, one.is_lead) for one in participant.delegates] == [
        ("示例·李工", "037912345678", True),
        ("示例·王工", "", False),
    ]
    assert own_participants(session, person) == [participant]
    with pytest.raises(Conflict, match="已经报名"):
        apply(session, person, fair, application(fair))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"free": frozenset()}, "free"),
        ({"min_meetings": 7}, "min_meetings"),
        ({"min_meetings": -1}, "min_meetings"),
        ({"max_meetings": 0}, "max_meetings"),
        ({"max_meetings": 51}, "max_meetings"),
        ({"team_id": 12345, "side": Side.OFFER}, "team"),
        ({"note": "长" * 501}, "note"),
        ({"delegates": (DelegateValues("示例·甲"), DelegateValues("…"))}, "delegates-1-name"),
        ({"delegates": (DelegateValues("示例·甲", email="x"),)}, "delegates-0-email"),
        ({"delegates": (DelegateValues("示例·甲"), DelegateValues("示例·甲"))}, "delegates-1-name"),
    ],
)
def test_an_application_that_cannot_be_is_refused_at_its_field(
    session: Session, fair: Event, changed: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        apply(session, make_user(session), fair, application(fair, **changed))
    assert caught.value.field == field
    assert session.scalars(select(Participant)).all() == []


def test_a_team_of_ones_own_can_apply_and_no_other(session: Session, fair: Event) -> None:
    person, other = make_user(session, Role.RESEARCHER), make_organization(session, OrganizationKind.UNIVERSITY)
    own_team, foreign = Team(organization=person.organization, name="甲"), Team(organization=other, name="乙")
    session.add_all([own_team, foreign])
    session.commit()
    participant = apply(session, person, fair, application(fair, side=Side.OFFER, team_id=own_team.id))
    assert participant.team is own_team
    assert apply(session, person, fair, application(fair, side=Side.OFFER)).team is None
    for team, side in ((own_team, Side.NEED), (foreign, Side.OFFER)):
        with pytest.raises(InvalidInput, match="本单位的团队"):
            apply(session, person, fair, application(fair, side=side, team_id=team.id))


def test_registration_ends_and_is_only_for_members(session: Session, fair: Event) -> None:
    person = make_user(session)
    fair.registration_until = at(12) - timedelta(days=2)
    session.commit()
    with pytest.raises(NotAllowed, match="不能自行报名"):
        apply(session, person, fair, application(fair), at=instant(12, days_before=2))
    with pytest.raises(NotAllowed, match="先加入一个单位"):
        apply(session, make_user(session, Role.BROKER), fair, application(fair))
    for closed in ({"registration_open": False}, {"status": EventStatus.PREPARING}):
        for name, value in closed.items():
            setattr(fair, name, value)
        session.commit()
        with pytest.raises(NotAllowed, match="不能自行报名"):
            apply(session, person, fair, application(fair), at=instant(11, days_before=2))
        fair.registration_open, fair.status = True, EventStatus.PUBLISHED
        session.commit()
    assert apply(session, person, fair, application(fair), at=instant(11, days_before=2)).id


def test_deadlines_are_by_the_clock_of_the_event(session: Session, fair: Event) -> None:
    fair.time_zone, fair.registration_until = "Asia/Shanghai", at(12) - timedelta(days=2)
    session.commit()
    with pytest.raises(NotAllowed):
        apply(session, make_user(session), fair, application(fair), at=instant(4, days_before=2))
    assert apply(session, make_user(session), fair, application(fair), at=instant(3, days_before=2)).id


def test_organizers_admit_and_refuse_many_at_once(
    session: Session, platform: Platform, fair: Event, organizer: User
) -> None:
    people = [make_user(session) for _ in range(3)]
    ids = [apply(session, person, fair, application(fair)).id for person in people]
    for nothing in ("", " ！ "):
        with pytest.raises(InvalidInput) as caught:
            decide_applications(session, organizer, fair, ids, False, nothing, address_of)
        assert caught.value.field == "reason"
    with pytest.raises(NotAllowed):
        decide_applications(session, people[0], fair, ids, True, "", address_of)
    with pytest.raises(NotFound):
        decide_applications(session, organizer, fair, [12345], True, "", address_of)
    decide_applications(session, organizer, fair, ids[:2], True, "", address_of)
    decide_applications(session, organizer, fair, ids, False, "名额已满", address_of)
    assert [p.status for p in fair.participants] == [STATUS.CONFIRMED, STATUS.CONFIRMED, STATUS.REJECTED]
    session.commit()
    assert [subject for _, subject, _ in letters(platform)] == ["“示例对接会”：已确认参加"] * 2 + [
        "“示例对接会”：报名未通过"
    ]
    assert "理由：名额已满" in letters(platform)[2][2]
    refused = fair.participants[2]
    assert refused.status_reason == "名额已满"
    with pytest.raises(Conflict, match="没有通过"):
        apply(session, people[2], fair, application(fair))
    decide_applications(session, organizer, fair, [refused.id], True, "", address_of)
    assert (refused.status, refused.status_reason) == (STATUS.CONFIRMED, "")


def test_before_a_plan_is_published_nobody_hears_of_the_meetings(session: Session, fair: Event) -> None:
    person = make_user(session)
    leaving = make_participant(session, fair, organization=person.organization)
    make_meeting(session, leaving, make_participant(session, fair, Side.OFFER))
    withdraw(session, person, leaving.id, "有急事")
    assert session.scalars(select(Meeting)).all() == []
    assert (leaving.status, leaving.note) == (STATUS.WITHDRAWN, "有急事")
    assert participants_of(session, fair, Side.NEED) == []


def test_after_that_partners_see_that_it_is_cancelled_and_the_place_is_free(session: Session, fair: Event) -> None:
    person = make_user(session)
    leaving = make_participant(session, fair, organization=person.organization)
    staying, partner = make_participant(session, fair), make_participant(session, fair, Side.OFFER)
    meeting = make_meeting(session, leaving, partner)
    other = make_participant(session, fair, Side.OFFER)
    held = make_meeting(session, leaving, other, status=MeetingStatus.HELD, starts_at=at(10))
    fair.published_version = 1
    session.commit()
    assert withdraw(session, person, leaving.id) == [meeting]
    assert (meeting.status, held.status) == (MeetingStatus.CANCELLED, MeetingStatus.HELD)
    make_meeting(session, staying, partner)
    assert "退出，取消 1 场" in note_text(versions(session, fair)[0].note, {}, fair)


def test_no_request_of_the_leaving_holds_a_slot(session: Session, fair: Event) -> None:
    person = make_user(session)
    leaving = make_participant(session, fair, organization=person.organization)
    others = [make_participant(session, fair, Side.OFFER) for _ in range(2)]
    requests = [
        MeetingRequest(
            event=fair, need_side=leaving, offer_side=other, side=side, starts_at=slot, expires_at=instant(9)
        )
        for other, side, slot in zip(others, Side, fair.slots, strict=False)
    ]
    session.add_all(requests)
    session.commit()
    withdraw(session, person, leaving.id, at=instant(8, days_before=1))
    at = instant(8, days_before=1)
    assert [standing(one, at) for one in requests] == [RequestStatus.WITHDRAWN, RequestStatus.EXPIRED]
    assert not any(one.waits(at) for one in requests)


def test_who_withdrew_may_apply_again_while_it_is_open(session: Session, fair: Event) -> None:
    person = make_user(session)
    first = apply(session, person, fair, application(fair, delegates=(DelegateValues("示例·甲"),)))
    withdraw(session, person, first.id)
    again = apply(session, person, fair, application(fair, delegates=(DelegateValues("示例·乙"),)))
    assert again is first
    assert [one.name for one in again.delegates] == ["示例·乙"]


def test_organizers_withdraw_for_others_and_strangers_do_not(session: Session, fair: Event, organizer: User) -> None:
    participant = make_participant(session, fair)
    with pytest.raises(NotFound):
        withdraw(session, make_user(session), participant.id)
    with pytest.raises(Conflict, match="已经结束"):
        withdraw(session, organizer, participant.id, at=instant(17))
    withdraw(session, organizer, participant.id)
    with pytest.raises(Conflict, match="不用退出"):
        withdraw(session, organizer, participant.id)


def test_capacity_tells_what_fits(session: Session) -> None:
    event = make_fair(session, table_count=2)
    for _ in range(3):
        make_participant(session, event, Side.NEED, min_meetings=2, max_meetings=6)
    make_participant(session, event, Side.OFFER, min_meetings=1, max_meetings=14)
    make_participant(session, event, status=STATUS.APPLIED)
    found = capacity(session, event)
    assert (found.confirmed[Side.NEED], found.needed, found.wished, found.room) == (3, 6, 14, 12)
    assert found.tables_advised == 3
    assert not found.too_small
    event.table_count = 0
    assert capacity(session, event).too_small


@pytest.mark.parametrize(("wished", "tables"), [(120, 23), (121, 24), (47, 10), (46, 9), (0, 0)])
def test_fifteen_percent_more_tables_are_advised_than_are_filled(session: Session, wished: int, tables: int) -> None:
    event = make_fair(session, table_count=2)
    make_participant(session, event, Side.NEED, max_meetings=200)
    make_participant(session, event, Side.OFFER, min_meetings=0, max_meetings=wished)
    assert capacity(session, event).tables_advised == tables, "at 6 slots a table"
