"""Events as everyone sees them: those that have been announced."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matchmaker.domain.errors import NotFound
from matchmaker.domain.events.event import Event, Participant
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventStatus
from matchmaker.i18n import N_


def public_events(session: Session, viewer: User | None) -> Sequence[Event]:
    """Events that have been announced, the latest first; for organizers also those in preparation."""
    rows = select(Event).options(selectinload(Event.sessions))
    if viewer is None or not viewer.organizes:
        rows = rows.where(Event.status != EventStatus.PREPARING)
    return sorted(session.scalars(rows), key=lambda event: (event.starts_at or datetime.min, event.id), reverse=True)


def coming_events(session: Session, viewer: User | None, at: datetime) -> list[Event]:
    """Events that the viewer may know of and that are not over at a (local) time, the next first."""
    coming = [event for event in public_events(session, viewer) if event.ends_at is not None and event.ends_at >= at]
    return coming[::-1]


def public_event(session: Session, viewer: User | None, event_id: int) -> Event:
    """One of :func:`public_events`, with its participants, of whom only the confirmed are anybody's business. Raises
    :class:`NotFound`.
    """
    event = session.get(
        Event,
        event_id,
        options=[
            selectinload(Event.sessions),
            selectinload(Event.participants).joinedload(Participant.organization),
            selectinload(Event.participants).joinedload(Participant.team),
        ],
    )
    if event is None or (event.status is EventStatus.PREPARING and not (viewer is not None and viewer.organizes)):
        raise NotFound(N_("没有这个活动，或尚未公布"))
    return event
