"""An organizer's pages before the plan: rooms and deadlines, invitations, approval, progress, reminders."""

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Participant
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import MeetingStatus, ParticipantStatus, Role, Side
from matchmaker.services.platform import Platform
from tests.factories import login, make_need, make_offer, make_organization, make_user
from tests.fairs import letters, make_fair, make_meeting, make_participant

STATUS = ParticipantStatus
FORM = {
    "kind": "docking",
    "name": "示例对接会",
    "place": "会展中心",
    "sessions-0-day": "2040-05-15",
    "sessions-0-begins": "09:00",
    "sessions-0-ends": "11:00",
    "slot_minutes": "20",
    "table_count": "10",
    "default_max_meetings": "6",
    "rooms-0-name": "一厅",
    "rooms-0-table_count": "12",
    "rooms-1-name": "二厅",
    "rooms-1-table_count": "8",
    "time_zone": "Asia/Urumqi",
    "compact": "y",
    "registration_open": "y",
    "registration_until": "2040-05-10T18:00",
    "requests_until": "2040-05-12T18:00",
    "request_hours": "48",
    "request_minutes_on_the_day": "10",
}


@pytest.fixture
def organizer(session: Session, client: FlaskClient) -> User:
    user = make_user(session, Role.ORGANIZER)
    login(client, user)
    return user


def test_an_event_is_saved_with_rooms_clock_and_deadlines(
    client: FlaskClient, session: Session, organizer: User
) -> None:
    assert client.post("/organizer/events/new", data=FORM).status_code == 303
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
    for name, value in FORM.items():
        if name.startswith(("rooms", "re", "time")) and value != "y":
            assert re.search(rf'name="{name}"[^>]*value="{value}"|value="{value}"[^>]*name="{name}"', page), name
    blank = {name: "" for name in FORM if name.startswith("rooms")}
    client.post("/organizer/events/1/edit", data=FORM | blank | {"registration_until": ""})
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
    response = client.post("/organizer/events/new", data=FORM | changed)
    assert response.status_code == 400
    after = response.text.split(f'name="{field}"', 1)[1]
    found = re.search(r'class="invalid-feedback[^>]*>([^<]+)<', after)
    assert found is not None
    assert words in found[1]
    assert 'value="会展中心"' in response.text
    assert session.scalar(select(Event)) is None


def test_another_room_is_added_without_saving(client: FlaskClient, session: Session, organizer: User) -> None:
    page = client.post("/organizer/events/new", data=FORM | {"add_room": "yes"})
    assert page.status_code == 200
    assert 'name="rooms-2-name"' in page.text
    assert session.scalar(select(Event)) is None


def test_a_table_is_kept_and_a_hall_chosen(client: FlaskClient, session: Session, organizer: User) -> None:
    client.post("/organizer/events/new", data=FORM)
    event = session.scalars(select(Event)).one()
    participant = make_participant(session, event, booth="旧展位")
    address, key = "/organizer/events/1/participants", participant.id
    limits = {f"min_meetings-{key}": "1", f"max_meetings-{key}": "6", f"table-{key}": "13"}
    client.post(address, data=limits)
    session.refresh(participant)
    assert (participant.table, participant.booth) == (13, "旧展位"), "what the page does not ask for stays"
    session.commit()
    for wrong, words in (("21", "没有 21 号桌，共 20 张"), ("x", "请填整数")):
        response = client.post(address, data=limits | {f"table-{key}": wrong})
        assert response.status_code == 400
        assert words in response.text


def test_organizations_are_invited_from_the_list(
    client: FlaskClient, session: Session, platform: Platform, organizer: User
) -> None:
    event = make_fair(session)
    member, silent = make_user(session), make_organization(session, name="没有邮箱的厂")
    session.commit()
    data = {"invite": "yes", "party": [str(member.organization_id), str(silent.id)]}
    client.post(f"/organizer/events/{event.id}/participants/add?side=need", data=data)
    page = client.get(f"/organizer/events/{event.id}/registration").text
    assert "已邀请 2 个参会方" in page
    assert "请打电话：没有邮箱的厂" in page
    participant = session.scalars(select(Participant).where(Participant.organization == member.organization)).one()
    session.commit()
    ((to, _, text),) = letters(platform)
    assert to == member.email
    assert f"{platform.settings.base_url}/attending/participants/{participant.id}" in text


def test_applications_are_decided_in_one_go(
    client: FlaskClient, session: Session, platform: Platform, organizer: User
) -> None:
    event = make_fair(session)
    people = [make_user(session) for _ in range(3)]
    waiting = [make_participant(session, event, organization=one.organization, status=STATUS.APPLIED) for one in people]
    address = f"/organizer/events/{event.id}/registration"
    chosen = [str(one.id) for one in waiting]
    refused = client.post(address, data={"decision": "reject", "chosen": chosen})
    assert refused.status_code == 400
    assert "请写明不通过的理由" in refused.text
    assert refused.text.count("checked") == 3
    client.post(address, data={"decision": "accept", "chosen": chosen[:2]})
    client.post(address, data={"decision": "reject", "chosen": chosen[2:], "reason": "名额已满"})
    client.post(address, data={"decision": "accept"})
    for one in waiting:
        session.refresh(one)
    assert [one.status for one in waiting] == [STATUS.CONFIRMED, STATUS.CONFIRMED, STATUS.REJECTED]
    assert len(letters(platform)) == 3
    session.commit()
    page = client.get(address).text
    assert "没有选中任何参会方" in page
    client.post("/account/logout")
    login(client, people[2])
    assert "名额已满" in client.get(f"/attending/participants/{waiting[2].id}").text


def test_the_page_says_when_the_tables_do_not_suffice(client: FlaskClient, session: Session, organizer: User) -> None:
    event = make_fair(session, table_count=1)
    for _ in range(4):
        make_participant(session, event, min_meetings=2)
        make_participant(session, event, Side.OFFER)
    page = client.get(f"/organizer/events/{event.id}/registration").text
    assert "人人满足至少场数需 8 场" in page
    assert "放不下" in page


def test_progress_is_filtered_exported_and_reminded_of(
    client: FlaskClient, session: Session, platform: Platform, organizer: User
) -> None:
    event, member = make_fair(session), make_user(session)
    participant = make_participant(session, event, organization=member.organization)
    invited = make_participant(session, event, status=STATUS.INVITED)
    address = f"/organizer/events/{event.id}/progress"
    assert participant.name in client.get(address).text
    assert participant.name not in client.get(f"{address}?step=answer").text
    assert invited.name in client.get(f"{address}?step=answer&side=need&order=name").text
    assert client.get(f"{address}?step=x&side=y&order=z&status=q").status_code == 200

    file = client.get(f"{address}?status=confirmed&format=xlsx")
    rows = list(load_workbook(BytesIO(file.data)).active.iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["参会方", participant.name]

    client.post(f"{address}?status=confirmed", data={"all": "yes"})
    assert "已提醒 1 个参会方" in client.get(address).text
    client.post(address, data={"chosen": str(participant.id)})
    assert "刚刚提醒过" in client.get(address).text
    assert [to for to, _, _ in letters(platform)] == [member.email]


def test_who_met_before_is_said_beside_the_pair(
    client: FlaskClient, session: Session, platform: Platform, organizer: User
) -> None:
    earlier, event = make_fair(session, name="春季对接会"), make_fair(session)
    firm, university = make_organization(session), make_organization(session)
    make_need(session, firm, title="高铁轴箱轴承接触疲劳寿命不足")
    make_offer(session, university, title="高速铁路轴承接触疲劳试验与寿命预测")
    pairs = [
        (make_participant(session, one, Side.NEED, firm), make_participant(session, one, Side.OFFER, university))
        for one in (earlier, event)
    ]
    make_meeting(session, *pairs[0], status=MeetingStatus.HELD, need_rating=5)
    platform.search_index.refresh()
    page = " ".join(client.get(f"/organizer/events/{event.id}/partnerships").text.split())
    assert "见过：春季对接会（2040-05-15） · 评分 5 / —" in page
