"""An organizer's way through an event: make it, invite, decide, build, change by hand, print.

Reading through the writing ``session`` takes its lock, so each look ends with a commit before the next request.
"""

import re
from datetime import date, timedelta
from io import BytesIO
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, PairDecision, Participant
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventStatus, OrganizationKind, Role, Side
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.platform import Platform
from tests.factories import login, make_need, make_offer, make_organization, make_user

pytestmark = pytest.mark.slow

DAY = (date.today() + timedelta(days=20)).isoformat()
FORM = {
    "kind": "docking",
    "name": "示例对接会",
    "place": "会展中心",
    "organizer": "示例科技局",
    "description": "轴承与新材料专场",
    "sessions-0-day": DAY,
    "sessions-0-begins": "09:00",
    "sessions-0-ends": "11:00",
    "slot_minutes": "20",
    "table_count": "10",
    "default_max_meetings": "6",
}


@pytest.fixture
def organizer(session: Session, client: FlaskClient) -> User:
    user = make_user(session, Role.ORGANIZER)
    login(client, user)
    return user


@pytest.fixture
def event(session: Session, platform: Platform, client: FlaskClient, organizer: User) -> Event:
    """A docking event with one participant on each side."""
    make_need(session, make_organization(session, name="示例轴承厂"), title="高铁轴承接触疲劳寿命不足")
    university = make_organization(session, OrganizationKind.UNIVERSITY, name="示例理工大学")
    make_offer(session, university, title="高速铁路轴承接触疲劳试验与寿命预测")
    platform.search_index.refresh()
    assert client.post("/organizer/events/new", data=FORM).status_code == 303
    for side in Side:
        client.post(f"/organizer/events/1/participants/add?side={side.value}", data={"all": "yes"})
    made = session.scalars(select(Event)).one()
    session.commit()
    return made


def sides(session: Session) -> tuple[Participant, Participant]:
    need_side, offer_side = session.scalars(select(Participant).order_by(Participant.id))
    session.commit()
    return need_side, offer_side


def pair(session: Session) -> dict[str, int]:
    need_side, offer_side = sides(session)
    return {"need_side": need_side.id, "offer_side": offer_side.id}


def field_error(page: str, field: str) -> str:
    """The complaint below the field, as a reader sees it."""
    after = page.split(f'name="{field}"', 1)[1]
    found = re.search(r'class="invalid-feedback[^>]*>([^<]+)<', after)
    return found[1].strip() if found else ""


# --- the form


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


def test_a_name_that_is_taken_is_told(client: FlaskClient, organizer: User) -> None:
    client.post("/organizer/events/new", data=FORM)
    response = client.post("/organizer/events/new", data=FORM)

    assert response.status_code == 400
    assert "已有名为“示例对接会”的活动" in field_error(response.text, "name")


def test_another_session_is_added_without_saving(client: FlaskClient, session: Session, organizer: User) -> None:
    page = client.post("/organizer/events/new", data=FORM | {"add_session": "yes", "name": "还没写完"})

    assert page.status_code == 200
    assert 'name="sessions-1-day"' in page.text
    assert "还没写完" in page.text
    assert session.scalar(select(Event)) is None


def test_a_blank_row_is_no_session_and_full_width_digits_are_digits(
    client: FlaskClient, session: Session, organizer: User
) -> None:
    blank = {"sessions-1-day": "", "sessions-1-begins": "", "sessions-1-ends": ""}
    client.post("/organizer/events/new", data=FORM | blank | {"table_count": "１２"})
    event = session.scalars(select(Event)).one()

    assert len(event.sessions) == 1
    assert event.table_count == 12


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


def test_an_event_is_deleted_only_when_confirmed(client: FlaskClient, session: Session, event: Event) -> None:
    client.post("/organizer/events/1/delete")
    assert session.scalar(select(Event.id)) == event.id
    session.commit()

    client.post("/organizer/events/1/delete", data={"confirmed": "yes"})
    assert session.scalar(select(Event.id)) is None
    assert "已删除“示例对接会”" in client.get("/organizer/events").text


def test_an_unknown_event_is_not_found(client: FlaskClient, organizer: User) -> None:
    for path in ("edit", "participants", "participants/add", "partnerships", "match-list", "print"):
        response = client.get(f"/organizer/events/77/{path}")
        assert response.status_code == 404
        assert "没有这个活动" in response.text


# --- participants


def test_participants_are_ticked_and_those_without_postings_carry_a_warning(
    client: FlaskClient, session: Session, event: Event
) -> None:
    silent = make_organization(session, name="示例沉默公司")
    assert "示例沉默公司" not in client.get("/organizer/events/1/participants/add").text
    choosing = client.get("/organizer/events/1/participants/add?silent=yes").text
    assert "无法为其匹配" in choosing.split("示例沉默公司")[1]

    client.post("/organizer/events/1/participants/add", data={"party": str(silent.id)})
    page = client.get("/organizer/events/1/participants").text
    assert "无法为其匹配" in page.split("示例沉默公司", 2)[2]
    assert page.count("无法为其匹配") == 1


def test_ticking_nothing_adds_nothing_and_nonsense_is_refused(client: FlaskClient, event: Event) -> None:
    client.post("/organizer/events/1/participants/add")
    assert "没有添加：请先勾选" in client.get("/organizer/events/1/participants").text
    for nonsense in ("x", "1-x", "²", "9" * 30, "999999"):
        response = client.post("/organizer/events/1/participants/add", data={"party": nonsense})
        assert response.status_code == 404, nonsense


def test_limits_are_saved_or_told_what_is_wrong(client: FlaskClient, session: Session, event: Event) -> None:
    need_side, _ = sides(session)
    good = {f"min_meetings-{need_side.id}": "2", f"max_meetings-{need_side.id}": "4", f"booth-{need_side.id}": "A-12"}
    assert client.post("/organizer/events/1/participants", data=good).status_code == 303
    session.refresh(need_side)
    assert (need_side.min_meetings, need_side.max_meetings, need_side.booth) == (2, 4, "A-12")
    session.commit()

    for wrong, words in (("五", "请填整数"), ("99", "应为 1 到 50 的整数"), ("1", "至少场数不能大于最多场数")):
        response = client.post("/organizer/events/1/participants", data=good | {f"max_meetings-{need_side.id}": wrong})
        assert response.status_code == 400
        assert words in response.text
        assert f'value="{wrong}"' in response.text


def test_participants_are_taken_out(client: FlaskClient, session: Session, event: Event) -> None:
    need_side, _ = sides(session)
    client.post("/organizer/events/1/participants", data={"remove": "yes", "chosen": str(need_side.id)})

    assert "已移出 1 个参会方" in client.get("/organizer/events/1/participants").text
    assert len(session.scalars(select(Participant)).all()) == 1


# --- partnerships, match list, print


def test_a_pair_is_excluded_with_a_reason_and_pinned_again(client: FlaskClient, session: Session, event: Event) -> None:
    address, both = "/organizer/events/1/partnerships", pair(session)
    page = client.get(address).text
    assert "高铁轴承接触疲劳寿命不足" in page
    assert "都谈到" in page

    client.post(address, data=both | {"decision": "exclude"})
    assert "请写明排除的理由" in client.get(address).text
    response = client.post(f"{address}?text=轴承&page=1", data=both | {"decision": "exclude", "reason": "竞争对手"})
    assert response.location.endswith(f"?text={quote('轴承')}&page=1"), "back to the same stretch of the list"
    assert "竞争对手" in client.get(f"{address}?state=excluded").text
    client.post(address, data=both | {"decision": "undo"})
    client.post(address, data=both | {"decision": "pin"})
    assert session.scalars(select(PairDecision.decision)).one().value == "pin"


@pytest.mark.parametrize("query", ["least=many", "page=-3", "page=999", "state=x", "participant=x", "least=nan"])
def test_senseless_filters_do_no_harm(client: FlaskClient, event: Event, query: str) -> None:
    assert client.get(f"/organizer/events/1/partnerships?{query}").status_code == 200


def test_the_match_list_is_built_changed_by_hand_and_compared(
    client: FlaskClient, session: Session, event: Event
) -> None:
    address, both = "/organizer/events/1/match-list", pair(session)
    assert "还没有匹配表" in client.get(address).text
    assert client.post(f"{address}/build").status_code == 303
    page = client.get(address).text
    assert "第 1 版" in page
    assert "已证明为最优" in page
    assert "示例轴承厂" in page

    refused = client.post(address, data=both | {"change": "remove"})
    assert refused.status_code == 400
    assert "请写明排除的理由" in refused.text
    client.post(address, data=both | {"change": "remove", "reason": "对方临时有事"})
    page = client.get(address).text
    assert "与第 1 版相比：新增 0 场，减少 1 场，不变 0 场" in page
    assert "匹配表手工调整后，场数不足" in page
    client.post(address, data=both | {"change": "add", "reason": "又来了"})
    assert client.post(address, data=both | {"change": "add"}).status_code == 409
    assert "与第 1 版相比：新增 0 场，减少 0 场，不变 1 场" in client.get(f"{address}?against=1").text
    session.refresh(event)
    assert event.plan_version == 3
    assert [meeting.pinned for meeting in meetings_of(session, event)] == [True]


def test_files_are_named_in_chinese_and_can_be_read_back(client: FlaskClient, event: Event) -> None:
    client.post("/organizer/events/1/match-list/build")
    address = "/organizer/events/1/print/match-list"
    pdf = client.get(f"{address}.pdf?grouping=enterprise")
    xlsx = client.get(f"{address}.xlsx")

    assert pdf.mimetype == "application/pdf"
    assert f"filename*=UTF-8''{quote('示例对接会-企业推荐单-第1版.pdf')}" in pdf.headers["Content-Disposition"]
    text = "".join(PdfReader(BytesIO(pdf.data)).pages[0].extract_text().split())
    assert "高铁轴承接触疲劳寿命不足" in text
    assert "高速铁路轴承接触疲劳试验与寿命预测" in text
    sheet = load_workbook(BytesIO(xlsx.data))["总表"]
    assert sheet["B4"].value == "示例轴承厂"
    assert f"filename*=UTF-8''{quote('示例对接会-匹配表-第1版.xlsx')}" in xlsx.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("file", "status"),
    [
        ("match-list.pdf", 409),
        ("secrets.pdf", 404),
        ("match-list.doc", 404),
        ("match-list.pdf?grouping=x", 400),
        ("match-list.pdf?language=fr", 400),
        ("badges.pdf?template=x", 400),
        ("sign-in.pdf?template=x", 404),
        ("change-slips.pdf?against=x", 400),
        ("change-slips.pdf", 409),
        ("calendars.zip", 409),
        ("calendars/1.ics", 409),
        ("calendars/77.ics", 404),
    ],
)
def test_what_cannot_be_printed_is_refused(client: FlaskClient, event: Event, file: str, status: int) -> None:
    assert client.get(f"/organizer/events/1/print/{file}").status_code == status


def test_the_pages_speak_english_to_who_wants_it(client: FlaskClient, event: Event) -> None:
    client.post("/organizer/events/1/match-list/build")
    pdf = client.get("/organizer/events/1/print/match-list.pdf?language=en").data

    assert "Match list" in PdfReader(BytesIO(pdf)).pages[0].extract_text()
