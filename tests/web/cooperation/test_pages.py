"""The pages of cooperations: what both sides see and do, and that nobody else sees any of it."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker.domain.interest import Interest, InterestStatus
from matchmaker.domain.vocabulary import NextStep, Role, Visibility
from tests.factories import make_user
from tests.services.running_event import Fair, make_fair
from tests.web.cooperation.scene import CONTRACT, TITLE, Scene, browser, reread

pytestmark = pytest.mark.slow


def test_both_sides_see_the_same(scene: Scene) -> None:
    scene.engineer.post(f"{scene.address}/note", data={"note": "样品已寄出"})
    pages = [client.get(scene.address).text for client in (scene.engineer, scene.researcher, scene.organizer)]
    for page in pages:
        for told in (TITLE, "样品已寄出", "接洽", "进入洽谈"):
            assert told in page
    assert TITLE in scene.engineer.get("/cooperations").text
    assert TITLE in scene.researcher.get("/cooperations").text
    assert TITLE in scene.organizer.get("/organizer/cooperations").text


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
