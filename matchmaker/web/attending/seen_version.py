"""The version of a schedule that the reader saw last, kept in the browser's session."""

from datetime import datetime, timedelta

from flask import session

from matchmaker.domain.base import now
from matchmaker.domain.events.event import Participant

_KEY = "schedules_seen"
_FRESH = timedelta(days=1)
"""How long a look at a new version counts as one and the same, however often the page is opened."""

_MOST_REMEMBERED = 20
"""A cookie is small: the schedules that were looked at longest ago are forgotten."""


def schedule_seen(participant: Participant, version: int, at: datetime | None = None) -> int | None:
    """Record that the reader sees this version, and return the version that changes are shown against.

    ``None`` when the reader sees the schedule for the first time.
    """
    at = at or now()
    seen: dict[str, tuple[int | None, int, float]] = dict(session.get(_KEY, {}))
    before, latest, since = seen.pop(str(participant.id), (None, None, 0.0))
    if latest != version:
        before, since = latest, at.timestamp()
    elif at.timestamp() - since > _FRESH.total_seconds():
        before = version
    seen[str(participant.id)] = (before, version, since)
    session[_KEY] = dict(list(seen.items())[-_MOST_REMEMBERED:])
    return before
