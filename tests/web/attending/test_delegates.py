from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.domain.people import User
from tests.fairs import make_participant


def test_delegates_are_named_led_and_removed(client: FlaskClient, session: Session, fair: Event, person: User) -> None:
    participant = make_participant(session, fair, organization=person.organization)
    address = f"/attending/participants/{participant.id}"
    client.post(f"{address}/delegates", data={"add_members": "yes", "members": [str(person.id), "x"]})
    client.post(f"{address}/delegates", data={"name": "示例·王工", "title": "总工"})
    wrong = client.post(f"{address}/delegates", data={"name": "示例·赵工", "email": "x"})
    assert wrong.status_code == 400
    assert "这不是邮箱地址" in wrong.text
    assert 'value="示例·赵工"' in wrong.text
    session.refresh(participant)
    first, second = participant.delegates
    session.commit()
    client.post(f"/attending/delegates/{second.id}/lead")
    client.post(f"/attending/delegates/{first.id}/remove")
    session.refresh(participant)
    assert [(one.name, one.is_lead) for one in participant.delegates] == [("示例·王工", True)]
