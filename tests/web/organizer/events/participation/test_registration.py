from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import ParticipantStatus, Side
from matchmaker.services.platform import Platform
from tests.factories import login, make_user
from tests.fairs import letters, make_fair, make_participant

STATUS = ParticipantStatus


def test_applications_are_decided_in_one_go(
    client: FlaskClient, session: Session, platform: Platform, organizer: User
) -> None:
    event = make_fair(session)
    people = [make_user(session) for _ in range(3)]
    waiting = [make_participant(session, event, organization=one.organization, status=STATUS.APPLIED) for one in people]
    address = f"/organizer/events/{event.id}/registration"
    chosen = [str(one.id) for one in waiting]
    refused = client.post(address, data={"decision": "reject", "chosen": chosen})
    assert refused.status_code == 400
    assert "请写明不通过的理由" in refused.text
    assert refused.text.count("checked") == 3
    client.post(address, data={"decision": "accept", "chosen": chosen[:2]})
    client.post(address, data={"decision": "reject", "chosen": chosen[2:], "reason": "名额已满"})
    client.post(address, data={"decision": "accept"})
    for one in waiting:
        session.refresh(one)
    assert [one.status for one in waiting] == [STATUS.CONFIRMED, STATUS.CONFIRMED, STATUS.REJECTED]
    session.commit()
    assert len(letters(platform)) == 3
    page = client.get(address).text
    assert "没有选中任何参会方" in page
    client.post("/account/logout")
    login(client, people[2])
    assert "名额已满" in client.get(f"/attending/participants/{waiting[2].id}").text


def test_the_page_says_when_the_tables_do_not_suffice(client: FlaskClient, session: Session, organizer: User) -> None:
    event = make_fair(session, table_count=1)
    for _ in range(4):
        make_participant(session, event, min_meetings=2)
        make_participant(session, event, Side.OFFER)
    page = client.get(f"/organizer/events/{event.id}/registration").text
    assert "人人满足至少场数需 8 场" in page
    assert "放不下" in page
