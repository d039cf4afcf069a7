"""Closing an event: an organizer does so after the last session, once every meeting is marked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventStatus, MeetingStatus
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.onsite.attendance import remember_met
from matchmaker.services.events.plan.occupancy import lock_event
from matchmaker.services.events.timing import last_session_ended


def unmarked_meetings(session: Session, event: Event) -> Sequence[Meeting]:
    """Scheduled meetings that nobody has marked yet, in order of time and table."""
    return session.scalars(
        select(Meeting)
        .where(Meeting.event_id == event.id, Meeting.starts_at.is_not(None), Meeting.status == MeetingStatus.PLANNED)
        .order_by(Meeting.starts_at, Meeting.table)
        .execution_options(populate_existing=True)
    ).all()


def finish_event(
    session: Session,
    actor: User | None,
    event: Event,
    unmarked: MeetingStatus | None = None,
    at: datetime | None = None,
) -> None:
    """Close the event. ``unmarked`` is how meetings that nobody marked are counted: as held or cancelled.

    Finishing twice changes nothing. Raises :class:`Conflict` before the last session ends, for an event that was never
    published, and when meetings are unmarked and ``unmarked`` is not given.
    """
    check_organizer(actor)
    lock_event(session, event)
    if event.status is EventStatus.FINISHED:
        session.commit()
        return
    if event.status is not EventStatus.PUBLISHED:
        raise Conflict(N_("“%(name)s”还没有公布，不能结束"), name=event.name)
    if not last_session_ended(event, at):
        raise Conflict(N_("最后一场还没有结束，结束后才能关闭活动"))
    left = unmarked_meetings(session, event)
    if left and unmarked not in (MeetingStatus.HELD, MeetingStatus.CANCELLED):
        raise Conflict(N_("还有 %(count)d 场没有标记，请选择按已洽谈还是已取消处理"), count=len(left))
    for meeting in left:
        meeting.status = unmarked or MeetingStatus.HELD
        if meeting.status is MeetingStatus.HELD:
            remember_met(session, actor, meeting)
    event.status = EventStatus.FINISHED
    log(session, actor, "event", event.id, "finished", f"{len(left)} unmarked: {unmarked.value if unmarked else '-'}")
    session.commit()


def reopen_event(session: Session, actor: User | None, event: Event) -> None:
    """Make a finished event published again, to correct its marks; any other event stays as it is."""
    check_organizer(actor)
    lock_event(session, event)
    if event.status is EventStatus.FINISHED:
        event.status = EventStatus.PUBLISHED
        log(session, actor, "event", event.id, "reopened")
    session.commit()
