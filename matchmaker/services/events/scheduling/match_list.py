"""The match list of an event: building it, and changing it by hand."""

from collections import Counter

from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, Meeting, PlanVersion
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventKind, MeetingStatus, ParticipantStatus, PlanOrigin
from matchmaker.i18n import N_
from matchmaker.scheduling.assignment import assign
from matchmaker.services.activity import log
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.pairing.partnerships import (
    check_pair,
    decide_exclusion,
    decide_pin,
    decisions_of,
    score_partnerships,
)
from matchmaker.services.events.plan.occupancy import load_occupancy, lock_event
from matchmaker.services.events.plan.queries import meeting_of_pair, meetings_of
from matchmaker.services.events.plan.versions import TAKES_PLACE, record_version
from matchmaker.services.events.scheduling.build import build_schedule, check_buildable
from matchmaker.services.events.scheduling.match_list_state import NO_POSTINGS
from matchmaker.services.events.scheduling.meetings import describe_meetings, new_meeting, store_meetings
from matchmaker.services.events.scheduling.problem import assignment_problem
from matchmaker.services.events.timing import check_not_over
from matchmaker.services.indexing.search_index import SearchIndex


def build_match_list(
    session: Session, search_index: SearchIndex, event: Event, actor: User | None = None, *, commit: bool = True
) -> PlanVersion:
    """Choose who meets whom, at a docking event with time and table: see
    :func:`~matchmaker.services.events.scheduling.build.build_schedule`. An expo's list has no times.

    Most participants served come first, then the greatest total score, under every maximum. Pins stay, exclusions stay
    out. The same participants, postings and decisions give the same list. Raises :class:`Conflict` when one side is
    empty or meetings were held. Without ``commit`` the list is left in the caller's transaction, which holds the event.
    """
    if event.kind is EventKind.DOCKING:
        return build_schedule(session, search_index, event, actor, commit=commit)
    check_organizer(actor)
    search_index.commit_and_refresh(session)
    lock_event(session, event)
    check_buildable(session, event)
    scores = score_partnerships(session, search_index, event)
    assignment = assign(assignment_problem(event, scores, decisions_of(session, event).values()))
    pinned = {(int(pair.need), int(pair.offer)): pair.pinned for pair in assignment.pairs}
    stored = store_meetings(session, search_index, event, scores, dict.fromkeys(pinned))
    for pair, meeting in stored.items():
        meeting.pinned = pinned[pair]
    reasons = {
        int(left.id): NO_POSTINGS if int(left.id) in scores.without_postings else left.reason.value
        for left in assignment.unserved
    }
    version = record_version(session, actor, event, origin=PlanOrigin.BUILT, reasons=reasons, proven=assignment.proven)
    log(session, actor, "event", event.id, "match list built", f"{version.version}: {len(assignment.pairs)}")
    if commit:
        session.commit()
    return version


def add_pair(
    session: Session, search_index: SearchIndex, actor: User | None, event: Event, pair: PairKey, reason: str = ""
) -> None:
    """Put a pair on the match list by hand and pin it; at a docking event it gets the first free slot and table.

    Raises :class:`Conflict` when one of the two is full, or when there is no such slot.
    """
    search_index.commit_and_refresh(session)
    lock_event(session, event)
    check_not_over(event)
    sides = check_pair(session, event, pair)
    for participant in sides:
        if participant.status is not ParticipantStatus.CONFIRMED:
            raise Conflict(N_("“%(name)s”不参会（%(status)s）"), name=participant.name, status=participant.status)
    known = meeting_of_pair(session, event, pair)
    if known is not None and known.status in TAKES_PLACE:
        raise Conflict(N_("这一对已在匹配表里"))
    met = Counter(
        side_id
        for meeting in meetings_of(session, event)
        if meeting.status in TAKES_PLACE
        for side_id in pair_of(meeting)
    )
    for participant in sides:
        if met[participant.id] >= participant.max_meetings:
            raise Conflict(
                N_("“%(name)s”已有 %(met)d 场，达到上限；请先移除一场或提高上限"),
                name=participant.name,
                met=met[participant.id],
            )
    scores = score_partnerships(session, search_index, event)
    decide_pin(session, actor, event, pair, reason)
    if known is None:
        meeting = new_meeting(session, search_index, event, scores, pair)
        session.add(meeting)
    else:
        meeting = known
        describe_meetings(session, search_index, scores, [meeting])
    meeting.status, meeting.starts_at, meeting.table = MeetingStatus.PLANNED, None, None
    meeting.pinned, meeting.locked = True, False
    if event.kind is EventKind.DOCKING:
        _place(session, event, meeting)
    record_version(session, actor, event)
    session.commit()


def remove_pair(session: Session, actor: User | None, event: Event, pair: PairKey, reason: str) -> None:
    """Take a pair off the match list by hand and exclude it. Raises :class:`InvalidInput` without a reason."""
    lock_event(session, event)
    check_not_over(event)
    check_pair(session, event, pair)
    meeting = meeting_of_pair(session, event, pair)
    if meeting is not None and meeting.status in (MeetingStatus.HELD, MeetingStatus.NO_SHOW):
        raise Conflict(N_("这一场已有洽谈记录，不能移除"))
    decide_exclusion(session, actor, event, pair, reason)
    if meeting is not None:
        session.delete(meeting)
        record_version(session, actor, event)
    session.commit()


def _place(session: Session, event: Event, meeting: Meeting) -> None:
    with session.no_autoflush:
        occupancy = load_occupancy(session, event)
    pair = pair_of(meeting)
    slots = occupancy.free_slots(pair)
    if not slots:
        session.rollback()
        raise Conflict(N_("没有双方都有空、又有空桌的时段；可以先锁定这一对，再重新排程"))
    meeting.starts_at, meeting.table = slots[0], occupancy.table_for(pair, slots[0])
