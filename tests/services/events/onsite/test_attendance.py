"""What became of each meeting, and another partner for who waits in vain."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.events.event import Event, PlanVersion
from matchmaker.domain.vocabulary import MeetingStatus, Side
from matchmaker.services.events.onsite.attendance import mark_meeting
from matchmaker.services.events.onsite.hall_screen import hall_screen
from tests.services.running_event import Fair, make_fair, mark, met_feedback

pytestmark = pytest.mark.slow


def versions(session: Session, event: Event) -> int:
    return len(session.scalars(select(PlanVersion.id).where(PlanVersion.event_id == event.id)).all())


def test_a_meeting_held_is_what_the_ranker_learns_from(session: Session, fair: Fair) -> None:
    meeting = mark(session, fair, 0, MeetingStatus.HELD)
    mark(session, fair, 0, MeetingStatus.HELD)
    (met,) = met_feedback(session)
    assert (met.need_id, met.offer_id, met.person_id) == (meeting.need_id, meeting.offer_id, fair.organizer.id)
    assert versions(session, fair.event) == 1, "what happened is no change of the plan"
    mark(session, fair, 0, MeetingStatus.PLANNED)
    assert met_feedback(session) == []
    mark(session, fair, 0, MeetingStatus.HELD)
    assert len(met_feedback(session)) == 1


def test_a_no_show_says_who_was_absent(session: Session, fair: Fair) -> None:
    for absent in ({Side.NEED}, {Side.OFFER}, set(Side)):
        meeting = mark(session, fair, 0, MeetingStatus.NO_SHOW, *absent)
        assert meeting.absent == absent
    with pytest.raises(InvalidInput, match="哪一方"):
        mark(session, fair, 1, MeetingStatus.NO_SHOW)


def test_nothing_can_be_said_before_the_slot_begins(session: Session, fair: Fair) -> None:
    for status, absent in ((MeetingStatus.HELD, ()), (MeetingStatus.NO_SHOW, (Side.NEED,))):
        with pytest.raises(Conflict, match="还没有到"):
            mark(session, fair, 3, status, *absent)
    assert mark(session, fair, 3, MeetingStatus.CANCELLED).status is MeetingStatus.CANCELLED


def test_a_cancellation_is_published_at_once_and_can_be_taken_back(session: Session, fair: Fair) -> None:
    mark(session, fair, 1, MeetingStatus.CANCELLED)
    mark(session, fair, 1, MeetingStatus.CANCELLED)
    assert (fair.event.plan_version, fair.event.published_version) == (2, 2)
    assert [seat.table for seat in hall_screen(session, fair.event, fair.at(1)).seats] == [1, 3]
    mark(session, fair, 1, MeetingStatus.PLANNED)
    assert fair.event.published_version == 3
    assert [seat.table for seat in hall_screen(session, fair.event, fair.at(1)).seats] == [1, 2, 3]


def test_a_plan_that_nobody_saw_stays_unpublished(session: Session, fair: Fair) -> None:
    fair.event.published_version = None
    session.commit()
    mark(session, fair, 1, MeetingStatus.CANCELLED)
    assert (fair.event.plan_version, fair.event.published_version) == (2, None)


def test_a_place_that_was_given_away_is_not_taken_back(session: Session, fair: Fair) -> None:
    mark(session, fair, 2, MeetingStatus.CANCELLED)
    fair.meetings[1].table = 3
    session.commit()
    with pytest.raises(Conflict, match="3 号桌"):
        mark(session, fair, 2, MeetingStatus.PLANNED)


def test_a_rating_says_that_the_two_met(session: Session, fair: Fair) -> None:
    fair.meetings[0].need_rating = 4
    session.commit()
    for status, absent in ((MeetingStatus.NO_SHOW, (Side.OFFER,)), (MeetingStatus.CANCELLED, ())):
        with pytest.raises(Conflict, match="已有评价"):
            mark(session, fair, 0, status, *absent)


def test_meetings_of_other_events_and_without_a_slot_are_left_alone(session: Session, fair: Fair) -> None:
    other = make_fair(session, "隔壁博览会")
    with pytest.raises(NotFound):
        mark_meeting(session, fair.organizer, fair.event, other.meetings[0].id, MeetingStatus.HELD)
    with pytest.raises(NotAllowed):
        mark_meeting(session, fair.engineer, fair.event, fair.meetings[0].id, MeetingStatus.HELD)
    fair.meetings[0].starts_at = None
    session.commit()
    with pytest.raises(Conflict, match="还没有排时段"):
        mark(session, fair, 0, MeetingStatus.HELD)
