"""The pages of the day through a browser without JavaScript, and what strangers get of them."""

import re
from unittest.mock import ANY

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from matchmaker.domain.events.event import Participant, Room
from matchmaker.domain.vocabulary import EventStatus, MeetingStatus, NextStep, ParticipantStatus
from tests.factories import login, make_user
from tests.services.running_event import Fair, add_delegate, make_fair

pytestmark = pytest.mark.slow

SMALL = 30_000
"""Bytes that a page for a weak network may cost on its first visit, with all it loads."""


@pytest.fixture
def fair(session: Session) -> Fair:
    """Read through the writing session, which would keep its lock: so each look ends with a commit."""
    made = make_fair(session)
    _ = [m.id for m in made.meetings], [p.name for p in (*made.firms, *made.teams)], made.event.slots
    session.commit()
    return made


@pytest.fixture
def late(fair: Fair) -> Participant:
    return fair.firms[2]


@pytest.fixture
def door(client: FlaskClient, fair: Fair) -> str:
    """The door page's address, for an organizer who is logged in."""
    login(client, fair.organizer)
    return f"/organizer/events/{fair.event.id}/check-in"


def reread(session: Session, record: object) -> None:
    session.refresh(record)
    session.commit()


# --- the door


def test_a_typed_code_is_checked_in_and_counted(
    session: Session, client: FlaskClient, door: str, late: Participant
) -> None:
    page = client.post(door, data={"code": late.code.lower()}, follow_redirects=True).text
    assert f"{late.name} 签到成功" in page
    assert re.search(r'data-count="need">3</span>', page)
    again = client.post(door, data={"code": late.code}, follow_redirects=True).text
    assert re.search(rf"{late.name} 已在 \d\d:\d\d 签到", again)
    assert re.search(r'data-count="need">3</span>', again)
    client.post(f"{door}/undo", data={"code": late.code})
    reread(session, late)
    assert late.checked_in_at is None


def test_a_phone_asks_for_json(client: FlaskClient, door: str, late: Participant, fair: Fair) -> None:
    json = {"Accept": "application/json"}
    first = client.post(door, data={"code": late.code, "waited": "600"}, headers=json)
    assert first.json == {
        "ok": True,
        "again": False,
        "message": f"{late.name} 签到成功",
        "arrived": {"need": 3, "offer": 2, "people": 0},
        "line": {"time": ANY, "name": late.name, "code": late.code},
    }
    assert re.fullmatch(r"\d\d:\d\d", first.json["line"]["time"])
    again = client.post(door, data={"code": late.code}, headers=json).json
    assert again is not None
    assert again["again"]
    assert again["arrived"]["need"] == 3
    refused = client.post(door, data={"code": "A2B3C4D5"}, headers=json)
    assert (refused.status_code, refused.json and refused.json["ok"]) == (404, False)


def test_a_code_that_waited_for_the_network_counts_from_when_it_was_shown(
    session: Session, client: FlaskClient, door: str, fair: Fair
) -> None:
    for participant, waited in ((fair.firms[2], "600"), (fair.teams[2], "0")):
        client.post(door, data={"code": participant.code, "waited": waited})
        reread(session, participant)
    early, now = fair.firms[2].checked_in_at, fair.teams[2].checked_in_at
    assert early is not None
    assert now is not None
    assert 600 <= (now - early).total_seconds() < 660
    for nonsense in ("-5", "1e9", "9" * 20, "x"):
        assert client.post(door, data={"code": fair.firms[2].code, "waited": nonsense}).status_code == 303


def test_a_wrong_code_comes_back_with_what_was_typed(
    session: Session, client: FlaskClient, door: str, late: Participant
) -> None:
    response = client.post(door, data={"code": "A2B3C4D5"})
    assert response.status_code == 404
    assert 'value="A2B3C4D5"' in response.text
    assert "没有“A2B3C4D5”这个代码" in response.text
    assert client.post(door, data={"code": " "}).status_code == 400
    late.status = ParticipantStatus.WITHDRAWN
    session.commit()
    refused = client.post(door, data={"code": late.code})
    assert refused.status_code == 409
    assert "已退出" in refused.text


def test_a_badge_of_another_event_is_told_only_to_organizers(session: Session, client: FlaskClient, door: str) -> None:
    other = make_fair(session, "隔壁博览会")
    code = other.firms[2].code
    session.commit()
    assert "隔壁博览会" in client.post(door, data={"code": code}).text
    assert "隔壁博览会" in client.get(f"/organizer/check-in/{code}").text
    for person in (other.engineer, other.researcher, make_user(session)):
        client.post("/account/logout")
        login(client, person)
        for response in (client.get(f"/organizer/check-in/{code}"), client.post(door, data={"code": code})):
            assert response.status_code == 403
            assert "隔壁" not in response.text
            assert other.firms[2].name not in response.text


def test_a_name_finds_who_forgot_the_badge(session: Session, client: FlaskClient, door: str, late: Participant) -> None:
    add_delegate(session, late)
    page = client.post(door, data={"code": "李工"}, follow_redirects=True).text
    assert f"示例·李工 · {late.name}" in page
    code = re.search(r'按姓名或单位找到.*?name="code" value="(\w{8})"', page, re.DOTALL)
    assert code
    assert "示例·李工" in client.post(door, data={"code": code[1]}, follow_redirects=True).text
    assert "没有找到" in client.get(door, query_string={"text": "无此单位"}).text


def test_the_address_on_a_badge_checks_in_with_one_tap_and_not_by_being_opened(
    session: Session, client: FlaskClient, door: str, late: Participant
) -> None:
    page = client.get(f"/organizer/check-in/{late.code}").text
    reread(session, late)
    assert late.checked_in_at is None
    action = re.search(r'<form method="post" action="([^"]+)"', page)
    assert action
    assert client.post(action[1], data={"code": late.code}).location == door
    assert "已在" in client.get(f"/organizer/check-in/{late.code}").text
    assert client.get("/organizer/check-in/A2B3C4D5").status_code == 404


# --- the running sheet


def mark(client: FlaskClient, fair: Fair, number: int, what: str) -> TestResponse:
    return client.post(
        f"/organizer/events/{fair.event.id}/day/{fair.meetings[number].id}/{what}", follow_redirects=True
    )


def test_staff_mark_and_refill(session: Session, client: FlaskClient, door: str, fair: Fair) -> None:
    session.delete(fair.meetings[3])
    fair.meetings[3:] = []
    fair.meetings[0].offer.title = fair.meetings[1].offer.title = "高速铁路轴承接触疲劳寿命试验"
    session.commit()
    sheet = f"/organizer/events/{fair.event.id}/day?slot={fair.event.slots[0]:%Y-%m-%dT%H:%M}"
    assert "已洽谈" in client.get(sheet).text
    assert "未到场" in mark(client, fair, 1, "need_absent").text
    assert "未到场" in mark(client, fair, 0, "offer_absent").text
    page = client.get(sheet).text
    assert f"“{fair.firms[0].name}”在等" in page
    offered = re.search(rf'name="partner" value="({fair.teams[1].id})"', page)
    assert offered, "the second team waits as well"
    address = f"/organizer/events/{fair.event.id}/day/{fair.meetings[0].id}/refill"
    done = client.post(address, data={"partner": offered[1]}, follow_redirects=True).text
    assert f"1 号桌 {fair.firms[0].name} 与 {fair.teams[1].name}" in done
    assert client.post(address, data={"partner": offered[1]}).status_code == 303
    assert client.post(address, data={"partner": "x"}).status_code == 404
    reread(session, fair.event)
    assert fair.event.published_version == fair.event.plan_version == 2
    assert "已安排" not in client.get(f"/organizer/events/{fair.event.id}/live").text


def test_staff_of_one_room_see_its_tables(session: Session, client: FlaskClient, door: str, fair: Fair) -> None:
    fair.event.rooms = [Room(name=name, table_count=2, position=place) for place, name in enumerate(("一厅", "二厅"))]
    session.commit()
    first, second = (room.id for room in fair.event.rooms)
    for room, shown, hidden in ((first, 0, 2), (second, 2, 0)):
        slot = f"{fair.event.slots[0]:%Y-%m-%dT%H:%M}"
        page = client.get(f"/organizer/events/{fair.event.id}/day", query_string={"room": room, "slot": slot}).text
        assert fair.firms[shown].name in page
        assert fair.firms[hidden].name not in page


def test_what_cannot_be_marked_is_said(client: FlaskClient, door: str, fair: Fair) -> None:
    assert "还没有到" in mark(client, fair, 3, "held").text
    assert mark(client, fair, 0, "eaten").status_code == 404
    assert client.post(f"/organizer/events/{fair.event.id}/day/999999/held").status_code == 404


def test_the_event_is_closed_only_when_it_is_over(session: Session, client: FlaskClient, door: str, fair: Fair) -> None:
    finish = f"/organizer/events/{fair.event.id}/finish"
    assert "最后一场还没有结束" in client.post(finish, follow_redirects=True).text
    for own in fair.event.sessions:
        own.ends_at = own.starts_at
    session.commit()
    assert "还有 4 场没有标记" in client.post(finish, follow_redirects=True).text
    assert "活动已结束" in client.post(finish, data={"unmarked": "cancelled"}, follow_redirects=True).text
    reread(session, fair.event)
    assert fair.event.status is EventStatus.FINISHED
    client.post(f"/organizer/events/{fair.event.id}/reopen")
    reread(session, fair.event)
    assert fair.event.status is EventStatus.PUBLISHED


# --- the hall, the leads


def test_the_screen_looks_again_by_itself(client: FlaskClient, door: str, fair: Fair) -> None:
    page = client.get(f"/organizer/events/{fair.event.id}/live").text
    assert re.search(r'<meta http-equiv="refresh" content="\d+; url=/organizer/events/\d+/live\?page=1">', page)
    assert fair.firms[0].organization.name in page
    assert re.findall(r"<script[^>]*>", page) == ['<script defer src="/static/hall.js">'], "it only fits names in"
    assert 'class="hall short"' in page, "without scripts names are cut to one line"


def test_leads_are_listed_and_exported(session: Session, client: FlaskClient, door: str, fair: Fair) -> None:
    fair.meetings[0].need_next_step = NextStep.CONTRACT
    session.commit()
    address = f"/organizer/events/{fair.event.id}/leads"
    assert "拟签合同" in client.get(address).text
    assert "拟签合同" in client.get(f"{address}.csv").data.decode("utf-8-sig")
    assert client.get(f"{address}.xlsx").data.startswith(b"PK")
    assert client.get(f"{address}.pdf").status_code == 404


# --- ratings


def test_two_taps_rate_a_meeting(session: Session, client: FlaskClient, fair: Fair) -> None:
    login(client, fair.engineer)
    address = f"/attending/events/{fair.event.id}/ratings"
    assert fair.teams[0].name in client.get(address).text
    form = {"side": "need", "next": address}
    rate = f"/attending/meetings/{fair.meetings[0].id}/rating"
    first = client.post(rate, data=form | {"rating": "4"})
    assert first.location == f"{address}#word-{fair.meetings[0].id}-need"
    assert "下一步打算" in client.get(address).text
    assert "已记下" in client.post(rate, data=form | {"step": "negotiate"}, follow_redirects=True).text
    reread(session, fair.meetings[0])
    assert (fair.meetings[0].need_rating, fair.meetings[0].need_next_step) == (4, NextStep.NEGOTIATE)
    assert fair.meetings[0].status is MeetingStatus.HELD
    assert "撤回评价" in client.get(f"{address}?change={fair.meetings[0].id}-need").text
    client.post(rate, data=form | {"withdraw": "yes"})
    reread(session, fair.meetings[0])
    assert fair.meetings[0].need_rating is None
    for wrong in ({"rating": "6"}, {"rating": "²"}, {"step": "marry"}, {}):
        assert client.post(rate, data=form | wrong).status_code == 400
    assert client.post(rate, data={"side": "x", "rating": "4"}).status_code == 404
    assert client.post(rate, data=form | {"rating": "4", "next": "https://evil.example/"}).location.startswith(rate)


def test_nobody_rates_or_reads_what_is_not_theirs(session: Session, client: FlaskClient, fair: Fair) -> None:
    login(client, make_user(session))
    for address in (
        f"/attending/events/{fair.event.id}/ratings",
        f"/attending/meetings/{fair.meetings[0].id}/rating",
        "/attending/meetings/999999/rating",
    ):
        assert client.get(address).status_code == 404
    client.post("/account/logout")
    login(client, fair.engineer)
    page = client.get(f"/attending/events/{fair.event.id}/ratings").text
    assert fair.teams[0].name in page
    for hidden in (fair.firms[1].name, fair.firms[2].name, fair.teams[1].name):
        assert hidden not in page
    other_side = client.post(f"/attending/meetings/{fair.meetings[0].id}/rating", data={"side": "offer", "rating": "1"})
    assert other_side.status_code == 404
    reread(session, fair.meetings[0])
    assert fair.meetings[0].offer_rating is None


def test_the_staffs_pages_are_not_for_participants(client: FlaskClient, fair: Fair) -> None:
    login(client, fair.engineer)
    for page in ("check-in", "day", "live", "leads", "leads.csv"):
        response = client.get(f"/organizer/events/{fair.event.id}/{page}")
        assert response.status_code == 403
        assert fair.firms[1].name not in response.text


# --- a weak network


@pytest.mark.parametrize("page", ["check-in", "day", "live"])
def test_pages_of_the_day_are_small(client: FlaskClient, door: str, fair: Fair, page: str) -> None:
    text = client.get(f"/organizer/events/{fair.event.id}/{page}").text
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+|/bootstrap/[^"]+)"', text)
    assert loaded
    assert len(text.encode()) + sum(len(client.get(address).data) for address in loaded) < SMALL


def test_ratings_are_small(client: FlaskClient, fair: Fair) -> None:
    login(client, fair.researcher)
    text = client.get(f"/attending/events/{fair.event.id}/ratings").text
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+|/bootstrap/[^"]+)"', text)
    assert len(text.encode()) + sum(len(client.get(address).data) for address in loaded) < SMALL
