"""The organizer's queue."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.vocabulary import PostingStatus, Role
from tests.factories import login, make_need, make_offer, make_user

PROBLEM = "压力升到四十二兆帕以后滑靴单边偏磨，两百小时就要换"


@pytest.fixture
def organizer(session: Session, client: FlaskClient) -> User:
    user = make_user(session, Role.ORGANIZER)
    login(client, user)
    return user


@pytest.fixture
def need(session: Session) -> Need:
    return make_need(session, status=PostingStatus.SUBMITTED, published_at=None, problem=PROBLEM)


def decide(client: FlaskClient, posting: Posting, decision: str, **data: str) -> tuple[int, str]:
    address = f"/organizer/review/{posting.side.value}/{posting.id}"
    sent = {"version": str(posting.version), "decision": decision} | data
    response = client.post(address, data=sent)
    return response.status_code, response.text


def status(session: Session, posting: Posting) -> PostingStatus:
    """As it is now; leaves no transaction open, for that would keep the application from writing."""
    session.refresh(posting)
    session.commit()
    return posting.status


def test_the_queue_shows_the_whole_text(client: FlaskClient, session: Session, organizer: User, need: Need) -> None:
    offer = make_offer(session, status=PostingStatus.SUBMITTED, summary="类金刚石涂层，摩擦系数 0.08", trl=7)
    make_need(session, title="已经发布的")
    page = client.get("/organizer/review").text
    assert PROBLEM in page
    assert offer.summary in page
    assert "7 · " in page
    assert "已经发布的" not in page
    assert f'href="/research/offers/{offer.id}/edit"' in page
    assert page.index(need.title) < page.index(offer.title), "the longest waiting first"


def test_publishing(client: FlaskClient, session: Session, organizer: User, need: Need) -> None:
    assert decide(client, need, "publish")[0] == 303
    assert status(session, need) is PostingStatus.PUBLISHED
    assert "没有等待审核" in client.get("/organizer/review").text


@pytest.mark.parametrize("reason", ["", "   ", "。。。", "长" * 501])
def test_returning_needs_a_reason(
    client: FlaskClient, session: Session, organizer: User, need: Need, reason: str
) -> None:
    code, page = decide(client, need, "return", reason=reason)
    assert code == 400
    assert "原因" in page
    assert reason in page
    assert status(session, need) is PostingStatus.SUBMITTED


def test_the_author_reads_the_reason(client: FlaskClient, session: Session, organizer: User, need: Need) -> None:
    assert decide(client, need, "return", reason="请写明泵的型号")[0] == 303
    assert status(session, need) is PostingStatus.RETURNED
    login(client, make_user(session, organization=need.organization))
    assert "请写明泵的型号" in client.get("/enterprise/needs").text
    assert "请写明泵的型号" in client.get(f"/enterprise/needs/{need.id}/edit").text


def test_what_changed_meanwhile_is_read_again(
    client: FlaskClient, session: Session, organizer: User, need: Need
) -> None:
    code, page = decide(client, need, "return", version=str(need.version - 1), reason="写得太短")
    assert code == 409
    assert "又改过" in page
    assert "写得太短" in page
    assert status(session, need) is PostingStatus.SUBMITTED


def test_two_organizers_decide_once(client: FlaskClient, session: Session, organizer: User, need: Need) -> None:
    read = str(need.version)
    assert decide(client, need, "publish", version=read)[0] == 303
    assert decide(client, need, "return", version=read, reason="不要")[0] == 303
    assert "已经有人处理过了" in client.get("/organizer/review").text
    assert status(session, need) is PostingStatus.PUBLISHED


def test_unknown_postings(client: FlaskClient, session: Session, organizer: User) -> None:
    assert client.post("/organizer/review/need/999999").status_code == 404
    assert client.post("/organizer/review/firm/1").status_code == 404


def test_the_queue_is_cut_into_portions(client: FlaskClient, session: Session, organizer: User) -> None:
    for number in range(12):
        make_need(session, status=PostingStatus.SUBMITTED, title=f"等待中的需求第{number}号")
    page = client.get("/organizer/review").text
    assert page.count("<article") == 10
    assert "共 12 条" in page


def test_nobody_else_reviews(client: FlaskClient, session: Session, need: Need) -> None:
    login(client, make_user(session, organization=need.organization))
    assert client.get("/organizer/review").status_code == 403
    assert decide(client, need, "publish")[0] == 403
    assert status(session, need) is PostingStatus.SUBMITTED


def test_offers_are_decided_as_well(client: FlaskClient, session: Session, organizer: User) -> None:
    offer: Offer = make_offer(session, status=PostingStatus.SUBMITTED)
    assert decide(client, offer, "publish")[0] == 303
    assert status(session, offer) is PostingStatus.PUBLISHED
