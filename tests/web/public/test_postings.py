import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.vocabulary import CooperationMode, NeedType, OfferKind, PostingStatus
from tests.factories import login, make_need, make_offer, make_organization, make_user


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


def test_an_owner_is_led_to_the_matches_even_of_a_draft(client: FlaskClient, session: Session) -> None:
    owner = make_user(session)
    draft = make_need(session, owner.organization, status=PostingStatus.DRAFT)
    assert client.get(f"/needs/{draft.id}").status_code == 404
    login(client, owner)
    assert f"/enterprise/needs/{draft.id}/matches" in client.get(f"/needs/{draft.id}").text
