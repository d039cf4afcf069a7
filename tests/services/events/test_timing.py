"""What is open when, by the event's own clock. Shanghai is eight hours ahead of UTC."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, EventSession
from matchmaker.domain.vocabulary import EventStatus
from matchmaker.services.events.timing import (
    check_not_over,
    coming_slot,
    exists_on_clock,
    has_begun,
    is_over,
    last_session_ended,
    local_time,
    registration_is_open,
    running_slot,
    wishes_are_open,
)

NINE = datetime(2040, 5, 15, 9)


def event(**values: object) -> Event:
    """Two sessions of an hour in Shanghai, at nine and at two, in slots of twenty minutes."""
    usual = {
        "name": "示例对接会",
        "status": EventStatus.PUBLISHED,
        "slot_minutes": 20,
        "time_zone": "Asia/Shanghai",
        "registration_open": True,
    }
    made = Event(**(usual | values))
    made.sessions = [EventSession(starts_at=t, ends_at=t + timedelta(hours=1)) for t in (NINE, NINE.replace(hour=14))]
    return made


def instant(local: datetime) -> datetime:
    return local.replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def just_before(local: datetime) -> datetime:
    return instant(local - timedelta(seconds=1))


def test_the_clock_is_the_events_own() -> None:
    at = datetime(2040, 5, 15, 1, tzinfo=UTC)
    assert local_time(event(), at) == NINE
    assert local_time(event(time_zone="Europe/Berlin"), at) == datetime(2040, 5, 15, 3)


@pytest.mark.parametrize("until", [None, NINE - timedelta(days=3)])
def test_registration_ends_at_its_deadline_or_with_the_beginning(until: datetime | None) -> None:
    made = event(registration_until=until)
    ends = until or NINE
    assert registration_is_open(made, just_before(ends))
    assert not registration_is_open(made, instant(ends))


@pytest.mark.parametrize(
    "closed", [{"registration_open": False}, {"status": EventStatus.PREPARING}, {"status": EventStatus.FINISHED}]
)
def test_nobody_registers_for_what_is_closed(closed: dict[str, object]) -> None:
    assert not registration_is_open(event(**closed), instant(NINE - timedelta(days=30)))


@pytest.mark.parametrize("until", [None, NINE - timedelta(days=1)])
def test_wishes_end_at_their_deadline_or_with_the_beginning(until: datetime | None) -> None:
    made = event(requests_until=until)
    ends = until or NINE
    assert wishes_are_open(made, just_before(ends))
    assert not wishes_are_open(made, instant(ends))
    made.status = EventStatus.FINISHED
    assert not wishes_are_open(made, just_before(ends))


def test_an_event_begins_with_its_first_session_and_is_over_after_its_last() -> None:
    made = event()
    last = NINE.replace(hour=15)
    assert [has_begun(made, at) for at in (just_before(NINE), instant(NINE))] == [False, True]
    assert [is_over(made, at) for at in (just_before(last), instant(last))] == [False, True]
    check_not_over(made, just_before(last))
    with pytest.raises(Conflict, match="已经结束"):
        check_not_over(made, instant(last))


def test_who_closes_an_event_early_ends_it_but_not_its_last_session() -> None:
    made = event(status=EventStatus.FINISHED)
    assert is_over(made, instant(NINE))
    assert not last_session_ended(made, instant(NINE))


def test_an_event_without_sessions_neither_begins_nor_ends() -> None:
    made = Event(name="示例", status=EventStatus.PUBLISHED, time_zone="Asia/Shanghai", registration_open=True)
    at = instant(NINE)
    assert not any((has_begun(made, at), is_over(made, at), registration_is_open(made, at), wishes_are_open(made, at)))


@pytest.mark.parametrize(
    ("local", "running", "coming"),
    [
        ("08:59", None, "09:00"),
        ("09:00", "09:00", "09:20"),
        ("09:59", "09:40", "14:00"),
        ("10:00", None, "14:00"),
        ("14:40", "14:40", None),
        ("15:00", None, None),
    ],
)
def test_the_slot_that_runs_and_the_next(local: str, running: str | None, coming: str | None) -> None:
    def at(text: str | None) -> datetime | None:
        return None if text is None else datetime.combine(NINE, datetime.strptime(text, "%H:%M").time())

    moment = at(local)
    assert moment is not None
    assert (running_slot(event(), moment), coming_slot(event(), moment)) == (at(running), at(coming))


@pytest.mark.parametrize(("hour", "exists"), [(1, True), (2, False), (3, True)])
def test_an_hour_of_spring_is_skipped(hour: int, exists: bool) -> None:
    assert exists_on_clock(datetime(2040, 3, 25, hour, 30, tzinfo=ZoneInfo("Europe/Berlin"))) is exists
    assert exists_on_clock(datetime(2040, 3, 25, hour, 30, tzinfo=ZoneInfo("Asia/Shanghai")))
