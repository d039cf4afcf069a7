"""What is still open at an event, by its own clock. Instants (``at``) are aware; ``None`` is now."""

from datetime import datetime

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict
from matchmaker.domain.event import Event
from matchmaker.domain.vocabulary import EventStatus
from matchmaker.i18n import N_


def local_time(event: Event, at: datetime | None = None) -> datetime:
    """The event's local time at an instant."""
    return (at or now()).astimezone(event.zone).replace(tzinfo=None)


def registration_closes(event: Event) -> datetime | None:
    """Until when organizations can apply by themselves, local time."""
    return event.registration_until or event.starts_at


def registration_is_open(event: Event, at: datetime | None = None) -> bool:
    """Whether organizations can apply by themselves: the event is announced, and its registration not yet over."""
    closes = registration_closes(event)
    announced = event.status is EventStatus.PUBLISHED and event.registration_open
    return announced and closes is not None and local_time(event, at) < closes


def wishes_close(event: Event) -> datetime | None:
    """Until when participants may say when they can and how often they would like to meet, local time."""
    return event.requests_until or event.starts_at


def wishes_are_open(event: Event, at: datetime | None = None) -> bool:
    """Whether participants may still say so themselves; after that only organizers can."""
    closes = wishes_close(event)
    return event.status is not EventStatus.FINISHED and closes is not None and local_time(event, at) < closes


def has_begun(event: Event, at: datetime | None = None) -> bool:
    """Whether its first session has begun."""
    return event.starts_at is not None and local_time(event, at) >= event.starts_at


def is_over(event: Event, at: datetime | None = None) -> bool:
    """Whether it has been closed, or its last session is past."""
    ended = event.ends_at is not None and local_time(event, at) >= event.ends_at
    return event.status is EventStatus.FINISHED or ended


def check_not_over(event: Event, at: datetime | None = None) -> None:
    """Raise :class:`Conflict` when it is over: what was planned is history then."""
    if is_over(event, at):
        raise Conflict(N_("“%(name)s”已经结束，日程不能再改"), name=event.name)
