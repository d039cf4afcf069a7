"""The screen in the hall, by the clock."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import EventSession, Room
from matchmaker.domain.vocabulary import MeetingStatus
from matchmaker.services.events.onsite.hall_screen import hall_screen
from matchmaker.services.events.plan.versions import record_version
from matchmaker.services.events.timing import local_time
from tests.services.running_event import Fair


@pytest.mark.parametrize(
    ("minutes", "slot", "tables", "left"),
    [
        (-90, 0, [1, 2, 3], 90),
        (0, 0, [1, 2, 3], 0),
        (4, 0, [1, 2, 3], 0),
        (5, 1, [1], 15),
        (24, 1, [1], 0),
        (25, 2, [], 15),
        (59, 2, [], 0),
        (60, None, [], 0),
    ],
)
def test_the_slot_follows_the_clock(
    session: Session, fair: Fair, minutes: int, slot: int | None, tables: list[int], left: int
) -> None:
    screen = hall_screen(session, fair.event, fair.at(minutes))
    assert screen.slot == (None if slot is None else fair.event.slots[slot])
    assert [seat.table for seat in screen.seats] == tables
    assert screen.minutes_left == left


def test_minutes_are_rounded_up(session: Session, fair: Fair) -> None:
    assert hall_screen(session, fair.event, fair.at(-1) + timedelta(seconds=1)).minutes_left == 1


def test_the_next_days_session_is_announced(session: Session, fair: Fair) -> None:
    tomorrow = fair.event.slots[0] + timedelta(days=1)
    fair.event.sessions.append(EventSession(starts_at=tomorrow, ends_at=tomorrow + timedelta(hours=1)))
    session.commit()
    assert hall_screen(session, fair.event, fair.at(61)).slot == tomorrow


def test_tables_have_rooms_and_absent_people_are_marked(session: Session, fair: Fair) -> None:
    fair.event.rooms = [Room(name="一厅", table_count=2, position=1), Room(name="二厅", table_count=2, position=2)]
    session.commit()
    first, second, third = hall_screen(session, fair.event, fair.at(1)).seats
    assert (first.room, second.room, third.room) == ("一厅", "一厅", "二厅")
    assert first.need_side.checked_in_at is not None
    assert third.need_side.checked_in_at is third.offer_side.checked_in_at is None


def test_only_what_was_published_is_shown_with_what_became_of_it(session: Session, fair: Fair) -> None:
    fair.meetings[0].table = 4
    fair.meetings[1].status = MeetingStatus.NO_SHOW
    fair.meetings[2].status = MeetingStatus.CANCELLED
    session.commit()
    seats = hall_screen(session, fair.event, fair.at(1)).seats
    assert [(seat.table, seat.status) for seat in seats] == [(1, MeetingStatus.PLANNED), (2, MeetingStatus.NO_SHOW)]
    fair.event.published_version = None
    session.commit()
    screen = hall_screen(session, fair.event, fair.at(1))
    assert (screen.published, screen.seats) == (False, ())


def test_the_clock_is_the_events_own(session: Session, fair: Fair) -> None:
    instant = fair.at(0)
    fair.event.time_zone = "Europe/Berlin"
    assert local_time(fair.event, instant) == instant.astimezone(fair.event.zone).replace(tzinfo=None)
    assert local_time(fair.event, instant) != fair.event.slots[0]


def test_what_was_published_as_cancelled_does_not_come_back(session: Session, fair: Fair) -> None:
    """Also when the organizers find another place for it in their draft."""
    fair.meetings[2].status = MeetingStatus.CANCELLED
    record_version(session, None, fair.event)
    fair.event.published_version = fair.event.plan_version
    fair.meetings[2].status, fair.meetings[2].starts_at = MeetingStatus.PLANNED, fair.event.slots[2]
    session.commit()
    assert [seat.table for seat in hall_screen(session, fair.event, fair.at(1)).seats] == [1, 2]
