import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Participant
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import ParticipantStatus, Role, Side
from matchmaker.services.events.participation.delegates import DelegateValues, add_delegate
from tests.factories import login, make_organization, make_user
from tests.fairs import make_meeting, make_participant

STATUS = ParticipantStatus


def ticked(page: str) -> list[str]:
    return re.findall(r'name="free" value="[^"]*T(\d\d:\d\d)" checked', page)


def form(event: Event, hours: tuple[int, ...] = (9, 10, 11), **changed: str) -> dict[str, object]:
    slots = [slot.isoformat(timespec="minutes") for slot in event.slots if slot.hour in hours]
    return {"side": "need", "min_meetings": "1", "max_meetings": "4", "free": slots, **changed}


def test_a_member_applies_from_the_public_page(
    client: FlaskClient, session: Session, fair: Event, person: User
) -> None:
    address = f"/attending/events/{fair.id}/register"
    assert address in client.get(f"/events/{fair.id}").text
    page = client.get(address).text
    assert len(ticked(page)) == 6
    assert f'value="{person.name}"' in page
    named = {"delegates-0-name": person.name, "delegates-0-email": person.email, "delegates-1-name": ""}
    response = client.post(address, data=form(fair, note="想找轴承团队", **named))
    participant = session.scalars(select(Participant)).one()
    assert response.location == f"/attending/participants/{participant.id}"
    assert (participant.status, participant.max_meetings, participant.note) == (STATUS.APPLIED, 4, "想找轴承团队")
    assert [one.user_id for one in participant.delegates] == [person.id]
    assert len(participant.unavailable) == 3
    session.commit()
    assert "等组织方审核" in client.get(response.location).text
    assert "示例对接会" in client.get("/attending/participations").text
    assert f"{participant.name} · 待审核" in client.get(f"/events/{fair.id}").text
    again = client.post(address, data=form(fair))
    assert again.location == f"/events/{fair.id}"


def test_the_shortcuts_tick_and_save_nothing(client: FlaskClient, session: Session, fair: Event, person: User) -> None:
    address = f"/attending/events/{fair.id}/register"
    typed = form(fair, (9, 14), note="还没写完", **{"delegates-0-name": "示例·甲"})
    for button, hours in (
        ("all-2040-05-15-morning", ["09:00", "10:00", "11:00", "14:00"]),
        ("none-2040-05-15-afternoon", ["09:00"]),
        ("add_delegate", ["09:00", "14:00"]),
    ):
        response = client.post(address, data={**typed, button: "yes"})
        assert (response.status_code, ticked(response.text)) == (200, hours)
        assert "还没写完" in response.text
        assert 'value="示例·甲"' in response.text
    assert "delegates-2-name" in response.text
    assert session.scalars(select(Participant)).all() == []


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"max_meetings": "许多"}, "max_meetings"),
        ({"min_meetings": "9"}, "min_meetings"),
        ({"delegates-0-name": "示例·甲", "delegates-0-email": "x"}, "delegates-0-email"),
        ({"side": "both"}, "side"),
    ],
)
def test_a_fault_is_told_and_nothing_typed_is_lost(
    client: FlaskClient, session: Session, fair: Event, person: User, changed: dict[str, str], name: str
) -> None:
    typed = form(fair, (9,), note="请安排在上午", **changed)
    response = client.post(f"/attending/events/{fair.id}/register", data=typed)
    assert response.status_code == 400
    assert re.search(rf'name="{name}".*?invalid-feedback', response.text, re.DOTALL)
    assert "请安排在上午" in response.text
    assert ticked(response.text) == ["09:00"]
    assert session.scalars(select(Participant)).all() == []


def test_nobody_applies_where_it_is_not_open(client: FlaskClient, session: Session, fair: Event, person: User) -> None:
    fair.registration_open = False
    session.commit()
    address = f"/attending/events/{fair.id}/register"
    assert address not in client.get(f"/events/{fair.id}").text
    for response in (client.get(address), client.post(address, data=form(fair))):
        assert response.status_code == 403
        assert "不能自行报名" in response.text


def test_a_person_without_organization_is_led_to_join_one(client: FlaskClient, session: Session, fair: Event) -> None:
    broker = make_user(session, Role.BROKER)
    session.commit()
    login(client, broker)
    assert client.get(f"/attending/events/{fair.id}/register").location == "/account/members"


def test_an_invitation_is_accepted_and_later_withdrawn(
    client: FlaskClient, session: Session, fair: Event, person: User
) -> None:
    participant = make_participant(session, fair, organization=person.organization, status=STATUS.INVITED)
    partner = make_participant(session, fair, Side.OFFER)
    address = f"/attending/participants/{participant.id}"
    assert "组织方邀请您参加" in client.get(address).text
    assert client.post(f"{address}/decline", data={"note": "长" * 501}).status_code == 400
    client.post(f"{address}/accept", data={"note": "一定来"})
    session.refresh(participant)
    assert participant.status is STATUS.CONFIRMED
    make_meeting(session, participant, partner)
    client.post(f"{address}/withdraw", data={"note": "来不了"})
    page = client.get(address).text
    assert "1 场已排定的洽谈随之取消" in page
    assert "已退出" in page


def test_nobody_sees_more_of_others_than_that_they_come(
    client: FlaskClient, session: Session, fair: Event, person: User
) -> None:
    for status in STATUS:
        organization = make_organization(session, name=f"外单位{status.value}")
        other = make_participant(session, fair, organization=organization, status=status, note="机密附言")
        add_delegate(session, None, other.id, DelegateValues("机密代表"))
    own = make_participant(session, fair, organization=person.organization)
    addresses = ["/", "/events", f"/events/{fair.id}", "/attending/participations", f"/attending/participants/{own.id}"]
    addresses += [f"/attending/events/{fair.id}/register"]
    seen = "\n".join(client.get(address).text for address in addresses)
    assert "机密" not in seen
    assert {status for status in STATUS if f"外单位{status.value}" in seen} == {STATUS.CONFIRMED}
    for participant in fair.participants:
        if participant is not own:
            for path in ("", "/availability"):
                assert client.get(f"/attending/participants/{participant.id}{path}").status_code == 404
