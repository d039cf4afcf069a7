"""Publish one meeting immediately without publishing the organizers' other draft changes."""

from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.events.event import Event, Meeting, PlanVersion, ScheduleRow
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import PlanOrigin
from matchmaker.services.events.plan.versions import published_version, record_version
from matchmaker.services.events.scheduling.certificate import certify


def publish_single_change(
    session: Session, actor: User | None, event: Event, meeting: Meeting, note: str
) -> PlanVersion:
    """Make the meeting, as it now stands in the session, part of what participants see.

    Without other changes the next version is published as it is, with its certificate, valid or not: faults elsewhere
    in the plan (somebody who can no longer come) are no reason to keep these two apart. With other changes two versions
    are made: the published version with this meeting, and after it the organizers' draft, which remains the latest.
    Part of the caller's transaction, which has locked the event and checked that the meeting fits both.
    """
    before = published_version(session, event)
    assert before is not None, "a single change is published only after a first publication"
    if event.plan_version == before.version:
        after = record_version(session, actor, event, note=note)
        after.certificate = certify(session, event).to_document()
    else:
        after = _with_meeting(session, actor, event, before, meeting, note)
        record_version(session, actor, event, note=note)
    after.published_at = now()
    event.published_version = after.version
    return after


def record_single_change(
    session: Session, actor: User | None, event: Event, meeting: Meeting, note: str
) -> PlanVersion:
    """Publish a meeting that changed on the day; before the first publication, only record the next version."""
    if event.published_version is None:
        return record_version(session, actor, event, note=note)
    return publish_single_change(session, actor, event, meeting, note)


def _with_meeting(
    session: Session, actor: User | None, event: Event, before: PlanVersion, meeting: Meeting, note: str
) -> PlanVersion:
    pair = pair_of(meeting)
    event.plan_version += 1
    version = PlanVersion(
        event_id=event.id,
        version=event.plan_version,
        made_by=actor,
        origin=PlanOrigin.CHANGED,
        note=note,
        pairs=[(need, offer, score) for need, offer, score in before.pairs if (need, offer) != pair]
        + [(*pair, meeting.score)],
        schedule=[row for row in before.schedule if row.pair != pair] + [ScheduleRow.of(meeting)],
        unserved=before.unserved,
    )
    session.add(version)
    return version
