"""A participant's own schedule and what changed in it, and the mail about it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Delegate, Event, PlanVersion
from matchmaker.domain.vocabulary import MeetingStatus, ParticipantStatus, Role
from matchmaker.services.events.plan.participant_changes import ChangeKind
from matchmaker.services.events.plan.placements import Place
from matchmaker.services.events.requests.my_schedule import attended_events, coming_events, own_schedule
from matchmaker.services.events.requests.notifications import tell_changes
from tests.docking import SLOTS, WEEK_BEFORE, Docking, Outbox, make_docking, plan_meeting, publish_plan
from tests.factories import make_user

HOUR = timedelta(hours=1)


@pytest.fixture
def docking(session: Session) -> Docking:
    """Each enterprise meets both suppliers; the first version is published."""
    made = make_docking(session, 2, 2)
    for n, need in enumerate(made.needs):
        for m, offer in enumerate(made.offers):
            plan_meeting(session, need, offer, SLOTS[(n + m) % 2], 1 + m)
    publish_plan(session, made.event)
    return made


def published(session: Session, event: Event, number: int) -> PlanVersion:
    return session.scalars(
        select(PlanVersion).where(PlanVersion.event_id == event.id, PlanVersion.version == number)
    ).one()


def move_first(session: Session, docking: Docking, at: datetime) -> None:
    """The first enterprise meets the first supplier later, and the second version says so."""
    meeting = docking.event.meetings[0]
    meeting.starts_at = SLOTS[3]
    session.commit()
    publish_plan(session, docking.event, at)


def test_a_schedule_holds_ones_own_meetings_in_order(session: Session, docking: Docking) -> None:
    schedule = own_schedule(session, docking.needs[1], WEEK_BEFORE)
    assert [(a.partner, a.place) for a in schedule.appointments] == [
        (docking.offers[1], Place(SLOTS[0], 2)),
        (docking.offers[0], Place(SLOTS[1], 1)),
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
        assert (change.kind, change.before, change.after) == (
            ChangeKind.MOVED,
            Place(SLOTS[0], 1),
            Place(SLOTS[3], 1),
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
    assert (change.kind, change.after) == (ChangeKind.MOVED, Place(SLOTS[3], 1))
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


class TestMail:
    """People are told only what changed for them."""

    def tell(self, session: Session, docking: Docking) -> Outbox:
        outbox = Outbox()
        number = docking.event.published_version or 0
        before = published(session, docking.event, number - 1) if number > 1 else None
        after = published(session, docking.event, number)
        told = tell_changes(session, outbox, docking.event, before, after, "https://match.example/me")
        assert told == len(outbox.sent)
        return outbox

    def test_only_those_concerned_are_written_to(self, session: Session, docking: Docking) -> None:
        move_first(session, docking, WEEK_BEFORE)
        outbox = self.tell(session, docking)
        concerned = [docking.person(docking.needs[0]), docking.person(docking.offers[0])]
        assert sorted(outbox.readers) == sorted(person.email for person in concerned)
        for (_, subject, text), partner in zip(
            sorted(outbox.sent), (p for _, p in sorted(self._partners(docking))), strict=True
        ):
            assert docking.event.name in subject
            assert "第 2 版" in text
            assert "改为 05-18 10:00–10:20 1 号桌（原 05-18 09:00–09:20 1 号桌）" in text
            assert partner in text
            assert "https://match.example/me" in text
            assert text.count("·") - text.count("示例·") == 1

    def _partners(self, docking: Docking) -> list[tuple[str, str]]:
        need, offer = docking.needs[0], docking.offers[0]
        return [(docking.person(need).email, offer.name), (docking.person(offer).email, need.name)]

    def test_the_first_version_is_new_to_all(self, session: Session, docking: Docking) -> None:
        outbox = self.tell(session, docking)
        assert len(outbox.sent) == 4
        assert all(text.count("新增") == 2 for _, _, text in outbox.sent)

    def test_a_cancelled_meeting_is_told_as_gone(self, session: Session, docking: Docking) -> None:
        docking.event.meetings[0].status = MeetingStatus.CANCELLED
        publish_plan(session, docking.event)
        assert all("取消 05-18 09:00" in text for _, _, text in self.tell(session, docking).sent)

    def test_what_was_held_has_not_changed(self, session: Session, docking: Docking) -> None:
        docking.event.meetings[0].status = MeetingStatus.HELD
        publish_plan(session, docking.event)
        assert self.tell(session, docking).sent == []

    def test_that_somebody_did_not_come_is_no_change(self, session: Session, docking: Docking) -> None:
        docking.event.meetings[0].status = MeetingStatus.NO_SHOW
        publish_plan(session, docking.event)
        assert self.tell(session, docking).sent == []
        first = own_schedule(session, docking.needs[0], WEEK_BEFORE).appointments[0]
        assert (first.status, first.stands, first.change) == (MeetingStatus.NO_SHOW, False, None)

    def test_who_left_is_not_written_to_but_the_partner_is(self, session: Session, docking: Docking) -> None:
        docking.needs[0].status = ParticipantStatus.WITHDRAWN
        docking.event.meetings[0].status = MeetingStatus.CANCELLED
        publish_plan(session, docking.event)
        assert self.tell(session, docking).readers == [docking.person(docking.offers[0]).email]

    def test_who_acts_for_two_gets_one_message(self, session: Session, docking: Docking) -> None:
        person = docking.person(docking.needs[0])
        session.add(Delegate(participant=docking.offers[0], user_id=person.id, name=person.name))
        move_first(session, docking, WEEK_BEFORE)
        outbox = self.tell(session, docking)
        assert len(outbox.sent) == 2
        (text,) = [text for to, _, text in outbox.sent if to == person.email]
        assert docking.needs[0].name in text
        assert docking.offers[0].name in text
