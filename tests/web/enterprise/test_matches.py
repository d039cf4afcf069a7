"""The pages that matter most: who fits, and why."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from matchmaker.domain.people import Team, User
from matchmaker.domain.postings.posting import Need
from matchmaker.domain.vocabulary import CooperationMode, PostingStatus, Role, Visibility
from matchmaker.services.platform import Platform
from tests.factories import login, make_need, make_offer, make_organization, make_user

pytestmark = pytest.mark.slow

NEED = {"title": "高铁轴承滚道早期剥落", "problem": "轴箱轴承滚道早期剥落，油膜太薄，疲劳寿命达不到三百万公里。"}
OFFER = {"title": "轴箱轴承滚道疲劳寿命试验", "summary": "高铁轴承全尺寸台架，测油膜厚度，分析滚道早期剥落和疲劳寿命。"}

ANSWERS = tuple(
    {"title": title, "summary": summary}
    for title, summary in (
        ("轴承滚道超声滚压强化", "在滚道表面引入残余压应力，推迟早期剥落。"),
        ("高铁轴承油膜厚度测量", "超声反射法在线测油膜，判断润滑是否充分。"),
        ("轴箱轴承疲劳寿命台架", "全尺寸试验，跑满三百万公里当量里程。"),
        ("轴承钢夹杂物控制", "真空冶炼降低氧含量，疲劳寿命翻一番。"),
        ("轴承剥落声发射诊断", "列车运行中听出滚道早期损伤。"),
    )
)
"""Answers to the need in words of their own, so that none is taken for a copy of another."""


@pytest.fixture
def engineer(client: FlaskClient, session: Session) -> User:
    """Logged in."""
    user = make_user(session)
    login(client, user)
    return user


@pytest.fixture
def need(engineer: User, session: Session) -> Need:
    return make_need(
        session,
        engineer.organization,
        budget_min=50,
        budget_max=50,
        wanted_trl=6,
        cooperation_modes=frozenset({CooperationMode.TRANSFER}),
        industry_code="equipment_manufacturing",
        **NEED,
    )


def test_a_match_is_scored_explained_and_can_be_called(client: FlaskClient, need: Need, session: Session) -> None:
    offer = make_offer(
        session,
        price_min=200,
        price_max=200,
        trl=7,
        cooperation_modes=frozenset({CooperationMode.TRANSFER}),
        industry_code="equipment_manufacturing",
        contact_phone="0379-0000-7777",
        **OFFER,
    )
    page = client.get(f"/enterprise/needs/{need.id}/matches").text
    for shown in (
        need.title,
        offer.title,
        offer.organization.name,
        "预算 50 万元，对方意向价 200 万元",
        "期望成熟度 TRL 6，对方 TRL 7",
        "双方都可技术转让",
        "同属装备制造",
        "0379-0000-7777",
        "<mark>",
    ):
        assert shown in page
    score = re.search(r'score-figure">(\d+)<', page)
    assert score is not None
    assert 20 <= int(score[1]) <= 100


def test_the_same_reasons_read_from_the_other_side(client: FlaskClient, session: Session) -> None:
    researcher = make_user(session, Role.RESEARCHER)
    offer = make_offer(session, researcher.organization, price_min=200, price_max=200, trl=7, **OFFER)
    need = make_need(session, budget_min=50, budget_max=50, wanted_trl=6, **NEED)
    login(client, researcher)
    page = client.get(f"/research/offers/{offer.id}/matches").text
    for shown in (need.title, "意向价 200 万元，对方预算 50 万元", "成熟度 TRL 7，对方期望 TRL 6"):
        assert shown in page


def test_reasons_are_told_in_the_readers_language(client: FlaskClient, need: Need, session: Session) -> None:
    make_offer(session, price_min=200, price_max=200, **OFFER)
    client.get("/language/en")
    page = client.get(f"/enterprise/needs/{need.id}/matches").text
    assert "50 ×10,000 CNY" in page
    assert "200 ×10,000 CNY" in page


def test_what_was_not_said_is_named_as_missing(client: FlaskClient, need: Need, session: Session) -> None:
    make_offer(session, **OFFER)
    page = client.get(f"/enterprise/needs/{need.id}/matches").text
    assert "预算 50 万元，对方意向价 未写明" in page
    assert "fact-unknown" in page


def test_when_nobody_fits_the_page_says_so(client: FlaskClient, engineer: User, session: Session) -> None:
    make_offer(session, **OFFER)
    need = make_need(session, engineer.organization, title="？？？")
    page = client.get(f"/enterprise/needs/{need.id}/matches").text
    assert "没有合适的供给方" in page
    assert "match-title" not in page


def test_a_draft_has_matches_before_anyone_sees_it(client: FlaskClient, engineer: User, session: Session) -> None:
    offer = make_offer(session, **OFFER)
    draft = make_need(session, engineer.organization, status=PostingStatus.DRAFT, **NEED)
    page = client.get(f"/enterprise/needs/{draft.id}/matches").text
    assert offer.title in page
    assert "还没有发布" in page


def test_others_matches_are_not_found(client: FlaskClient, engineer: User, session: Session) -> None:
    theirs = make_need(session, **NEED)
    assert client.get(f"/enterprise/needs/{theirs.id}/matches").status_code == 404
    assert client.get("/enterprise/needs/999/matches").status_code == 404


def test_the_researcher_sees_which_firms_to_call(client: FlaskClient, session: Session) -> None:
    researcher = make_user(session, Role.RESEARCHER)
    teams = [Team(organization=researcher.organization, name=name) for name in ("轴承团队", "畜牧团队")]
    session.add_all(teams)
    bearings, pigs = teams
    make_offer(session, researcher.organization, team=bearings, **OFFER)
    make_offer(session, researcher.organization, team=pigs, title="？？？")
    need = make_need(session, contact_phone="0379-0000-7777", **NEED)
    login(client, researcher)
    page = client.get("/research/firms").text
    for shown in (need.organization.name, need.title, "0379-0000-7777", "轴承团队", "畜牧团队"):
        assert shown in page
    assert need.title in client.get(f"/research/firms?team={bearings.id}").text
    nobody = client.get(f"/research/firms?team={pigs.id}").text
    assert need.title not in nobody
    assert "没有合适的企业" in nobody


def test_the_enterprise_sees_which_teams_to_call(client: FlaskClient, need: Need, session: Session) -> None:
    offer = make_offer(session, **OFFER)
    page = client.get("/enterprise/teams").text
    assert offer.organization.name in page
    assert offer.title in page


def test_organizers_look_on_behalf_of_others(client: FlaskClient, session: Session) -> None:
    organizer, engineer = make_user(session, Role.ORGANIZER), make_user(session)
    make_need(session, engineer.organization, **NEED)
    offer = make_offer(session, **OFFER)
    login(client, organizer)
    assert "请先选择单位" in client.get("/enterprise/teams").text
    assert offer.title in client.get(f"/enterprise/teams?organization={engineer.organization_id}").text
    client.post("/account/logout")
    login(client, make_user(session))
    assert client.get(f"/enterprise/teams?organization={engineer.organization_id}").status_code == 404


def test_a_summary_is_listed_without_reasons(client: FlaskClient, need: Need, session: Session) -> None:
    offer = make_offer(session, visibility=Visibility.SUMMARY, contact_phone="0379-0000-7777", **OFFER)
    page = client.get(f"/enterprise/needs/{need.id}/matches").text
    assert offer.title in page
    assert "测油膜厚度" not in page
    assert "0379-0000-7777" not in page
    assert "对方仅公开摘要" in page


@pytest.mark.parametrize("address", ["/enterprise/needs/{}/matches", "/enterprise/teams", "/offers", "/offers?q=轴承"])
def test_more_lines_need_no_more_statements(
    client: FlaskClient, platform: Platform, need: Need, session: Session, address: str
) -> None:
    def statements() -> int:
        seen: list[str] = []
        listener = lambda *arguments: seen.append(arguments[2])  # noqa: E731 - has to be removed again by identity
        event.listen(platform.database.engine, "before_cursor_execute", listener)
        page = client.get(address.format(need.id))
        event.remove(platform.database.engine, "before_cursor_execute", listener)
        assert page.text.count("match-title") == lines
        return len(seen)

    def post(number: int) -> None:
        organization = make_organization(session, district_code="jianxi")
        make_offer(session, organization, industry_code="new_materials", field_code="transport", **ANSWERS[number])
        platform.search_index.refresh()

    lines = 2
    for number in range(lines):
        post(number)
    client.get(address.format(need.id))  # the first look at a need keeps how sharp its ranking was
    few = statements()
    for number in range(lines, len(ANSWERS)):
        post(number)
    lines = len(ANSWERS)
    client.get(address.format(need.id))  # the first search after a change looks for the vector of its words
    assert statements() == few
