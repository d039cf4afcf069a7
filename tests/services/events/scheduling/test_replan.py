from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, PlanVersion
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.vocabulary import MeetingStatus, ParticipantStatus, PlanOrigin
from matchmaker.services.events.participation.registration import withdraw
from matchmaker.services.events.plan.occupancy import load_occupancy
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.plan.version_notes import note_text
from matchmaker.services.events.scheduling.build import build_schedule
from matchmaker.services.events.scheduling.certificate import verify
from matchmaker.services.events.scheduling.publish import publish_schedule, replan_event
from matchmaker.services.events.scheduling.replan import disturbance_of
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.events.scheduling.plans import free_slot
from tests.services.fairs import limit, make_fair, needs_of, offers_of, text_of

pytestmark = pytest.mark.slow


@pytest.fixture
def fair(session: Session, search_index: SearchIndex) -> Event:
    """Built and published."""
    event = make_fair(session, search_index)
    build_schedule(session, search_index, event)
    publish_schedule(session, None, event)
    return event


def words(version: PlanVersion) -> str:
    return note_text(version.note, {}, version.event)


def places(session: Session, event: Event) -> dict[tuple[int, int], tuple[object, object]]:
    return {
        pair_of(m): (m.starts_at, m.table) for m in meetings_of(session, event) if m.status is MeetingStatus.PLANNED
    }


def test_a_replan_changes_no_more_than_it_must_and_says_how_much(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    before = places(session, fair)
    leaving = needs_of(session, fair)[0]
    gone = {pair for pair in before if leaving.id in pair}
    withdraw(session, None, leaving.id)
    version = replan_event(session, search_index, fair)
    after = places(session, fair)

    assert {pair: place for pair, place in after.items() if pair in before} == {
        pair: place for pair, place in before.items() if pair not in gone
    }
    disturbance = disturbance_of(version)
    assert disturbance is not None
    assert (disturbance.changed, disturbance.fewest, disturbance.dropped) == (len(gone), len(gone), len(gone))
    assert version.origin is PlanOrigin.REPLANNED
    assert words(version) == disturbance.text()
    assert "无法避免" in words(version)
    assert fair.published_version == 1, "what participants see changes only when it is published"
    assert publish_schedule(session, None, fair).version == version.version == 3


def test_a_changed_calendar_moves_only_the_meetings_in_the_way(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=2)
    build_schedule(session, search_index, fair)
    publish_schedule(session, None, fair)
    before = places(session, fair)
    meeting = meetings_of(session, fair)[0]
    assert meeting.starts_at is not None
    meeting.need_side.unavailable = [text_of(meeting.starts_at)]
    session.commit()
    disturbance = disturbance_of(replan_event(session, search_index, fair))
    after = places(session, fair)

    assert disturbance is not None
    assert disturbance.changed == disturbance.fewest == 1
    assert [pair for pair in before if after.get(pair) != before[pair]] == [pair_of(meeting)]
    assert verify(session, fair).valid


def test_locked_meetings_and_what_was_moved_by_hand_stand(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    locked, moved = meetings_of(session, fair)[:2]
    locked.locked = True
    moved.starts_at, moved.table = free_slot(session, fair, moved), 20  # type: ignore[assignment]
    session.commit()
    stands = {pair_of(m): (m.starts_at, m.table) for m in (locked, moved)}
    others = {*pair_of(locked), *pair_of(moved)}
    leaving = next(p for p in offers_of(session, fair) if p.id not in others)
    withdraw(session, None, leaving.id)
    replan_event(session, search_index, fair)

    assert stands.items() <= places(session, fair).items()
    assert verify(session, fair).valid


def test_a_locked_meeting_of_somebody_who_leaves_holds_neither_place_nor_partner(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    locked = meetings_of(session, fair)[0]
    locked.locked = True
    session.commit()
    starts_at, table, staying = locked.starts_at, locked.table, locked.offer_side
    assert starts_at is not None
    assert locked in withdraw(session, None, locked.need_side_id)

    assert (locked.status, locked.locked) == (MeetingStatus.CANCELLED, False)
    assert (locked.starts_at, locked.table) == (starts_at, table), "partners see what was cancelled"
    occupancy = load_occupancy(session, fair)
    assert occupancy.meeting_of(staying.id, starts_at) is None
    assert table not in {meeting.table for meeting in occupancy.meetings if meeting.starts_at == starts_at}
    replan_event(session, search_index, fair)
    assert pair_of(locked) not in places(session, fair)
    assert verify(session, fair).valid


def test_what_has_begun_or_was_held_stands_on_the_day(session: Session, search_index: SearchIndex, fair: Event) -> None:
    first, last = sorted(meetings_of(session, fair), key=lambda m: m.starts_at or fair.slots[0])[
        :: len(meetings_of(session, fair)) - 1
    ]
    first.status = MeetingStatus.HELD
    session.commit()
    withdraw(session, None, last.need_side_id)
    assert first.starts_at is not None
    at = (first.starts_at + timedelta(minutes=1)).replace(tzinfo=fair.zone)
    before = places(session, fair)
    replan_event(session, search_index, fair, at=at)

    new = places(session, fair).items() - before.items()
    assert all(starts_at > first.starts_at for _, (starts_at, _) in new)  # type: ignore[operator]
    assert first.status is MeetingStatus.HELD
    assert verify(session, fair).valid


def test_cancelled_pairs_do_not_come_back_by_themselves(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    meeting = meetings_of(session, fair)[0]
    meeting.status = MeetingStatus.CANCELLED
    session.commit()
    for plan in (replan_event, build_schedule):
        plan(session, search_index, fair)
        assert meeting.status is MeetingStatus.CANCELLED
        assert pair_of(meeting) not in places(session, fair)


def test_who_comes_after_all_is_planned_again(session: Session, search_index: SearchIndex, fair: Event) -> None:
    leaving = needs_of(session, fair)[0]
    withdraw(session, None, leaving.id)
    build_schedule(session, search_index, fair)
    leaving.status = ParticipantStatus.CONFIRMED
    session.commit()
    build_schedule(session, search_index, fair)

    assert any(leaving.id in pair for pair in places(session, fair))


def test_there_is_nothing_to_repair_before_the_first_publication(session: Session, search_index: SearchIndex) -> None:
    event = make_fair(session, search_index)
    build_schedule(session, search_index, event)
    with pytest.raises(Conflict, match="还没有公布过日程"):
        replan_event(session, search_index, event)
