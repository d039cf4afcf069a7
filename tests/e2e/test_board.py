"""The organizer's board in real Chromium: by mouse, by keyboard, by touch, and with a colleague at another board."""

import re
from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.vocabulary import Role
from matchmaker.services.database import Database
from matchmaker.services.events.board.edits import move_meeting
from tests.e2e.conftest import Server
from tests.e2e.test_three_people import fits_the_screen, log_in
from tests.factories import make_user
from tests.scheduled import make_fair, slot

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("chromium")]

_numbers = count(1)


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    opened = Database(f"sqlite:///{server.data / 'matchmaker.sqlite'}")
    yield opened
    opened.engine.dispose()


@pytest.fixture
def event(database: Database) -> Event:
    """A fair of its own: enterprise n meets team n at 09:00 at table n; 4 slots, 3 tables."""
    with database.writing() as session:
        return make_fair(session, name=f"第{next(_numbers)}场对接会")


@pytest.fixture
def touch(browser: Browser, server: Server) -> Iterator[Page]:
    """A phone, 390 pixels wide, with a finger instead of a mouse."""
    context = browser.new_context(
        base_url=server.address, viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True, is_mobile=True
    )
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def open_board(page: Page, event: Event) -> None:
    log_in(page, "organizer@example.com")
    page.goto(f"/organizer/events/{event.id}/board")
    expect(page.get_by_role("grid")).to_be_visible()


def cell(page: Page, time: str, table: int) -> Locator:
    return page.get_by_role("gridcell", name=re.compile(f"^{time} {table} 号桌:"))


def focused_cell(page: Page, time: str, table: int) -> None:
    expect(cell(page, time, table)).to_be_focused()


def test_a_meeting_is_dragged_to_another_cell_and_back_with_undo(desktop: Page, event: Event) -> None:
    open_board(desktop, event)
    cell(desktop, "09:00", 1).drag_to(cell(desktop, "09:40", 2))

    expect(cell(desktop, "09:40", 2)).to_contain_text("示例企业1号")
    expect(cell(desktop, "09:00", 1)).to_have_accessible_name("09:00 1 号桌: 空")
    expect(desktop.get_by_role("status").last).to_contain_text("已移动")
    desktop.reload()
    expect(cell(desktop, "09:40", 2)).to_contain_text("示例企业1号")

    undo = desktop.get_by_role("button", name="撤销")
    expect(undo).to_have_attribute("title", re.compile("09:00 1 号桌 → 09:40 2 号桌"))
    undo.click()
    expect(cell(desktop, "09:00", 1)).to_contain_text("示例企业1号")
    desktop.get_by_role("button", name="重做").click()
    expect(cell(desktop, "09:40", 2)).to_contain_text("示例企业1号")


def test_a_meeting_dragged_onto_another_swaps_with_it(desktop: Page, event: Event) -> None:
    open_board(desktop, event)
    cell(desktop, "09:00", 1).drag_to(cell(desktop, "09:00", 3))
    expect(cell(desktop, "09:00", 3)).to_contain_text("示例企业1号")
    expect(cell(desktop, "09:00", 1)).to_contain_text("示例企业3号")


def test_clashes_are_shown_in_words_before_dropping(desktop: Page, event: Event, database: Database) -> None:
    with database.writing() as session:
        meeting = session.scalars(select(Meeting).where(Meeting.event_id == event.id).order_by(Meeting.id)).first()
        assert meeting is not None
        meeting.need_side.unavailable = ["2031-05-18T09:20"]
        session.commit()
    open_board(desktop, event)
    cell(desktop, "09:00", 1).click()

    for table in (1, 2, 3):
        expect(cell(desktop, "09:20", table)).to_contain_text("冲突")
    expect(cell(desktop, "09:40", 1)).to_contain_text("可放")
    expect(cell(desktop, "09:00", 2)).to_contain_text("可互换")
    cell(desktop, "09:20", 2).hover()
    expect(desktop.get_by_role("status").last).to_contain_text("这个时段不能参加")
    cell(desktop, "09:20", 2).click()
    expect(cell(desktop, "09:00", 1)).to_contain_text("示例企业1号")
    desktop.get_by_role("button", name="放弃").click()
    expect(cell(desktop, "09:20", 1)).not_to_contain_text("冲突")


def test_the_keyboard_moves_locks_and_undoes(desktop: Page, event: Event) -> None:
    open_board(desktop, event)
    cell(desktop, "09:00", 1).focus()
    keys = desktop.keyboard
    keys.press("ArrowDown")
    focused_cell(desktop, "09:00", 2)
    keys.press("Enter")
    expect(cell(desktop, "09:20", 2)).to_contain_text("可放")
    expect(cell(desktop, "09:00", 2)).to_have_attribute("aria-selected", "true")
    keys.press("ArrowRight")
    keys.press("ArrowDown")
    focused_cell(desktop, "09:20", 3)
    expect(desktop.get_by_role("status").last).to_contain_text("09:20 3 号桌：可以放")
    keys.press("Enter")
    expect(cell(desktop, "09:20", 3)).to_contain_text("示例企业2号")
    focused_cell(desktop, "09:20", 3)

    keys.press("l")
    expect(cell(desktop, "09:20", 3)).to_contain_text("已锁定")
    focused_cell(desktop, "09:20", 3)
    keys.press("u")
    expect(cell(desktop, "09:20", 3)).not_to_contain_text("已锁定")
    keys.press("u")
    expect(cell(desktop, "09:00", 2)).to_contain_text("示例企业2号")

    cell(desktop, "09:00", 1).focus()
    keys.press("Enter")
    expect(cell(desktop, "09:20", 1)).to_contain_text("可放")
    keys.press("Escape")
    expect(cell(desktop, "09:20", 1)).not_to_contain_text("可放")
    expect(cell(desktop, "09:00", 1)).to_contain_text("示例企业1号")


def test_a_finger_moves_a_meeting_to_another_slot(touch: Page, event: Event) -> None:
    open_board(touch, event)
    assert fits_the_screen(touch)
    cell(touch, "09:00", 1).tap()
    expect(cell(touch, "09:00", 2)).to_contain_text("可互换")
    touch.get_by_label("时段", exact=True).first.select_option(label="09:40")
    expect(cell(touch, "09:40", 3)).to_contain_text("可放")
    cell(touch, "09:40", 3).tap()
    expect(cell(touch, "09:40", 3)).to_contain_text("示例企业1号")
    assert fits_the_screen(touch)


def test_a_meeting_is_cancelled_and_another_pair_takes_its_place(desktop: Page, event: Event) -> None:
    open_board(desktop, event)
    cell(desktop, "09:00", 1).click()
    desktop.get_by_text("取消这一场").first.click()
    desktop.get_by_label("取消的理由").fill("企业临时来不了")
    desktop.get_by_role("button", name="取消这一场").click()
    expect(cell(desktop, "09:00", 1)).to_have_accessible_name("09:00 1 号桌: 空")
    waiting = desktop.get_by_role("button", name=re.compile("示例企业1号.*· 89"))
    waiting.click()
    expect(cell(desktop, "10:00", 3)).to_contain_text("可放")
    cell(desktop, "10:00", 3).click()
    expect(cell(desktop, "10:00", 3)).to_contain_text("示例企业1号")


def test_a_colleagues_change_is_told_and_drawn(desktop: Page, event: Event, database: Database) -> None:
    open_board(desktop, event)
    with database.writing() as session:
        colleague = make_user(session, Role.ORGANIZER)
        mine = session.get_one(Event, event.id)
        first = session.scalars(select(Meeting.id).where(Meeting.event_id == event.id).order_by(Meeting.id)).first()
        assert first is not None
        move_meeting(session, colleague, mine, first, slot(3), 3, mine.plan_version)
        name = colleague.name
    cell(desktop, "09:00", 2).drag_to(cell(desktop, "09:20", 1))

    expect(cell(desktop, "09:20", 1)).to_contain_text("示例企业2号")
    expect(cell(desktop, "10:00", 3)).to_contain_text("示例企业1号")
    expect(desktop.get_by_role("alert")).to_contain_text(f"其间{name}改了：移动")


def test_searching_shows_a_participants_meetings(desktop: Page, event: Event) -> None:
    open_board(desktop, event)
    desktop.get_by_label("找企业或团队").fill("示例大学2号")
    expect(cell(desktop, "09:00", 2)).to_have_class(re.compile("found"))
    expect(cell(desktop, "09:00", 1)).to_have_class(re.compile("dimmed"))
    expect(desktop.get_by_role("status").last).to_contain_text("找到 1 场：09:00")
    desktop.keyboard.press("Enter")
    focused_cell(desktop, "09:00", 2)


def test_an_open_board_notices_what_a_colleague_changed(desktop: Page, event: Event, database: Database) -> None:
    desktop.clock.install()
    open_board(desktop, event)
    desktop.clock.run_for(15_000)
    newer = desktop.get_by_text("别人刚改了日程")
    expect(newer).to_be_hidden()
    with database.writing() as session:
        colleague = make_user(session, Role.ORGANIZER)
        meeting = session.scalars(select(Meeting).where(Meeting.event_id == event.id).order_by(Meeting.id)).first()
        assert meeting is not None
        move_meeting(session, colleague, session.get_one(Event, event.id), meeting.id, slot(3), 2, 1)
    desktop.clock.run_for(15_000)
    expect(newer).to_be_visible()
    desktop.get_by_role("link", name="刷新").click()
    expect(cell(desktop, "10:00", 2)).to_contain_text("企业1号")
    expect(newer).to_be_hidden()
