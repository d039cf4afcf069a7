from io import BytesIO
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.services.events.plan.queries import meetings_of
from tests.web.organizer.events.fair import sides
from tests.web.working import follow

pytestmark = pytest.mark.slow


def pair(session: Session) -> dict[str, int]:
    need_side, offer_side = sides(session)
    return {"need_side": need_side.id, "offer_side": offer_side.id}


def test_the_match_list_is_built_changed_by_hand_and_compared(
    client: FlaskClient, session: Session, event: Event
) -> None:
    address, both = "/organizer/events/1/match-list", pair(session)
    assert "还没有匹配表" in client.get(address).text
    built = client.post(f"{address}/build")
    assert built.status_code == 303
    follow(client, built)
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
    follow(client, client.post("/organizer/events/1/match-list/build"))
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
    follow(client, client.post("/organizer/events/1/match-list/build"))
    pdf = client.get("/organizer/events/1/print/match-list.pdf?language=en").data

    assert "Match list" in PdfReader(BytesIO(pdf)).pages[0].extract_text()
