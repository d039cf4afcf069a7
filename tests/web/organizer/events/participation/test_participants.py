import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Participant
from matchmaker.domain.people import User
from matchmaker.services.platform import Platform
from tests.factories import make_organization, make_user
from tests.fairs import letters, make_fair, make_participant
from tests.web.organizer.events.fair import FORM_WITH_ROOMS, sides


@pytest.mark.slow
def test_participants_are_ticked_and_those_without_postings_carry_a_warning(
    client: FlaskClient, session: Session, event: Event
) -> None:
    silent = make_organization(session, name="示例沉默公司")
    assert "示例沉默公司" not in client.get("/organizer/events/1/participants/add").text
    choosing = client.get("/organizer/events/1/participants/add?silent=yes").text
    assert "无法为其匹配" in choosing.split("示例沉默公司")[1]

    client.post("/organizer/events/1/participants/add", data={"party": str(silent.id)})
    page = client.get("/organizer/events/1/participants").text
    assert "无法为其匹配" in page.split("示例沉默公司", 2)[2]
    assert page.count("无法为其匹配") == 1


@pytest.mark.slow
def test_ticking_nothing_adds_nothing_and_nonsense_is_refused(client: FlaskClient, event: Event) -> None:
    client.post("/organizer/events/1/participants/add")
    assert "没有添加：请先勾选" in client.get("/organizer/events/1/participants").text
    for nonsense in ("x", "1-x", "²", "9" * 30, "999999"):
        response = client.post("/organizer/events/1/participants/add", data={"party": nonsense})
        assert response.status_code == 404, nonsense


@pytest.mark.slow
def test_limits_are_saved_or_told_what_is_wrong(client: FlaskClient, session: Session, event: Event) -> None:
    need_side, _ = sides(session)
    good = {f"min_meetings-{need_side.id}": "2", f"max_meetings-{need_side.id}": "4", f"booth-{need_side.id}": "A-12"}
    assert client.post("/organizer/events/1/participants", data=good).status_code == 303
    session.refresh(need_side)
    assert (need_side.min_meetings, need_side.max_meetings, need_side.booth) == (2, 4, "A-12")
    session.commit()

    for wrong, words in (("五", "请填整数"), ("99", "应为 1 到 50 的整数"), ("1", "至少场数不能大于最多场数")):
        response = client.post("/organizer/events/1/participants", data=good | {f"max_meetings-{need_side.id}": wrong})
        assert response.status_code == 400
        assert words in response.text
        assert f'value="{wrong}"' in response.text


@pytest.mark.slow
def test_participants_are_taken_out(client: FlaskClient, session: Session, event: Event) -> None:
    need_side, _ = sides(session)
    client.post("/organizer/events/1/participants", data={"remove": "yes", "chosen": str(need_side.id)})

    assert "已移出 1 个参会方" in client.get("/organizer/events/1/participants").text
    assert len(session.scalars(select(Participant)).all()) == 1


def test_a_table_is_kept_and_a_hall_chosen(client: FlaskClient, session: Session, organizer: User) -> None:
    client.post("/organizer/events/new", data=FORM_WITH_ROOMS)
    event = session.scalars(select(Event)).one()
    participant = make_participant(session, event, booth="旧展位")
    address, key = "/organizer/events/1/participants", participant.id
    limits = {f"min_meetings-{key}": "1", f"max_meetings-{key}": "6", f"table-{key}": "13"}
    client.post(address, data=limits)
    session.refresh(participant)
    assert (participant.table, participant.booth) == (13, "旧展位"), "what the page does not ask for stays"
    session.commit()
    for wrong, words in (("21", "没有 21 号桌，共 20 张"), ("x", "请填整数")):
        response = client.post(address, data=limits | {f"table-{key}": wrong})
        assert response.status_code == 400
        assert words in response.text


def test_organizations_are_invited_from_the_list(
    client: FlaskClient, session: Session, platform: Platform, organizer: User
) -> None:
    event = make_fair(session)
    member, silent = make_user(session), make_organization(session, name="没有邮箱的厂")
    session.commit()
    data = {"invite": "yes", "party": [str(member.organization_id), str(silent.id)]}
    client.post(f"/organizer/events/{event.id}/participants/add?side=need", data=data)
    page = client.get(f"/organizer/events/{event.id}/registration").text
    assert "已邀请 2 个参会方" in page
    assert "请打电话：没有邮箱的厂" in page
    participant = session.scalars(select(Participant).where(Participant.organization == member.organization)).one()
    session.commit()
    ((to, _, text),) = letters(platform)
    assert to == member.email
    assert f"{platform.settings.base_url}/attending/participants/{participant.id}" in text
