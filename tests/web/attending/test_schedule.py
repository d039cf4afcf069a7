from io import BytesIO

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Delegate, Participant
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Offer
from matchmaker.domain.vocabulary import Role, Visibility
from tests.docking import SLOTS, plan_meeting, publish_plan
from tests.factories import make_user
from tests.web.attending.scene import Scene


def test_a_schedule_tells_what_changed(session: Session, scene: Scene) -> None:
    moved = plan_meeting(session, scene.needs[0], scene.offers[0], SLOTS[0], 1)
    gone = plan_meeting(session, scene.needs[0], scene.offers[1], SLOTS[1], 2)
    publish_plan(session, scene.event)
    engineer = scene.client(scene.needs[0])
    page = engineer.get(scene.address(scene.needs[0], "schedule")).text
    assert "有变化" not in page
    moved.starts_at, moved.table = SLOTS[4], 2
    session.delete(gone)
    session.commit()
    assert "10:20" not in engineer.get(scene.address(scene.needs[0], "schedule")).text
    publish_plan(session, scene.event)
    page = engineer.get(scene.address(scene.needs[0], "schedule")).text
    told = [
        "您上次看的是第 1 版，此后有 2 处变化",
        f"改为 05-18 10:20–10:40 2 号桌（原 05-18 09:00–09:20 1 号桌）与“{scene.offers[0].name}”",
        f"取消 05-18 09:20–09:40 2 号桌 与“{scene.offers[1].name}”",
        "有改动",
        "原来：",
    ]
    for words in told:
        assert words in page
    assert told[0] in engineer.get(scene.address(scene.needs[0], "schedule")).text, "a reload is the same look"
    elsewhere = scene.client(scene.needs[0]).get(scene.address(scene.needs[0], "schedule")).text
    assert "2 处有变化" in elsewhere, "another device tells what changed lately"
    assert "有变化" not in scene.client(scene.needs[1]).get(scene.address(scene.needs[1], "schedule")).text


def test_a_schedule_tells_all_that_changed_since_the_last_look(session: Session, scene: Scene) -> None:
    """Also over several versions: what came and went again is no news."""
    plan_meeting(session, scene.needs[0], scene.offers[0], SLOTS[0], 1)
    publish_plan(session, scene.event)
    engineer = scene.client(scene.needs[0])
    engineer.get(scene.address(scene.needs[0], "schedule"))
    passing = plan_meeting(session, scene.needs[0], scene.offers[1], SLOTS[1], 2)
    publish_plan(session, scene.event)
    session.delete(passing)
    session.commit()
    publish_plan(session, scene.event)
    assert "此后有" not in engineer.get(scene.address(scene.needs[0], "schedule")).text
    plan_meeting(session, scene.needs[0], scene.offers[1], SLOTS[2], 2)
    publish_plan(session, scene.event)
    page = engineer.get(scene.address(scene.needs[0], "schedule")).text
    assert "您上次看的是第 3 版，此后有 1 处变化" in page
    assert f"新增 05-18 09:40–10:00 2 号桌 与“{scene.offers[1].name}”" in page


@pytest.mark.parametrize(
    ("visibility", "member", "seen"),
    [
        (Visibility.PUBLIC, True, True),
        (Visibility.PUBLIC, False, False),
        (Visibility.SUMMARY, True, False),
        (Visibility.PRIVATE, True, False),
    ],
)
def test_contacts_are_shown_as_their_owners_allow(
    session: Session, scene: Scene, visibility: Visibility, member: bool, seen: bool
) -> None:
    need, offer = scene.needs[0], scene.offers[0]
    posting = session.scalars(select(Offer)).one()
    posting.visibility, posting.contact_phone = visibility, "0379-1234"
    plan_meeting(session, need, offer, SLOTS[0], 1, offer_id=posting.id)
    publish_plan(session, scene.event)
    reader: Participant | User = need
    if not member:
        reader = make_user(session)
        reader.membership = None
        session.add(Delegate(participant=need, user_id=reader.id, name=reader.name))
        session.commit()
    page = scene.client(reader).get(scene.address(need, "schedule")).text
    assert offer.name in page
    assert ("0379-1234" in page) is seen
    assert (posting.title in page) is (visibility is not Visibility.PRIVATE)


def test_each_delegate_takes_the_schedule_along(session: Session, scene: Scene) -> None:
    need, sister, partner = scene.needs[0], scene.needs[1], scene.offers[0]
    plan_meeting(session, need, partner, SLOTS[0], 1)
    plan_meeting(session, sister, partner, SLOTS[1], 1)
    person = make_user(session)
    for participant, leads in ((need, True), (sister, False)):
        participant.delegates.append(Delegate(name="示例·李工", user_id=person.id, is_lead=leads))
    need.delegates.append(Delegate(name="示例·王工"))
    session.commit()
    publish_plan(session, scene.event)
    li, wang = (f"/attending/delegates/{one.id}/schedule" for one in need.delegates)
    colleague, delegate = scene.client(need), scene.client(person)

    def entries(client: FlaskClient, address: str) -> list[str]:
        calendar = Calendar.from_ical(client.get(f"{address}.ics").data)
        return [f"{entry['summary']} {entry['description']}" for entry in calendar.walk("VEVENT")]

    assert [partner.name in one and "示例·王工" in one for one in entries(colleague, wang)] == [True]
    (only,) = entries(colleague, li)
    assert "示例·李工（主谈）" in only
    assert len(entries(delegate, li)) == len(entries(scene.client(make_user(session, Role.ORGANIZER)), li)) == 2
    pages = PdfReader(BytesIO(delegate.get(f"{li}.pdf").data)).pages
    assert len(pages) == 2
    assert "示例·李工" in pages[0].extract_text()
    assert li in colleague.get(scene.address(need, "participation").replace("/participation", "")).text
    for stranger in (scene.client(sister), scene.client(partner)):
        assert stranger.get(f"{wang}.ics").status_code == 404
        assert stranger.get(f"{wang}.pdf").status_code == 404
