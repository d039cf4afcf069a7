"""Printing from the organizer's page, the columns that organizers save, and the catalogue for everybody."""

import re
from datetime import datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, EventSession, Meeting, Participant, Room
from matchmaker.domain.events.print_template import PrintTemplate
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventKind, EventStatus, OrganizationKind, Role, Side, Visibility
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.services.database import Database
from matchmaker.services.events import print_jobs
from matchmaker.services.events.plan.versions import record_version
from matchmaker.services.indexing.search_index import SearchIndex
from tests.factories import login, make_need, make_offer, make_organization, make_user
from tests.web.working import work_off

pytestmark = pytest.mark.slow

PAGE = "/organizer/events/1/print"
NEED, OFFER, SECRET = "高铁轴承接触疲劳寿命不足", "高速铁路轴承接触疲劳试验与寿命预测", "轴承钢保密热处理工艺"


@pytest.fixture(scope="module")
def prepared_database(prepared_database: Path, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a planned docking event (1) and an expo (2) of one enterprise and one university; tests work on copies."""
    path = tmp_path_factory.mktemp("fair") / "matchmaker.sqlite"
    path.write_bytes(prepared_database.read_bytes())
    database = Database(f"sqlite:///{path}")
    with database.writing() as session:
        make_events(session)
    SearchIndex(database, encoder).refresh()
    database.engine.dispose()
    return path


def make_events(session: Session) -> None:
    enterprise = make_organization(session, name="示例轴承厂")
    university = make_organization(session, OrganizationKind.UNIVERSITY, name="示例理工大学")
    need, offer = make_need(session, enterprise, title=NEED), make_offer(session, university, title=OFFER)
    make_offer(session, university, title=SECRET, visibility=Visibility.PRIVATE)
    for kind, name in ((EventKind.DOCKING, "示例对接会"), (EventKind.EXPO, "示例博览会")):
        event = Event(
            kind=kind,
            name=name,
            place="会展中心",
            status=EventStatus.PREPARING,
            rooms=[Room(name="科技馆")],
            sessions=[EventSession(starts_at=datetime(2030, 5, 18, 9), ends_at=datetime(2030, 5, 18, 11))],
        )
        event.participants = [
            Participant(side=Side.NEED, organization=enterprise),
            Participant(side=Side.OFFER, organization=university, booth="A7", room=event.rooms[0]),
        ]
        session.add(event)
        session.flush()
    docking = session.get_one(Event, 1)
    need_side, offer_side = docking.participants
    session.add(
        Meeting(
            event=docking,
            need_side=need_side,
            offer_side=offer_side,
            need=need,
            offer=offer,
            score=88.0,
            starts_at=docking.slots[0],
            table=3,
        )
    )
    record_version(session, None, docking)
    session.commit()


@pytest.fixture
def organizer(session: Session, client: FlaskClient) -> User:
    user = make_user(session, Role.ORGANIZER)
    login(client, user)
    return user


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


def publish_expo(session: Session) -> None:
    session.get_one(Event, 2).status = EventStatus.PUBLISHED
    session.commit()


def test_every_button_of_the_page_leads_to_a_file(client: FlaskClient, organizer: User) -> None:
    page = client.get(PAGE).text
    files = re.findall(r'formaction="([^"]+)"', page)

    assert len(files) > 20
    for file in files:
        response = client.get(f"{file}?language=zh&grouping=whole&against=&template-match-list=")
        assert response.status_code == 200, file
        assert "attachment" in response.headers["Content-Disposition"]
    assert "还没有洽谈结果" in page, "what cannot be printed yet says why"


def test_the_archive_is_one_click(client: FlaskClient, organizer: User) -> None:
    asked = client.post(f"{PAGE}/all.zip", data={"language": "en"})
    assert asked.status_code == 303
    work_off(client)
    response = client.get(f"{asked.location}/file")

    assert response.mimetype == "application/zip"
    assert quote("示例对接会") in response.headers["Content-Disposition"]
    with ZipFile(BytesIO(response.data)) as archive:
        assert "index.html" in archive.namelist()
        assert '<html lang="en">' in archive.read("index.html").decode()


def test_a_large_event_is_printed_by_a_worker(
    client: FlaskClient, organizer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page's buttons ask for a job; the address itself still gives the file, for scripts."""
    asked = f"{PAGE}/schedules.pdf"
    assert client.post(asked, data={"language": "zh"}).mimetype == "application/pdf", "a small event prints at once"
    monkeypatch.setattr(print_jobs, "LARGE", 1)
    answer = client.post(asked, data={"language": "zh"})
    assert answer.status_code == 303
    work_off(client)
    printed = client.get(f"{answer.location}/file")
    assert quote("示例对接会-洽谈日程") in printed.headers["Content-Disposition"]
    assert text_of(printed.data) == text_of(client.get(asked).data)


def test_one_participants_calendar(client: FlaskClient, organizer: User) -> None:
    response = client.get(f"{PAGE}/calendars/1.ics")

    assert response.mimetype == "text/calendar"
    (entry,) = Calendar.from_ical(response.data).walk("VEVENT")
    assert "示例理工大学" in entry["summary"]
    assert client.get(f"{PAGE}/calendars/3.ics").status_code == 404, "a participant of another event"


@pytest.mark.parametrize("who", [None, Role.ENTERPRISE, Role.RESEARCHER, Role.BROKER])
@pytest.mark.parametrize(
    "file", ["", "/schedules.pdf", "/badges.xlsx", "/all.zip", "/calendars.zip", "/calendars/1.ics"]
)
def test_only_organizers_print(client: FlaskClient, session: Session, who: Role | None, file: str) -> None:
    if who is not None:
        login(client, make_user(session, who))
    response = client.open(f"{PAGE}{file}", method="POST" if file == "/all.zip" else "GET")

    assert response.status_code == (302 if who is None else 403)
    assert b"%PDF" not in response.data


def test_columns_are_saved_used_changed_and_deleted(client: FlaskClient, session: Session, organizer: User) -> None:
    address = f"{PAGE}/templates?what=schedules"
    form = {"name": "大字版", "column": ["partner", "", "time"]}
    assert client.post(address, data=form).status_code == 303
    assert "洽谈对象时间" in text_of(client.get(f"{PAGE}/schedules.pdf?template-schedules=大字版").data)
    assert "<option>大字版</option>" in client.get(PAGE).text
    page = client.get(f"{address}&name=大字版").text
    assert re.search(r'value="partner" selected', page)

    template = session.scalars(select(PrintTemplate)).one()
    assert template.made_by_id == organizer.id
    identity = template.id
    session.commit()
    assert client.post(address, data={"delete": str(identity)}).status_code == 303
    assert "大字版" not in client.get(PAGE).text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": "好名字", "column": ["partner", "phone"]}, "没有“phone”这一栏"),
        ({"name": "好名字", "column": ["partner", "partner"]}, "同一栏选了两次"),
        ({"name": "好名字", "column": [""]}, "至少选一栏"),
        ({"name": " ", "column": ["partner"]}, "请给模板起个名字"),
    ],
)
def test_a_bad_template_comes_back_as_typed(
    client: FlaskClient, organizer: User, form: dict[str, object], words: str
) -> None:
    response = client.post(f"{PAGE}/templates?what=schedules", data=form)

    assert response.status_code == 400
    assert words in response.text
    assert f'value="{form["name"]}"' in response.text
    for column in form["column"]:  # type: ignore[attr-defined]
        assert not column or re.search(rf'value="{column}" selected', response.text)


def test_templates_of_a_sheet_that_has_none_are_not_found(client: FlaskClient, organizer: User) -> None:
    for address in (f"{PAGE}/templates?what=badges", f"{PAGE}/templates?what=schedules&name=x"):
        assert client.get(address).status_code == 404


# --- the public catalogue


def test_the_catalogue_of_an_announced_expo_is_for_everybody(client: FlaskClient, session: Session) -> None:
    assert client.get("/events/2/catalogue").status_code == 404, "not announced yet"
    publish_expo(session)
    page = client.get("/events/2/catalogue").text
    pdf = text_of(client.get("/events/2/catalogue.pdf").data)

    for text in (page, pdf):
        assert OFFER in text
        assert SECRET not in text
        assert "A7" in text
        assert "科技馆" in text
    assert "/events/2/catalogue" in client.get("/events/2").text
    assert OFFER in client.get("/events/2/catalogue?text=疲劳").text
    assert OFFER not in client.get("/events/2/catalogue?text=葡萄酒").text


def test_a_docking_event_has_no_catalogue(client: FlaskClient, session: Session) -> None:
    session.get_one(Event, 1).status = EventStatus.PUBLISHED
    session.commit()

    assert client.get("/events/1/catalogue").status_code == 404
    assert client.get("/events/1/catalogue.pdf").status_code == 404
    assert "/events/1/catalogue" not in client.get("/events/1").text


def test_organizers_print_an_expo(client: FlaskClient, session: Session, organizer: User) -> None:
    guide = text_of(client.get("/organizer/events/2/print/booth-guide.pdf").data)

    assert "示例轴承厂" in guide
    assert OFFER in guide
    assert SECRET not in guide
    assert client.get("/organizer/events/2/print/visitors.xlsx").status_code == 200
    page = client.get("/organizer/events/2/print").text
    assert "观展指南" in page
    assert "先生成日程" not in page, "an expo has none"
    assert "日历 ICS" not in page
