"""The board without scripts, and what a script is told. Who may open it, tests/web/test_access.py walks."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventKind, Role
from matchmaker.services.events.board.edits import move_meeting
from matchmaker.services.platform import Platform
from tests.factories import login, make_user
from tests.scheduled import make_fair, slot

JSON = {"Accept": "application/json"}


@pytest.fixture
def event(platform: Platform) -> Event:
    with platform.database.writing() as session:
        return make_fair(session)


@pytest.fixture
def organizer(platform: Platform, client: FlaskClient) -> User:
    with platform.database.writing() as session:
        user = make_user(session, Role.ORGANIZER)
        session.commit()
    login(client, user)
    return user


@pytest.fixture
def reading(platform: Platform) -> Iterator[Session]:
    """Sees what was committed before its first look."""
    with platform.database.reading() as session:
        yield session


def meeting_ids(platform: Platform) -> list[int]:
    with platform.database.reading() as session:
        return list(session.scalars(select(Meeting.id).order_by(Meeting.id)))


def places(platform: Platform) -> list[tuple[Any, Any]]:
    with platform.database.reading() as session:
        return [(m.starts_at, m.table) for m in session.scalars(select(Meeting).order_by(Meeting.id))]


def change(client: FlaskClient, event: Event, headers: dict[str, str] | None = None, **values: object) -> TestResponse:
    data = {"version": "1"} | {name: str(value) for name, value in values.items()}
    return client.post(f"/organizer/events/{event.id}/board", data=data, headers=headers)


def by_colleague(platform: Platform, event: Event, meeting_id: int, to: int, table: int) -> str:
    with platform.database.writing() as session:
        colleague, mine = make_user(session, Role.ORGANIZER), session.get_one(Event, event.id)
        move_meeting(session, colleague, mine, meeting_id, slot(to), table, mine.plan_version)
        return colleague.name


@pytest.mark.parametrize("role", [Role.ENTERPRISE, Role.RESEARCHER])
def test_only_organizers_see_the_board(platform: Platform, client: FlaskClient, event: Event, role: Role) -> None:
    with platform.database.writing() as session:
        user = make_user(session, role)
        session.commit()
    login(client, user)
    for page in ("board", "board/data", "board/clashes?need_side=1&offer_side=4", "board/panel", "board/differences"):
        response = client.get(f"/organizer/events/{event.id}/{page}")
        assert response.status_code == 403
        assert "示例企业1号" not in response.text
    assert change(client, event, change="undo").status_code == 403


def test_a_slot_is_listed_and_a_meeting_opened(
    platform: Platform, client: FlaskClient, organizer: User, event: Event
) -> None:
    first = meeting_ids(platform)[0]
    page = client.get(f"/organizer/events/{event.id}/board").text
    assert page.count("示例企业1号") > 0
    assert "2031-05-18T09:20" in page
    page = client.get(f"/organizer/events/{event.id}/board?at=2031-05-18T09:00&meeting={first}").text
    assert 'name="change" value="move"' in page
    assert '<option value="2031-05-18T09:00" selected>' in page
    later = client.get(f"/organizer/events/{event.id}/board?at=2031-05-18T09:20").text
    assert "空，看谁可以来" in later
    assert 'meeting=1"' not in later


def test_searching_lists_a_participants_meetings(client: FlaskClient, organizer: User, event: Event) -> None:
    page = client.get(f"/organizer/events/{event.id}/board?text=企业2号").text
    rows = page.split('class="board-list"')[1].split("</ol>")[0]
    assert "示例企业2号" in rows
    assert "示例企业1号" not in rows


def test_a_plain_form_moves_a_meeting(platform: Platform, client: FlaskClient, organizer: User, event: Event) -> None:
    first = meeting_ids(platform)[0]
    response = change(
        client, event, change="move", meeting=first, slot="2031-05-18T09:20", table="3", at="x", text="企业"
    )
    assert response.status_code == 303
    assert f"meeting={first}" in response.location
    assert places(platform)[0] == (slot(1), 3)
    assert "已移动" in client.get(response.location).text


def test_a_plain_form_swaps_where_asked_to(
    platform: Platform, client: FlaskClient, organizer: User, event: Event
) -> None:
    first = meeting_ids(platform)[0]
    asked = {"change": "move", "meeting": first, "slot": "2031-05-18T09:00", "table": "2"}
    refused = change(client, event, **asked)
    assert refused.status_code == 409
    assert "2 号桌这个时段已有洽谈" in refused.text
    assert change(client, event, **asked, swap="yes").status_code == 303
    assert places(platform)[:2] == [(slot(0), 2), (slot(0), 1)]


@pytest.mark.parametrize(
    ("values", "status", "words"),
    [
        ({"change": "move", "slot": "morgen"}, 400, "请选择时段"),
        ({"change": "move", "slot": "2031-05-18T09:20", "table": "drei"}, 400, "桌号请填整数"),
        ({"change": "move", "slot": "2031-05-18T09:20", "table": "99"}, 409, "没有 99 号桌"),
        ({"change": "move", "slot": "2040-01-01T09:00"}, 409, "不是这个活动的时段"),
        ({"change": "cancel", "reason": "　"}, 400, "请写明取消的理由"),
        ({"change": "explode"}, 404, "没有这个操作"),
        ({"change": "swap", "other": "99999"}, 404, "已不在计划里"),
        ({"change": "swap", "other": "1e9"}, 404, "已不在计划里"),
        ({"change": "undo"}, 409, "没有可以撤销的步骤"),
        ({"change": "place", "need_side": "1", "offer_side": "1", "slot": "2031-05-18T09:20"}, 404, "没有这个参会方"),
    ],
)
def test_bad_input_changes_nothing_and_says_why(
    platform: Platform,
    client: FlaskClient,
    organizer: User,
    event: Event,
    values: dict[str, str],
    status: int,
    words: str,
) -> None:
    before, first = places(platform), meeting_ids(platform)[0]
    for headers in (None, JSON):
        response = change(client, event, headers, **({"meeting": first} | values))
        assert response.status_code == status
        said = response.get_json()["message"] if headers else response.text
        assert words in said
    assert places(platform) == before


def test_what_was_typed_stays_in_the_form(
    platform: Platform, client: FlaskClient, organizer: User, event: Event
) -> None:
    first = meeting_ids(platform)[0]
    page = change(client, event, change="move", meeting=first, slot="2031-05-18T09:00", table="2").text
    panel = page.split('id="board-panel"')[1]
    assert '<option value="2" selected>' in panel


def test_a_script_is_told_all_and_then_what_changed(
    platform: Platform, client: FlaskClient, organizer: User, event: Event
) -> None:
    data = client.get(f"/organizer/events/{event.id}/board/data").get_json()
    assert [one["label"] for one in data["slots"]] == ["09:00", "09:20", "09:40", "10:00"]
    assert (data["version"], data["undo"], len(data["meetings"])) == (1, "", 3)
    first = meeting_ids(platform)[0]
    assert next(row for row in data["meetings"] if row[0] == first)[3:6] == [0, 1, False]

    answer = change(client, event, JSON, change="move", meeting=first, slot="2031-05-18T09:40", table="2").get_json()
    assert (answer["message"], answer["concurrent_changes"], answer["version"]) == ("已移动", "", 2)
    assert [row[:1] + row[3:5] for row in answer["changed"]] == [[first, 2, 2]]
    assert "09:00 1 号桌 → 09:40 2 号桌" in answer["undo"]


def test_an_older_board_is_told_what_others_changed(
    platform: Platform, client: FlaskClient, organizer: User, event: Event
) -> None:
    first, second, third = meeting_ids(platform)
    name = by_colleague(platform, event, first, to=1, table=1)
    answer = change(client, event, JSON, change="move", meeting=second, slot="2031-05-18T09:40", table="2")
    assert f"其间{name}改了" in answer.get_json()["concurrent_changes"]
    assert sorted(row[0] for row in answer.get_json()["changed"]) == [first, second]

    clash = change(client, event, JSON, change="move", meeting=third, slot="2031-05-18T09:20", table="1")
    assert clash.status_code == 409
    assert "1 号桌这个时段已有洽谈" in clash.get_json()["message"]
    assert f"其间{name}改了" in clash.get_json()["message"]
    assert places(platform) == [(slot(1), 1), (slot(2), 2), (slot(0), 3)]

    page = change(client, event, change="lock", meeting=third)
    assert f"其间{name}改了" in client.get(page.location).text


def test_clashes_are_told_cell_by_cell(
    platform: Platform, client: FlaskClient, organizer: User, event: Event, reading: Session
) -> None:
    meeting = reading.get_one(Meeting, meeting_ids(platform)[0])
    pair = f"need_side={meeting.need_side_id}&offer_side={meeting.offer_side_id}"
    change(client, event, change="lock", meeting=meeting_ids(platform)[1])
    told = client.get(f"/organizer/events/{event.id}/board/clashes?{pair}").get_json()
    assert set(told["cells"]) == {"0-2"}
    assert [told["texts"][number] for number in told["cells"]["0-2"]] == ["这一场已锁定，请先解锁"]
    for wrong in ("", "?need_side=1&offer_side=x", "?need_side=999&offer_side=998"):
        assert client.get(f"/organizer/events/{event.id}/board/clashes{wrong}").status_code == 404


def test_another_events_meeting_is_not_shown(
    platform: Platform, client: FlaskClient, organizer: User, event: Event
) -> None:
    with platform.database.writing() as session:
        other = make_fair(session, name="另一场对接会")
        foreign = other.meetings[0].id
    assert "另一场对接会示例企业" not in client.get(f"/organizer/events/{event.id}/board/panel?meeting={foreign}").text
    assert change(client, event, change="lock", meeting=foreign).status_code == 404


def test_the_differences_are_read_before_publishing(
    platform: Platform, client: FlaskClient, organizer: User, event: Event
) -> None:
    with platform.database.writing() as session:
        session.get_one(Event, event.id).published_version = 1
        session.commit()
    address = f"/organizer/events/{event.id}/board/differences"
    assert "没有变动" in client.get(address).text
    change(client, event, change="cancel", meeting=meeting_ids(platform)[0], reason="来不了")
    page = client.get(address).text
    assert "共 1 处" in page
    assert "取消：示例对接会示例企业1号 — 示例对接会示例大学1号，09:00 1 号桌" in page


def test_an_expo_has_no_board(platform: Platform, client: FlaskClient, organizer: User, event: Event) -> None:
    with platform.database.writing() as session:
        session.get_one(Event, event.id).kind = EventKind.EXPO
        session.commit()
    response = client.get(f"/organizer/events/{event.id}/board")
    assert response.status_code == 404
    assert "没有洽谈桌" in response.text
