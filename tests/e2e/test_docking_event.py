"""A docking event from the first request to the changed schedule: two participants and the organizer, in Chromium."""

import re
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from sqlalchemy import select

from matchmaker.domain.events.event import Event, EventSession, Participant
from matchmaker.domain.people import Team, User
from matchmaker.domain.vocabulary import EventKind, EventStatus, Side
from matchmaker.services.database import Database
from tests.e2e.conftest import Server
from tests.e2e.test_three_people import fits_the_screen, log_in

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("chromium")]

ENTERPRISE = "洛阳示例轴承有限公司"
TEAM = "摩擦学与轴承团队"


@pytest.fixture
def event_id(server: Server) -> int:
    """The bearing maker and the tribology team come to an event of six slots."""
    database = Database(f"sqlite:///{server.data / 'matchmaker.sqlite'}")
    with database.writing() as session:
        engineer = session.scalars(select(User).where(User.email == "engineer@example.com")).one()
        team = session.scalars(select(Team).where(Team.name == TEAM)).one()
        event = Event(
            kind=EventKind.DOCKING,
            name="轴承专场对接会",
            place="示例会展中心",
            status=EventStatus.PUBLISHED,
            table_count=3,
            sessions=[EventSession(starts_at=datetime(2031, 6, 18, 9), ends_at=datetime(2031, 6, 18, 11))],
            participants=[
                Participant(side=Side.NEED, organization_id=engineer.organization_id),
                Participant(side=Side.OFFER, organization_id=team.organization_id, team_id=team.id),
            ],
        )
        session.add(event)
        session.commit()
        made = event.id
    database.engine.dispose()
    return made


@pytest.fixture
def office(browser: Browser, server: Server) -> Iterator[Page]:
    """The organizer's window."""
    context = browser.new_context(base_url=server.address, viewport={"width": 1280, "height": 844}, locale="zh-CN")
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def wait_for_letter(folder: Path, marks: tuple[str, ...], words: str) -> None:
    """Return when the newest letter with these marks has these words: the server's worker sends it in a moment."""
    deadline = time.monotonic() + 20
    told: list[str] = []
    while not told or words not in told[-1]:
        assert time.monotonic() < deadline, told[-1:]
        time.sleep(0.1)
        mails = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.eml"))]
        told = [mail for mail in mails if all(mark in mail for mark in marks)]


def test_two_people_agree_and_see_their_meeting_move(
    desktop: Page, phone: Page, office: Page, server: Server, event_id: int, tmp_path: Path
) -> None:
    log_in(desktop, "engineer@example.com")
    desktop.goto(f"/events/{event_id}")
    desktop.get_by_role("link", name="我的日程").click()
    expect(desktop.locator("main")).to_contain_text("日程还没有公布")
    desktop.get_by_role("link", name="找伙伴").click()
    desktop.get_by_role("link", name=re.compile(TEAM)).click()
    expect(desktop.locator("main")).to_contain_text("对方看重的")
    expect(desktop.locator("mark").first).to_be_attached()
    desktop.get_by_label("给对方的话").fill("轴箱轴承早期剥落，想请教超声滚压")
    desktop.get_by_role("button", name="发出约见").click()
    expect(desktop.locator("main")).to_contain_text("正在等对方答复")

    log_in(phone, "researcher@example.com")
    phone.goto("/attending/participations")
    phone.get_by_role("link", name="1 个约见待答复").click()
    phone.get_by_role("link", name="看依据，答复").click()
    expect(phone.locator("main")).to_contain_text("想请教超声滚压")
    assert fits_the_screen(phone)
    phone.get_by_role("button", name="接受").click()
    expect(phone.locator("main")).to_contain_text("已接受")

    log_in(office, "organizer@example.com")
    office.goto(f"/organizer/events/{event_id}/schedule")
    office.get_by_role("button", name="一键排程").click()
    office.get_by_role("button", name="公布第 1 版").click()
    expect(office.get_by_role("status").first).to_contain_text("已公布第 1 版日程")
    phone.goto(f"/attending/events/{event_id}")
    meeting = phone.locator(".agenda li")
    expect(meeting).to_contain_text(ENTERPRISE)
    expect(phone.locator("main")).not_to_contain_text("处变化")
    before = meeting.locator(".agenda-time").inner_text()

    other_time = "09:20" if before == "10:40" else "10:40"
    office.goto(f"/organizer/events/{event_id}/board")
    office.get_by_role("gridcell", name=re.compile(ENTERPRISE)).drag_to(
        office.get_by_role("gridcell", name=re.compile(f"^{other_time} 2 号桌"))
    )
    expect(office.get_by_role("gridcell", name=re.compile(f"^{other_time} 2 号桌"))).to_contain_text(ENTERPRISE)
    phone.reload()
    expect(meeting.locator(".agenda-time")).to_have_text(before)
    office.goto(f"/organizer/events/{event_id}/board/differences")
    office.get_by_role("button", name="公布第 2 版").click()
    expect(office.get_by_role("status").first).to_contain_text("已公布第 2 版日程")

    phone.reload()
    expect(meeting.locator(".agenda-time")).to_have_text(other_time)
    expect(meeting).to_contain_text("2 号桌")
    expect(meeting).to_contain_text("有改动")
    expect(meeting).to_contain_text(f"原来：2031-06-18 {before}")
    assert fits_the_screen(phone)
    wait_for_letter(server.data / "mail", ("To: researcher@example.com", "轴承专场对接会"), f"改为 06-18 {other_time}")

    office.goto(f"/organizer/events/{event_id}/print")
    with office.expect_download() as download:
        office.locator("button[formaction*='match-list.pdf']").click()
    download.value.save_as(tmp_path / "list.pdf")
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "list.pdf").pages)
    text = "".join(text.split())
    assert ENTERPRISE in text
    assert other_time in text
