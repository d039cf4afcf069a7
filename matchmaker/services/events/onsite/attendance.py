"""Marking a meeting as held, missed or cancelled. The same mark twice changes nothing.

A meeting to which one side did not come, or that was cancelled, frees its slot and table;
:mod:`matchmaker.services.events.onsite.substitution` finds another partner for the side that came.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.domain.events.event import OCCUPYING, Event, Meeting
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.learning.feedback import Feedback, FeedbackKind
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventStatus, MeetingStatus, Side
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.plan.occupancy import load_occupancy, lock_event
from matchmaker.services.events.plan.versions import note_message
from matchmaker.services.events.scheduling.single_change import record_single_change
from matchmaker.services.events.timing import local_time
from matchmaker.services.learning.feedback import Pair, record, take_back

_PLAN_CHANGES = frozenset({MeetingStatus.PLANNED, MeetingStatus.CANCELLED})


def mark_meeting(
    session: Session,
    actor: User | None,
    event: Event,
    meeting_id: int,
    status: MeetingStatus,
    absent: Collection[Side] = (),
    at: datetime | None = None,
) -> Meeting:
    """Mark what became of a meeting; :attr:`MeetingStatus.PLANNED` takes the mark back.

    A no-show needs the ``absent`` sides. Cancelling changes the plan, so it makes a version and publishes it at once.
    Raises :class:`Conflict` before the slot begins (cancelling aside), when a rating says that the two did meet, and
    when the place of a meeting that is taken back has been given away.
    """
    check_organizer(actor)
    lock_event(session, event)
    meeting = get_meeting(session, event, meeting_id)
    before = meeting.status
    if before is status and (status is not MeetingStatus.NO_SHOW or meeting.absent == frozenset(absent)):
        session.commit()
        return meeting
    _check_markable(session, event, meeting, status, absent, at)
    meeting.status = status
    no_show = status is MeetingStatus.NO_SHOW
    meeting.need_absent, meeting.offer_absent = (no_show and side in absent for side in (Side.NEED, Side.OFFER))
    if status is MeetingStatus.HELD:
        remember_met(session, actor, meeting)
    elif before is MeetingStatus.HELD:
        forget_met(session, event, meeting)
    log(
        session,
        actor,
        "meeting",
        meeting.id,
        status.value,
        " ".join(side.value for side in Side if side in meeting.absent),
    )
    if {before, status} == _PLAN_CHANGES:
        session.flush()
        record_single_change(session, actor, event, meeting, _note(meeting))
    session.commit()
    return meeting


def get_meeting(session: Session, event: Event, meeting_id: int) -> Meeting:
    """The meeting as it stands. Raises :class:`NotFound` for one of another event."""
    meeting = session.get(Meeting, meeting_id, populate_existing=True)
    if meeting is None or meeting.event_id != event.id:
        raise NotFound(N_("活动里没有这场洽谈，请刷新页面"))
    return meeting


def remember_met(session: Session, person: User | None, meeting: Meeting, side: Side = Side.NEED) -> None:
    """Record in the feedback, as the person's and from that side, that need and offer were talked about."""
    pair = posting_pair(meeting, side)
    if person is not None and pair is not None:
        record(session, person, pair, FeedbackKind.MET)


def forget_met(session: Session, event: Event, meeting: Meeting) -> None:
    """Take back all feedback since the meeting began that the pair has met: it turns out that it has not."""
    if meeting.starts_at is None:
        return
    began = meeting.starts_at.replace(tzinfo=event.zone)
    take_back(session, meeting.need_id, meeting.offer_id, FeedbackKind.MET, Feedback.at >= began)


def posting_pair(meeting: Meeting, side: Side) -> Pair | None:
    """The need and the offer that the meeting is about, seen from that side; ``None`` if it is about none."""
    if meeting.need is None or meeting.offer is None:
        return None
    return Pair(meeting.need, meeting.offer) if side is Side.NEED else Pair(meeting.offer, meeting.need)


def check_running(event: Event) -> None:
    """Raise :class:`Conflict` once the event is finished."""
    if event.status is EventStatus.FINISHED:
        raise Conflict(N_("“%(name)s”已经结束，不能再改；需要更正请先恢复活动"), name=event.name)


def has_begun(event: Event, meeting: Meeting, at: datetime | None = None) -> bool:
    """Whether the meeting's slot has begun at that instant."""
    return meeting.starts_at is not None and meeting.starts_at <= local_time(event, at)


def _check_markable(
    session: Session,
    event: Event,
    meeting: Meeting,
    status: MeetingStatus,
    absent: Collection[Side],
    at: datetime | None,
) -> None:
    check_running(event)
    if meeting.starts_at is None:
        raise Conflict(N_("这一对还没有排时段，没有什么可标记的"))
    if status is MeetingStatus.NO_SHOW and not absent:
        raise InvalidInput(N_("请说明哪一方没有到场"), field="absent")
    if status in (MeetingStatus.HELD, MeetingStatus.NO_SHOW) and not has_begun(event, meeting, at):
        raise Conflict(N_("%(time)s 还没有到，到点后才能标记"), time=f"{meeting.starts_at:%H:%M}")
    if status is not MeetingStatus.HELD and (meeting.need_rating or meeting.offer_rating):
        raise Conflict(N_("这一场已有评价，说明已经洽谈过；确实没有洽谈的，请先撤回评价"))
    if meeting.status not in OCCUPYING and status in OCCUPYING:
        for obstacle in load_occupancy(session, event, at).obstacles(
            pair_of(meeting), meeting.starts_at, meeting.table, ignoring={meeting.id}
        ):
            raise obstacle


def _note(meeting: Meeting) -> str:
    cancelled = meeting.status is MeetingStatus.CANCELLED
    message = N_("取消：%(time)s %(pair)s") if cancelled else N_("恢复：%(time)s %(pair)s")
    names = f"{meeting.need_side.name} — {meeting.offer_side.name}"
    return note_message(message, time=f"{meeting.starts_at:%H:%M}", pair=names)
