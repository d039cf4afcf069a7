"""The versions of a match list: every build and every change by hand makes the next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.event import AssignedPair, Assignment, Event, Meeting, Participant, ScheduleRow
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import PlanOrigin

CHANGED_BY_HAND = "changed_by_hand"
"""Why somebody is unserved whom the last build had served."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a later match list has that an earlier one had not, and the other way round."""

    added: tuple[AssignedPair, ...]
    removed: tuple[AssignedPair, ...]
    kept: int


def record_version(
    session: Session,
    actor: User | None,
    event: Event,
    *,
    origin: PlanOrigin = PlanOrigin.CHANGED,
    note: str = "",
    reasons: Mapping[int, str] | None = None,
    proven: bool = False,
) -> Assignment:
    """Make the meetings as they stand in the session the next version of the plan.

    A build gives its ``reasons`` for those left unserved, by participant; after a change by hand the reasons that are
    known stay. Part of the caller's transaction.
    """
    session.flush()
    meetings = session.scalars(select(Meeting).where(Meeting.event_id == event.id).order_by(Meeting.id)).all()
    met = Counter(side_id for meeting in meetings for side_id in (meeting.need_side_id, meeting.offer_side_id))
    known = _reasons_of(latest_version(session, event)) if reasons is None else reasons
    participants = session.scalars(select(Participant).where(Participant.event_id == event.id).order_by(Participant.id))
    event.plan_version += 1
    event.planned_at = now()
    version = Assignment(
        event_id=event.id,
        version=event.plan_version,
        made_at=event.planned_at,
        made_by=actor,
        origin=origin,
        note=note,
        proven=proven,
        pairs=[(meeting.need_side_id, meeting.offer_side_id, meeting.score) for meeting in meetings],
        schedule=[_row(meeting) for meeting in meetings],
        unserved=[(p.id, known.get(p.id, CHANGED_BY_HAND)) for p in participants if met[p.id] < p.min_meetings],
    )
    session.add(version)
    session.flush()
    return version


def _row(meeting: Meeting) -> ScheduleRow:
    starts_at = None if meeting.starts_at is None else meeting.starts_at.isoformat(timespec="minutes")
    return (
        meeting.need_side_id,
        meeting.offer_side_id,
        starts_at,
        meeting.table,
        meeting.locked,
        meeting.status.value,
    )


def versions(session: Session, event: Event) -> Sequence[Assignment]:
    """All versions, the latest first."""
    query = select(Assignment).where(Assignment.event_id == event.id).order_by(Assignment.version.desc())
    return session.scalars(query).all()


def latest_version(session: Session, event: Event) -> Assignment | None:
    """The match list as it stands, or ``None`` before the first build."""
    query = select(Assignment).where(Assignment.event_id == event.id).order_by(Assignment.version.desc()).limit(1)
    return session.scalar(query)


def difference(before: Assignment | None, after: Assignment) -> Difference:
    """What changed from one version to another; everything is new where there was none before."""
    old = {} if before is None else {(need, offer): score for need, offer, score in before.pairs}
    new = {(need, offer): score for need, offer, score in after.pairs}
    return Difference(
        added=tuple((*key, score) for key, score in new.items() if key not in old),
        removed=tuple((*key, score) for key, score in old.items() if key not in new),
        kept=len(new.keys() & old.keys()),
    )


def _reasons_of(version: Assignment | None) -> dict[int, str]:
    return {} if version is None else dict(version.unserved)
