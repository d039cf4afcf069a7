"""The versions of an event's plan: every build and every change by hand makes the next."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from matchmaker.domain.base import now
from matchmaker.domain.errors import NotFound
from matchmaker.domain.events.event import Event, Meeting, Participant, PlanVersion, ScheduleRow
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import MeetingStatus, ParticipantStatus, PlanOrigin
from matchmaker.i18n import N_, translate

CHANGED_BY_HAND = "changed_by_hand"
"""Why somebody is unserved whom the last build had served."""

NOTE_LENGTH = 300

TAKES_PLACE = frozenset({MeetingStatus.PLANNED, MeetingStatus.HELD})
"""Meetings that count for those who meet, whether they have a time or not."""


def record_version(
    session: Session,
    actor: User | None,
    event: Event,
    *,
    origin: PlanOrigin = PlanOrigin.CHANGED,
    note: str = "",
    reasons: Mapping[int, str] | None = None,
    proven: bool = False,
    seed: int | None = None,
    input_hash: str | None = None,
) -> PlanVersion:
    """Make the meetings as they stand in the session the next version of the plan.

    A build gives its ``reasons`` for those left unserved, by participant, and the ``seed`` and the hash of the problem
    that lead to the same plan again; after a change by hand the reasons that are known stay. Part of the caller's
    transaction.
    """
    session.flush()
    meetings = session.scalars(select(Meeting).where(Meeting.event_id == event.id).order_by(Meeting.id)).all()
    together = [meeting for meeting in meetings if meeting.status in TAKES_PLACE]
    met = Counter(side_id for meeting in together for side_id in pair_of(meeting))
    known = _reasons_of(latest_version(session, event)) if reasons is None else reasons
    participants = session.scalars(
        select(Participant)
        .where(Participant.event_id == event.id, Participant.status == ParticipantStatus.CONFIRMED)
        .order_by(Participant.id)
    )
    event.plan_version += 1
    event.planned_at = now()
    version = PlanVersion(
        event_id=event.id,
        version=event.plan_version,
        made_at=event.planned_at,
        made_by=actor,
        origin=origin,
        note=note[:NOTE_LENGTH],
        proven=proven,
        seed=seed,
        input_hash=input_hash,
        pairs=[
            (meeting.need_side_id, meeting.offer_side_id, meeting.score)
            for meeting in meetings
            if meeting.status is not MeetingStatus.CANCELLED
        ],
        schedule=[ScheduleRow.of(meeting) for meeting in meetings],
        unserved=[(p.id, known.get(p.id, CHANGED_BY_HAND)) for p in participants if met[p.id] < p.min_meetings],
    )
    session.add(version)
    session.flush()
    return version


def note_message(message: str, **values: object) -> str:
    """A note of a message (marked with ``N_``) and its values. If that is too long, its Chinese text is kept, cut."""
    note = serialize_note({"message": message, "values": values})
    return note if len(note) <= NOTE_LENGTH else translate(message, "zh", **values)[:NOTE_LENGTH]


def serialize_note(document: Mapping[str, object]) -> str:
    """The note as a version stores it; ``version_notes.py`` reads it in each reader's language."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def versions(session: Session, event: Event) -> Sequence[PlanVersion]:
    """All versions, the latest first. What they hold is loaded when it is asked for."""
    query = (
        select(PlanVersion)
        .where(PlanVersion.event_id == event.id)
        .options(*(defer(column) for column in (PlanVersion.pairs, PlanVersion.schedule, PlanVersion.certificate)))
        .order_by(PlanVersion.version.desc())
    )
    return session.scalars(query).all()


def version_if_any(session: Session, event: Event, number: int | None) -> PlanVersion | None:
    """The version with that number."""
    return session.scalar(select(PlanVersion).where(PlanVersion.event_id == event.id, PlanVersion.version == number))


def find_version(session: Session, event: Event, number: int) -> PlanVersion:
    """The version with that number. Raises :class:`NotFound`."""
    version = version_if_any(session, event, number)
    if version is None:
        raise NotFound(N_("没有第 %(version)d 版日程"), version=number)
    return version


def published_version(session: Session, event: Event) -> PlanVersion | None:
    """What participants see; ``None`` before the first is published."""
    return None if event.published_version is None else find_version(session, event, event.published_version)


def last_planned(session: Session, event: Event) -> PlanVersion | None:
    """The last version that was built or re-planned: what is proven of the plan dates from there."""
    query = (
        select(PlanVersion)
        .where(PlanVersion.event_id == event.id, PlanVersion.origin.in_((PlanOrigin.BUILT, PlanOrigin.REPLANNED)))
        .order_by(PlanVersion.version.desc())
        .limit(1)
    )
    return session.scalar(query)


def latest_version(session: Session, event: Event) -> PlanVersion | None:
    """The match list as it stands, or ``None`` before the first build."""
    query = select(PlanVersion).where(PlanVersion.event_id == event.id).order_by(PlanVersion.version.desc()).limit(1)
    return session.scalar(query)


def _reasons_of(version: PlanVersion | None) -> dict[int, str]:
    return {} if version is None else dict(version.unserved)
