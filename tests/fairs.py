"""Events and participants for tests, made as rows: what leads to them is tested where it happens."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, EventSession, Meeting, Participant
from matchmaker.domain.people import Organization
from matchmaker.domain.vocabulary import EventKind, EventStatus, ParticipantStatus, Side
from matchmaker.services.jobs.worker import run_pending
from matchmaker.services.platform import Platform
from tests.factories import make_organization

DAY = datetime(2040, 5, 15)
"""Far ahead, so that deadlines are still to come for pages, which ask the clock."""


def make_fair(session: Session, **values: Any) -> Event:
    """An announced docking event on a morning and an afternoon: six slots of an hour, at ten tables, in UTC."""
    usual = {
        "kind": EventKind.DOCKING,
        "name": "示例对接会",
        "place": "会展中心",
        "status": EventStatus.PUBLISHED,
        "slot_minutes": 60,
        "table_count": 10,
        "time_zone": "UTC",
    }
    event = Event(**(usual | values))
    event.sessions = [
        EventSession(starts_at=at(9), ends_at=at(12)),
        EventSession(starts_at=at(14), ends_at=at(17)),
    ]
    session.add(event)
    session.commit()
    return event


def at(hour: int, minute: int = 0) -> datetime:
    """A local time of the fair's day."""
    return DAY + timedelta(hours=hour, minutes=minute)


def instant(hour: int, *, days_before: int = 0) -> datetime:
    """The same as an instant, or that many days earlier."""
    return (at(hour) - timedelta(days=days_before)).replace(tzinfo=UTC)


def make_participant(
    session: Session,
    event: Event,
    side: Side = Side.NEED,
    organization: Organization | None = None,
    status: ParticipantStatus = ParticipantStatus.CONFIRMED,
    **values: Any,
) -> Participant:
    """A confirmed participant with an organization of its own."""
    organization = organization or make_organization(session)
    participant = Participant(event=event, side=side, organization=organization, status=status, **values)
    session.add(participant)
    session.commit()
    return participant


def make_meeting(session: Session, need_side: Participant, offer_side: Participant, **values: Any) -> Meeting:
    """A planned meeting of the two at nine at the first table."""
    meeting = Meeting(
        event_id=need_side.event_id,
        need_side=need_side,
        offer_side=offer_side,
        **({"score": 80.0, "starts_at": at(9), "table": 1} | values),
    )
    session.add(meeting)
    session.commit()
    return meeting


def letters(platform: Platform) -> list[tuple[str, str, str]]:
    """All mail sent so far, what waits included, in order: to whom, subject, text."""
    run_pending(platform)
    found = []
    for path in sorted((platform.settings.data / "mail").glob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        found.append((message["To"], message["Subject"], message.get_content()))
    return found
