"""Where and when the pairs of a version meet. One rule for everybody who asks; what differs is which meetings count."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import OCCUPYING, Event, ScheduleRow
from matchmaker.domain.events.pair import PairKey
from matchmaker.domain.vocabulary import MeetingStatus
from matchmaker.i18n import N_, translate
from matchmaker.services.events.plan.versions import published_version

EXPECTED = OCCUPYING | {MeetingStatus.NO_SHOW}
"""Meetings that belong to what two participants have or had. That somebody did not come changes no plan, though it
keeps nobody else away from the table.
"""

TOLD = frozenset(MeetingStatus)
"""All that the version says anything of, also that a meeting is cancelled."""


@dataclass(frozen=True, slots=True)
class Place:
    """When (local time) and at which table; ``None`` where there are no tables."""

    starts_at: datetime
    table: int | None

    def text(self, language: str = "zh", *, dated: bool = False) -> str:
        """As “09:20 3 号桌”, or with the day before it."""
        time = self.starts_at.strftime("%m-%d %H:%M" if dated else "%H:%M")
        return translate(N_("%(time)s %(table)s 号桌"), language, time=time, table=self.table or "—")


def places_of(rows: Sequence[ScheduleRow], counting: Collection[MeetingStatus] = OCCUPYING) -> dict[PairKey, Place]:
    """The places of those pairs that have a time; by default of meetings that keep others away from it."""
    return {
        (need, offer): Place(datetime.fromisoformat(starts_at), table)
        for need, offer, starts_at, table, _, status in rows
        if starts_at is not None and MeetingStatus.parse(status) in counting
    }


def published_places(
    session: Session, event: Event, counting: Collection[MeetingStatus] = OCCUPYING
) -> dict[PairKey, Place]:
    """The same of the version that participants see; nothing before the first."""
    plan = published_version(session, event)
    return {} if plan is None else places_of(plan.schedule, counting)
