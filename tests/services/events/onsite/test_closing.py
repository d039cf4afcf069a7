import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, NotAllowed
from matchmaker.domain.vocabulary import EventStatus, MeetingStatus, Side
from matchmaker.services.events.onsite.closing import finish_event, reopen_event, unmarked_meetings
from tests.factories import make_user
from tests.services.running_event import Fair, mark, met_feedback

pytestmark = pytest.mark.slow


def test_an_event_ends_after_its_last_session(session: Session, fair: Fair) -> None:
    with pytest.raises(Conflict, match="最后一场还没有结束"):
        finish_event(session, fair.organizer, fair.event, MeetingStatus.HELD)
    assert fair.event.status is EventStatus.PUBLISHED


def test_unmarked_meetings_are_asked_about(session: Session, fair: Fair) -> None:
    mark(session, fair, 0, MeetingStatus.HELD)
    mark(session, fair, 1, MeetingStatus.NO_SHOW, Side.NEED)
    assert [one.id for one in unmarked_meetings(session, fair.event)] == [m.id for m in fair.meetings[2:]]
    for said in (None, MeetingStatus.NO_SHOW, MeetingStatus.PLANNED):
        with pytest.raises(Conflict, match="还有 2 场没有标记"):
            finish_event(session, fair.organizer, fair.event, said, fair.at(60))
    finish_event(session, fair.organizer, fair.event, MeetingStatus.HELD, fair.at(60))
    finish_event(session, fair.organizer, fair.event, None, fair.at(60))
    assert fair.event.status is EventStatus.FINISHED
    assert [meeting.status for meeting in fair.meetings] == [
        MeetingStatus.HELD,
        MeetingStatus.NO_SHOW,
        MeetingStatus.HELD,
        MeetingStatus.HELD,
    ]
    assert len(met_feedback(session)) == 3


def test_a_finished_event_can_be_corrected_only_after_reopening(session: Session, fair: Fair) -> None:
    finish_event(session, fair.organizer, fair.event, MeetingStatus.CANCELLED, fair.at(60))
    assert met_feedback(session) == []
    with pytest.raises(Conflict, match="已经结束"):
        mark(session, fair, 0, MeetingStatus.HELD)
    reopen_event(session, fair.organizer, fair.event)
    reopen_event(session, fair.organizer, fair.event)
    assert mark(session, fair, 0, MeetingStatus.HELD).status is MeetingStatus.HELD
    for verb in (finish_event, reopen_event):
        with pytest.raises(NotAllowed):
            verb(session, make_user(session), fair.event)


def test_an_event_in_preparation_does_not_end(session: Session, fair: Fair) -> None:
    fair.event.status = EventStatus.PREPARING
    session.commit()
    with pytest.raises(Conflict, match="还没有公布"):
        finish_event(session, fair.organizer, fair.event, MeetingStatus.HELD, fair.at(60))
