"""What the head and foot of every sheet say about the event and the plan it was printed from."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class EventHeader:
    """The event as printed on each page.

    `dates` is text ready to print ("2026年5月18日—19日"). `version` counts the states of the event's plan, so that two
    sheets on one desk can be told apart, and is 0 before the first; `printed_at` is shown as given, in the event's
    local time.
    """

    name: str
    place: str
    dates: str
    organizer: str
    version: int
    printed_at: datetime

    @property
    def printed_at_text(self) -> str:
        return self.printed_at.strftime("%Y-%m-%d %H:%M")
