"""What is still open at an event, by its own clock. Instants (``at``) are aware; ``None`` is now."""

from datetime import UTC, datetime

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event
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
    return event.status is EventStatus.FINISHED or last_session_ended(event, at)


def check_not_over(event: Event, at: datetime | None = None) -> None:
    """Raise :class:`Conflict` when it is over: what was planned is history then."""
    if is_over(event, at):
        raise Conflict(N_("“%(name)s”已经结束，日程不能再改"), name=event.name)


def last_session_ended(event: Event, at: datetime | None = None) -> bool:
    """Whether the event's last session has ended at ``at``, whether or not organizers have closed the event."""
    return event.ends_at is not None and event.ends_at <= local_time(event, at)


def running_slot(event: Event, local: datetime) -> datetime | None:
    """The beginning of the slot that is running at ``local``; ``None`` in breaks, before and after the event."""
    return next((slot for slot in event.slots if slot <= local < slot + event.slot_length), None)


def coming_slot(event: Event, local: datetime) -> datetime | None:
    """The beginning of the first slot after ``local``; ``None`` when none is left."""
    return next((slot for slot in event.slots if slot > local), None)


def exists_on_clock(moment: datetime) -> bool:
    """Whether clocks in the zone of ``moment`` (aware) ever show its time: one hour of spring is skipped."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None) == moment.replace(tzinfo=None)
