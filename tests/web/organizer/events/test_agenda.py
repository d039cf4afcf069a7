"""The agenda on pages: for organizers to write, for participants and everybody to read, and on paper."""

from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import AgendaItem, Event
from matchmaker.domain.vocabulary import EventKind, EventStatus, Role
from matchmaker.services.accounts.user_accounts import set_password
from matchmaker.services.events.agenda import AgendaValues, add_agenda_item
from tests.docking import SLOTS, Docking, make_docking, plan_meeting, publish_plan
from tests.factories import PASSWORD, login, make_user

FORM = {
    "day": "2030-05-18",
    "begins": "08:30",
    "ends": "08:50",
    "title": "开幕式",
    "speaker": "张院士",
    "room": "序厅",
    "note": "提前十分钟入场",
}


@pytest.fixture
def docking(session: Session) -> Docking:
    return make_docking(session, 1, 1)


@pytest.fixture
def organizer(session: Session, client: FlaskClient) -> FlaskClient:
    login(client, make_user(session, Role.ORGANIZER))
    return client


def address(event: Event) -> str:
    return f"/organizer/events/{event.id}/agenda"


def items(session: Session) -> list[AgendaItem]:
    found = list(session.scalars(select(AgendaItem).execution_options(populate_existing=True)))
    session.commit()
    return found


def lunch(session: Session, event: Event) -> None:
    starts = SLOTS[2]
    add_agenda_item(session, None, event, AgendaValues(starts, SLOTS[3], "工作午餐", "", "二楼餐厅"))


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


def test_an_organizer_writes_changes_and_removes(session: Session, docking: Docking, organizer: FlaskClient) -> None:
    page = address(docking.event)
    assert organizer.post(page, data=FORM).status_code == 303
    (item,) = items(session)
    assert (item.title, item.speaker, item.room, f"{item.starts_at:%H:%M}") == ("开幕式", "张院士", "序厅", "08:30")
    assert "张院士" in organizer.get(page).text
    assert organizer.post(f"{page}/{item.id}", data=FORM | {"title": "开馆仪式"}).status_code == 303
    assert items(session)[0].title == "开馆仪式"
    assert organizer.post(f"{page}/{item.id}/remove").status_code == 303
    assert items(session) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"day": "gestern"}, "请选择日期"),
        ({"begins": "neun"}, "请填时间"),
        ({"ends": ""}, "请填时间"),
        ({"ends": "08:00"}, "结束时间应晚于开始时间"),
        ({"day": "2031-01-01"}, "应在活动日期之内"),
        ({"title": ""}, "请填写内容"),
    ],
)
def test_on_bad_input_the_form_comes_back_as_typed(
    session: Session, docking: Docking, organizer: FlaskClient, wrong: dict[str, str], words: str
) -> None:
    response = organizer.post(address(docking.event), data=FORM | wrong)
    assert response.status_code == 400
    assert words in response.text
    assert 'value="张院士"' in response.text
    assert items(session) == []


def test_a_clash_is_named_in_the_form_of_its_item(session: Session, docking: Docking, organizer: FlaskClient) -> None:
    page = address(docking.event)
    organizer.post(page, data=FORM)
    organizer.post(page, data=FORM | {"begins": "09:00", "ends": "09:30", "title": "主旨报告"})
    second = items(session)[1]
    response = organizer.post(f"{page}/{second.id}", data=FORM | {"title": "主旨报告改"})
    assert response.status_code == 400
    assert "“序厅”在 08:30–08:50 已有“开幕式”" in response.text
    assert 'value="主旨报告改"' in response.text


def test_an_item_of_another_event_is_not_there(session: Session, docking: Docking, organizer: FlaskClient) -> None:
    organizer.post(address(docking.event), data=FORM)
    (item,) = items(session)
    other = make_docking(session, 1, 1, name="另一场").event
    session.commit()
    assert organizer.post(f"{address(other)}/{item.id}", data=FORM).status_code == 404
    assert organizer.post(f"{address(other)}/{item.id}/remove").status_code == 404


def test_participants_see_it_between_their_meetings(session: Session, docking: Docking, app: Flask) -> None:
    event, need, offer = docking.event, docking.needs[0], docking.offers[0]
    client, person = app.test_client(), docking.person(need)
    set_password(session, person, PASSWORD)
    login(client, person)
    page = f"/attending/participants/{need.id}/schedule"
    lunch(session, event)
    assert "工作午餐" in client.get(page).text, "also before a schedule is published"
    plan_meeting(session, need, offer, SLOTS[0], 1)
    publish_plan(session, event)
    session.commit()
    text = client.get(page).text
    assert text.index(offer.name) < text.index("工作午餐")
    assert "二楼餐厅" in client.get(f"/events/{event.id}").text


def test_an_expo_shows_it_to_its_participants(session: Session, docking: Docking, app: Flask) -> None:
    event, need = docking.event, docking.needs[0]
    event.kind = EventKind.EXPO
    lunch(session, event)
    client, person = app.test_client(), docking.person(need)
    set_password(session, person, PASSWORD)
    login(client, person)
    page = client.get(f"/attending/participants/{need.id}/schedule").text
    assert "工作午餐" in page
    assert "日程还没有公布" not in page


def test_what_is_not_announced_is_not_shown(session: Session, docking: Docking, client: FlaskClient) -> None:
    lunch(session, docking.event)
    docking.event.status = EventStatus.PREPARING
    session.commit()
    assert client.get(f"/events/{docking.event.id}").status_code == 404


def test_the_booklet_and_personal_schedules_have_it(session: Session, docking: Docking, organizer: FlaskClient) -> None:
    event = docking.event
    organizer.post(address(event), data=FORM)
    lunch(session, event)
    plan_meeting(session, docking.needs[0], docking.offers[0], SLOTS[0], 1)
    publish_plan(session, event)
    booklet = text_of(organizer.get(f"/organizer/events/{event.id}/print/programme.pdf").data)
    assert booklet.index("开幕式") < booklet.index("一对一洽谈") < booklet.index("工作午餐")
    assert all(words in booklet for words in ("张院士", "序厅", "提前十分钟入场"))
    schedules = text_of(organizer.get(f"/organizer/events/{event.id}/print/schedules.pdf").data)
    assert schedules.count("工作午餐·二楼餐厅") == 2
    assert schedules.count("共1场洽谈") == 2
