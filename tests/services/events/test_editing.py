"""What an event says of rooms, clocks and deadlines."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, NotAllowed, NotFound, ValidationErrors
from matchmaker.domain.events.event import Event, Meeting, PairDecision, Participant, PlanVersion
from matchmaker.domain.vocabulary import EventKind, EventStatus, ParticipantStatus, Role, Side
from matchmaker.services.events.editing import (
    EventValues,
    RoomValues,
    count_events,
    create_event,
    delete_event,
    find_event,
    list_events,
    publish_event,
    unpublish_event,
    update_event,
)
from matchmaker.services.events.pairing.partnerships import exclude_pair, forget_decision, pin_pair
from matchmaker.services.events.participation.participants import (
    ParticipantLimits,
    add_participants,
    remove_participants,
    set_limits,
)
from matchmaker.services.events.scheduling.match_list import add_pair, build_match_list, remove_pair
from matchmaker.services.indexing.search_index import SearchIndex
from tests.factories import make_user
from tests.fairs import make_participant
from tests.services.fairs import event_values, make_event, needs_of, offers_of, on_day

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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": " "}, "name", "请填写活动名称"),
        ({"name": "🎉🎉"}, "name", "请填写活动名称"),
        ({"name": "会" * 50_000}, "name", "最多 120 字"),
        ({"place": ""}, "place", "请填写地点"),
        ({"sessions": ()}, "sessions", "至少填写一个场次"),
        ({"sessions": (on_day(ends="08:00"),)}, "sessions-0", "结束时间应晚于开始时间"),
        ({"sessions": (on_day(), on_day(begins="10:30", ends="12:00"))}, "sessions-1", "与另一场时间重叠"),
        ({"sessions": (on_day(ends="09:15"),)}, "sessions-0", "放不下一个 20 分钟的时段"),
        ({"sessions": (on_day(day=-1),)}, "sessions-0", "已经过去"),
        ({"table_count": 0}, "table_count", "1 到 2000"),
        ({"slot_minutes": 0}, "slot_minutes", "5 到 240"),
        ({"default_max_meetings": 0}, "default_max_meetings", "1 到 50"),
    ],
)
def test_an_event_that_cannot_be_is_refused_at_the_field(
    session: Session, changed: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(ValidationErrors) as caught:
        make_event(session, **changed)

    assert {problem.field: problem for problem in caught.value.problems}[field].text().find(words) >= 0
    assert session.scalar(select(func.count()).select_from(Event)) == 0


@pytest.mark.slow
def test_all_faults_are_told_at_once(session: Session) -> None:
    with pytest.raises(ValidationErrors) as caught:
        make_event(session, name="", place="", sessions=(), table_count=0)

    assert {problem.field for problem in caught.value.problems} == {"name", "place", "sessions", "table_count"}


@pytest.mark.slow
def test_a_name_is_taken_only_once(session: Session) -> None:
    first = make_event(session)
    with pytest.raises(ValidationErrors, match="已有名为“示例对接会”的活动"):
        make_event(session)

    update_event(session, None, first, event_values(place="新址"))
    assert first.place == "新址"


@pytest.mark.slow
def test_an_expo_needs_no_tables(session: Session) -> None:
    assert make_event(session, kind=EventKind.EXPO, table_count=0).most_meetings is None


@pytest.mark.slow
def test_sessions_are_cut_into_whole_slots(session: Session) -> None:
    event = make_event(session, sessions=(on_day(begins="14:00", ends="14:50"), on_day()), table_count=3)

    assert [f"{slot:%H:%M}" for slot in event.slots] == [
        *("09:00", "09:20", "09:40", "10:00", "10:20", "10:40"),
        *("14:00", "14:20"),
    ]
    assert event.most_meetings == 8 * 3


@pytest.mark.slow
def test_a_past_session_may_stay_but_none_may_become_past(session: Session) -> None:
    event = create_event(session, None, event_values(sessions=(on_day(day=-3),)), past=True)
    update_event(session, None, event, event_values(sessions=(on_day(day=-3),), place="新址"))

    with pytest.raises(ValidationErrors, match="已经过去"):
        update_event(session, None, event, event_values(sessions=(on_day(day=-4),)))


@pytest.mark.slow
def test_an_event_is_published_taken_back_and_deleted_only_in_preparation(session: Session, fair: Event) -> None:
    publish_event(session, None, fair)
    assert fair.status is EventStatus.PUBLISHED
    with pytest.raises(Conflict, match="已经公布，不能删除"):
        delete_event(session, None, fair)
    with pytest.raises(Conflict):
        publish_event(session, None, fair)

    unpublish_event(session, None, fair)
    delete_event(session, None, fair)
    assert session.scalar(select(func.count()).select_from(Participant)) == 0


@pytest.mark.slow
def test_deleting_takes_the_match_list_along(session: Session, search_index: SearchIndex, fair: Event) -> None:
    pin_pair(session, None, fair, (needs_of(session, fair)[0].id, offers_of(session, fair)[1].id))
    build_match_list(session, search_index, fair)
    delete_event(session, None, fair)

    for model in (Event, Participant, PairDecision, Meeting, PlanVersion):
        assert session.scalar(select(func.count()).select_from(model)) == 0


@pytest.mark.slow
def test_events_are_found_by_name_by_id_and_by_a_telling_part(session: Session) -> None:
    spring, autumn = make_event(session, name="春季对接会"), make_event(session, name="秋季对接会")

    assert find_event(session, "春季对接会") is spring
    assert find_event(session, str(autumn.id)) is autumn
    assert find_event(session, "秋季") is autumn
    for unknown in ("对接会", "冬季", ""):
        with pytest.raises(NotFound, match="春季对接会"):
            find_event(session, unknown)
    assert {event.name for event in list_events(session)} == {"春季对接会", "秋季对接会"}


@pytest.mark.slow
def test_only_organizers_run_events(session: Session, fair: Event, search_index: SearchIndex) -> None:
    outsider = make_user(session, Role.ENTERPRISE)
    pair = (needs_of(session, fair)[0].id, offers_of(session, fair)[0].id)
    for attempt in (
        lambda: create_event(session, outsider, event_values(name="另一个")),
        lambda: update_event(session, outsider, fair, event_values()),
        lambda: publish_event(session, outsider, fair),
        lambda: delete_event(session, outsider, fair),
        lambda: add_participants(session, outsider, fair, Side.NEED, []),
        lambda: remove_participants(session, outsider, fair, []),
        lambda: set_limits(session, outsider, fair, {}),
        lambda: build_match_list(session, search_index, fair, outsider),
        lambda: pin_pair(session, outsider, fair, pair),
        lambda: exclude_pair(session, outsider, fair, pair, "理由"),
        lambda: forget_decision(session, outsider, fair, pair),
        lambda: add_pair(session, search_index, outsider, fair, pair),
        lambda: remove_pair(session, outsider, fair, pair, "理由"),
    ):
        with pytest.raises(NotAllowed):
            attempt()
