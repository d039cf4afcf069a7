from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, PairDecision
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import MeetingStatus, Side
from matchmaker.services.platform import Platform
from tests.factories import make_need, make_offer, make_organization
from tests.fairs import make_fair, make_meeting, make_participant
from tests.web.organizer.events.fair import sides


def pair(session: Session) -> dict[str, int]:
    need_side, offer_side = sides(session)
    return {"need_side": need_side.id, "offer_side": offer_side.id}


@pytest.mark.slow
def test_a_pair_is_excluded_with_a_reason_and_pinned_again(client: FlaskClient, session: Session, event: Event) -> None:
    address, both = "/organizer/events/1/partnerships", pair(session)
    page = client.get(address).text
    assert "高铁轴承接触疲劳寿命不足" in page
    assert "都谈到" in page

    client.post(address, data=both | {"decision": "exclude"})
    assert "请写明排除的理由" in client.get(address).text
    response = client.post(f"{address}?text=轴承&page=1", data=both | {"decision": "exclude", "reason": "竞争对手"})
    assert response.location.endswith(f"?text={quote('轴承')}&page=1"), "back to the same stretch of the list"
    assert "竞争对手" in client.get(f"{address}?state=excluded").text
    client.post(address, data=both | {"decision": "undo"})
    client.post(address, data=both | {"decision": "pin"})
    assert session.scalars(select(PairDecision.decision)).one().value == "pin"


@pytest.mark.slow
@pytest.mark.parametrize("query", ["least=many", "page=-3", "page=999", "state=x", "participant=x", "least=nan"])
def test_senseless_filters_do_no_harm(client: FlaskClient, event: Event, query: str) -> None:
    assert client.get(f"/organizer/events/1/partnerships?{query}").status_code == 200


def test_who_met_before_is_said_beside_the_pair(
    client: FlaskClient, session: Session, platform: Platform, organizer: User
) -> None:
    earlier, event = make_fair(session, name="春季对接会"), make_fair(session)
    firm, university = make_organization(session), make_organization(session)
    make_need(session, firm, title="高铁轴箱轴承接触疲劳寿命不足")
    make_offer(session, university, title="高速铁路轴承接触疲劳试验与寿命预测")
    pairs = [
        (make_participant(session, one, Side.NEED, firm), make_participant(session, one, Side.OFFER, university))
        for one in (earlier, event)
    ]
    make_meeting(session, *pairs[0], status=MeetingStatus.HELD, need_rating=5)
    platform.search_index.refresh()
    page = " ".join(client.get(f"/organizer/events/{event.id}/partnerships").text.split())
    assert "见过：春季对接会（2040-05-15） · 评分 5 / —" in page
