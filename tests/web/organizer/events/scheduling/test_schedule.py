"""An organizer's way through the schedule: build, look, publish, repair, compare, go back, ask why, try."""

import re
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import EventKind, MeetingStatus, Role
from matchmaker.services.events.editing import create_event
from matchmaker.services.events.participation.registration import withdraw
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.platform import Platform
from tests.factories import login, make_user
from tests.services.fairs import event_values, make_fair, needs_of, text_of
from tests.web.working import follow

pytestmark = pytest.mark.slow

ADDRESS = "/organizer/events/1/schedule"


@pytest.fixture
def fair(session: Session, platform: Platform, client: FlaskClient) -> Event:
    login(client, make_user(session, Role.ORGANIZER))
    return make_fair(session, platform.search_index)


def act(client: FlaskClient, action: str, **fields: object) -> str:
    """Press the button; what the page says then."""
    response = client.post(f"{ADDRESS}/{action}", data=fields)
    assert response.status_code == 303
    return follow(client, response)


def test_a_schedule_is_built_certified_and_published(client: FlaskClient, session: Session, fair: Event) -> None:
    assert "一键排程" in client.get(ADDRESS).text
    page = act(client, "build")
    assert "已生成第 1 版日程" in page
    assert "0 处冲突" in page
    assert "6 / 6 个参会方达到了至少场数" in page
    assert "已证明没有更好的安排" in page
    assert "尚未公布" in page
    for meeting in meetings_of(session, fair):
        assert f"{meeting.starts_at:%Y-%m-%d %H:%M}" in page
    session.commit()

    page = act(client, "publish")
    assert "参会方看到的就是这一版" in page
    assert "schedule/publish" not in page, "there is nothing new to publish"
    session.refresh(fair)
    assert fair.published_version == 1
    session.commit()
    found = client.get(f"{ADDRESS}?text=企业2号").text.partition("<tbody>")[2]
    assert "示例企业2号" in found
    assert "示例企业1号" not in found


def test_what_cannot_be_published_says_why(client: FlaskClient, session: Session, fair: Event) -> None:
    act(client, "build")
    meeting = meetings_of(session, fair)[0]
    assert meeting.starts_at is not None
    meeting.need_side.unavailable = [text_of(meeting.starts_at)]
    told = f"有一方这个时段不能参加：{meeting.need_side.name} — {meeting.offer_side.name}"
    session.commit()

    page = client.get(ADDRESS).text
    assert "不合格，不能公布" in page
    assert told in page
    assert "不能公布日程" in act(client, "publish")


def test_a_withdrawal_is_repaired_and_the_change_is_told(client: FlaskClient, session: Session, fair: Event) -> None:
    assert "还没有公布过日程" in act(client, "replan")
    act(client, "build")
    act(client, "publish")
    leaving = needs_of(session, fair)[0]
    name = leaving.name
    withdraw(session, None, leaving.id)
    cancelled = sum(m.status is MeetingStatus.CANCELLED for m in meetings_of(session, fair))
    session.commit()
    page = act(client, "replan")

    assert f"改动 {cancelled} 场（其中 {cancelled} 场无法避免）" in page
    assert "参会方看到的是第 1 版" in page
    assert name not in page.partition('class="table align-middle mb-0 stacked timetable"')[2]
    versions = client.get(f"{ADDRESS}/versions").text
    assert f"减少 {cancelled} 场" in versions
    assert "恢复这一版" in versions


def test_versions_are_compared_and_restored(client: FlaskClient, session: Session, fair: Event) -> None:
    assert "还没有日程" in client.get(f"{ADDRESS}/versions").text
    act(client, "build")
    moved = meetings_of(session, fair)[0]
    taken = {m.starts_at for m in meetings_of(session, fair) if m.need_side_id == moved.need_side_id}
    taken |= {m.starts_at for m in meetings_of(session, fair) if m.offer_side_id == moved.offer_side_id}
    moved.starts_at, moved.table = next(slot for slot in fair.slots if slot not in taken), 20
    session.commit()
    act(client, "publish")
    page = client.get(f"{ADDRESS}/versions?before=1&after=2").text
    assert "新增 0 场，减少 0 场，移动 1 场" in page
    assert "20 号桌" in page
    assert page.count("0 处冲突") == 2

    assert "已把第 1 版恢复为第 3 版" in act(client, "restore", version=1)
    assert "移动 0 场" in client.get(f"{ADDRESS}/versions?before=1&after=3").text
    for unknown in ("restore", "restore?version=x"):
        assert client.post(f"{ADDRESS}/{unknown}").status_code == 404
    assert client.get(f"{ADDRESS}/versions?before=77").status_code == 404


@pytest.mark.parametrize("picture", ["coverage", "scores", "gaps", "tables"])
def test_the_quality_is_drawn(client: FlaskClient, fair: Event, picture: str) -> None:
    act(client, "build")
    response = client.get(f"{ADDRESS}/{picture}.svg")

    assert response.mimetype == "image/svg+xml"
    drawn = ET.fromstring(response.data)
    bars = [
        element for element in drawn.iter("{http://www.w3.org/2000/svg}rect") if "reactive" in element.get("class", "")
    ]
    assert bars
    assert f"{picture}.svg" in client.get(ADDRESS).text


def test_why_not_names_reason_and_change_and_can_be_searched(
    client: FlaskClient, session: Session, fair: Event
) -> None:
    assert "还没有日程" in client.get(f"{ADDRESS}/why-not").text
    fair.table_count = 1
    fair.sessions[0].ends_at = fair.sessions[0].starts_at + timedelta(minutes=20)
    session.commit()
    act(client, "build")
    page = client.get(f"{ADDRESS}/why-not").text

    assert "09:00 多 2 张桌，可多安排 2 场" in page
    assert "双方都空的时段桌位已满：09:00" in page
    assert "09:00 加一张桌" in page
    assert "共 0 对" in client.get(f"{ADDRESS}/why-not?text=不存在的企业").text


def test_other_conditions_are_tried_and_applied(client: FlaskClient, session: Session, fair: Event) -> None:
    act(client, "build")
    tried = "try=yes&tables=2&slot_minutes=&max_meetings=1&lunch_begins=09:40&lunch_ends=10:00"
    page = client.get(f"{ADDRESS}/what-if?{tried}").text
    assert "应用并重新排程" in page
    assert re.search(r"<td>20</td><td>2</td>", page)
    session.refresh(fair)
    assert (fair.table_count, fair.plan_version) == (20, 1)
    session.commit()

    fields = {"tables": "2", "max_meetings": "1", "lunch_begins": "09:40", "lunch_ends": "10:00"}
    applied = client.post(f"{ADDRESS}/what-if", data=fields)
    assert applied.status_code == 303
    follow(client, applied)
    session.refresh(fair)
    session.refresh(fair, ["sessions"])
    assert (fair.table_count, fair.plan_version, len(fair.slots)) == (2, 2, 5)


@pytest.mark.parametrize("query", ["", "&tables=&lunch_begins=", "&tables=20&slot_minutes=20"])
def test_trying_nothing_offers_nothing_to_apply(client: FlaskClient, session: Session, fair: Event, query: str) -> None:
    response = client.get(f"{ADDRESS}/what-if?try=yes{query}")
    assert response.status_code == 200
    assert "没有改动" in response.text
    assert "应用并重新排程" not in response.text
    assert client.post(f"{ADDRESS}/what-if", data={"tables": "20"}).status_code == 400
    session.refresh(fair)
    assert fair.plan_version == 0


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("tables=0", "tables", "应为 1 到 2000 的整数"),
        ("tables=many", "tables", ""),
        ("slot_minutes=1", "slot_minutes", "应为 5 到 240 的整数"),
        ("lunch_begins=12:00", "lunch_ends", "请填写开始和结束时间"),
        ("lunch_begins=13:00&lunch_ends=12:00", "lunch_ends", "结束时间应晚于开始时间"),
    ],
)
def test_what_cannot_be_tried_is_told_beside_its_field(
    client: FlaskClient, fair: Event, query: str, field: str, words: str
) -> None:
    response = client.get(f"{ADDRESS}/what-if?try=yes&{query}")

    assert response.status_code == 400
    after = response.text.split(f'name="{field}"', 1)[1]
    assert words in after.partition("</div></div>")[0]
    assert "invalid-feedback" in after.partition("</div></div>")[0]
    for typed in re.findall(r"=([^&]+)", query):
        assert f'value="{typed}"' in response.text


def test_an_expo_has_no_schedule(client: FlaskClient, session: Session, fair: Event) -> None:
    expo = create_event(session, None, event_values(kind=EventKind.EXPO, name="示例博览会"))
    for page in ("", "/why-not", "/what-if", "/versions", "/tables.svg"):
        assert client.get(f"/organizer/events/{expo.id}/schedule{page}").status_code == 404
    assert "/schedule" not in client.get(f"/organizer/events/{expo.id}/match-list").text


def test_what_is_over_is_not_planned_any_more(client: FlaskClient, session: Session, fair: Event) -> None:
    act(client, "build")
    act(client, "publish")
    session.refresh(fair)
    for part in fair.sessions:
        part.starts_at, part.ends_at = part.starts_at - timedelta(days=60), part.ends_at - timedelta(days=60)
    session.commit()
    event = ADDRESS.removesuffix("/schedule")
    for page in (
        "/schedule",
        "/schedule/what-if",
        "/schedule/versions",
        "/match-list",
        "/partnerships",
        "/board",
        "/board/differences",
    ):
        shown = client.get(event + page).text
        assert "活动已经结束" in shown, page
        assert "活动成效报告" in shown
        assert '<form method="post"' not in shown.partition("活动已经结束")[2], page
    for action in ("build", "replan", "publish"):
        assert "已经结束，日程不能再改" in act(client, action)
