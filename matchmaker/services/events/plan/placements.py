"""When and where the pairs of a plan meet: one rule for everybody who asks; what differs is which meetings count."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import OCCUPYING, Event, PlanVersion
from matchmaker.domain.events.pair import PairKey
from matchmaker.domain.vocabulary import MeetingStatus
from matchmaker.i18n import N_, translate
from matchmaker.services.events.plan.versions import published_version

EXPECTED = OCCUPYING | {MeetingStatus.NO_SHOW}
"""Meetings that belong to what two participants have or had. A meeting to which nobody came stays in their schedule,
though it keeps nobody else away from the table.
"""

ANY_STATUS = frozenset(MeetingStatus)
"""Every meeting that a version has, cancelled ones too."""


class _HasSlot(Protocol):
    @property
    def starts_at(self) -> datetime | None: ...
    @property
    def table(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Placement:
    """The slot (its beginning, local time) and the table of a meeting; ``None`` for the table where there are none."""

    starts_at: datetime
    table: int | None

    @classmethod
    def of(cls, meeting: _HasSlot | None) -> Self | None:
        """Slot and table of a meeting or of a version's row, whatever its status; ``None`` if it has no slot."""
        return None if meeting is None or meeting.starts_at is None else cls(meeting.starts_at, meeting.table)

    def text(self, language: str = "zh", *, dated: bool = False) -> str:
        """As “09:20 3 号桌”, or with the day before it."""
        time = self.starts_at.strftime("%m-%d %H:%M" if dated else "%H:%M")
        return translate(N_("%(time)s %(table)s 号桌"), language, time=time, table=self.table or "—")


def placements_in(
    version: PlanVersion | None, counting: Collection[MeetingStatus] = OCCUPYING
) -> dict[PairKey, Placement]:
    """The placements of the pairs that have a slot in the version; by default of meetings that keep others away from
    it. Nothing is placed before the first version.
    """
    rows = [] if version is None else version.schedule
    return {
        row.pair: placement for row in rows if row.status in counting and (placement := Placement.of(row)) is not None
    }


def published_placements(
    session: Session, event: Event, counting: Collection[MeetingStatus] = OCCUPYING
) -> dict[PairKey, Placement]:
    """The placements that participants see; none before the first publication."""
    return placements_in(published_version(session, event), counting)
