"""Participants' own pages: the schedule, whom to ask, and requests, from asking to the calendar of a phone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.block import Block
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.vocabulary import EventStatus, RequestStatus, Role
from matchmaker.services.jobs.worker import run_pending
from matchmaker.services.platform import Platform
from tests.docking import SLOTS, plan_meeting, publish_plan
from tests.factories import make_user
from tests.web.attending.scene import SLOT, Scene


def act(client: FlaskClient, one: MeetingRequest, action: str, **data: str) -> int:
    return client.post(f"/attending/requests/{one.id}/{action}", data=data).status_code


def test_from_the_list_to_the_calendar(session: Session, scene: Scene) -> None:
    publish_plan(session, scene.event)
    engineer, researcher = scene.client(scene.needs[0]), scene.client(scene.offers[0])
    page = engineer.get(scene.address(scene.needs[0], "partners")).text
    assert page.index(scene.offers[0].name) < page.index(scene.offers[1].name)
    assert "都谈到“轴承" in page
    page = engineer.get(scene.address(scene.needs[0], f"partners/{scene.offers[0].id}")).text
    assert "我方看重的" in page
    assert "对方看重的" in page
    assert "轴承接触疲劳寿命预测" in page
    one = scene.ask(engineer)
    assert "1 个约见待答复" in researcher.get("/attending/participations").text
    page = researcher.get(f"/attending/requests/{one.id}").text
    assert "想谈轴承寿命" in page
    assert "为什么值得谈" in page
    assert act(researcher, one, "accept", words="好的") == 303
    for client, own, partner in (
        (engineer, scene.needs[0], scene.offers[0]),
        (researcher, scene.offers[0], scene.needs[0]),
    ):
        page = client.get(f"/attending/events/{scene.event.id}", follow_redirects=True).text
        assert partner.name in page
        assert "09:40" in page
        assert "1 号桌" in page
        file = client.get(scene.address(own, "schedule.ics"))
        assert file.mimetype == "text/calendar"
        (entry,) = Calendar.from_ical(file.data).walk("VEVENT")
        assert entry["dtstart"].dt.astimezone(UTC) == datetime(2030, 5, 18, 1, 40, tzinfo=UTC)
        assert partner.name in entry["summary"]


def test_a_mail_leads_to_what_has_to_be_answered(platform: Platform, scene: Scene) -> None:
    scene.ask(scene.client(scene.needs[0]))
    scene.session.commit()
    run_pending(platform)
    (mail,) = (Path(platform.settings.data) / "mail").iterdir()
    address = f"/attending/events/{scene.event.id}/requests"
    assert f"{platform.settings.base_url}{address}" in mail.read_text(encoding="utf-8")
    page = scene.client(scene.offers[0]).get(address, follow_redirects=True)
    assert scene.needs[0].name in page.text


def test_strangers_see_and_change_nothing(session: Session, scene: Scene) -> None:
    one = scene.ask(scene.client(scene.needs[0]))
    for stranger in (scene.needs[1], scene.offers[1], make_user(session, Role.ORGANIZER), make_user(session)):
        client = scene.client(stranger)
        for page in ("schedule", "schedule.ics", "partners", f"partners/{scene.offers[0].id}", "requests"):
            assert client.get(scene.address(scene.needs[0], page)).status_code == 404, page
        assert client.get(f"/attending/requests/{one.id}").status_code == 404
        for action in ("accept", "decline", "propose", "move", "withdraw"):
            assert act(client, one, action, starts_at=SLOT) == 404
        address = scene.address(scene.needs[0], f"partners/{scene.offers[1].id}")
        assert client.post(address, data={"words": "您好"}).status_code == 404
    outsider = scene.client(make_user(session))
    assert outsider.get(f"/attending/events/{scene.event.id}").status_code == 404
    assert scene.only_request().status is RequestStatus.REQUESTED


def test_the_other_side_decides(scene: Scene) -> None:
    engineer = scene.client(scene.needs[0])
    one = scene.ask(engineer)
    assert act(engineer, one, "accept") == 403
    researcher = scene.client(scene.offers[0])
    assert act(researcher, one, "withdraw") == 403
    assert act(researcher, one, "propose", starts_at=SLOTS[4].isoformat(timespec="minutes"), words="晚一点") == 303
    page = engineer.get(f"/attending/requests/{one.id}").text
    assert "晚一点" in page
    assert "10:20" in page
    assert act(engineer, one, "accept") == 303
    assert act(researcher, one, "withdraw") == 303
    assert scene.only_request().status is RequestStatus.WITHDRAWN
    assert act(engineer, one, "decline") == 303
    assert "现在是“已撤回”" in engineer.get(f"/attending/requests/{one.id}").text


def test_the_barred_are_not_there(session: Session, scene: Scene) -> None:
    session.add(Block(organization_id=scene.offers[0].organization_id, blocked_id=scene.needs[0].organization_id))
    session.commit()
    engineer = scene.client(scene.needs[0])
    assert scene.offers[0].name not in engineer.get(scene.address(scene.needs[0], "partners")).text
    hidden = engineer.get(scene.address(scene.needs[0], f"partners/{scene.offers[0].id}"))
    missing = engineer.get(scene.address(scene.needs[0], "partners/99999"))
    assert (hidden.status_code, hidden.text) == (404, missing.text)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"words": "……", "starts_at": SLOT}, "请写一句话"),
        ({"words": "想谈轴承", "starts_at": "2030-05-18T03:00"}, "请另选一个时段"),
        ({"words": "想谈轴承", "starts_at": "<b>"}, "列出的时段"),
        ({"words": "长" * 501}, "最多 500 字"),
    ],
)
def test_what_was_typed_survives_an_error(scene: Scene, data: dict[str, str], complaint: str) -> None:
    engineer = scene.client(scene.needs[0])
    response = engineer.post(scene.address(scene.needs[0], f"partners/{scene.offers[0].id}"), data=data)
    assert response.status_code == 400
    assert complaint in response.text
    assert data["words"] in response.text


def test_words_are_shown_as_words(scene: Scene) -> None:
    one = scene.ask(scene.client(scene.needs[0]), words="<script>alert(1)</script> 您好")
    page = scene.client(scene.offers[0]).get(f"/attending/requests/{one.id}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_asking_where_no_slot_is_left_says_so(session: Session, scene: Scene) -> None:
    scene.offers[0].unavailable = [one.isoformat(timespec="minutes") for one in SLOTS]
    publish_plan(session, scene.event)
    page = scene.client(scene.needs[0]).get(scene.address(scene.needs[0], f"partners/{scene.offers[0].id}")).text
    assert "没有共同的空闲时段" in page
    assert 'name="starts_at"' not in page


def test_who_meets_anyway_is_shown_the_schedule_instead(session: Session, scene: Scene) -> None:
    plan_meeting(session, scene.needs[0], scene.offers[0], SLOTS[0], 1)
    publish_plan(session, scene.event)
    page = scene.client(scene.needs[0]).get(scene.address(scene.needs[0], f"partners/{scene.offers[0].id}")).text
    assert "看我的日程" in page
    assert "可以约双方都有空的时段" not in page


def test_events_in_preparation_are_not_there(session: Session, scene: Scene) -> None:
    scene.event.status = EventStatus.PREPARING
    session.commit()
    engineer = scene.client(scene.needs[0])
    assert engineer.get(f"/attending/events/{scene.event.id}").status_code == 404
    assert engineer.get(scene.address(scene.needs[0], "partners")).status_code == 404


def test_the_first_page_says_what_waits(scene: Scene) -> None:
    scene.ask(scene.client(scene.needs[0]))
    page = scene.client(scene.offers[0]).get("/").text
    assert scene.event.name in page
    assert "1 个约见待答复" in page
    assert "约见待答复" not in scene.client(scene.offers[1]).get("/").text


def test_who_got_no_answer_is_told_on_every_page(session: Session, scene: Scene) -> None:
    engineer, researcher = scene.client(scene.needs[0]), scene.client(scene.offers[0])
    one = scene.ask(engineer)
    one.expires_at = now() - timedelta(minutes=1)
    session.commit()
    assert "1 个约见没有等到答复" in engineer.get("/").text
    for page in ("schedule", "requests"):
        assert "1 个约见没有等到答复" in engineer.get(scene.address(scene.needs[0], page)).text
    assert "没有等到答复" not in researcher.get("/").text
    assert "请求已撤下" in researcher.get(scene.address(scene.offers[0], "requests")).text
    page = researcher.get(f"/attending/requests/{one.id}").text
    assert scene.address(scene.offers[0], f"partners/{scene.needs[0].id}") in page
    assert 'action="/attending/requests/' not in page


def test_when_it_is_over_nobody_is_asked_any_more(session: Session, scene: Scene) -> None:
    plan_meeting(session, scene.needs[0], scene.offers[0], SLOTS[0], 1)
    publish_plan(session, scene.event)
    engineer, need = scene.client(scene.needs[0]), scene.needs[0]
    assert scene.address(need, "partners") in engineer.get(scene.address(need, "schedule")).text
    scene.event.status = EventStatus.FINISHED
    session.commit()
    page = engineer.get(scene.address(need, "schedule")).text
    assert "活动已经结束" in page
    assert scene.address(need, "partners") not in page
    assert scene.address(need, "requests") not in page
    page = engineer.get(scene.address(need, "partners")).text
    assert "不能再约见" in page
    assert scene.offers[0].name not in page
