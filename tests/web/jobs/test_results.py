"""Where a job leads when it is over: by itself to the only page there is, or else to its own page."""

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import Role
from tests.docking import make_docking
from tests.factories import login, make_user
from tests.web.working import work_off

CONTENT = "编号,单位,需求名称,需求背景与技术难点\nA1,示例轴承厂,高速轴承润滑失效,润滑脂在高温下三个月就发干变黑\n"
TOPICS = [("高铁轴承接触疲劳寿命不足", "高速铁路轴承接触疲劳试验与寿命预测")]


@pytest.fixture
def organizer(client: FlaskClient, session: Session) -> User:
    user = make_user(session, Role.ORGANIZER)
    login(client, user)
    return user


@pytest.mark.parametrize(
    ("button", "page", "words"),
    [
        ("schedule/build", "schedule", "已生成第 1 版日程：1 场洽谈"),
        ("match-list/build", "match-list", "已生成第 1 版匹配表"),
    ],
)
def test_what_was_built_is_shown_where_it_was_asked_for(
    client: FlaskClient, session: Session, organizer: User, button: str, page: str, words: str
) -> None:
    event = make_docking(session, 1, 1, topics=TOPICS).event
    address = f"/organizer/events/{event.id}"
    session.commit()
    job = client.post(f"{address}/{button}").location
    assert f'data-outcome="{job}/outcome"' in client.get(job).text, "the page's script watches the job"
    assert client.get(f"{job}/outcome").location == job, "it is not over"
    work_off(client)
    assert "data-outcome" in client.get(job).text, "it may have ended before the page was there"
    outcome = client.get(f"{job}/outcome")
    assert outcome.location == f"{address}/{page}"
    assert words in client.get(outcome.location).text
    assert f'href="{address}/{page}">查看结果' in client.get(job).text


def test_a_file_is_offered_on_the_jobs_page(client: FlaskClient, session: Session, organizer: User) -> None:
    event = make_docking(session, 1, 1).event
    address = f"/organizer/events/{event.id}/print/all.zip"
    session.commit()
    job = client.post(address).location
    work_off(client)
    assert client.get(f"{job}/outcome").location == job
    page = client.get(job).text
    assert f'href="{job}/file">下载文件' in page
    assert "data-outcome" not in page, "the page would lead to itself"


def test_an_upload_leads_to_its_report_or_back_to_the_form(
    client: FlaskClient, session: Session, organizer: User
) -> None:
    def upload(content: bytes) -> str:
        data = {"kind": "needs", "file": (io.BytesIO(content), "需求.csv")}
        return str(client.post("/organizer/upload", data=data).location)

    report = upload(CONTENT.encode())
    job = client.post(report).location
    work_off(client)
    outcome = client.get(f"{job}/outcome")
    assert outcome.location == report
    assert "已写入" in client.get(report).text

    broken = upload(b"\xff\xfe\x00" * 100_000)
    work_off(client)
    page = client.get(broken).text
    assert "未完成" in page
    assert 'href="/organizer/upload">返回' in page
    assert client.get(f"{broken}/outcome").location == broken


def test_a_report_is_for_the_person_who_uploaded_the_file(
    client: FlaskClient, session: Session, organizer: User
) -> None:
    data = {"kind": "needs", "file": (io.BytesIO(CONTENT.encode()), "需求.csv")}
    job = client.post(client.post("/organizer/upload", data=data).location).location
    work_off(client)
    login(client, make_user(session, Role.ORGANIZER))
    page = client.get(job).text
    assert "已导入：新增 1" in page
    assert "/organizer/upload/" not in page, "its report would be refused"
