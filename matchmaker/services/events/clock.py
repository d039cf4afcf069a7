"""What time it is at an event. Its own times are local and naive; instants are aware."""

from datetime import UTC, datetime

from matchmaker.domain.event import Event


def running_slot(event: Event, local: datetime) -> datetime | None:
    """The beginning of the slot that is running then; ``None`` in breaks, before and after."""
    return next((slot for slot in event.slots if slot <= local < slot + event.slot_length), None)


def coming_slot(event: Event, local: datetime) -> datetime | None:
    """The beginning of the first slot after that time; ``None`` when none is left."""
    return next((slot for slot in event.slots if slot > local), None)


def exists(moment: datetime) -> bool:
    """Whether clocks in its zone (``moment`` is aware) ever show that time: one hour of spring is skipped."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None) == moment.replace(tzinfo=None)
