"""When participants can, and what a change hits."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.domain.events.event import Participant
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import MeetingStatus, Role, Side
from matchmaker.services.events.pairing.partnerships import pin_pair
from matchmaker.services.events.participation.availability import (
    PartOfDay,
    conflicting_meetings,
    free_slots,
    set_availability,
    stretches,
)
from tests.factories import make_user
from tests.fairs import at, instant, make_meeting, make_participant


def test_slots_are_gathered_by_part_of_the_day(participant: Participant) -> None:
    morning, afternoon = stretches(participant.event)
    assert (morning.part, [slot.hour for slot in morning.slots]) == (PartOfDay.MORNING, [9, 10, 11])
    assert (afternoon.part, [slot.hour for slot in afternoon.slots]) == (PartOfDay.AFTERNOON, [14, 15, 16])
    assert PartOfDay.of(at(18)) is PartOfDay.EVENING


def test_what_is_free_is_kept(session: Session, person: User, participant: Participant) -> None:
    slots = participant.event.slots
    assert free_slots(participant) == slots
    # A slot that the event does not have is nobody's.
    assert set_availability(session, person, participant.id, [*slots[1:3], at(23)], 1, 2) == []
    assert free_slots(participant) == slots[1:3]
    assert (participant.min_meetings, participant.max_meetings) == (1, 2)


@pytest.mark.parametrize(
    ("free", "least", "most", "field", "words"),
    [
        ([], 0, 6, "free", "一个时段都没有选"),
        ([at(23)], 0, 6, "free", "一个时段都没有选"),
        ([at(9)], 2, 6, "min_meetings", "至少要 2 场，但只有 1 个时段能来"),
        ([at(9)], 1, 0, "max_meetings", "1 到 50"),
        ([at(9), at(10)], 2, 1, "min_meetings", "不能大于最多场数"),
        ([at(9)], -1, 1, "min_meetings", "不能是负数"),
    ],
)
def test_wishes_that_no_plan_could_fulfil_are_refused(
    session: Session, person: User, participant: Participant, free: list, least: int, most: int, field: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        set_availability(session, person, participant.id, free, least, most)
    assert caught.value.field == field
    session.rollback()
    assert participant.unavailable == []


def test_a_maximum_below_the_pins_is_refused(session: Session, person: User, participant: Participant) -> None:
    event = participant.event
    for _ in range(2):
        pin_pair(session, None, event, (participant.id, make_participant(session, event, Side.OFFER).id))
    with pytest.raises(InvalidInput, match="已锁定 2 个洽谈对象"):
        set_availability(session, person, participant.id, event.slots, 1, 1)


def test_people_until_the_deadline_organizers_always_strangers_never(
    session: Session, person: User, participant: Participant
) -> None:
    event, organizer = participant.event, make_user(session, Role.ORGANIZER)
    event.requests_until = at(9) - timedelta(days=3)
    session.commit()
    late = instant(9, days_before=3)
    with pytest.raises(Conflict, match="期限已过"):
        set_availability(session, person, participant.id, event.slots, 1, 6, at=late)
    with pytest.raises(NotFound):
        set_availability(session, make_user(session), participant.id, event.slots, 1, 6, at=instant(9, days_before=9))
    set_availability(session, organizer, participant.id, event.slots[:4], 1, 6, at=late)
    set_availability(session, person, participant.id, event.slots[:3], 1, 6, at=late - timedelta(minutes=1))
    assert len(free_slots(participant)) == 3


def test_a_change_tells_which_meetings_it_hits_and_leaves_them(
    session: Session, person: User, participant: Participant
) -> None:
    event = participant.event
    partners = [make_participant(session, event, Side.OFFER) for _ in range(4)]
    hit = make_meeting(session, participant, partners[0])
    make_meeting(session, participant, partners[1], starts_at=at(10))
    make_meeting(session, participant, partners[2], status=MeetingStatus.CANCELLED)
    make_meeting(session, participant, partners[3], starts_at=None, table=None)
    free = [slot for slot in event.slots if slot != at(9)]
    assert set_availability(session, person, participant.id, free, 1, 6) == [hit]
    assert hit.status is MeetingStatus.PLANNED
    assert conflicting_meetings(session, participant) == [hit]
    assert conflicting_meetings(session, partners[0]) == []
