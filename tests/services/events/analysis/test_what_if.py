"""“Why not?” and “what if?”."""

from datetime import time, timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, ValidationErrors
from matchmaker.domain.events.event import Event, Room
from matchmaker.services.events.analysis.what_if import Changes, apply_changes, what_if
from matchmaker.services.events.pairing.partnerships import pin_pair
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.scheduling.build import build_schedule
from matchmaker.services.events.scheduling.certificate import verify
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.platform import Platform
from tests.services.fairs import needs_of, offers_of, text_of
from tests.web.world import rows

pytestmark = pytest.mark.slow


def test_more_tables_are_tried_without_changing_anything(
    platform: Platform, session: Session, search_index: SearchIndex, fair: Event
) -> None:
    fair.table_count = 1
    fair.sessions[0].ends_at = fair.sessions[0].starts_at + timedelta(minutes=20)
    session.commit()
    build_schedule(session, search_index, fair)
    path = platform.settings.database_url.removeprefix("sqlite:///")
    before = rows(path)  # type: ignore[arg-type]
    trial = what_if(session, search_index, fair, Changes(tables=3))
    session.rollback()

    assert (len(trial.now.certificate.served), len(trial.then.certificate.served)) == (2, 6)
    assert (trial.now.tables, trial.then.tables) == (1, 3)
    assert {left.reason() for left in trial.now.unserved} == {"双方都空的时段里桌位已排满"}
    assert trial.then.unserved == ()
    assert rows(path) == before  # type: ignore[arg-type]


def test_slots_limits_and_lunch_are_tried(session: Session, search_index: SearchIndex, fair: Event) -> None:
    assert what_if(session, search_index, fair, Changes(slot_minutes=40)).then.slots == 3
    trial = what_if(session, search_index, fair, Changes(lunch=(time(9, 30), time(10, 0)), max_meetings=1)).then
    assert trial.slots == 1 + 3
    assert set(trial.certificate.meetings_of.values()) == {1}


def test_who_is_away_in_a_part_of_a_new_slot_is_away_in_it(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    need = needs_of(session, fair)[0]
    need.unavailable = [text_of(fair.slots[1])]
    session.commit()
    apply_changes(session, search_index, None, fair, Changes(slot_minutes=30))

    assert len(fair.slots) == 4
    assert need.unavailable == [text_of(fair.slots[0]), text_of(fair.slots[1])]


def test_an_absent_room_takes_its_tables_along_and_the_others_move_up(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    fair.rooms = [
        Room(name="一厅", table_count=12, position=0),
        Room(name="二厅", table_count=8, position=1),
    ]
    offers = offers_of(session, fair)
    offers[0].table, offers[1].table = 3, 15
    session.commit()
    changes = Changes(absent_room=fair.rooms[0].id)
    assert what_if(session, search_index, fair, changes).then.tables == 8

    apply_changes(session, search_index, None, fair, changes)
    assert (fair.table_count, [room.name for room in fair.rooms]) == (8, ["二厅"])
    assert (offers[0].table, offers[1].table) == (None, 3)
    assert verify(session, fair).valid


def test_applying_changes_the_event_and_builds_anew(session: Session, search_index: SearchIndex, fair: Event) -> None:
    build_schedule(session, search_index, fair)
    fair.rooms = [Room(name="一厅", table_count=20, position=0)]
    session.commit()
    version = apply_changes(
        session, search_index, None, fair, Changes(tables=2, max_meetings=2, lunch=(time(9, 40), time(10, 0)))
    )

    assert (fair.table_count, fair.rooms[0].table_count, fair.default_max_meetings) == (2, 2, 2)
    assert [f"{slot:%H:%M}" for slot in fair.slots] == ["09:00", "09:20", "10:00", "10:20", "10:40"]
    assert {p.max_meetings for p in needs_of(session, fair)} == {2}
    assert version.version == 2
    assert verify(session, fair).valid


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (Changes(tables=0), "tables"),
        (Changes(slot_minutes=3), "slot_minutes"),
        (Changes(max_meetings=51), "max_meetings"),
        (Changes(lunch=(time(13), time(12))), "lunch"),
        (Changes(absent_room=77), "absent_room"),
    ],
)
def test_what_cannot_be_tried_is_refused_at_its_field(
    session: Session, search_index: SearchIndex, fair: Event, changes: Changes, field: str
) -> None:
    for attempt in (what_if, lambda s, c, e, x: apply_changes(s, c, None, e, x)):
        with pytest.raises(ValidationErrors) as caught:
            attempt(session, search_index, fair, changes)
        assert caught.value.field == field


def test_nothing_is_changed_when_a_lock_or_a_pin_does_not_fit(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    build_schedule(session, search_index, fair)
    meeting = meetings_of(session, fair)[0]
    meeting.locked = True
    session.commit()
    assert meeting.starts_at is not None
    start = meeting.starts_at.time()
    lunch = (start, (meeting.starts_at + timedelta(minutes=20)).time())
    with pytest.raises(Conflict, match="但没有这个时段"):
        apply_changes(session, search_index, None, fair, Changes(lunch=lunch))
    session.rollback()
    session.refresh(fair)
    assert len(fair.slots) == 6

    meeting.locked = False
    session.commit()
    for offer in offers_of(session, fair)[:2]:
        pin_pair(session, None, fair, (needs_of(session, fair)[0].id, offer.id))
    with pytest.raises(Conflict, match="锁定的配对排不进日程"):
        apply_changes(session, search_index, None, fair, Changes(max_meetings=1))
    session.rollback()
    session.refresh(fair)
    assert fair.default_max_meetings == 6
