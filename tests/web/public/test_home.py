from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, EventSession
from matchmaker.domain.vocabulary import (
    EventKind,
    EventStatus,
    Role,
)
from tests.factories import login, make_need, make_offer, make_user

TOMORROW = datetime.now() + timedelta(days=1)


def make_event(session: Session, name: str, status: EventStatus, starts_at: datetime = TOMORROW) -> Event:
    event = Event(kind=EventKind.DOCKING, name=name, status=status, place="示例会展中心")
    event.sessions = [EventSession(starts_at=starts_at, ends_at=starts_at + timedelta(hours=3))]
    session.add(event)
    session.commit()
    return event


def test_the_first_screen_shows_what_is_new_and_next(client: FlaskClient, session: Session) -> None:
    need, offer = make_need(session, title="轴承早期剥落"), make_offer(session, title="长寿命润滑脂")
    make_event(session, "明天的对接会", EventStatus.PUBLISHED)
    make_event(session, "去年的对接会", EventStatus.FINISHED, TOMORROW - timedelta(days=365))
    page = client.get("/").text
    for shown in (need.title, offer.title, "明天的对接会", "我是企业", "我是科研人员"):
        assert shown in page
    assert "去年的对接会" not in page


@pytest.mark.parametrize(
    ("role", "shown"), [(Role.ENTERPRISE, "快速发布"), (Role.RESEARCHER, "推荐企业"), (Role.ORGANIZER, "管理活动")]
)
def test_the_first_screen_leads_everyone_to_their_work(
    client: FlaskClient, session: Session, role: Role, shown: str
) -> None:
    login(client, make_user(session, role))
    assert shown in client.get("/").text
