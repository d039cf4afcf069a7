"""The pages of the day through a browser without JavaScript, and what strangers get of them."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from matchmaker.domain.events.event import Room
from matchmaker.domain.vocabulary import EventStatus
from tests.factories import login
from tests.services.running_event import Fair

pytestmark = pytest.mark.slow


SMALL = 30_000
"""Bytes that a page for a weak network may cost on its first visit, with all it loads."""


def reread(session: Session, record: object) -> None:
    session.refresh(record)
    session.commit()


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


def test_the_staffs_pages_are_not_for_participants(client: FlaskClient, fair: Fair) -> None:
    login(client, fair.engineer)
    for page in ("check-in", "day", "live", "leads", "leads.csv"):
        response = client.get(f"/organizer/events/{fair.event.id}/{page}")
        assert response.status_code == 403
        assert fair.firms[1].name not in response.text


@pytest.mark.parametrize("page", ["check-in", "day", "live"])
def test_pages_of_the_day_are_small(client: FlaskClient, door: str, fair: Fair, page: str) -> None:
    text = client.get(f"/organizer/events/{fair.event.id}/{page}").text
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+|/bootstrap/[^"]+)"', text)
    assert loaded
    assert len(text.encode()) + sum(len(client.get(address).data) for address in loaded) < SMALL
