"""The organizer's page for grading pairs."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.learning.judgment import Judgment
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import Role
from tests.factories import login, make_need, make_offer, make_user


@pytest.fixture
def organizer(session: Session, client: FlaskClient) -> User:
    user = make_user(session, Role.ORGANIZER)
    login(client, user)
    return user


def judgments(session: Session) -> list[Judgment]:
    found = list(session.scalars(select(Judgment).execution_options(populate_existing=True)))
    session.commit()
    return found


def address(page: str) -> str:
    found = re.search(r'id="judging" action="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_grading_to_the_end(client: FlaskClient, session: Session, organizer: User) -> None:
    need = make_need(session, problem="油膜太薄", contact_phone="0379-1", preferred_partner="某大学")
    offers = [make_offer(session, summary=f"第{number}种办法") for number in range(3)]
    for left in (3, 2, 1):
        page = client.get("/organizer/judging").text
        assert need.title in page
        assert page.count('name="grade"') == 4
        assert "0379-1" not in page
        assert "某大学" not in page
        assert 'class="score' not in page, "a grader must not know the rank"
        assert client.post(address(page), data={"grade": str(left)}).status_code == 303
    assert "都评完了" in client.get("/organizer/judging").text
    assert sorted(one.grade for one in judgments(session)) == [1, 2, 3]
    assert {one.offer_id for one in judgments(session)} == {offer.id for offer in offers}


def test_undoing_brings_the_pair_back(client: FlaskClient, session: Session, organizer: User) -> None:
    make_need(session)
    make_offer(session)
    first = address(client.get("/organizer/judging").text)
    client.post(first, data={"grade": "0"})
    (judgment,) = judgments(session)
    assert client.post(f"/organizer/judging/{judgment.id}/undo").status_code == 303
    assert judgments(session) == []
    assert address(client.get("/organizer/judging").text) == first


@pytest.mark.parametrize("grade", ["", "4", "-1", "x"])
def test_no_grade_no_judgment(client: FlaskClient, session: Session, organizer: User, grade: str) -> None:
    make_need(session)
    make_offer(session)
    response = client.post(address(client.get("/organizer/judging").text), data={"grade": grade}, follow_redirects=True)
    assert "请先选择 0 到 3" in response.text
    assert judgments(session) == []


def test_the_agreement_of_two_is_shown(client: FlaskClient, session: Session, organizer: User) -> None:
    second, need = make_user(session, Role.ORGANIZER), make_need(session)
    for grade, other_grade in ((0, 0), (3, 3), (1, 2)):
        offer = make_offer(session)
        for grader, given in ((organizer, grade), (second, other_grade)):
            session.add(Judgment(grader_id=grader.id, need_id=need.id, offer_id=offer.id, grade=given))
    session.commit()
    page = client.get("/organizer/judging").text
    assert second.name in page
    # By hand: 1 of 3 squared steps observed, 29 of 9 expected over all combinations.
    assert "<strong>0.90</strong>" in page
    assert "共同评定 3 对，相同 67%" in page


def test_the_test_set_can_be_taken_away(client: FlaskClient, session: Session, organizer: User) -> None:
    assert client.get("/organizer/judging/export").status_code == 303, "nothing to take away yet"
    session.add(
        Judgment(grader_id=organizer.id, need_id=make_need(session).id, offer_id=make_offer(session).id, grade=2)
    )
    session.commit()
    response = client.get("/organizer/judging/export")
    assert response.mimetype == "application/zip"
    assert response.data.startswith(b"PK")


def test_an_empty_platform(client: FlaskClient, organizer: User) -> None:
    assert "还没有可评的" in client.get("/organizer/judging").text
