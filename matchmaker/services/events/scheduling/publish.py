"""Publishing a schedule, and going back to an earlier version."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, Meeting, PlanVersion, ScheduleRow
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import MeetingStatus, PlanOrigin
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.pairing.partnerships import score_partnerships
from matchmaker.services.events.participation.participants import participants_of
from matchmaker.services.events.plan.occupancy import lock_event
from matchmaker.services.events.plan.versions import (
    TAKES_PLACE,
    find_version,
    latest_version,
    note_message,
    record_version,
)
from matchmaker.services.events.scheduling.build import check_has_schedule
from matchmaker.services.events.scheduling.certificate import certify
from matchmaker.services.events.scheduling.meetings import new_meetings
from matchmaker.services.events.scheduling.replan import replan_event
from matchmaker.services.events.timing import check_not_over
from matchmaker.services.indexing.search_index import SearchIndex

__all__ = ["publish_schedule", "replan_event", "restore_version"]

_REASONS_SHOWN = 5


def publish_schedule(session: Session, actor: User | None, event: Event, *, commit: bool = True) -> PlanVersion:
    """Show participants the schedule as it stands. Without ``commit`` the caller commits.

    The certificate is made of exactly the meetings that are published. Raises :class:`Conflict` with the reasons if it
    is not valid, before the first build, and for an event that is over.
    """
    check_organizer(actor)
    lock_event(session, event)
    session.expire_all()
    check_not_over(event)
    check_has_schedule(event)
    version = latest_version(session, event)
    if version is None:
        raise Conflict(N_("“%(name)s”还没有日程，请先生成"), name=event.name)
    state = certify(session, event)
    if not state.valid:
        reasons = state.violations()
        more = N_("不能公布日程，有 %(count)d 处不合规则：%(reasons)s")
        raise Conflict(more, count=len(reasons), reasons="；".join(reasons[:_REASONS_SHOWN]))
    if not _holds(session, event, version):
        version = record_version(session, actor, event)
    version.certificate = (version.certificate or {}) | state.to_document()
    version.published_at = now()
    event.published_version = version.version
    log(session, actor, "event", event.id, "schedule published", str(version.version))
    if commit:
        session.commit()
    return version


def restore_version(
    session: Session, search_index: SearchIndex, actor: User | None, event: Event, number: int
) -> PlanVersion:
    """Make the schedule of an earlier version the working state again, as the next version; nothing is published by it.

    Meetings that were held or missed since then stay, and participants who have left are left out. The constraints may
    have changed as well: the certificate of the new version says what no longer holds.
    Raises :class:`NotFound` for a version that does not exist.
    """
    check_organizer(actor)
    check_has_schedule(event)
    search_index.commit_and_refresh(session)
    lock_event(session, event)
    session.expire_all()
    check_not_over(event)
    earlier = find_version(session, event, number)
    left_out = _put_back(session, search_index, event, earlier)
    version = record_version(session, actor, event, origin=PlanOrigin.RESTORED, note=_restored_note(number, left_out))
    version.seed, version.input_hash = earlier.seed, earlier.input_hash
    version.certificate = certify(session, event).to_document()
    log(session, actor, "event", event.id, "schedule restored", f"{number} → {version.version}")
    session.commit()
    return version


def _holds(session: Session, event: Event, version: PlanVersion) -> bool:
    """Whether the version is of the meetings as they stand."""
    meetings = session.scalars(select(Meeting).where(Meeting.event_id == event.id).order_by(Meeting.id)).all()
    return version.schedule == [ScheduleRow.of(meeting) for meeting in meetings]


def _put_back(session: Session, search_index: SearchIndex, event: Event, earlier: PlanVersion) -> int:
    """Give the meetings the places of the earlier version; returns how many of its meetings cannot be put back."""
    coming = {participant.id for participant in participants_of(session, event)}
    meetings = session.scalars(select(Meeting).where(Meeting.event_id == event.id).order_by(Meeting.id)).all()
    facts = [m for m in meetings if m.status in (MeetingStatus.HELD, MeetingStatus.NO_SHOW)]
    wanted: dict[PairKey, ScheduleRow] = {
        row.pair: row for row in earlier.schedule if row.status in TAKES_PLACE or row.status is MeetingStatus.CANCELLED
    }
    known = {pair_of(m): m for m in meetings if m not in facts}
    for pair, meeting in known.items():
        if pair in wanted:
            meeting.starts_at = meeting.table = None
        else:
            session.delete(meeting)
    session.flush()
    taken = {
        place for m in facts if m.status is MeetingStatus.HELD for place in _places(pair_of(m), m.starts_at, m.table)
    }
    met = {pair_of(m) for m in facts}
    possible = {
        pair: row
        for pair, row in wanted.items()
        if pair not in met and coming.issuperset(pair) and taken.isdisjoint(_places(pair, row.starts_at, row.table))
    }
    scores = score_partnerships(session, search_index, event)
    missing = [pair for pair in possible if pair not in known]
    for meeting in new_meetings(session, search_index, event, scores, missing):
        session.add(meeting)
        known[pair_of(meeting)] = meeting
    for pair, row in possible.items():
        meeting = known[pair]
        meeting.starts_at, meeting.table, meeting.locked = row.starts_at, row.table, row.locked
        cancelled = row.status is MeetingStatus.CANCELLED
        meeting.status = MeetingStatus.CANCELLED if cancelled else MeetingStatus.PLANNED
    for pair in wanted.keys() - possible.keys():
        if pair in known:
            session.delete(known[pair])
    session.flush()
    return sum(wanted[pair].status in TAKES_PLACE and pair not in met for pair in wanted.keys() - possible.keys())


def _places(pair: PairKey, starts_at: datetime | None, table: int | None) -> set[tuple[object, ...]]:
    return {("participant", pair[0], starts_at), ("participant", pair[1], starts_at), ("table", table, starts_at)}


def _restored_note(number: int, left_out: int) -> str:
    if left_out:
        return note_message(N_("恢复第 %(version)d 版，其中 %(count)d 场无法恢复"), version=number, count=left_out)
    return note_message(N_("恢复第 %(version)d 版"), version=number)
