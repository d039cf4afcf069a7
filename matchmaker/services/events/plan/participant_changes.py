"""What differs between two versions of a plan, told for each participant by itself."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from matchmaker.domain.events.event import PlanVersion
from matchmaker.services.events.plan.placements import EXPECTED, Place, places_of


class ChangeKind(StrEnum):
    """What became of one meeting from a version to a later one."""

    ADDED = "added"
    MOVED = "moved"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One meeting that is new, somewhere else or gone, with the other participant's id."""

    partner_id: int
    before: Place | None
    after: Place | None

    @property
    def kind(self) -> ChangeKind:
        """Which of the three."""
        if self.before is None:
            return ChangeKind.ADDED
        return ChangeKind.REMOVED if self.after is None else ChangeKind.MOVED

    @property
    def when(self) -> datetime:
        """The time it is sorted by: the new one, or the old one of what is gone."""
        place = self.after or self.before
        assert place is not None
        return place.starts_at


def changes_by_participant(before: PlanVersion | None, after: PlanVersion) -> Mapping[int, list[Change]]:
    """For each participant that is concerned, by id, its changes in order of time. Before the first version nothing
    was planned, so all of it is new. That somebody did not come changes no plan.
    """
    old = {} if before is None else places_of(before.schedule, EXPECTED)
    new = places_of(after.schedule, EXPECTED)
    changes: defaultdict[int, list[Change]] = defaultdict(list)
    for pair in sorted(old.keys() | new.keys()):
        was, is_now = old.get(pair), new.get(pair)
        if was != is_now:
            for own, partner in (pair, pair[::-1]):
                changes[own].append(Change(partner, was, is_now))
    return {own: sorted(ours, key=lambda change: change.when) for own, ours in changes.items()}
