"""The day of an event on phones: the door with and without a network, a no-show and its refill, a rating."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from matchmaker.domain.base import now
from matchmaker.domain.events.event import Meeting, Participant
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.vocabulary import MeetingStatus, NextStep, RequestStatus, Side
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.services.database import Database
from matchmaker.services.indexing.search_index import SearchIndex
from tests.e2e.conftest import Server
from tests.e2e.test_three_people import fits_the_screen, log_in
from tests.services.running_event import Fair, make_fair

_numbers = count(1)

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("chromium")]


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    opened = Database(f"sqlite:///{server.data / 'matchmaker.sqlite'}")
    yield opened
    opened.engine.dispose()


@pytest.fixture
def fair(database: Database, encoder: Encoder) -> Fair:
    """An event that is going on; the first firm and the third team have agreed to meet and found no slot."""
    with database.writing() as session:
        made = make_fair(session, f"手机上的第{next(_numbers)}次对接会")
        session.add(
            MeetingRequest(
                event_id=made.event.id,
                need_side_id=made.firms[0].id,
                offer_side_id=made.teams[2].id,
                side=Side.NEED,
                status=RequestStatus.ACCEPTED,
                expires_at=now() + timedelta(hours=1),
            )
        )
        _ = [participant.name for participant in (*made.firms, *made.teams)], made.event.slots
        session.commit()
    # So that the server, which shares the vectors, need not encode while somebody waits for a page.
    SearchIndex(database, encoder).refresh()
    return made


def test_the_day_of_an_event_on_a_phone(phone: Page, database: Database, fair: Fair) -> None:
    firm, team = fair.firms[0], fair.teams[2]
    log_in(phone, fair.organizer.email)

    phone.goto(f"/organizer/events/{fair.event.id}/check-in")
    field = phone.get_by_label("胸卡代码")
    expect(field).to_be_focused()
    field.fill(team.code.lower())
    field.press("Enter")
    expect(phone.locator("#result")).to_contain_text(f"{team.name} 签到成功")
    expect(phone.locator('[data-count="offer"]')).to_have_text("3")
    assert fits_the_screen(phone)

    phone.context.set_offline(True)
    field.fill(fair.firms[2].code)
    field.press("Enter")
    expect(phone.locator("#result")).to_contain_text("网络不通")
    expect(phone.locator("#waiting")).to_contain_text(fair.firms[2].code)
    phone.context.set_offline(False)
    expect(phone.locator("#result")).to_contain_text(f"{fair.firms[2].name} 签到成功")
    expect(phone.locator("#waiting")).to_be_hidden()
    with database.reading() as session:
        assert session.get_one(Participant, fair.firms[2].id).checked_in_at is not None

    phone.goto(f"/organizer/events/{fair.event.id}/day?slot={fair.event.slots[0]:%Y-%m-%dT%H:%M}")
    assert fits_the_screen(phone)
    for meeting, absent in ((fair.meetings[2], "需求方未到"), (fair.meetings[0], "供给方未到")):
        sheet = phone.locator(f"#meeting-{meeting.id}")
        sheet.get_by_text("没有洽谈").click()
        sheet.get_by_role("button", name=absent).click()
        expect(sheet.locator(".status").first).to_contain_text("未到场")
    assert fits_the_screen(phone)
    phone.locator(f"#meeting-{fair.meetings[0].id}").get_by_role("button", name=team.name).click()
    expect(phone.get_by_role("status")).to_contain_text(f"1 号桌 {firm.name} 与 {team.name}")

    phone.context.clear_cookies()
    log_in(phone, fair.engineer.email)
    phone.goto(f"/attending/events/{fair.event.id}/ratings")
    word = phone.locator("article", has_text=team.name)
    word.get_by_role("button", name="4 分").click()
    word.get_by_role("button", name="互访考察").click()
    expect(phone.get_by_role("status")).to_contain_text("已记下")
    expect(word).to_contain_text("★★★★")
    assert fits_the_screen(phone)
    with database.reading() as session:
        made = select(Meeting).where(Meeting.need_side_id == firm.id, Meeting.offer_side_id == team.id)
        meeting = session.scalars(made).one()
        assert (meeting.status, meeting.need_rating) == (MeetingStatus.HELD, 4)
        assert meeting.need_next_step is NextStep.VISIT


def test_the_screen_in_the_hall_needs_no_script(desktop: Page, fair: Fair) -> None:
    log_in(desktop, fair.organizer.email)
    desktop.goto(f"/organizer/events/{fair.event.id}/live")
    expect(desktop.locator("h1")).to_contain_text(f"{fair.event.slots[0]:%H:%M}")
    expect(desktop.locator(".seat").first).to_contain_text(fair.firms[0].name)
    expect(desktop.locator(".seat").nth(2).locator(".absent").first).to_have_text("未签到")
    assert fits_the_screen(desktop)
