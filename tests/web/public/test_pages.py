"""Pages for everyone: first screen, lists, postings, organizations, events, plan, language."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, EventSession, Participant
from matchmaker.domain.people import Team
from matchmaker.domain.vocabulary import (
    CooperationMode,
    EventKind,
    EventStatus,
    NeedType,
    OfferKind,
    OrganizationKind,
    PostingStatus,
    Role,
    Side,
)
from tests.factories import login, make_need, make_offer, make_organization, make_user

TOMORROW = datetime.now() + timedelta(days=1)


def make_event(session: Session, name: str, status: EventStatus, starts_at: datetime = TOMORROW) -> Event:
    event = Event(kind=EventKind.DOCKING, name=name, status=status, place="示例会展中心")
    event.sessions = [EventSession(starts_at=starts_at, ends_at=starts_at + timedelta(hours=3))]
    session.add(event)
    session.commit()
    return event


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("address", ["/", "/needs", "/offers", "/events", "/plan", "/needs?q=轴承", "/offers?q=轴承"])
def test_pages_answer_on_an_empty_platform(client: FlaskClient, address: str, language: str) -> None:
    client.get(f"/language/{language}")
    page = client.get(address)
    assert page.status_code == 200
    assert ('lang="zh-CN"' in page.text) is (language == "zh")


def test_the_first_screen_shows_what_is_new_and_next(client: FlaskClient, session: Session) -> None:
    need, offer = make_need(session, title="轴承早期剥落"), make_offer(session, title="长寿命润滑脂")
    make_event(session, "明天的对接会", EventStatus.PUBLISHED)
    make_event(session, "去年的对接会", EventStatus.FINISHED, TOMORROW - timedelta(days=365))
    page = client.get("/").text
    for shown in (need.title, offer.title, "明天的对接会", "我是企业", "我是科研人员"):
        assert shown in page
    assert "去年的对接会" not in page


@pytest.mark.parametrize(
    ("role", "shown"), [(Role.ENTERPRISE, "快速发布"), (Role.RESEARCHER, "推荐企业"), (Role.ORGANIZER, "管理活动")]
)
def test_the_first_screen_leads_everyone_to_their_work(
    client: FlaskClient, session: Session, role: Role, shown: str
) -> None:
    login(client, make_user(session, role))
    assert shown in client.get("/").text


def test_a_list_has_the_newest_first_in_pages(client: FlaskClient, session: Session) -> None:
    firm = make_organization(session)
    for number in range(21):
        make_need(session, firm, title=f"需求第{number:02d}号")
    first, second, beyond = (client.get(f"/needs?page={page}").text for page in (1, 2, 10**30))
    assert first.index("需求第20号") < first.index("需求第19号")
    assert "需求第00号" not in first
    assert "需求第00号" in second
    assert "需求第00号" in beyond
    assert "21 条" in first


def test_page_links_keep_the_filters_and_nothing_else_of_the_address(client: FlaskClient, session: Session) -> None:
    firm = make_organization(session, district_code="jianxi")
    for _ in range(21):
        make_need(session, firm)
    page = client.get("/needs?district=jianxi&field=&endpoint=x&_external=1&_scheme=javascript")
    assert page.status_code == 200
    assert "/needs?district=jianxi&amp;endpoint=x&amp;_external=1&amp;_scheme=javascript&amp;page=2" in page.text
    assert "javascript:" not in page.text


@pytest.mark.parametrize(
    "condition",
    ["industry=new_materials", "field=transport", "district=jianxi", "need_type=process", "mode=joint_development"],
)
def test_needs_can_be_narrowed(client: FlaskClient, session: Session, condition: str) -> None:
    firm = make_organization(session, district_code="jianxi")
    make_need(
        session,
        firm,
        title="要找的需求",
        industry_code="new_materials",
        field_code="transport",
        need_type=NeedType.PROCESS,
        cooperation_modes=frozenset({CooperationMode.JOINT_DEVELOPMENT, CooperationMode.SERVICE}),
    )
    make_need(session, title="另一条需求", cooperation_modes=frozenset({CooperationMode.JOINT_PLATFORM}))
    page = client.get(f"/needs?{condition}").text
    assert "要找的需求" in page
    assert "另一条需求" not in page


def test_offers_can_be_narrowed_to_capabilities(client: FlaskClient, session: Session) -> None:
    make_offer(session, title="一项成果")
    make_offer(session, title="一项能力", kind=OfferKind.CAPABILITY)
    page = client.get("/offers?kind=capability").text
    assert "一项能力" in page
    assert "一项成果" not in page


def test_a_mistyped_filter_shows_everything(client: FlaskClient, session: Session) -> None:
    make_need(session, title="轴承早期剥落")
    assert "轴承早期剥落" in client.get("/needs?industry=nonsense&mode=nonsense&page=nonsense").text


def test_a_search_ranks_scores_and_quotes(client: FlaskClient, session: Session) -> None:
    make_offer(session, title="仔猪断奶饲料", summary="低蛋白日粮减少仔猪腹泻。")
    make_offer(session, title="轴箱轴承台架", summary="高铁轴承疲劳寿命试验。")
    page = client.get("/offers?q=高铁轴承疲劳寿命").text
    assert "score-figure" in page
    assert "<mark>高铁轴承疲劳寿命</mark>试验。" in page
    assert page.find("仔猪断奶饲料") == -1 or page.index("轴箱轴承台架") < page.index("仔猪断奶饲料")


def test_a_search_stays_within_the_filters(client: FlaskClient, session: Session) -> None:
    make_offer(session, title="轴箱轴承台架", summary="高铁轴承疲劳寿命试验。", industry_code="new_materials")
    make_offer(session, title="轴承润滑", summary="高铁轴承疲劳寿命。", industry_code="agriculture")
    page = client.get("/offers?q=高铁轴承疲劳寿命&industry=agriculture").text
    assert "轴承润滑" in page
    assert "轴箱轴承台架" not in page


@pytest.mark.parametrize("text", ["😀☃", "x", "<script>alert(1)</script>", "长" * 3000])
def test_odd_searches_are_answered(client: FlaskClient, session: Session, text: str) -> None:
    make_need(session, title="轴承早期剥落")
    page = client.get("/needs", query_string={"q": text})
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_an_empty_list_says_what_to_do_next(client: FlaskClient, session: Session) -> None:
    make_need(session, title="轴承早期剥落")
    page = client.get("/needs", query_string={"q": "😀", "industry": "agriculture"}).text
    assert "没有合适的技术需求" in page
    assert "去掉筛选条件再看" in page


def test_a_posting_shows_its_texts_and_figures(client: FlaskClient, session: Session) -> None:
    need = make_need(
        session,
        problem="滚道 <b>剥落</b>",
        indicators="L10 ≥ 300 万公里",
        budget_min=50,
        budget_max=80,
        cooperation_modes=frozenset({CooperationMode.TRANSFER, CooperationMode.COMMISSIONED_DEVELOPMENT}),
        wanted_trl=6,
    )
    page = client.get(f"/needs/{need.id}").text
    for shown in (
        "&lt;b&gt;剥落",
        "L10 ≥ 300 万公里",
        "50–80 万元",
        "委托开发、技术转让",
        "TRL 6",
        need.organization.name,
    ):
        assert shown in page
    client.get("/language/en")
    assert "Commissioned development, Technology transfer" in client.get(f"/needs/{need.id}").text


@pytest.mark.parametrize("address", ["/needs/999", "/offers/999", "/organizations/999", "/events/999", "/language/xx"])
def test_what_is_not_there_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_an_owner_is_led_to_the_matches_even_of_a_draft(client: FlaskClient, session: Session) -> None:
    owner = make_user(session)
    draft = make_need(session, owner.organization, status=PostingStatus.DRAFT)
    assert client.get(f"/needs/{draft.id}").status_code == 404
    login(client, owner)
    assert f"/enterprise/needs/{draft.id}/matches" in client.get(f"/needs/{draft.id}").text


def test_an_organization_shows_its_postings_and_teams(client: FlaskClient, session: Session) -> None:
    university = make_organization(session, OrganizationKind.UNIVERSITY, website="javascript:alert(1)")
    team = Team(organization=university, name="轴承团队", research_directions="接触疲劳")
    session.add(team)
    offer = make_offer(session, university, team=team)
    page = client.get(f"/organizations/{university.id}").text
    for shown in (university.name, offer.title, "轴承团队", "接触疲劳"):
        assert shown in page
    assert 'href="javascript' not in page


def test_an_event_in_preparation_is_only_for_organizers(client: FlaskClient, session: Session) -> None:
    event = make_event(session, "还在筹备的对接会", EventStatus.PREPARING)
    organizer = make_user(session, Role.ORGANIZER)
    for address in ("/", "/events"):
        assert event.name not in client.get(address).text
    assert client.get(f"/events/{event.id}").status_code == 404
    login(client, organizer)
    assert event.name in client.get("/events").text
    assert client.get(f"/events/{event.id}").status_code == 200


def test_a_published_event_names_who_takes_part(client: FlaskClient, session: Session) -> None:
    event = make_event(session, "明天的对接会", EventStatus.PUBLISHED)
    firm = make_organization(session)
    event.participants = [Participant(side=Side.NEED, organization=firm)]
    session.commit()
    page = client.get(f"/events/{event.id}").text
    assert firm.name in page
    assert "示例会展中心" in page


def test_the_plan_counts_what_each_district_has(client: FlaskClient, session: Session) -> None:
    firm = make_organization(session, district_code="jianxi")
    make_need(session, firm)
    make_need(session, firm)
    page = client.get("/plan").text
    section = page[page.index("涧西区") :]
    assert "需求 2" in section[: section.index("</section>")]
    assert "R&amp;D 占 GDP" in page
    assert "亿元" in page
    client.get("/language/en")
    english = client.get("/plan").text
    assert "×100 million CNY" in english
    assert not any(unit in english for unit in ("亿元", ">个<", ">家<"))


def test_choosing_a_language_leads_back_but_never_elsewhere(client: FlaskClient) -> None:
    back = client.get("/language/en", headers={"Referer": "http://localhost/needs?q=%E8%BD%B4%E6%89%BF"})
    assert (back.status_code, back.location) == (303, "/needs?q=%E8%BD%B4%E6%89%BF")
    for referer in ("http://elsewhere.example/needs", "http://localhost//elsewhere.example", "nonsense"):
        assert client.get("/language/en", headers={"Referer": referer}).location == "/"
