"""What the platform is judged by, in real Chromium: an engineer, a researcher and an organizer reach their goal."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.e2e.city import BEARING_PROBLEM
from tests.factories import PASSWORD

# One worker runs them, so that one server serves them all.
pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("chromium")]


def log_in(page: Page, email: str) -> None:
    page.goto("/account/login")
    page.get_by_label("邮箱").fill(email)
    page.get_by_label("密码").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="登录").click()
    # On a phone the menu is folded, so its button is there but has no role.
    expect(page.locator("form[action='/account/logout']")).to_be_attached()


def fits_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_an_engineer_registers_posts_a_need_and_sees_who_could_solve_it(phone: Page) -> None:
    phone.goto("/account/register")
    phone.get_by_label("您是").select_option(label="企业用户")
    phone.get_by_label("单位全称").fill("洛阳示例传动有限公司")
    phone.get_by_label("单位类型").select_option(label="企业")
    phone.get_by_label("姓名").fill("示例·赵工")
    phone.get_by_label("邮箱").fill("zhao@example.com")
    phone.get_by_label("密码").fill(PASSWORD)
    phone.locator("main").get_by_role("button", name="注册").click()

    phone.goto("/enterprise/needs/quick")
    phone.get_by_label("需求名称").fill("轴箱轴承早期剥落怎么解决")
    phone.get_by_label("需求背景与技术难点").fill(BEARING_PROBLEM)
    phone.get_by_label("联系方式").fill("示例·赵工 0379-00000004")
    phone.get_by_role("button", name="提交并查看匹配").click()

    first = phone.locator("article").first
    expect(first).to_contain_text("轴承")
    expect(first).to_contain_text("示例理工大学")
    expect(first.locator("mark").first).to_be_attached()
    assert fits_the_screen(phone)


def test_what_was_typed_survives_an_error(desktop: Page) -> None:
    log_in(desktop, "engineer@example.com")
    desktop.goto("/enterprise/needs/new")
    desktop.get_by_label("需求名称").fill("保持架冲击断裂")
    desktop.get_by_label("需求背景与技术难点").fill(BEARING_PROBLEM)
    desktop.get_by_label("拟投入资金").fill("看情况吧")
    desktop.get_by_role("button", name="保存草稿").click()
    expect(desktop.locator("main")).to_contain_text("看不懂金额")
    expect(desktop.get_by_label("需求名称")).to_have_value("保持架冲击断裂")
    expect(desktop.get_by_label("拟投入资金")).to_have_value("看情况吧")
    expect(desktop.get_by_label("需求背景与技术难点")).to_have_value(BEARING_PROBLEM)


def test_a_similar_posting_of_ones_own_is_shown_while_typing(desktop: Page) -> None:
    log_in(desktop, "engineer@example.com")
    desktop.goto("/enterprise/needs/quick")
    desktop.get_by_label("需求名称").press_sequentially("高铁轴箱轴承接触疲劳寿命的提升")
    expect(desktop.locator("main")).to_contain_text("高铁轴箱轴承接触疲劳寿命提升")


def test_a_researcher_finds_the_firms_worth_a_call(phone: Page) -> None:
    log_in(phone, "researcher@example.com")
    phone.goto("/research/firms")
    firms = phone.locator("article")
    expect(firms.first).to_contain_text("有限公司")
    expect(firms.first).to_contain_text("0379-00000")
    assert firms.count() >= 2
    assert fits_the_screen(phone)


def test_an_organizer_makes_an_event_and_prints_its_match_list(desktop: Page, tmp_path: Path) -> None:
    log_in(desktop, "organizer@example.com")
    desktop.goto("/organizer/events/new")
    desktop.get_by_label("活动名称").fill("轴承与储能专场对接会")
    desktop.get_by_label("地点").fill("示例会展中心")
    session = desktop.get_by_role("group", name="第 1 场")
    session.get_by_label("日期").fill("2031-05-18")
    session.get_by_label("开始").fill("09:00")
    session.get_by_label("结束").fill("12:00")
    desktop.get_by_role("button", name="保存").last.click()
    expect(desktop.locator("h1")).to_contain_text("轴承与储能专场对接会")
    event = re.search(r"/organizer/events/(\d+)", desktop.url)
    assert event
    for side in ("need", "offer"):
        desktop.goto(f"/organizer/events/{event.group(1)}/participants/add?side={side}")
        desktop.get_by_role("button", name=re.compile("添加筛选出的全部")).click()
    desktop.goto(f"/organizer/events/{event.group(1)}/match-list")
    desktop.get_by_role("button", name="生成匹配表").click()
    rows = desktop.locator("table.pairs tbody tr")
    expect(rows.first).to_contain_text("轴承")

    with desktop.expect_download() as download:
        desktop.get_by_role("link", name="总表 PDF").click()
    download.value.save_as(tmp_path / "list.pdf")
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(tmp_path / "list.pdf").pages)
    assert "轴承与储能专场对接会" in text
    assert "洛阳示例轴承有限公司" in text
    with desktop.expect_download() as download:
        desktop.get_by_role("link", name="XLSX").click()
    download.value.save_as(tmp_path / "list.xlsx")
    workbook = load_workbook(BytesIO((tmp_path / "list.xlsx").read_bytes()))
    cells = {str(cell) for sheet in workbook for row in sheet.iter_rows(values_only=True) for cell in row if cell}
    assert any("洛阳示例轴承有限公司" in cell for cell in cells)


def test_the_reader_chooses_the_language(desktop: Page) -> None:
    desktop.goto("/")
    desktop.get_by_role("link", name="English").click()
    expect(desktop.locator("html")).to_have_attribute("lang", "en")
    expect(desktop.get_by_role("link", name="Log in")).to_be_visible()
