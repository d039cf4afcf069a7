"""Posting through the forms: what is saved, what is refused, and that nothing typed is lost."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.domain.people import Team, User
from matchmaker.domain.postings.fields import KIND_FIELDS, TEAM, Field, PostingKind
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import CooperationMode, OfferKind, PostingStatus, Role, Side, Visibility
from matchmaker.services.platform import Platform
from matchmaker.web import create_app
from matchmaker.web.posting.layout import LAYOUTS, UnplacedField, layout_for
from tests.factories import login, make_need, make_offer, make_organization, make_user

PROBLEM = "压力升到四十二兆帕以后滑靴单边偏磨，两百小时就要换"
QUICK = {"title": "柱塞泵滑靴偏磨", "problem": PROBLEM, "contact": "张工 138-0000-0000"}


@pytest.fixture
def author(session: Session, client: FlaskClient) -> User:
    user = make_user(session)
    login(client, user)
    return user


@pytest.fixture
def researcher(session: Session, client: FlaskClient) -> User:
    user = make_user(session, Role.RESEARCHER)
    login(client, user)
    return user


def needs(session: Session) -> list[Need]:
    """All needs as they are now; leaves no transaction open, for that would keep the application from writing."""
    session.expire_all()
    found = list(session.scalars(select(Need).order_by(Need.id)))
    session.commit()
    return found


def only_need(session: Session) -> Need:
    (need,) = needs(session)
    return need


def offers(session: Session) -> list[Offer]:
    """The same for offers, with their teams."""
    session.expire_all()
    found = list(session.scalars(select(Offer).order_by(Offer.id).options(joinedload(Offer.team))))
    session.commit()
    return found


def value_of(page: str, name: str) -> str:
    """What the form shows in a text box."""
    box = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert box is not None, name
    value = re.search(r'value="([^"]*)"', box.group())
    assert value is not None
    return unescape(value.group(1))


def text_in(page: str, name: str) -> str:
    """What the form shows in a text area; browsers drop its first line end."""
    area = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert area is not None, name
    return unescape(area.group(1))


def error_beside(page: str, name: str) -> str:
    """The message beside the field."""
    found = re.search(rf'id="field-{name}-error">(.*?)</div>', page, re.DOTALL)
    return unescape(found.group(1)) if found else ""


def edition_on(page: str) -> str:
    return value_of(page, "edition")


# The quick form


def test_three_fields_are_enough(client: FlaskClient, session: Session, author: User) -> None:
    response = client.post("/enterprise/needs/quick", data=QUICK)
    need = only_need(session)
    assert response.status_code == 303
    assert response.location == f"/enterprise/needs/{need.id}/matches"
    assert need.status is PostingStatus.SUBMITTED
    assert (need.contact_name, need.contact_phone) == ("张工", "138-0000-0000")
    page = client.get(response.location).text
    assert "已提交" in page
    assert f'href="/enterprise/needs/{need.id}/edit"' in page


def test_matches_are_on_the_next_page_at_once(client: FlaskClient, session: Session, author: User) -> None:
    offer = make_offer(session, title="高压柱塞泵滑靴副弹性支承与涂层", summary="解决滑靴偏磨，寿命提高到两千小时")
    page = client.post("/enterprise/needs/quick", data=QUICK, follow_redirects=True).text
    assert offer.title in page


@pytest.mark.parametrize("problem", ["", "磨"])
def test_a_quick_need_that_says_too_little_stays_a_draft(
    client: FlaskClient, session: Session, author: User, problem: str
) -> None:
    page = client.post("/enterprise/needs/quick", data=QUICK | {"problem": problem}, follow_redirects=True).text
    assert only_need(session).status is PostingStatus.DRAFT
    assert "太短" in page
    assert "草稿已保存" in page


@pytest.mark.parametrize("title", ["", "   ", "磨" * 50_000, "⚙️⚙️", "磨", "\x00\x07"])
def test_a_bad_title_is_refused_and_what_was_typed_is_kept(
    client: FlaskClient, session: Session, author: User, title: str
) -> None:
    response = client.post("/enterprise/needs/quick", data=QUICK | {"title": title})
    assert response.status_code == 400
    assert error_beside(response.text, "title").startswith("“需求名称”")
    assert 'href="#field-title"' in response.text
    assert value_of(response.text, "title") == title
    assert text_in(response.text, "problem") == PROBLEM
    assert value_of(response.text, "contact") == QUICK["contact"]
    assert needs(session) == []


def test_a_bad_address_is_refused_beside_the_contact(client: FlaskClient, session: Session, author: User) -> None:
    response = client.post("/enterprise/needs/quick", data=QUICK | {"contact": "张工 zhang@example"})
    assert response.status_code == 400
    assert "zhang@example" in error_beside(response.text, "contact")
    assert needs(session) == []


def test_control_characters_and_broken_bytes_are_taken_out(client: FlaskClient, session: Session, author: User) -> None:
    # %ED%A0%BD is a lone surrogate, %FF no UTF-8 at all.
    body = f"title=%E6%BB%91%E9%9D%B4%00%07%ED%A0%BD%FF%E5%81%8F%E7%A3%A8&problem={PROBLEM}&contact="
    response = client.post("/enterprise/needs/quick", data=body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 303
    title = only_need(session).title
    assert title.startswith("滑靴")
    assert title.endswith("偏磨")
    assert title.isprintable()


def test_messages_come_in_the_readers_language(client: FlaskClient, author: User) -> None:
    client.get("/language/en")
    page = client.post("/enterprise/needs/quick", data={"title": ""}).text
    assert "Title" in error_beside(page, "title")


# The whole form

FULL = {
    "title": "柱塞泵滑靴偏磨",
    "industry": "equipment_manufacturing",
    "field": "advanced_manufacturing",
    "need_type": "key_technology",
    "problem": f"{PROBLEM}\r\n\r\n试过换油。",
    "indicators": "寿命 ≥ 2000 h",
    "groundwork": "两台试验台",
    "budget": "５０-８０万元",
    "cooperation_modes": ["joint_development", "consulting"],
    "deadline": "2099-06-30",
    "wanted_trl": "6",
    "preferred_partner": "示例大学",
    "valid_until": "2099-12-31",
    "visibility": "members",
    "contact_name": "张工",
    "contact_phone": "0379-60000000",
    "contact_email": "zhang@example.com",
}


def test_every_field_is_saved_and_shown_again(client: FlaskClient, session: Session, author: User) -> None:
    response = client.post("/enterprise/needs/new", data=FULL | {"action": "draft"})
    assert response.status_code == 303
    need = only_need(session)
    assert need.status is PostingStatus.DRAFT
    assert need.industry_code == "equipment_manufacturing"
    assert need.problem == f"{PROBLEM}\n\n试过换油。"
    assert need.budget.label() == "50–80 万元"
    assert need.cooperation_modes == {CooperationMode.JOINT_DEVELOPMENT, CooperationMode.CONSULTING}
    assert need.deadline == date(2099, 6, 30)
    assert need.visibility is Visibility.MEMBERS
    page = client.get(f"/enterprise/needs/{need.id}/edit").text
    assert value_of(page, "budget") == "50–80 万元"
    assert value_of(page, "deadline") == "2099-06-30"
    assert text_in(page, "problem") == need.problem
    assert page.count(" checked") == 3
    assert page.count(" selected") == 4


def test_a_form_that_is_saved_as_shown_changes_nothing(client: FlaskClient, session: Session, author: User) -> None:
    client.post("/enterprise/needs/new", data=FULL | {"action": "draft"})
    need = only_need(session)
    before = (need.version, need.budget, need.deadline)
    shown = client.get(f"/enterprise/needs/{need.id}/edit").text
    data = FULL | {"budget": value_of(shown, "budget"), "edition": edition_on(shown), "action": "draft"}
    assert client.post(f"/enterprise/needs/{need.id}/edit", data=data).status_code == 303
    need = only_need(session)
    assert (need.version, need.budget, need.deadline) == before


def test_errors_stand_beside_their_fields_and_everything_typed_is_kept(
    client: FlaskClient, session: Session, author: User
) -> None:
    bad = {
        "budget": "五十万",
        "deadline": "明年六月",
        "contact_email": "zhang@@",
        "industry": "shipbuilding",
        "cooperation_modes": ["transfer", "gift"],
    }
    response = client.post("/enterprise/needs/new", data=FULL | bad | {"action": "submit"})
    page = response.text
    assert response.status_code == 400
    assert needs(session) == []
    for name in bad:
        assert error_beside(page, name), name
        assert f'href="#field-{name}"' in page
    assert "还没有保存，请先改正下面 5 处" in page
    assert value_of(page, "budget") == "五十万"
    assert value_of(page, "deadline") == "明年六月"
    assert re.search(r'value="明年六月"[^>]*type="text"', page), "a date box would hide what it cannot read"
    assert re.search(r'value="transfer"[^>]* checked', page)
    assert '<option value="shipbuilding" selected>' in page
    assert '<option value="advanced_manufacturing" selected>' in page
    assert re.search(r'value="members"[^>]* checked', page)


@pytest.mark.parametrize("budget", ["５０万元", "面议", "50-80万"])
def test_budgets_as_people_write_them(client: FlaskClient, session: Session, author: User, budget: str) -> None:
    client.post("/enterprise/needs/new", data={"title": "滑靴偏磨", "budget": budget})
    assert only_need(session).budget.label() in ("50 万元", "面议", "50–80 万元")


@pytest.mark.parametrize("name", ["deadline", "valid_until"])
def test_days_of_the_past_are_refused(client: FlaskClient, session: Session, author: User, name: str) -> None:
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    response = client.post("/enterprise/needs/new", data=FULL | {name: yesterday, "action": "draft"})
    assert response.status_code == 400
    assert "已经过去" in error_beside(response.text, name)
    assert value_of(response.text, name) == yesterday


def test_a_draft_needs_only_its_title_and_a_submission_the_problem(
    client: FlaskClient, session: Session, author: User
) -> None:
    response = client.post("/enterprise/needs/new", data={"title": "滑靴偏磨", "action": "submit"})
    assert response.status_code == 400
    assert "不能为空" in error_beside(response.text, "problem")
    response = client.post("/enterprise/needs/new", data={"title": "滑靴偏磨", "problem": "磨", "action": "submit"})
    assert "太短" in error_beside(response.text, "problem")
    assert needs(session) == []
    assert client.post("/enterprise/needs/new", data={"title": "滑靴偏磨", "action": "draft"}).status_code == 303
    assert only_need(session).status is PostingStatus.DRAFT


def test_what_was_typed_is_never_markup(client: FlaskClient, session: Session, author: User) -> None:
    title = '"><script>alert(1)</script>'
    page = client.post("/enterprise/needs/new", data={"title": title, "budget": title}).text
    assert "<script>alert" not in page
    assert value_of(page, "title") == title
    client.post("/enterprise/needs/new", data={"title": title})
    for address in ("/enterprise/needs", f"/enterprise/needs/{only_need(session).id}/edit"):
        assert "<script>alert" not in client.get(address).text


@pytest.mark.parametrize("kind", KIND_FIELDS)
def test_no_field_is_missing_on_its_form(kind: PostingKind) -> None:
    fields = KIND_FIELDS[kind] if kind is Side.NEED else (TEAM, *KIND_FIELDS[kind])
    shown = [field for fieldset in LAYOUTS[kind] for field in fieldset.fields]
    assert sorted(field.name for field in shown) == sorted(field.name for field in fields)
    assert set(shown) == set(fields), "the form calls each field what its kind calls it"


def test_a_form_refuses_to_leave_out_a_field_that_has_no_place() -> None:
    with pytest.raises(UnplacedField, match="wavelength"):
        layout_for((*KIND_FIELDS[OfferKind.CAPABILITY], Field("wavelength", "波长", "Wavelength")))


@pytest.mark.parametrize("kind", OfferKind)
def test_every_kind_of_offer_has_a_form_and_a_button(client: FlaskClient, researcher: User, kind: OfferKind) -> None:
    login(client, researcher)
    address = f"/research/offers/new/{kind.value}"
    assert f'href="{address}"' in client.get("/research/offers").text
    page = client.get(address).text
    assert f"发布{kind.zh}" in page
    for field in KIND_FIELDS[kind]:
        assert f'name="{field.name}"' in page
        assert field.zh in page
    for other in OfferKind:
        assert (f'href="/research/offers/new/{other.value}"' in page) is (other is not kind)


# Two people editing one posting


def test_the_later_editor_is_told_and_loses_nothing(client: FlaskClient, session: Session, author: User) -> None:
    need = make_need(session, author.organization, problem=PROBLEM, indicators="原来的指标")
    address = f"/enterprise/needs/{need.id}/edit"
    opened = edition_on(client.get(address).text)
    common = {"title": need.title, "problem": PROBLEM, "edition": opened, "action": "save"}
    assert client.post(address, data=common | {"indicators": "甲写的指标", "budget": "50-80万"}).status_code == 303

    mine = common | {"indicators": "乙写的指标", "groundwork": "乙的基础", "cooperation_modes": ["transfer"]}
    response = client.post(address, data=mine)
    page = response.text
    assert response.status_code == 409
    assert "已被他人修改" in page
    assert "甲写的指标" in page
    assert "50–80 万元" in page
    assert "技术转让" in page
    assert text_in(page, "indicators") == "乙写的指标"
    assert text_in(page, "groundwork") == "乙的基础"
    assert re.search(r'value="transfer"[^>]* checked', page)
    assert only_need(session).indicators == "甲写的指标"

    again = mine | {"edition": edition_on(page), "take": ["budget"]}
    assert client.post(address, data=again).status_code == 303
    saved = only_need(session)
    assert (saved.indicators, saved.groundwork) == ("乙写的指标", "乙的基础")
    assert saved.budget.label() == "50–80 万元", "taken from the version that was stored"


@pytest.mark.parametrize("edition", ["", "x", "0", "99"])
def test_a_form_without_its_edition_overwrites_nothing(
    client: FlaskClient, session: Session, author: User, edition: str
) -> None:
    need = make_need(session, author.organization, problem=PROBLEM)
    data = {"title": "别的标题", "problem": PROBLEM, "edition": edition}
    assert client.post(f"/enterprise/needs/{need.id}/edit", data=data).status_code == 409


# Possible duplicates


def test_similar_postings_are_shown_while_typing(client: FlaskClient, session: Session, author: User) -> None:
    need = make_need(session, author.organization, title="牵引电机轴承电蚀搓板纹的防护")
    make_need(session, title="牵引电机轴承电蚀搓板纹防护")
    fragment = client.get("/enterprise/needs/similar", query_string={"title": "牵引电机轴承防电蚀"}).text
    assert re.findall(r'href="([^"]+)"', fragment) == [f"/enterprise/needs/{need.id}/edit"]
    same = {"title": "牵引电机轴承防电蚀", "except": need.id}
    for question in (same, {"title": "拖拉机电控液压悬挂耕深不稳"}, {"title": "磨" * 5_000}, {"title": "⚙️"}, {}):
        assert client.get("/enterprise/needs/similar", query_string=question).text.strip() == ""


def test_without_javascript_the_same_note_comes_after_saving(
    client: FlaskClient, session: Session, author: User
) -> None:
    make_need(session, author.organization, title="柱塞泵滑靴偏磨问题")
    page = client.post("/enterprise/needs/quick", data=QUICK, follow_redirects=True).text
    assert "已有相近的信息" in page


# Lists and steps


def test_my_needs_say_where_they_stand(client: FlaskClient, session: Session) -> None:
    author = make_user(session)
    make_need(session, author.organization, status=PostingStatus.RETURNED, status_reason="请写明泵的型号")
    lapsed = make_need(session, author.organization, valid_until=date.today() - timedelta(days=1))
    login(client, author)
    page = client.get("/enterprise/needs").text
    assert "请写明泵的型号" in page
    assert "已到期" in page, "the first visitor of the day has it marked"
    assert f'action="/enterprise/needs/{lapsed.id}/submit"' in page


def test_steps_of_a_need(client: FlaskClient, session: Session, author: User) -> None:
    need = make_need(session, author.organization, problem=PROBLEM, status=PostingStatus.DRAFT, published_at=None)
    for action, status in (
        ("submit", PostingStatus.SUBMITTED),
        ("withdraw", PostingStatus.WITHDRAWN),
        ("submit", PostingStatus.SUBMITTED),
    ):
        assert client.post(f"/enterprise/needs/{need.id}/{action}").status_code == 303
        assert only_need(session).status is status
    assert client.post(f"/enterprise/needs/{need.id}/close").status_code == 409
    assert client.post(f"/enterprise/needs/{need.id}/delete").status_code == 404
    history = client.get(f"/enterprise/needs/{need.id}/edit").text
    assert "撤回" in history
    assert author.name in history


def test_what_cannot_be_handed_in_leads_to_its_form(client: FlaskClient, session: Session, author: User) -> None:
    need = make_need(session, author.organization, problem="磨", status=PostingStatus.DRAFT)
    response = client.post(f"/enterprise/needs/{need.id}/submit")
    assert response.location == f"/enterprise/needs/{need.id}/edit"
    assert "太短" in client.get(response.location).text


@pytest.mark.parametrize("need_id", ["999999", "0", "99999999999999999999", "-1", "x"])
def test_unknown_ids(client: FlaskClient, author: User, need_id: str) -> None:
    assert client.get(f"/enterprise/needs/{need_id}/edit").status_code == 404
    assert client.post(f"/enterprise/needs/{need_id}/edit", data=FULL).status_code == 404
    assert client.post(f"/enterprise/needs/{need_id}/submit").status_code == 404


def test_without_review_submissions_are_published_at_once(platform: Platform, session: Session) -> None:
    unreviewed = replace(platform, settings=replace(platform.settings, review=False))
    app = create_app(platform=unreviewed)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    client = app.test_client()
    login(client, make_user(session))
    client.post("/enterprise/needs/quick", data=QUICK)
    assert only_need(session).status is PostingStatus.PUBLISHED


# Offers


def test_an_outcome_with_its_team(client: FlaskClient, session: Session, researcher: User) -> None:
    session.add(Team(organization_id=researcher.organization_id, name="摩擦学团队"))
    session.commit()
    page = client.get("/research/offers/new/outcome").text
    assert '<option value="摩擦学团队">' in page
    assert "成果名称" in page
    data = {
        "title": "滑靴副类金刚石涂层",
        "team": "摩擦学团队",
        "summary": "摩擦系数 0.08",
        "trl": "7",
        "price": "面议",
        "cooperation_modes": ["license"],
        "action": "submit",
    }
    response = client.post("/research/offers/new/outcome", data=data)
    (offer,) = offers(session)
    assert response.location == f"/research/offers/{offer.id}/matches"
    assert offer.kind is OfferKind.OUTCOME
    assert offer.status is PostingStatus.SUBMITTED
    assert offer.team is not None
    assert offer.team.name == "摩擦学团队"
    assert offer.price.negotiable
    assert value_of(client.get(f"/research/offers/{offer.id}/edit").text, "team") == "摩擦学团队"


def test_a_capability_has_fields_of_its_own(client: FlaskClient, session: Session, researcher: User) -> None:
    page = client.get("/research/offers/new/capability").text
    assert "研究方向" in page
    assert 'name="instruments"' in page
    assert 'name="price"' not in page
    client.post("/research/offers/new/capability", data={"title": "摩擦磨损试验", "instruments": "四球机"})
    (offer,) = offers(session)
    assert (offer.kind, offer.instruments) == (OfferKind.CAPABILITY, "四球机")
    assert "摩擦磨损试验" in client.get("/research/offers").text
    assert client.get("/research/offers/new/patent").status_code == 404


# People without an organization, and organizers


def test_organizers_edit_any_posting_and_post_nothing_themselves(client: FlaskClient, session: Session) -> None:
    login(client, make_user(session, Role.ORGANIZER))
    need = make_need(session, problem=PROBLEM)
    page = client.get(f"/enterprise/needs/{need.id}/edit").text
    data = {"title": "改过的标题", "problem": PROBLEM, "edition": edition_on(page)}
    assert client.post(f"/enterprise/needs/{need.id}/edit", data=data).status_code == 303
    assert only_need(session).title == "改过的标题"
    assert "没有加入单位" in client.get("/enterprise/needs").text
    for address in ("/enterprise/needs/new", "/enterprise/needs/quick", "/research/offers/new/outcome"):
        response = client.get(address)
        assert response.status_code == 403
        assert "请先加入一个单位" in response.text


def test_people_of_other_organizations_change_nothing(client: FlaskClient, session: Session, author: User) -> None:
    foreign = make_need(session, make_organization(session), problem=PROBLEM)
    data = {"title": "改过的标题", "problem": PROBLEM, "edition": "1"}
    assert client.get(f"/enterprise/needs/{foreign.id}/edit").status_code == 404
    assert client.post(f"/enterprise/needs/{foreign.id}/edit", data=data).status_code == 404


def test_forms_carry_their_token(app: Flask, client: FlaskClient, author: User) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert 'name="csrf_token"' in client.get("/enterprise/needs/quick").text
    assert client.post("/enterprise/needs/quick", data=QUICK).status_code == 400
