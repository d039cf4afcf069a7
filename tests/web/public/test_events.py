from datetime import datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, EventSession, Participant
from matchmaker.domain.vocabulary import (
    EventKind,
    EventStatus,
    Role,
    Side,
)
from tests.factories import login, make_organization, make_user

TOMORROW = datetime.now() + timedelta(days=1)


def make_event(session: Session, name: str, status: EventStatus, starts_at: datetime = TOMORROW) -> Event:
    event = Event(kind=EventKind.DOCKING, name=name, status=status, place="示例会展中心")
    event.sessions = [EventSession(starts_at=starts_at, ends_at=starts_at + timedelta(hours=3))]
    session.add(event)
    session.commit()
    return event


def test_an_event_in_preparation_is_only_for_organizers(client: FlaskClient, session: Session) -> None:
    event = make_event(session, "还在筹备的对接会", EventStatus.PREPARING)
    organizer = make_user(session, Role.ORGANIZER)
    for address in ("/", "/events"):
        assert event.name not in client.get(address).text
    assert client.get(f"/events/{event.id}").status_code == 404
    login(client, organizer)
    assert event.name in client.get("/events").text
    assert client.get(f"/events/{event.id}").status_code == 200


def test_a_published_event_names_who_takes_part(client: FlaskClient, session: Session) -> None:
    event = make_event(session, "明天的对接会", EventStatus.PUBLISHED)
    firm = make_organization(session)
    event.participants = [Participant(side=Side.NEED, organization=firm)]
    session.commit()
    page = client.get(f"/events/{event.id}").text
    assert firm.name in page
    assert "示例会展中心" in page
