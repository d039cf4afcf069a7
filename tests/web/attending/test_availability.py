import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import Role, Side
from tests.factories import login, make_user
from tests.fairs import make_meeting, make_participant


def ticked(page: str) -> list[str]:
    return re.findall(r'name="free" value="[^"]*T(\d\d:\d\d)" checked', page)


def form(event: Event, hours: tuple[int, ...] = (9, 10, 11), **changed: str) -> dict[str, object]:
    slots = [slot.isoformat(timespec="minutes") for slot in event.slots if slot.hour in hours]
    return {"side": "need", "min_meetings": "1", "max_meetings": "4", "free": slots, **changed}


def test_times_are_saved_and_a_hit_meeting_is_told(
    client: FlaskClient, session: Session, fair: Event, person: User
) -> None:
    participant = make_participant(session, fair, organization=person.organization)
    make_meeting(session, participant, make_participant(session, fair, Side.OFFER))
    address = f"/attending/participants/{participant.id}/availability"
    assert len(ticked(client.get(address).text)) == 6
    shortcut = client.post(address, data={**form(fair), "none-2040-05-15-morning": "yes"})
    assert ticked(shortcut.text) == []
    assert client.post(address, data=form(fair, ())).status_code == 400
    assert client.post(address, data=form(fair, (10, 11))).status_code == 303
    page = client.get(f"/attending/participants/{participant.id}").text
    assert "1 场已排定的洽谈落在不能来的时段" in page
    assert "2 / 6 个时段" in page


def test_after_the_deadline_only_organizers_change_times(
    client: FlaskClient, session: Session, fair: Event, person: User
) -> None:
    participant = make_participant(session, fair, organization=person.organization)
    fair.requests_until = fair.slots[0].replace(year=2020)
    organizer = make_user(session, Role.ORGANIZER)
    session.commit()
    address = f"/attending/participants/{participant.id}/availability"
    assert "期限已过" in client.get(address).text
    client.post(address, data=form(fair, (9,)))
    session.refresh(participant)
    assert participant.unavailable == []
    session.commit()
    client.post("/account/logout")
    login(client, organizer)
    assert client.post(address, data=form(fair, (9,))).status_code == 303
    session.refresh(participant)
    assert len(participant.unavailable) == 5
