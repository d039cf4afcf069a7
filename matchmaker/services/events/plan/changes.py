"""What differs between two states of a plan, meeting by meeting, and how it is worded.

The board and its undo, the page of versions, mail, change slips and the participants' pages all compare here. They
differ in what they take for the same: that is their aspect, a function that says what of a meeting a reader looks at.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from matchmaker.domain.events.event import OCCUPYING, Event, PlanVersion, ScheduleRow
from matchmaker.domain.events.pair import PairKey
from matchmaker.domain.vocabulary import MeetingStatus, Term
from matchmaker.i18n import N_, translate
from matchmaker.services.events.plan.placements import EXPECTED, Placement
from matchmaker.services.events.plan.versions import TAKES_PLACE

Names = Mapping[int, str]
"""The participants' names by id."""

Aspect: TypeAlias = Callable[[ScheduleRow], object]
"""What a reader looks at in a meeting. Equal values are no change; ``None`` means that the reader does not see the
meeting at all.
"""

_AWAY = frozenset({MeetingStatus.CANCELLED, MeetingStatus.NO_SHOW})


def as_worked_on(row: ScheduleRow) -> object:
    """For the organizers' board: slot, table, lock, and whether the meeting was called off or missed. That it was held
    is no change of the plan.
    """
    return row.starts_at, row.table, row.locked, row.status if row.status in _AWAY else None


def as_listed(row: ScheduleRow) -> object:
    """For the match list: whether the pair is on it."""
    return True if row.status is not MeetingStatus.CANCELLED else None


def as_taking_place(row: ScheduleRow) -> object:
    """For the page of versions: slot and table, if any, of meetings that take place."""
    return (row.starts_at, row.table) if row.status in TAKES_PLACE else None


def as_expected(row: ScheduleRow) -> Placement | None:
    """For participants: slot and table; that somebody did not come is no change of the plan."""
    return Placement.of(row) if row.status in EXPECTED else None


def as_occupying(row: ScheduleRow) -> Placement | None:
    """For slips of paper: slot and table of meetings that keep them."""
    return Placement.of(row) if row.status in OCCUPYING else None


class ChangeKind(StrEnum):
    """What became of a meeting in the eyes of a reader."""

    ADDED = "added"
    MOVED = "moved"
    REMOVED = "removed"


class ChangeAction(Term):
    """What was done to a meeting between two states of the plan, as the organizers' board tells it."""

    PLACED = "placed", "安排", "Placed"
    MOVED = "moved", "移动", "Moved"
    TAKEN_OFF = "taken_off", "撤出日程", "Taken off the schedule"
    CANCELLED = "cancelled", "取消", "Cancelled"
    NO_SHOW = "no_show", "未到场", "No-show"
    LOCKED = "locked", "锁定", "Locked"
    UNLOCKED = "unlocked", "解锁", "Unlocked"
    LISTED = "listed", "列入匹配表", "Put on the match list"
    UNLISTED = "unlisted", "移出匹配表", "Taken off the match list"


@dataclass(frozen=True, slots=True)
class MeetingChange:
    """One meeting in two states of the plan; a row is ``None`` where the reader does not see the meeting."""

    pair: PairKey
    before: ScheduleRow | None
    after: ScheduleRow | None

    @property
    def kind(self) -> ChangeKind:
        """Whether the meeting is new, gone, or different from what it was."""
        if self.before is None:
            return ChangeKind.ADDED
        return ChangeKind.REMOVED if self.after is None else ChangeKind.MOVED

    @property
    def action(self) -> ChangeAction:
        """The most important thing that was done."""
        old, new = kept_placement(self.before), kept_placement(self.after)
        if old != new and new is not None:
            return ChangeAction.PLACED if old is None else ChangeAction.MOVED
        if self.after is None:
            return ChangeAction.TAKEN_OFF if old else ChangeAction.UNLISTED
        was = MeetingStatus.PLANNED if self.before is None else self.before.status
        if self.after.status is not was and self.after.status in _AWAY:
            return ChangeAction.parse(self.after.status.value)
        if old != new:
            return ChangeAction.TAKEN_OFF
        if self.before is None or old is None:
            return ChangeAction.LISTED
        return ChangeAction.LOCKED if self.after.locked else ChangeAction.UNLOCKED

    @property
    def when(self) -> datetime | None:
        """The slot to sort by: the new slot, or the old slot of a meeting that is gone."""
        row = self.after or self.before
        return None if row is None else row.starts_at

    def partner_of(self, participant_id: int) -> int:
        """The id of the other participant."""
        need, offer = self.pair
        return offer if participant_id == need else need

    def text(self, names: Names, language: str = "zh", *, dated: bool = False) -> str:
        """As “移动：甲 — 乙，09:00 3 号桌 → 09:20 5 号桌”."""
        gone = translate(N_("已移出的参会方"), language)
        pair = " — ".join(names.get(participant_id) or gone for participant_id in self.pair)
        placements = list(dict.fromkeys(kept_placement(row) for row in (self.before, self.after)))
        where = " → ".join(place.text(language, dated=dated) for place in placements if place is not None)
        action = self.action.label(language)
        if not where:
            return translate(N_("%(kind)s：%(pair)s"), language, kind=action, pair=pair)
        return translate(N_("%(kind)s：%(pair)s，%(where)s"), language, kind=action, pair=pair, where=where)


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """All meetings that a reader sees differently in two states of a plan, and how many stand as they were."""

    changes: tuple[MeetingChange, ...]
    kept: int

    @property
    def added(self) -> list[MeetingChange]:
        """The meetings that only the later state has."""
        return self._of_kind(ChangeKind.ADDED)

    @property
    def moved(self) -> list[MeetingChange]:
        """The meetings that both states have, but not alike."""
        return self._of_kind(ChangeKind.MOVED)

    @property
    def removed(self) -> list[MeetingChange]:
        """The meetings that only the earlier state has."""
        return self._of_kind(ChangeKind.REMOVED)

    def by_participant(self) -> dict[int, list[MeetingChange]]:
        """For each participant that is concerned, by id, its changes in order of time."""
        found: defaultdict[int, list[MeetingChange]] = defaultdict(list)
        for change in in_time_order(self.changes):
            for participant_id in change.pair:
                found[participant_id].append(change)
        return dict(found)

    def _of_kind(self, kind: ChangeKind) -> list[MeetingChange]:
        return [change for change in self.changes if change.kind is kind]


def plan_difference(
    before: PlanVersion | None, after: PlanVersion | None, aspect: Aspect = as_worked_on
) -> PlanDifference:
    """What differs from one version to another; everything is new where there was none before."""
    return rows_difference([] if before is None else before.schedule, [] if after is None else after.schedule, aspect)


def rows_difference(
    before: Iterable[ScheduleRow], after: Iterable[ScheduleRow], aspect: Aspect = as_worked_on
) -> PlanDifference:
    """What differs between two lists of meetings, in the order of the earlier; new meetings come last."""
    old, new = ({row.pair: row for row in rows if aspect(row) is not None} for rows in (before, after))
    changes = []
    for pair in dict.fromkeys((*old, *new)):
        was, now = old.get(pair), new.get(pair)
        if was is None or now is None or aspect(was) != aspect(now):
            changes.append(MeetingChange(pair, was, now))
    return PlanDifference(tuple(changes), kept=len(old.keys() | new.keys()) - len(changes))


def kept_placement(row: ScheduleRow | None) -> Placement | None:
    """Where the row's meeting takes place; ``None`` for a meeting without a slot, or that gave its slot up."""
    return None if row is None or row.status in _AWAY else Placement.of(row)


def in_time_order(changes: Iterable[MeetingChange]) -> list[MeetingChange]:
    """The changes by slot, those without a slot first, then by pair."""
    return sorted(changes, key=lambda change: (change.when or datetime.min, change.pair))


def in_words(changes: Iterable[MeetingChange], names: Names, event: Event, language: str = "zh") -> list[str]:
    """One line for each change, with the day where the event lasts longer than one."""
    dated = lasts_days(event)
    return [change.text(names, language, dated=dated) for change in changes]


def lasts_days(event: Event) -> bool:
    """Whether a time alone does not tell the slot."""
    return len({session.starts_at.date() for session in event.sessions}) > 1


def shortened(lines: Iterable[str], most: int, language: str = "zh") -> str:
    """The first lines as one text, and how many more there are."""
    lines = list(lines)
    return "；".join(_shortened(lines, most, language))


def _shortened(lines: list[str], most: int, language: str) -> Iterator[str]:
    yield from lines[:most]
    if len(lines) > most:
        yield translate(N_("另有 %(count)d 处"), language, count=len(lines) - most)
