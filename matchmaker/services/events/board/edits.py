"""Changing the plan by hand at the board of slots × tables.

Each function runs in one edit session (``edit_lock.py``), makes one version and commits. ``expected_version`` is the
version that the organizer's board was drawn from: if others have changed the plan since, the change is made unless it
clashes with theirs, and the answer says what they changed. Refusals are :class:`BoardConflict`.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.domain.events.event import Event
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.people import User
from matchmaker.domain.postings.fields import letters_in, one_line
from matchmaker.domain.vocabulary import MeetingStatus
from matchmaker.i18n import N_
from matchmaker.services.events.board.edit_lock import BoardConflict, Changed, Step, edit_session
from matchmaker.services.events.board.rules import (
    check_not_excluded,
    fixed,
    full,
    has_place,
    new_meeting_by_hand,
    swap_obstacles,
)
from matchmaker.services.events.pairing.partnerships import check_pair
from matchmaker.services.events.plan.placements import Placement
from matchmaker.services.events.plan.queries import meeting_of_pair
from matchmaker.services.indexing.search_index import SearchIndex


def move_meeting(
    session: Session,
    actor: User | None,
    event: Event,
    meeting_id: int,
    starts_at: datetime,
    table: int | None,
    expected_version: int,
) -> Changed:
    """Move a meeting to another slot and table; without a table, to the table that suits best."""
    with edit_session(session, actor, event, expected_version) as edits:
        meeting = edits.meeting(meeting_id)
        edits.raise_if_any(fixed(meeting))
        if not has_place(meeting):
            raise Conflict(N_("这一场还没有时段和桌位，请先安排"))
        place = edits.place_for(pair_of(meeting), starts_at, table, ignoring=[meeting.id])
        if place == Placement.of(meeting):
            return edits.nothing()
        edits.put([(meeting, place)])
        return edits.record(Step.MOVE)


def swap_meetings(
    session: Session, actor: User | None, event: Event, first_id: int, second_id: int, expected_version: int
) -> Changed:
    """Exchange the slots and tables of two meetings."""
    with edit_session(session, actor, event, expected_version) as edits:
        first, second = edits.meeting(first_id), edits.meeting(second_id)
        edits.raise_if_any(swap_obstacles(edits.occupancy, first, second))
        if first is second:
            return edits.nothing()
        edits.put([(first, Placement.of(second)), (second, Placement.of(first))])
        return edits.record(Step.SWAP)


def place_meeting(
    session: Session,
    search_index: SearchIndex,
    actor: User | None,
    event: Event,
    pair: PairKey,
    starts_at: datetime,
    table: int | None,
    expected_version: int,
) -> Changed:
    """Give slot and table to a pair that has none: it is on the match list, its meeting was cancelled, or it is new.

    A rebuild keeps a new pair only if it is locked.
    """
    if meeting_of_pair(session, event, pair) is None:
        search_index.commit_and_refresh(session)
    with edit_session(session, actor, event, expected_version) as edits:
        check_pair(session, event, pair)
        meeting = meeting_of_pair(session, event, pair)
        if meeting is not None:
            meeting = edits.meeting(meeting.id)
            check_not_excluded(session, event, pair)
            if has_place(meeting):
                raise BoardConflict([Conflict(N_("这一对已经排好，可以移动"))], edits.concurrent_changes)
        edits.raise_if_any(full(edits.occupancy, pair))
        place = edits.place_for(pair, starts_at, table, ignoring=())
        if meeting is None:
            meeting = new_meeting_by_hand(session, search_index, event, pair)
            session.add(meeting)
        edits.put([(meeting, place)])
        meeting.status = MeetingStatus.PLANNED
        return edits.record(Step.PLACE)


def take_off(session: Session, actor: User | None, event: Event, meeting_id: int, expected_version: int) -> Changed:
    """Take slot and table from a meeting; the pair stays on the match list and waits for others."""
    with edit_session(session, actor, event, expected_version) as edits:
        meeting = edits.meeting(meeting_id)
        edits.raise_if_any(fixed(meeting))
        if meeting.starts_at is None:
            return edits.nothing()
        edits.put([(meeting, None)])
        return edits.record(Step.TAKE_OFF)


def cancel_meeting(
    session: Session, actor: User | None, event: Event, meeting_id: int, reason: str, expected_version: int
) -> Changed:
    """Cancel a meeting; slot and table are free for others. Raises :class:`InvalidInput` without a reason."""
    if not letters_in(reason):
        raise InvalidInput(N_("请写明取消的理由"), field="reason")
    why = one_line(reason)[:200]
    with edit_session(session, actor, event, expected_version) as edits:
        meeting = edits.meeting(meeting_id)
        edits.raise_if_any(fixed(meeting))
        meeting.status = MeetingStatus.CANCELLED
        return edits.record(Step.CANCEL, why=why)


def lock_meeting(session: Session, actor: User | None, event: Event, meeting_id: int, expected_version: int) -> Changed:
    """Keep slot and table of a meeting, whatever is rebuilt or moved around it."""
    with edit_session(session, actor, event, expected_version) as edits:
        meeting = edits.meeting(meeting_id)
        if meeting.locked:
            return edits.nothing()
        edits.raise_if_any(fixed(meeting))
        if not has_place(meeting):
            raise Conflict(N_("这一场还没有时段和桌位，不能锁定"))
        meeting.locked = True
        return edits.record(Step.LOCK)


def unlock_meeting(
    session: Session, actor: User | None, event: Event, meeting_id: int, expected_version: int
) -> Changed:
    """Allow a locked meeting to be moved again."""
    with edit_session(session, actor, event, expected_version) as edits:
        meeting = edits.meeting(meeting_id)
        if not meeting.locked:
            return edits.nothing()
        meeting.locked = False
        return edits.record(Step.UNLOCK)
