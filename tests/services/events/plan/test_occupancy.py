"""What stands in the way of a meeting, on calendars that were never stored."""

from datetime import datetime, timedelta

import pytest

from matchmaker.domain.events.event import Delegate, Event, EventSession, Meeting, Participant
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.people import Organization
from matchmaker.domain.vocabulary import EventKind, MeetingStatus, OrganizationKind, ParticipantStatus, Side
from matchmaker.services.events.plan.occupancy import Occupancy

NINE = datetime(2030, 5, 18, 9)
SLOTS = [NINE + timedelta(minutes=20) * number for number in range(3)]
FIRM, OTHER_FIRM, TEAM, OTHER_TEAM = 1, 2, 3, 4


def participant(number: int, **values: object) -> Participant:
    organization = Organization(name=f"示例单位{number}", kind=OrganizationKind.ENTERPRISE)
    usual = {
        "id": number,
        "side": Side.NEED if number <= OTHER_FIRM else Side.OFFER,
        "status": ParticipantStatus.CONFIRMED,
        "unavailable": [],
        "organization": organization,
    }
    return Participant(**(usual | values))


def meeting(participants: dict[int, Participant], need: int, offer: int, slot: datetime, table: int) -> Meeting:
    return Meeting(
        id=10 * need + offer,
        need_side_id=need,
        offer_side_id=offer,
        need_side=participants[need],
        offer_side=participants[offer],
        starts_at=slot,
        table=table,
        status=MeetingStatus.PLANNED,
    )


def calendars(
    *placed: tuple[int, int, datetime, int], holds: list[MeetingRequest] | None = None, **changed: Participant
) -> Occupancy:
    """Two firms, two teams and two tables; ``placed`` are need, offer, slot and table."""
    people = {n: participant(n) for n in (FIRM, OTHER_FIRM, TEAM, OTHER_TEAM)}
    people |= {one.id: one for one in changed.values()}
    event = Event(kind=EventKind.DOCKING, slot_minutes=20, table_count=2)
    event.sessions = [EventSession(starts_at=NINE, ends_at=NINE + timedelta(hours=1))]
    return Occupancy(event, people, [meeting(people, *one) for one in placed], holds or [])


def said(found: list) -> list[str]:
    return [one.text() for one in found]


def test_an_empty_calendar_stands_in_nobodys_way() -> None:
    occupancy = calendars()
    assert occupancy.free_slots((FIRM, TEAM)) == SLOTS
    assert occupancy.free_tables(NINE) == [1, 2]
    assert occupancy.obstacles((FIRM, TEAM), NINE, 2) == []
    assert "不是这个活动的时段" in said(occupancy.obstacles((FIRM, TEAM), NINE + timedelta(minutes=10)))[0]


def test_who_meets_already_is_named_with_their_partner_unless_that_meeting_moves() -> None:
    occupancy = calendars((FIRM, OTHER_TEAM, NINE, 1))
    assert said(occupancy.obstacles((FIRM, TEAM), NINE)) == ["“示例单位1”这个时段已与“示例单位4”洽谈"]
    assert occupancy.obstacles((FIRM, TEAM), NINE, ignoring=[14]) == []
    assert occupancy.free_slots((FIRM, TEAM)) == SLOTS[1:]
    assert occupancy.is_free(TEAM, NINE)
    assert not occupancy.is_free(OTHER_TEAM, NINE)


def test_a_taken_table_and_one_that_is_not_there() -> None:
    occupancy = calendars((OTHER_FIRM, OTHER_TEAM, NINE, 1))
    assert said(occupancy.obstacles((FIRM, TEAM), NINE, 1)) == ["1 号桌这个时段已有洽谈"]
    assert said(occupancy.obstacles((FIRM, TEAM), NINE, 3)) == ["没有 3 号桌，共 2 张"]
    assert occupancy.table_for((FIRM, TEAM), NINE) == 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"status": ParticipantStatus.WITHDRAWN}, "不参会"),
        ({"unavailable": ["2030-05-18T09:00"]}, "这个时段不能参加"),
    ],
)
def test_who_does_not_come(values: dict[str, object], words: str) -> None:
    occupancy = calendars(team=participant(TEAM, **values))
    assert words in said(occupancy.obstacles((FIRM, TEAM), NINE))[0]
    assert occupancy.obstacles((FIRM, OTHER_TEAM), NINE) == []


def test_a_hold_keeps_all_others_away() -> None:
    hold = MeetingRequest(id=7, need_side_id=FIRM, offer_side_id=OTHER_TEAM, starts_at=NINE)
    occupancy = calendars(holds=[hold])
    assert said(occupancy.obstacles((FIRM, TEAM), NINE)) == ["“示例单位1”这个时段有待答复的约见请求"]
    assert occupancy.obstacles((FIRM, OTHER_TEAM), NINE, held_by=7) == []


def test_one_person_sits_in_one_meeting_at_a_time() -> None:
    leads = {"name": "示例·李工", "email": "li@example.com", "is_lead": True}
    occupancy = calendars(
        (OTHER_FIRM, OTHER_TEAM, NINE, 1),
        team=participant(TEAM, delegates=[Delegate(**leads)]),
        other=participant(OTHER_TEAM, delegates=[Delegate(**leads)]),
    )
    assert "由同一人洽谈" in said(occupancy.obstacles((FIRM, TEAM), NINE))[0]
    assert occupancy.obstacles((FIRM, TEAM), SLOTS[1]) == []


def test_a_kept_table_is_spared_for_who_keeps_it() -> None:
    occupancy = calendars(firm=participant(FIRM, table=1))
    assert occupancy.table_for((FIRM, TEAM), NINE) == 1
    assert occupancy.table_for((OTHER_FIRM, TEAM), NINE) == 2, "the first table is somebody's own"
    assert said(occupancy.obstacles((FIRM, TEAM), NINE, 2)) == ["这一对固定在 1 号桌"]


def test_the_last_free_table_is_taken_even_if_somebody_keeps_it() -> None:
    occupancy = calendars((OTHER_FIRM, OTHER_TEAM, NINE, 2), extra=participant(5, table=1, side=Side.OFFER))
    assert occupancy.table_for((FIRM, TEAM), NINE) == 1


def test_two_who_keep_different_tables_cannot_meet() -> None:
    occupancy = calendars(firm=participant(FIRM, table=1), team=participant(TEAM, table=2))
    assert occupancy.table_for((FIRM, TEAM), NINE) is None
    assert "固定在" in said(occupancy.obstacles((FIRM, TEAM), NINE, 1))[0]


def test_without_a_free_table_there_is_no_place() -> None:
    occupancy = calendars((OTHER_FIRM, OTHER_TEAM, NINE, 1), (5, 6, NINE, 2), a=participant(5), b=participant(6))
    assert said(occupancy.obstacles((FIRM, TEAM), NINE)) == ["这个时段没有空桌"]
