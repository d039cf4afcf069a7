"""The pages of cooperations: what both sides see and do, and that nobody else sees any of it."""

import re
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import Cooperation, Stage, TechnologyContract
from matchmaker.domain.interest import Interest, InterestStatus
from matchmaker.domain.learning.feedback import Feedback, FeedbackKind
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import NextStep, Role, Side, Visibility
from matchmaker.services.cooperation.beginning import begin_from_interest
from tests.factories import login, make_need, make_offer, make_organization, make_user
from tests.services.running_event import Fair, make_fair

pytestmark = pytest.mark.slow

TITLE = "柱塞泵滑靴偏磨攻关"
CONTRACT = {
    "kind": "development",
    "signed_on": "2026-06-30",
    "contract_value": "97.31",
    "technology_value": "86.42",
    "registration_number": "",
}


@dataclass
class Scene:
    """A cooperation just begun, and a browser for each of those it concerns and for a stranger."""

    cooperation_id: int
    interest_id: int
    engineer: FlaskClient
    researcher: FlaskClient
    organizer: FlaskClient
    stranger: FlaskClient

    @property
    def address(self) -> str:
        return f"/cooperations/{self.cooperation_id}"

    def version(self) -> str:
        """As the page says it now."""
        found = re.search(r'name="version" value="(\d+)"', self.engineer.get(self.address).text)
        assert found
        return found[1]


@pytest.fixture
def scene(app: Flask, session: Session) -> Scene:
    people = [
        make_user(session),
        make_user(session, Role.RESEARCHER),
        make_user(session, Role.ORGANIZER),
        make_user(session),
    ]
    need = make_need(session, people[0].organization, title=TITLE)
    offer = make_offer(session, people[1].organization)
    interest = Interest(need=need, offer=offer, side=Side.NEED, status=InterestStatus.ACCEPTED)
    session.add(interest)
    session.flush()
    cooperation = begin_from_interest(session, people[1], interest)
    session.commit()
    ids = cooperation.id, interest.id
    session.commit()
    return Scene(*ids, *(browser(app, person) for person in people))


def browser(app: Flask, person: User) -> FlaskClient:
    client = app.test_client()
    login(client, person)
    return client


def reread(session: Session) -> Cooperation:
    """The only cooperation, without holding the lock afterwards."""
    session.expire_all()
    cooperation = session.scalars(select(Cooperation)).one()
    _ = cooperation.contracts, cooperation.path
    session.commit()
    return cooperation


def test_both_sides_see_the_same(scene: Scene) -> None:
    scene.engineer.post(f"{scene.address}/note", data={"note": "样品已寄出"})
    pages = [client.get(scene.address).text for client in (scene.engineer, scene.researcher, scene.organizer)]
    for page in pages:
        for told in (TITLE, "样品已寄出", "接洽", "进入洽谈"):
            assert told in page
    assert TITLE in scene.engineer.get("/cooperations").text
    assert TITLE in scene.researcher.get("/cooperations").text
    assert TITLE in scene.organizer.get("/organizer/cooperations").text


def test_two_clicks_bring_it_forward(session: Session, scene: Scene) -> None:
    form = {"stage": "negotiation", "version": scene.version(), "note": "下周去厂里"}
    page = scene.researcher.post(f"{scene.address}/advance", data=form, follow_redirects=True).text
    assert "现在是“洽谈”" in page
    assert "下周去厂里" in scene.engineer.get(scene.address).text
    scene.engineer.post(f"{scene.address}/back", data={"version": scene.version()})
    assert reread(session).stage is Stage.CONTACT


def test_the_second_of_two_loses_nothing(session: Session, scene: Scene) -> None:
    seen = scene.version()
    scene.engineer.post(f"{scene.address}/advance", data={"stage": "negotiation", "version": seen})
    late = scene.researcher.post(
        f"{scene.address}/advance", data={"stage": "letter_of_intent", "version": seen, "note": "意向协议已签字"}
    )
    assert late.status_code == 409
    assert "刚改过这项合作" in late.text
    assert "意向协议已签字</textarea>" in late.text
    gone = scene.researcher.post(
        f"{scene.address}/advance", data={"stage": "completed", "version": seen, "note": "验收了"}
    )
    assert gone.status_code == 409
    assert "您刚才填写的：验收了" in gone.text, "the step has no form here any more"
    contract = scene.researcher.post(f"{scene.address}/contracts", data=CONTRACT | {"version": seen})
    assert contract.status_code == 409
    assert 'value="97.31"' in contract.text
    assert reread(session).stage is Stage.NEGOTIATION
    assert reread(session).contracts == []


def test_what_was_typed_comes_back_with_what_is_wrong(scene: Scene) -> None:
    refused = scene.engineer.post(f"{scene.address}/fail", data={"version": scene.version(), "note": " "})
    assert refused.status_code == 400
    assert "请写一句终止的原因" in refused.text
    refused = scene.engineer.post(f"{scene.address}/note", data={"note": "长" * 501})
    assert refused.status_code == 400
    assert "长" * 501 in refused.text
    wrong = CONTRACT | {"kind": "", "technology_value": "100", "version": scene.version()}
    refused = scene.engineer.post(f"{scene.address}/contracts", data=wrong)
    assert refused.status_code == 400
    for told in ("请选择合同类别", "技术交易额不能大于成交额", 'value="97.31"', 'value="100"'):
        assert told in refused.text
    for nonsense in ({}, {"stage": "marriage"}, {"stage": "negotiation", "version": "x"}):
        assert scene.engineer.post(f"{scene.address}/advance", data=nonsense).status_code in (400, 409)
    assert scene.engineer.post(f"{scene.address}/eat").status_code == 404


def test_a_contract_is_recorded_mended_and_taken_back(session: Session, scene: Scene) -> None:
    page = scene.engineer.post(
        f"{scene.address}/contracts", data=CONTRACT | {"version": scene.version()}, follow_redirects=True
    ).text
    assert "97.31 万元" in page
    (contract,) = reread(session).contracts
    signed = select(Feedback).where(Feedback.kind == FeedbackKind.SIGNED, Feedback.undone_at.is_(None))
    assert len(session.scalars(signed).all()) == 1
    session.commit()
    address = f"{scene.address}/contracts/{contract.id}"
    assert 'value="97.31"' in scene.researcher.get(address).text
    wrong = scene.researcher.post(address, data=CONTRACT | {"contract_value": "一百", "version": scene.version()})
    assert (wrong.status_code, 'value="一百"' in wrong.text) == (400, True)
    stale = scene.researcher.post(address, data=CONTRACT | {"registration_number": "LY-1", "version": "1"})
    assert (stale.status_code, 'value="LY-1"' in stale.text) == (409, True)
    scene.researcher.post(address, data=CONTRACT | {"registration_number": "LY-1", "version": scene.version()})
    assert "LY-1" in scene.engineer.get(scene.address).text
    again = scene.engineer.post(
        f"{scene.address}/contracts",
        data=CONTRACT | {"registration_number": "LY-1", "contract_value": "98", "version": scene.version()},
    )
    assert (again.status_code, "另一份合同" in again.text) == (400, True)
    scene.engineer.post(f"{address}/withdraw", data={"version": scene.version()})
    assert (reread(session).stage, reread(session).contracts) == (Stage.CONTACT, [])
    assert session.scalars(signed).all() == []
    session.commit()
    assert scene.engineer.post(f"{address}/withdraw", data={"version": scene.version()}).status_code == 404


def test_nobody_else_learns_of_it(app: Flask, session: Session, scene: Scene) -> None:
    scene.engineer.post(f"{scene.address}/contracts", data=CONTRACT | {"version": scene.version()})
    contract_id = reread(session).contracts[0].id
    broker = browser(app, make_user(session, Role.BROKER))
    for client, refusal in ((scene.stranger, 404), (broker, 404), (app.test_client(), 302)):
        for page in (scene.address, f"{scene.address}/contracts/{contract_id}"):
            response = client.get(page)
            assert response.status_code == refusal
            assert "97.31" not in response.text
        for verb in (
            "advance",
            "back",
            "fail",
            "note",
            "contracts",
            f"contracts/{contract_id}",
            f"contracts/{contract_id}/withdraw",
        ):
            response = client.post(
                f"{scene.address}/{verb}", data=CONTRACT | {"note": "x", "stage": "performing", "version": "2"}
            )
            assert response.status_code == refusal, verb
        assert client.post(f"/cooperations/interests/{scene.interest_id}").status_code == refusal
        assert TITLE not in client.get("/cooperations").text
    for client in (scene.engineer, scene.researcher, scene.stranger):
        for page in ("/organizer/cooperations", "/organizer/cooperations.xlsx", "/organizer/cooperations/new"):
            assert client.get(page).status_code == 403
    assert len(reread(session).changes) == 2


def test_a_posting_that_only_organizers_may_read_stays_so(session: Session, scene: Scene) -> None:
    cooperation = reread(session)
    assert cooperation.offer is not None
    cooperation.offer.title, cooperation.offer.visibility = "不给企业看的成果", Visibility.PRIVATE
    session.commit()
    assert "不给企业看的成果" not in scene.engineer.get(scene.address).text
    for client in (scene.researcher, scene.organizer):
        assert "不给企业看的成果" in client.get(scene.address).text


def test_an_interest_agreed_on_earlier_becomes_one_with_a_click(session: Session, scene: Scene) -> None:
    session.delete(reread(session))
    session.commit()
    begin = f"/cooperations/interests/{scene.interest_id}"
    assert begin in scene.engineer.get("/feedback/interests").text
    location = scene.engineer.post(begin).location
    assert scene.engineer.post(begin).location == location
    page = scene.researcher.get("/feedback/interests").text
    assert location in page
    assert begin not in page
    interest = session.get_one(Interest, scene.interest_id)
    interest.status = InterestStatus.ASKED
    session.commit()
    assert scene.engineer.post(begin).status_code == 409


# --- the organizer's list


def test_the_list_is_narrowed_and_exported(scene: Scene) -> None:
    scene.engineer.post(f"{scene.address}/contracts", data=CONTRACT | {"version": scene.version()})
    page = scene.organizer.get("/organizer/cooperations?stage=contract&event=x&district=x&page=99").text
    assert TITLE in page
    assert re.search(r"97\.31 <small>万元", page)
    assert TITLE not in scene.organizer.get("/organizer/cooperations?stage=failed").text
    content = scene.organizer.get("/organizer/cooperations.xlsx?stage=contract").data
    sheet = load_workbook(BytesIO(content)).active
    assert sheet is not None
    assert sheet.max_row == 2
    assert TITLE not in scene.organizer.get("/organizer/cooperations.csv?stage=failed").text
    assert scene.organizer.get("/organizer/cooperations.pdf").status_code == 404


def test_organizers_write_down_what_they_heard_of(session: Session, scene: Scene) -> None:
    names = {
        "need_organization": make_organization(session).name,
        "offer_organization": make_organization(session).name,
    }
    wrong = scene.organizer.post("/organizer/cooperations/new", data=names | {"note": "电话得知"})
    assert wrong.status_code == 400
    for told in ("请用一句话写明合作内容", names["need_organization"], "电话得知"):
        assert told in wrong.text
    form = names | {"title": "共建检测站", "stage": "letter_of_intent"}
    made = scene.organizer.post("/organizer/cooperations/new", data=form)
    assert "共建检测站" in scene.organizer.get(made.location).text
    assert scene.organizer.post("/organizer/cooperations/new", data=form).location == made.location
    assert scene.engineer.get(made.location).status_code == 404


# --- after a meeting


@pytest.fixture
def fair(session: Session) -> Fair:
    made = make_fair(session)
    _ = [m.id for m in made.meetings], [p.name for p in (*made.firms, *made.teams)], made.event.slots
    session.commit()
    return made


def test_two_taps_and_there_is_a_cooperation(app: Flask, session: Session, fair: Fair) -> None:
    engineer, researcher = browser(app, fair.engineer), browser(app, fair.researcher)
    rating = f"/attending/meetings/{fair.meetings[0].id}/rating"
    engineer.post(rating, data={"side": "need", "rating": "4"})
    engineer.post(rating, data={"side": "need", "step": "negotiate"})
    address = f"/cooperations/{reread(session).id}"
    for client in (engineer, researcher):
        assert address in client.get(f"/attending/events/{fair.event.id}/ratings").text
        assert client.get(address).status_code == 200
    assert "★" not in researcher.get(address).text, "what one thought of the other stays one's own"
    assert "4 分" not in researcher.get(address).text


def test_a_lead_becomes_a_cooperation_with_one_click(app: Flask, session: Session, fair: Fair) -> None:
    fair.meetings[0].offer_next_step = NextStep.NEGOTIATE
    session.commit()
    organizer, leads = browser(app, fair.organizer), f"/organizer/events/{fair.event.id}/leads"
    begin = f"/organizer/meetings/{fair.meetings[0].id}/cooperation"
    assert begin in organizer.get(leads).text
    location = organizer.post(begin).location
    assert organizer.post(begin).location == location
    page = organizer.get(leads).text
    assert location in page
    assert begin not in page
    assert browser(app, fair.engineer).post(begin).status_code == 403


def test_values_are_kept_to_the_last_digit(session: Session, scene: Scene) -> None:
    odd = CONTRACT | {"contract_value": "1,234,567.89元", "technology_value": "0.000001"}
    scene.engineer.post(f"{scene.address}/contracts", data=odd | {"version": scene.version()})
    contract = session.scalars(select(TechnologyContract)).one()
    assert (contract.contract_value, contract.technology_value) == (Decimal("123.456789"), Decimal("0.000001"))
