"""The agenda of an event: what may stand on it, and what clashes."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, NotAllowed, NotFound, ValidationErrors
from matchmaker.domain.events.event import AgendaItem, Event, EventSession
from matchmaker.domain.vocabulary import EventStatus, Role
from matchmaker.services.events.agenda import (
    AgendaValues,
    add_agenda_item,
    days_of,
    get_agenda_item,
    remove_agenda_item,
    update_agenda_item,
)
from matchmaker.services.events.editing import EventValues, delete_event, update_event
from tests.factories import make_user
from tests.fairs import DAY, at, make_fair


@pytest.fixture
def fair(session: Session) -> Event:
    return make_fair(session)


def values(begins: int = 8, ends: int = 9, **changed: object) -> AgendaValues:
    return AgendaValues(**({"starts_at": at(begins), "ends_at": at(ends), "title": "开幕式"} | changed))  # type: ignore[arg-type]


def problem(session: Session, event: Event, wrong: AgendaValues) -> tuple[str | None, str]:
    with pytest.raises(ValidationErrors) as caught:
        add_agenda_item(session, None, event, wrong)
    session.rollback()
    return caught.value.problems[0].field, caught.value.problems[0].text()


def test_the_agenda_is_kept_in_order(session: Session, fair: Event) -> None:
    add_agenda_item(session, None, fair, values(12, 13, title=" 工作 \n 午餐 ", room=""))
    add_agenda_item(session, None, fair, values())
    assert [item.title for item in fair.agenda] == ["开幕式", "工作 午餐"]


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"title": " "}, "title", "请填写内容"),
        ({"title": "题" * 121}, "title", "最多 120 字"),
        ({"note": "注" * 301}, "note", "最多 300 字"),
        ({"ends_at": at(8)}, "ends", "晚于"),
        ({"ends_at": at(7)}, "ends", "晚于"),
        ({"starts_at": at(8) - timedelta(days=1)}, "day", "2040-05-15"),
        ({"ends_at": at(8) + timedelta(days=1)}, "day", "2040-05-15"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    session: Session, fair: Event, changed: dict[str, object], field: str, words: str
) -> None:
    found, text = problem(session, fair, values(**changed))
    assert found == field
    assert words in text
    assert session.scalar(select(func.count()).select_from(AgendaItem)) == 0


def test_days_between_sessions_belong_to_the_event(session: Session, fair: Event) -> None:
    later = DAY + timedelta(days=2, hours=9)
    fair.sessions = [*fair.sessions, EventSession(starts_at=later, ends_at=later + timedelta(hours=1))]
    session.commit()
    assert len(days_of(fair)) == 3
    between = timedelta(days=1)
    add_agenda_item(session, None, fair, values(starts_at=at(9) + between, ends_at=at(10) + between))


def test_an_hour_that_the_clocks_skip_is_refused(session: Session) -> None:
    night = datetime(2040, 3, 25)
    fair = make_fair(session, name="夜间活动", time_zone="Europe/Berlin")
    fair.sessions = [EventSession(starts_at=night + timedelta(hours=9), ends_at=night + timedelta(hours=12))]
    session.commit()
    skipped = values(starts_at=night + timedelta(hours=2, minutes=30), ends_at=night + timedelta(hours=4))
    assert problem(session, fair, skipped)[0] == "begins"


def test_a_clash_in_one_room_is_named(session: Session, fair: Event) -> None:
    add_agenda_item(session, None, fair, values(8, 10, room="主会场 A"))
    field, text = problem(session, fair, values(9, 11, title="主旨报告", room="主会场 a"))
    assert field == "room"
    assert "08:00–10:00" in text
    assert "开幕式" in text
    for fits in (values(10, 11, room="主会场 A"), values(9, 11, room="二楼"), values(9, 11, room="")):
        add_agenda_item(session, None, fair, fits)


def test_an_item_does_not_clash_with_itself(session: Session, fair: Event) -> None:
    item = add_agenda_item(session, None, fair, values(8, 10, room="主会场"))
    update_agenda_item(session, None, fair, item.id, values(9, 11, title="改期", room="主会场"))
    assert (item.title, item.starts_at) == ("改期", at(9))
    other = add_agenda_item(session, None, fair, values(8, 9, room="主会场"))
    with pytest.raises(ValidationErrors):
        update_agenda_item(session, None, fair, other.id, values(8, 10, room="主会场"))
    session.rollback()
    assert other.ends_at == at(9)


def test_items_are_removed_and_belong_to_their_event(session: Session, fair: Event) -> None:
    item = add_agenda_item(session, None, fair, values())
    other = make_fair(session, name="另一场")
    with pytest.raises(NotFound):
        get_agenda_item(session, other, item.id)
    with pytest.raises(NotFound):
        remove_agenda_item(session, None, other, item.id)
    remove_agenda_item(session, None, fair, item.id)
    assert fair.agenda == []


def test_an_event_keeps_its_agenda_within_its_days(session: Session, fair: Event) -> None:
    add_agenda_item(session, None, fair, values())
    moved = tuple((own.starts_at + timedelta(days=1), own.ends_at + timedelta(days=1)) for own in fair.sessions)
    with pytest.raises(ValidationErrors) as caught:
        update_event(session, None, fair, EventValues(fair.kind, fair.name, fair.place, moved))
    assert "开幕式" in {one.field: one.text() for one in caught.value.problems}["sessions"]


def test_the_agenda_goes_with_its_event(session: Session, fair: Event) -> None:
    add_agenda_item(session, None, fair, values())
    fair.status = EventStatus.PREPARING
    delete_event(session, None, fair)
    assert session.scalar(select(func.count()).select_from(AgendaItem)) == 0


def test_the_agenda_has_an_end(session: Session, fair: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matchmaker.services.events.agenda.MOST_ITEMS", 1)
    add_agenda_item(session, None, fair, values())
    with pytest.raises(Conflict, match="最多 1 项"):
        add_agenda_item(session, None, fair, values())


def test_only_organizers_change_it(session: Session, fair: Event) -> None:
    item = add_agenda_item(session, None, fair, values())
    engineer = make_user(session, Role.ENTERPRISE)
    with pytest.raises(NotAllowed):
        add_agenda_item(session, engineer, fair, values())
    with pytest.raises(NotAllowed):
        update_agenda_item(session, engineer, fair, item.id, values())
    with pytest.raises(NotAllowed):
        remove_agenda_item(session, engineer, fair, item.id)
