"""What people can say about matches, through plain forms."""

import re
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.learning.feedback import DismissalCause, Feedback, FeedbackKind
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import PostingStatus, Role
from tests.factories import login, make_need, make_offer, make_user
from tests.web.world import forms_that_post


@dataclass
class Scene:
    person: User
    need: Need
    offer: Offer

    @property
    def matches(self) -> str:
        return f"/enterprise/needs/{self.need.id}/matches"

    def say(self, action: str) -> str:
        return f"/feedback/need/{self.need.id}/{self.offer.id}/{action}"


@pytest.fixture
def scene(session: Session, client: FlaskClient) -> Scene:
    person = make_user(session)
    need = make_need(session, person.organization, title="轴承滚道早期剥落", problem="轴箱轴承滚道早期剥落，油膜太薄")
    offer = make_offer(session, title="轴承滚道剥落与疲劳寿命", summary="轴承滚道早期剥落、油膜厚度与疲劳寿命")
    login(client, person)
    return Scene(person, need, offer)


def said(session: Session) -> list[Feedback]:
    """Leaves no transaction open, for that would keep the application from writing."""
    found = list(session.scalars(select(Feedback).order_by(Feedback.id).execution_options(populate_existing=True)))
    session.commit()
    return found


def send(client: FlaskClient, form: str, **more: str) -> str:
    """Submit a form as a browser would, and follow to the next page."""
    action = re.search(r'action="([^"]+)"', form)
    assert action is not None
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    response = client.post(action[1].replace("&amp;", "&"), data=hidden | more)
    assert response.status_code == 303, response.text
    return client.get(response.location).text


def form_to(page: str, ending: str) -> str:
    (form,) = [form for form in forms_that_post(page) if re.search(rf'action="[^"]*{ending}"', form)]
    return form


def test_saving_a_match_and_taking_it_back(client: FlaskClient, session: Session, scene: Scene) -> None:
    page = client.get(scene.matches).text
    page = send(client, form_to(page, "/save"))
    assert "已收藏" in page
    assert "匹配的成果与能力" in page, "back on the page one came from"
    (feedback,) = said(session)
    assert (feedback.kind, feedback.position) == (FeedbackKind.SAVED, 1)
    assert feedback.score is not None
    assert feedback.score > 50
    assert scene.offer.title in client.get("/feedback/saved").text
    send(client, form_to(page, "/undo"))
    assert said(session)[0].undone_at is not None
    assert scene.offer.title not in client.get("/feedback/saved").text


def test_a_dismissed_match_leaves_the_list_and_can_come_back(
    client: FlaskClient, session: Session, scene: Scene
) -> None:
    page = client.get(scene.matches).text
    page = send(client, form_to(page, "/dismiss"), cause="budget", note="报价太高")
    assert "您标为不合适的 1 条" in page
    assert "已标为不合适：预算不符" in page
    (feedback,) = said(session)
    assert (feedback.cause, feedback.note) == (DismissalCause.BUDGET, "报价太高")
    mine = client.get("/feedback/").text
    assert "预算不符" in mine
    assert "报价太高" in mine
    send(client, form_to(mine, "/undo"))
    assert "您标为不合适的" not in client.get(scene.matches).text


@pytest.mark.parametrize("cause", ["", "nonsense"])
def test_dismissing_needs_a_cause(client: FlaskClient, session: Session, scene: Scene, cause: str) -> None:
    response = client.post(scene.say("dismiss"), data={"cause": cause}, follow_redirects=True)
    assert 'class="alert alert-danger"' in response.text
    assert said(session) == []


@pytest.mark.parametrize(
    ("wanted", "location"),
    [
        ("/needs?q=轴承", "/needs?q=轴承"),
        ("https://elsewhere.example/", "/feedback/"),
        ("//elsewhere.example/", "/feedback/"),
        ("/\\elsewhere.example", "/feedback/"),
        ("/no/such/page", "/feedback/"),
        ("", "/feedback/"),
    ],
)
def test_the_way_back_leads_only_to_own_pages(client: FlaskClient, scene: Scene, wanted: str, location: str) -> None:
    response = client.post(scene.say("save"), data={"next": wanted})
    assert response.status_code == 303
    assert response.location.replace("%E8%BD%B4%E6%89%BF", "轴承") == location


def test_nonsense_about_where_it_was_shown_is_not_kept(client: FlaskClient, session: Session, scene: Scene) -> None:
    client.post(scene.say("save"), data={"position": "-3", "score": "1e999"})
    (feedback,) = said(session)
    assert (feedback.position, feedback.score) == (None, None)


def test_opening_a_match_is_kept_once(client: FlaskClient, session: Session, scene: Scene) -> None:
    for position in ("2", "1"):
        response = client.get(scene.say("open") + f"?position={position}&score=70")
        assert response.location == f"/offers/{scene.offer.id}"
    (feedback,) = said(session)
    assert (feedback.kind, feedback.position, feedback.score) == (FeedbackKind.VIEWED, 2, 70.0)


def test_an_organizer_who_looks_leaves_no_view(client: FlaskClient, session: Session, scene: Scene) -> None:
    login(client, make_user(session, Role.ORGANIZER))
    assert client.get(scene.say("open")).status_code == 303
    assert said(session) == []


def test_others_neither_see_nor_touch_it(client: FlaskClient, session: Session, scene: Scene) -> None:
    client.post(scene.say("save"), follow_redirects=True)
    (feedback,) = said(session)
    colleague = make_user(session, organization=scene.person.organization, owner=False)
    login(client, colleague)
    assert scene.offer.title not in client.get("/feedback/").text
    assert client.post(f"/feedback/{feedback.id}/undo").status_code == 404
    login(client, make_user(session))
    assert client.post(scene.say("save")).status_code == 404
    assert [one.undone_at for one in said(session)] == [None]


def test_a_withdrawn_match_keeps_its_line_but_not_its_title(
    client: FlaskClient, session: Session, scene: Scene
) -> None:
    client.post(scene.say("save"), follow_redirects=True)
    scene.offer.status = PostingStatus.WITHDRAWN
    session.commit()
    page = client.get("/feedback/saved").text
    assert scene.offer.title not in page
    assert "对方已撤下" in page
    send(client, form_to(page, "/undo"))
    assert said(session)[0].undone_at is not None


def test_forms_carry_their_token(app: Flask, client: FlaskClient, scene: Scene) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    forms = [form for form in forms_that_post(client.get(scene.matches).text) if "/feedback/" in form]
    assert len(forms) == 2
    assert all('name="csrf_token"' in form for form in forms)
    assert client.post(scene.say("save")).status_code == 400


def test_the_coach_asks_for_what_is_missing(client: FlaskClient, scene: Scene) -> None:
    page = client.get(scene.matches).text
    assert "写得更具体，匹配更准" in page
    assert f"/enterprise/needs/{scene.need.id}/edit#field-budget" in page
    assert "打算投入多少" in page
