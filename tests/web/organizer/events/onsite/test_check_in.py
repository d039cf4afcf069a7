import re
from unittest.mock import ANY

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Participant
from matchmaker.domain.vocabulary import ParticipantStatus
from tests.factories import login, make_user
from tests.services.running_event import Fair, add_delegate, make_fair

pytestmark = pytest.mark.slow


def reread(session: Session, record: object) -> None:
    session.refresh(record)
    session.commit()


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
