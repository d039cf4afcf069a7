"""A participant's own schedule and what changed in it, and the mail about it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Delegate
from matchmaker.domain.vocabulary import MeetingStatus, Role
from matchmaker.services.events.plan.changes import ChangeKind
from matchmaker.services.events.plan.placements import Placement
from matchmaker.services.events.requests.my_schedule import attended_events, coming_events, own_schedule
from tests.docking import SLOTS, WEEK_BEFORE, Docking, make_docking, plan_meeting, publish_plan
from tests.factories import make_user
from tests.services.events.requests.scene import move_first

HOUR = timedelta(hours=1)


def test_a_schedule_holds_ones_own_meetings_in_order(session: Session, docking: Docking) -> None:
    schedule = own_schedule(session, docking.needs[1], WEEK_BEFORE)
    assert [(a.partner, a.place) for a in schedule.appointments] == [
        (docking.offers[1], Placement(SLOTS[0], 2)),
        (docking.offers[0], Placement(SLOTS[1], 1)),
    ]
    assert schedule.changed == 0
    assert schedule.next is None


def test_the_draft_is_not_shown_but_what_became_of_a_meeting_is(session: Session, docking: Docking) -> None:
    first, second = docking.event.meetings[:2]
    first.starts_at = SLOTS[4]
    second.status = MeetingStatus.HELD
    session.commit()
    schedule = own_schedule(session, docking.needs[0], WEEK_BEFORE)
    assert [(a.place.starts_at, a.status) for a in schedule.appointments] == [
        (SLOTS[0], MeetingStatus.PLANNED),
        (SLOTS[1], MeetingStatus.HELD),
    ]


def test_the_next_meeting_is_pointed_out_on_the_day(session: Session, docking: Docking) -> None:
    running = datetime(2030, 5, 18, 1, 10, tzinfo=UTC)
    for at, expected in ((running, SLOTS[0]), (running + timedelta(minutes=10), SLOTS[1])):
        coming = own_schedule(session, docking.needs[0], at).next
        assert coming is not None
        assert coming.place.starts_at == expected
    assert own_schedule(session, docking.needs[0], running + HOUR).next is None


def test_changes_are_pointed_out_for_a_day_and_those_of_the_last_version_always(
    session: Session, docking: Docking
) -> None:
    moved_at = WEEK_BEFORE + HOUR
    move_first(session, docking, moved_at)
    for at in (moved_at, moved_at + timedelta(days=3)):
        (change,) = [a.change for a in own_schedule(session, docking.needs[0], at).appointments if a.change]
        assert (change.kind, Placement.of(change.before), Placement.of(change.after)) == (
            ChangeKind.MOVED,
            Placement(SLOTS[0], 1),
            Placement(SLOTS[3], 1),
        )
    docking.event.meetings[3].status = MeetingStatus.CANCELLED
    publish_plan(session, docking.event, moved_at + HOUR)
    assert own_schedule(session, docking.needs[0], moved_at + HOUR).changed == 1
    assert own_schedule(session, docking.needs[0], moved_at + timedelta(days=2)).changed == 0
    schedule = own_schedule(session, docking.needs[1], moved_at + HOUR)
    assert [(change.kind, partner) for change, partner in schedule.removed] == [(ChangeKind.REMOVED, docking.offers[1])]
    assert docking.offers[1] not in [a.partner for a in schedule.appointments]


def test_changes_are_told_from_what_was_seen_last(session: Session, docking: Docking) -> None:
    move_first(session, docking, WEEK_BEFORE + HOUR)
    later = WEEK_BEFORE + timedelta(days=5)
    assert own_schedule(session, docking.needs[0], later, since=2).changed == 0
    (change,) = own_schedule(session, docking.needs[0], later, since=1).changes
    assert (change.kind, Placement.of(change.after)) == (ChangeKind.MOVED, Placement(SLOTS[3], 1))
    assert own_schedule(session, docking.needs[0], later, since=99).changed == 1, "as if nothing had been seen"


def test_before_publication_there_is_nothing(session: Session) -> None:
    made = make_docking(session)
    plan_meeting(session, made.needs[0], made.offers[0], SLOTS[0], 1)
    schedule = own_schedule(session, made.needs[0], WEEK_BEFORE)
    assert (schedule.version, list(schedule.appointments)) == (None, [])


def test_ones_events(session: Session, docking: Docking) -> None:
    person = docking.person(docking.needs[0])
    assert [(one.event, list(one.participants)) for one in attended_events(session, person, WEEK_BEFORE)] == [
        (docking.event, [docking.needs[0]])
    ]
    assert coming_events(session, person, datetime(2030, 5, 18, 3, tzinfo=UTC)) == []
    delegate = make_user(session, Role.BROKER)
    assert attended_events(session, delegate) == []
    session.add(Delegate(participant=docking.offers[0], user_id=delegate.id, name="示例·代表"))
    session.commit()
    assert [list(one.participants) for one in attended_events(session, delegate)] == [[docking.offers[0]]]
