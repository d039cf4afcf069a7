"""An organizer's way through an event: make it, invite, decide, build, change by hand, print.

Reading through the writing ``session`` takes its lock, so each look ends with a commit before the next request.
"""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventStatus
from tests.web.organizer.events.fair import DAY, FORM, FORM_WITH_ROOMS


def field_error(page: str, field: str) -> str:
    """The complaint below the field, as a reader sees it."""
    after = page.split(f'name="{field}"', 1)[1]
    found = re.search(r'class="invalid-feedback[^>]*>([^<]+)<', after)
    return found[1].strip() if found else ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": "  "}, "name", "请填写活动名称"),
        ({"name": "🎪"}, "name", "请填写活动名称"),
        ({"place": ""}, "place", "请填写地点"),
        ({"sessions-0-ends": "08:00"}, "sessions-0-ends", "结束时间应晚于开始时间"),
        ({"sessions-0-ends": ""}, "sessions-0-ends", "请填写日期、开始和结束时间"),
        ({"sessions-0-day": "2020-01-01"}, "sessions-0-ends", "已经过去"),
        ({"slot_minutes": "180"}, "sessions-0-ends", "放不下一个 180 分钟的时段"),
        ({"table_count": "0"}, "table_count", "应为 1 到 2000 的整数"),
        ({"table_count": ""}, "table_count", "请填整数"),
        (
            {"sessions-1-day": DAY, "sessions-1-begins": "10:00", "sessions-1-ends": "12:00"},
            "sessions-1-ends",
            "与另一场时间重叠",
        ),
    ],
)
def test_a_fault_is_told_beside_its_field_and_nothing_typed_is_lost(
    client: FlaskClient, session: Session, organizer: User, changed: dict[str, str], field: str, words: str
) -> None:
    response = client.post("/organizer/events/new", data=FORM | changed)

    assert response.status_code == 400
    assert words in field_error(response.text, field)
    for name, typed in (FORM | changed).items():
        if name not in ("kind", "description"):
            assert re.search(rf'name="{name}"[^>]*value="{re.escape(typed)}"', response.text, re.DOTALL) or re.search(
                rf'value="{re.escape(typed)}"[^>]*name="{name}"', response.text, re.DOTALL
            ), name
    assert FORM["description"] in response.text
    assert session.scalar(select(Event)) is None


@pytest.mark.slow
def test_a_name_that_is_taken_is_told(client: FlaskClient, organizer: User) -> None:
    client.post("/organizer/events/new", data=FORM)
    response = client.post("/organizer/events/new", data=FORM)

    assert response.status_code == 400
    assert "已有名为“示例对接会”的活动" in field_error(response.text, "name")


@pytest.mark.slow
def test_another_session_is_added_without_saving(client: FlaskClient, session: Session, organizer: User) -> None:
    page = client.post("/organizer/events/new", data=FORM | {"add_session": "yes", "name": "还没写完"})

    assert page.status_code == 200
    assert 'name="sessions-1-day"' in page.text
    assert "还没写完" in page.text
    assert session.scalar(select(Event)) is None


@pytest.mark.slow
def test_a_blank_row_is_no_session_and_full_width_digits_are_digits(
    client: FlaskClient, session: Session, organizer: User
) -> None:
    blank = {"sessions-1-day": "", "sessions-1-begins": "", "sessions-1-ends": ""}
    client.post("/organizer/events/new", data=FORM | blank | {"table_count": "１２"})
    event = session.scalars(select(Event)).one()

    assert len(event.sessions) == 1
    assert event.table_count == 12


@pytest.mark.slow
def test_an_event_is_edited_published_and_taken_back(client: FlaskClient, session: Session, event: Event) -> None:
    page = client.get("/organizer/events/1/edit").text
    assert f'value="{DAY}"' in page
    assert client.post("/organizer/events/1/edit", data=FORM | {"place": "新会场"}).status_code == 303
    assert client.post("/organizer/events/1/publish").status_code == 303

    session.refresh(event)
    assert (event.place, event.status) == ("新会场", EventStatus.PUBLISHED)
    session.commit()
    client.post("/organizer/events/1/delete", data={"confirmed": "yes"})
    client.post("/organizer/events/1/unpublish")
    session.refresh(event)
    assert event.status is EventStatus.PREPARING, "a published event is not deleted"


@pytest.mark.slow
def test_an_event_is_deleted_only_when_confirmed(client: FlaskClient, session: Session, event: Event) -> None:
    client.post("/organizer/events/1/delete")
    assert session.scalar(select(Event.id)) == event.id
    session.commit()

    client.post("/organizer/events/1/delete", data={"confirmed": "yes"})
    assert session.scalar(select(Event.id)) is None
    assert "已删除“示例对接会”" in client.get("/organizer/events").text


@pytest.mark.slow
def test_an_unknown_event_is_not_found(client: FlaskClient, organizer: User) -> None:
    for path in ("edit", "participants", "participants/add", "partnerships", "match-list", "print"):
        response = client.get(f"/organizer/events/77/{path}")
        assert response.status_code == 404
        assert "没有这个活动" in response.text


def test_an_event_is_saved_with_rooms_clock_and_deadlines(
    client: FlaskClient, session: Session, organizer: User
) -> None:
    assert client.post("/organizer/events/new", data=FORM_WITH_ROOMS).status_code == 303
    event = session.scalars(select(Event)).one()
    assert [(room.name, room.table_count) for room in event.rooms] == [("一厅", 12), ("二厅", 8)]
    assert (event.table_count, event.time_zone, event.compact, event.registration_open) == (
        20,
        "Asia/Urumqi",
        True,
        True,
    )
    assert (event.request_hours, event.request_minutes_on_the_day) == (48, 10)
    session.commit()
    page = client.get("/organizer/events/1/edit").text
    for name, value in FORM_WITH_ROOMS.items():
        if name.startswith(("rooms", "re", "time")) and value != "y":
            assert re.search(rf'name="{name}"[^>]*value="{value}"|value="{value}"[^>]*name="{name}"', page), name
    blank = {name: "" for name in FORM_WITH_ROOMS if name.startswith("rooms")}
    client.post("/organizer/events/1/edit", data=FORM_WITH_ROOMS | blank | {"registration_until": ""})
    session.refresh(event)
    assert (event.rooms, event.table_count, event.registration_until) == ([], 10, None)


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"rooms-1-name": "一厅"}, "rooms-1-name", "与第 1 个分区重名"),
        ({"rooms-0-table_count": ""}, "rooms-0-table_count", "应为 1 到 2000 的整数"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "不认识时区"),
        ({"registration_until": "2040-05-15T09:01"}, "registration_until", "不能晚于活动开始"),
        ({"request_hours": "1000"}, "request_hours", "应为 1 到 168 的整数"),
    ],
)
def test_a_fault_is_told_beside_its_field(
    client: FlaskClient, session: Session, organizer: User, changed: dict[str, str], field: str, words: str
) -> None:
    response = client.post("/organizer/events/new", data=FORM_WITH_ROOMS | changed)
    assert response.status_code == 400
    after = response.text.split(f'name="{field}"', 1)[1]
    found = re.search(r'class="invalid-feedback[^>]*>([^<]+)<', after)
    assert found is not None
    assert words in found[1]
    assert 'value="会展中心"' in response.text
    assert session.scalar(select(Event)) is None


def test_another_room_is_added_without_saving(client: FlaskClient, session: Session, organizer: User) -> None:
    page = client.post("/organizer/events/new", data=FORM_WITH_ROOMS | {"add_room": "yes"})
    assert page.status_code == 200
    assert 'name="rooms-2-name"' in page.text
    assert session.scalar(select(Event)) is None
