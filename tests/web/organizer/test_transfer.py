"""The organizer's imports and exports on the web: checked first, the report stays, and nothing is lost."""

import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from matchmaker.domain.postings.posting import Need
from matchmaker.domain.vocabulary import Role
from matchmaker.services.transfer.columns import TableKind
from matchmaker.services.transfer.importing import read_import
from tests.factories import login, make_need, make_user
from tests.web.working import follow

HEADING = "编号,单位,需求名称,需求背景与技术难点\n"
GOOD = "A1,示例轴承厂,高速轴承润滑失效,润滑脂在高温下三个月就发干变黑\n"
BAD = "A2,示例轴承厂,N,没有什么可说的一段内容\n"


@pytest.fixture
def organizer(client: FlaskClient, session: Session) -> FlaskClient:
    login(client, make_user(session, Role.ORGANIZER))
    return client


def send(client: FlaskClient, text: str | bytes, kind: str = "needs", name: str = "需求.csv") -> TestResponse:
    content = text.encode() if isinstance(text, str) else text
    return client.post("/organizer/upload", data={"kind": kind, "file": (io.BytesIO(content), name)})


def needs_in(session: Session) -> int:
    session.rollback()
    found = session.scalar(select(func.count()).select_from(Need)) or 0
    session.rollback()
    return found


def test_a_file_is_checked_before_it_is_imported(organizer: FlaskClient, session: Session) -> None:
    checked = send(organizer, HEADING + GOOD)
    assert checked.status_code == 303
    report = organizer.get(checked.location)
    assert "检查通过" in report.text
    assert "示例轴承厂" in report.text
    assert needs_in(session) == 0

    imported = organizer.post(checked.location)
    assert imported.status_code == 303
    assert "已写入" in follow(organizer, imported)
    assert needs_in(session) == 1
    assert "已写入" in organizer.get(checked.location).text
    assert "高速轴承润滑失效" in organizer.get("/organizer/download/needs.csv").text


def test_bad_rows_are_listed_and_can_be_skipped(organizer: FlaskClient, session: Session) -> None:
    location = send(organizer, HEADING + GOOD + BAD).location
    report = organizer.get(location).text
    row = re.search(r"<td>3</td>.*?</tr>", report, re.DOTALL)
    assert row is not None
    assert "需求名称" in row.group()
    assert "一句话写出要点" in row.group()
    assert "跳过有错的行" in report

    follow(organizer, organizer.post(location))
    assert needs_in(session) == 0, "bad rows are skipped only when asked for"
    assert "一句话写出要点" in organizer.get(location).text, "the report stays"
    follow(organizer, organizer.post(location, data={"skip_bad": "on"}))
    assert needs_in(session) == 1
    assert "一句话写出要点" in organizer.get(location).text


def test_what_is_typed_in_a_file_is_shown_as_text(organizer: FlaskClient) -> None:
    location = send(organizer, HEADING + "A1,<script>alert(1)</script>厂,🚀,<b>x</b>\n").location
    report = organizer.get(location).text
    assert "<script>alert" not in report
    assert "<b>x</b>" not in report


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "空的"), (b"%PDF-1.7", "PDF"), ("单位\n示例厂\n".encode(), "缺少列")]
)
def test_what_is_no_table_is_told_on_the_form(organizer: FlaskClient, content: bytes, words: str) -> None:
    answer = send(organizer, content, kind="offers")
    assert answer.status_code == 400
    assert words in answer.text
    assert re.search(r'value="offers"\s+checked', answer.text) or 'value="offers" checked' in answer.text


def test_no_file_is_told(organizer: FlaskClient) -> None:
    answer = organizer.post("/organizer/upload", data={"kind": "needs"})
    assert answer.status_code == 400
    assert "请选择文件" in answer.text


def test_too_large_a_file_is_told(organizer: FlaskClient) -> None:
    answer = send(organizer, b"x" * 20 * 1024 * 1024)
    assert answer.status_code == 413
    assert "最多 16 MB" in answer.text


def test_uploads_belong_to_who_made_them(organizer: FlaskClient, session: Session) -> None:
    location = send(organizer, HEADING + GOOD).location
    organizer.post("/account/logout")
    login(organizer, make_user(session, Role.ORGANIZER))
    assert organizer.get(location).status_code == 404
    assert organizer.post(location).status_code == 404


@pytest.mark.parametrize("token", ["0" * 32, "..%2f..%2fsecret_key", "x"])
def test_unknown_uploads_are_not_found(organizer: FlaskClient, token: str) -> None:
    assert organizer.get(f"/organizer/upload/{token}").status_code == 404


@pytest.mark.parametrize("role", [None, Role.ENTERPRISE, Role.RESEARCHER, Role.BROKER])
@pytest.mark.parametrize("path", ["upload", "download", "download/needs.csv", "upload/" + "0" * 32])
def test_transfer_is_for_organizers(client: FlaskClient, session: Session, role: Role | None, path: str) -> None:
    if role is not None:
        login(client, make_user(session, role))
    assert client.get(f"/organizer/{path}").status_code == (302 if role is None else 403)


@pytest.mark.parametrize("kind", list(TableKind))
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("form", ["", "template-"])
def test_downloads_can_be_uploaded_again(
    organizer: FlaskClient, session: Session, kind: TableKind, ending: str, form: str
) -> None:
    make_need(session)
    answer = organizer.get(f"/organizer/download/{form}{kind.value}.{ending}")
    assert answer.status_code == 200
    assert f"{kind.value}.{ending}" in answer.headers["Content-Disposition"]
    read_import(kind, answer.data)


@pytest.mark.parametrize("name", ["people.csv", "needs.pdf", "template-people.xlsx"])
def test_unknown_downloads_are_not_found(organizer: FlaskClient, name: str) -> None:
    assert organizer.get(f"/organizer/download/{name}").status_code == 404


def test_the_page_offers_exports_and_templates(organizer: FlaskClient) -> None:
    page = organizer.get("/organizer/download", follow_redirects=True).text
    for kind in TableKind:
        assert f"/organizer/download/{kind.value}.xlsx" in page
        assert f"/organizer/download/template-{kind.value}.xlsx" in page
