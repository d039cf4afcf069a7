"""From two taps after a meeting to a signed contract that both sides and the organizer see."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from matchmaker.services.database import Database
from tests.e2e.conftest import Server
from tests.e2e.test_three_people import fits_the_screen, log_in
from tests.services.running_event import Fair, make_fair

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("chromium")]


@pytest.fixture
def fair(server: Server) -> Fair:
    database = Database(f"sqlite:///{server.data / 'matchmaker.sqlite'}")
    with database.writing() as session:
        made = make_fair(session, "谈成一单的对接会")
        _ = [participant.name for participant in (*made.firms, *made.teams)]
        session.commit()
    database.engine.dispose()
    return made


def test_from_two_taps_to_a_contract(phone: Page, desktop: Page, fair: Fair) -> None:
    log_in(phone, fair.engineer.email)
    phone.goto(f"/attending/events/{fair.event.id}/ratings")
    word = phone.locator("article", has_text=fair.teams[0].name)
    word.get_by_role("button", name="5 分").click()
    word.get_by_role("button", name="商谈合作").click()
    word.get_by_role("link", name=re.compile("的合作：洽谈")).click()
    expect(phone.locator("[aria-current=step]")).to_have_text("洽谈")
    assert fits_the_screen(phone)

    log_in(desktop, fair.researcher.email)
    desktop.goto("/cooperations")
    desktop.get_by_role("link", name=f"{fair.firms[0].organization.name}").click()
    desktop.get_by_text("签了意向协议", exact=True).click()
    desktop.get_by_label("附一句说明").fill("已盖章寄回")
    desktop.get_by_role("button", name="确定").click()
    expect(desktop.get_by_role("status")).to_contain_text("现在是“意向协议”")

    # The engineer's page is a step behind by now: told so, and nothing typed is lost.
    phone.get_by_text("登记合同", exact=True).click()
    phone.get_by_label("合同类别").select_option("技术开发")
    phone.get_by_label("签订日期").fill(date.today().isoformat())
    phone.get_by_label("合同成交额（万元）").fill("50.5")
    phone.get_by_role("button", name="登记", exact=True).click()
    expect(phone.get_by_role("alert")).to_contain_text(f"{fair.researcher.name} 刚改过这项合作")
    expect(phone.get_by_label("合同成交额（万元）")).to_have_value("50.5")
    assert fits_the_screen(phone)
    phone.get_by_role("button", name="登记", exact=True).click()
    expect(phone.locator("[aria-current=step]")).to_have_text("签约")

    desktop.reload()
    expect(desktop.locator("main")).to_contain_text("50.5 万元")
    expect(desktop.locator("main")).to_contain_text("已盖章寄回")

    desktop.context.clear_cookies()
    log_in(desktop, fair.organizer.email)
    desktop.goto(f"/organizer/cooperations?event={fair.event.id}")
    expect(desktop.locator(".figures")).to_contain_text("50.5 万元")
    assert fits_the_screen(desktop)
