import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.vocabulary import MeetingStatus, NextStep
from tests.factories import login, make_user
from tests.services.running_event import Fair
from tests.web.running import make_read_fair

pytestmark = pytest.mark.slow


@pytest.fixture
def fair(session: Session) -> Fair:
    return make_read_fair(session)


SMALL = 30_000
"""Bytes that a page for a weak network may cost on its first visit, with all it loads."""


def reread(session: Session, record: object) -> None:
    session.refresh(record)
    session.commit()


def test_two_taps_rate_a_meeting(session: Session, client: FlaskClient, fair: Fair) -> None:
    login(client, fair.engineer)
    address = f"/attending/events/{fair.event.id}/ratings"
    assert fair.teams[0].name in client.get(address).text
    form = {"side": "need", "next": address}
    rate = f"/attending/meetings/{fair.meetings[0].id}/rating"
    first = client.post(rate, data=form | {"rating": "4"})
    assert first.location == f"{address}#word-{fair.meetings[0].id}-need"
    assert "下一步打算" in client.get(address).text
    assert "已记下" in client.post(rate, data=form | {"step": "negotiate"}, follow_redirects=True).text
    reread(session, fair.meetings[0])
    assert (fair.meetings[0].need_rating, fair.meetings[0].need_next_step) == (4, NextStep.NEGOTIATE)
    assert fair.meetings[0].status is MeetingStatus.HELD
    assert "撤回评价" in client.get(f"{address}?change={fair.meetings[0].id}-need").text
    client.post(rate, data=form | {"withdraw": "yes"})
    reread(session, fair.meetings[0])
    assert fair.meetings[0].need_rating is None
    for wrong in ({"rating": "6"}, {"rating": "²"}, {"step": "marry"}, {}):
        assert client.post(rate, data=form | wrong).status_code == 400
    assert client.post(rate, data={"side": "x", "rating": "4"}).status_code == 404
    assert client.post(rate, data=form | {"rating": "4", "next": "https://evil.example/"}).location.startswith(rate)


def test_nobody_rates_or_reads_what_is_not_theirs(session: Session, client: FlaskClient, fair: Fair) -> None:
    login(client, make_user(session))
    for address in (
        f"/attending/events/{fair.event.id}/ratings",
        f"/attending/meetings/{fair.meetings[0].id}/rating",
        "/attending/meetings/999999/rating",
    ):
        assert client.get(address).status_code == 404
    client.post("/account/logout")
    login(client, fair.engineer)
    page = client.get(f"/attending/events/{fair.event.id}/ratings").text
    assert fair.teams[0].name in page
    for hidden in (fair.firms[1].name, fair.firms[2].name, fair.teams[1].name):
        assert hidden not in page
    other_side = client.post(f"/attending/meetings/{fair.meetings[0].id}/rating", data={"side": "offer", "rating": "1"})
    assert other_side.status_code == 404
    reread(session, fair.meetings[0])
    assert fair.meetings[0].offer_rating is None


def test_ratings_are_small(client: FlaskClient, fair: Fair) -> None:
    login(client, fair.researcher)
    text = client.get(f"/attending/events/{fair.event.id}/ratings").text
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+|/bootstrap/[^"]+)"', text)
    assert len(text.encode()) + sum(len(client.get(address).data) for address in loaded) < SMALL
