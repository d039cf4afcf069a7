"""The event and the version of its plan, as printed in the head and foot of every sheet."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class EventHeader:
    """The event as printed on each page.

    `dates` is printed as it is ("2026年5月18日—19日"). `version` is the version of the event's plan, so that an old
    sheet can be told from a new one; 0 before the first version. `printed_at` is the event's local time.
    """

    name: str
    place: str
    dates: str
    organizer: str
    version: int
    printed_at: datetime

    @property
    def printed_at_text(self) -> str:
        """The time of printing, as 2026-05-18 09:00."""
        return self.printed_at.strftime("%Y-%m-%d %H:%M")
