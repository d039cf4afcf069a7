"""What an event says of rooms, clocks and deadlines."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import ValidationErrors
from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import EventKind, ParticipantStatus, Side
from matchmaker.services.events.editing import (
    EventValues,
    RoomValues,
    count_events,
    create_event,
    delete_event,
    update_event,
)
from matchmaker.services.events.participation.participants import ParticipantLimits, set_limits
from tests.fairs import make_participant

START = datetime(2040, 5, 15, 9)


def values(**changed: object) -> EventValues:
    known: dict[str, object] = {
        "kind": EventKind.DOCKING,
        "name": "示例对接会",
        "place": "会展中心",
        "sessions": ((START, START + timedelta(hours=3)),),
    }
    return EventValues(**(known | changed))  # type: ignore[arg-type]


def make(session: Session, **changed: object) -> Event:
    return create_event(session, None, values(**changed))


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"rooms": (RoomValues("一厅", 5), RoomValues(" 一厅 ", 5))}, "rooms-1", "与第 1 个分区重名"),
        ({"rooms": (RoomValues("A", 5), RoomValues("a", 5))}, "rooms-1", "与第 1 个分区重名"),
        ({"rooms": (RoomValues("", 5),)}, "rooms-0", "请填写名称"),
        ({"rooms": (RoomValues("厅" * 61, 5),)}, "rooms-0", "最多 60 字"),
        ({"rooms": (RoomValues("一厅", 0),)}, "rooms-0-table_count", "1 到 2000"),
        ({"rooms": (RoomValues("一厅", 1500), RoomValues("二厅", 1500))}, "table_count", "1 到 2000"),
        ({"rooms": tuple(RoomValues(f"{n}厅", 1) for n in range(31))}, "rooms-0", "最多 30 个"),
        ({"time_zone": "Asia/Luoyang"}, "time_zone", "不认识时区“Asia/Luoyang”"),
        ({"time_zone": "Asia"}, "time_zone", "不认识时区"),
        ({"time_zone": "../../etc/passwd"}, "time_zone", "不认识时区"),
        ({"time_zone": ""}, "time_zone", "不认识时区"),
        ({"registration_until": START + timedelta(minutes=1)}, "registration_until", "不能晚于活动开始"),
        ({"requests_until": START + timedelta(days=1)}, "requests_until", "2040-05-15 09:00"),
        ({"request_hours": 0}, "request_hours", "1 到 168"),
        ({"request_minutes_on_the_day": 121}, "request_minutes_on_the_day", "1 到 120"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    session: Session, changed: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(ValidationErrors) as caught:
        make(session, **changed)
    assert words in {problem.field: problem.text() for problem in caught.value.problems}[field]


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (datetime(2040, 3, 25, 2, 30), datetime(2040, 3, 25, 4)),  # skipped in Berlin that night
        (datetime(2040, 3, 25, 1), datetime(2040, 3, 25, 4)),  # an hour shorter than it looks
        (datetime(2040, 10, 28, 1), datetime(2040, 10, 28, 5)),  # an hour longer
    ],
)
def test_a_session_across_a_change_of_the_clocks_is_refused(session: Session, begin: datetime, end: datetime) -> None:
    with pytest.raises(ValidationErrors, match="夏令时") as caught:
        make(session, time_zone="Europe/Berlin", sessions=((begin, end),))
    assert caught.value.field == "sessions-0"
    assert make(session, time_zone="Asia/Shanghai", sessions=((begin, end),)).slots[0] == begin


def test_a_day_after_the_change_of_the_clocks_is_no_trouble(session: Session) -> None:
    day = datetime(2040, 3, 25, 9)
    assert make(session, time_zone="Europe/Berlin", sessions=((day, day + timedelta(hours=2)),)).slots[0] == day


def test_what_is_past_is_past_by_the_events_own_clock(session: Session) -> None:
    present = datetime.now().replace(second=0, microsecond=0)
    # Somewhere it is already later than here, and somewhere still earlier.
    local = {"sessions": ((present + timedelta(hours=30), present + timedelta(hours=32)),)}
    assert make(session, time_zone="Pacific/Kiritimati", **local).id
    with pytest.raises(ValidationErrors, match="已经过去"):
        make(session, name="另一场", sessions=((present - timedelta(hours=30), present - timedelta(hours=28)),))


def test_the_rooms_tables_are_the_events_tables(session: Session) -> None:
    event = make(session, table_count=99, rooms=(RoomValues("一厅", 5), RoomValues("二厅", 3)))
    assert event.table_count == 8
    rooms = [event.room_of(table) for table in (1, 5, 6, 8, 9)]
    assert [room and room.name for room in rooms] == ["一厅", "一厅", "二厅", "二厅", None]


def test_an_expos_halls_need_no_tables(session: Session) -> None:
    event = make(session, kind=EventKind.EXPO, table_count=0, rooms=(RoomValues("1 号馆"), RoomValues("2 号馆")))
    assert (event.table_count, [hall.name for hall in event.rooms]) == (0, ["1 号馆", "2 号馆"])


def test_booths_stay_in_their_hall_when_it_is_renamed_and_lose_it_when_it_goes(session: Session) -> None:
    expo = {"kind": EventKind.EXPO, "table_count": 0}
    event = make(session, **expo, rooms=(RoomValues("1 号馆"), RoomValues("2 号馆"), RoomValues("3 号馆")))
    exhibitors = [make_participant(session, event, Side.OFFER, room=hall, booth="A1") for hall in event.rooms]
    moved = (RoomValues("3 号馆"), RoomValues("中央馆"))
    update_event(session, None, event, values(**expo, rooms=moved))
    assert [room.name for room in event.rooms] == ["3 号馆", "中央馆"]
    assert [one.room and one.room.name for one in exhibitors] == [None, "中央馆", "3 号馆"]


def test_a_table_that_somebody_keeps_cannot_be_taken_away(session: Session) -> None:
    event = make(session, table_count=8)
    keeper = make_participant(session, event, table=8)
    with pytest.raises(ValidationErrors, match=f"“{keeper.name}”固定在 8 号桌"):
        update_event(session, None, event, values(table_count=7))


def test_a_table_and_a_booth_are_kept_by_one_only(session: Session) -> None:
    event = make(session, rooms=(RoomValues("一厅", 5), RoomValues("二厅", 3)))
    first, second = make_participant(session, event), make_participant(session, event, Side.OFFER)
    set_limits(session, None, event, {first.id: ParticipantLimits(1, 6, "A1", table=3)})
    for limits, field, words in (
        (ParticipantLimits(1, 6, table=3), "table", "3 号桌已固定给"),
        (ParticipantLimits(1, 6, table=9), "table", "没有 9 号桌，共 8 张"),
        (ParticipantLimits(1, 6, table=0), "table", "没有 0 号桌"),
        (ParticipantLimits(1, 6, " a1 "), "booth", "展位 a1 已给"),
        (ParticipantLimits(1, 6, room_id=12345), "room", "没有这个展馆"),
    ):
        with pytest.raises(ValidationErrors, match=words) as caught:
            set_limits(session, None, event, {second.id: limits})
        assert caught.value.field == f"{field}-{second.id}"
    other_hall = event.rooms[1].id
    set_limits(session, None, event, {second.id: ParticipantLimits(1, 6, "A1", table=4, room_id=other_hall)})
    # The two may swap in one go.
    swapped = {first.id: ParticipantLimits(1, 6, table=4), second.id: ParticipantLimits(1, 6, table=3)}
    set_limits(session, None, event, swapped)
    assert (first.table, second.table) == (4, 3)


def test_a_list_counts_those_who_come(session: Session) -> None:
    event = make(session)
    for status in ParticipantStatus:
        make_participant(session, event, status=status)
    counts = count_events(session)[event.id]
    assert (counts.needs, counts.offers, counts.applied) == (1, 0, 1)


def test_an_event_with_rooms_and_people_can_be_deleted(session: Session) -> None:
    event = make(session, rooms=(RoomValues("一厅", 5),))
    make_participant(session, event, room=event.rooms[0])
    delete_event(session, None, event)
    assert session.get(Event, event.id) is None
