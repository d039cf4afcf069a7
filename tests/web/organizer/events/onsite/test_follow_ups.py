import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.vocabulary import NextStep
from tests.services.running_event import Fair

pytestmark = pytest.mark.slow


def test_leads_are_listed_and_exported(session: Session, client: FlaskClient, door: str, fair: Fair) -> None:
    fair.meetings[0].need_next_step = NextStep.CONTRACT
    session.commit()
    address = f"/organizer/events/{fair.event.id}/leads"
    assert "拟签合同" in client.get(address).text
    assert "拟签合同" in client.get(f"{address}.csv").data.decode("utf-8-sig")
    assert client.get(f"{address}.xlsx").data.startswith(b"PK")
    assert client.get(f"{address}.pdf").status_code == 404
