"""What differs between two states of a plan, meeting by meeting, and how that is said."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from matchmaker.domain.events.event import Event, PlanVersion, ScheduleRow
from matchmaker.domain.events.pair import PairKey
from matchmaker.domain.vocabulary import MeetingStatus, Term
from matchmaker.i18n import N_, translate
from matchmaker.services.events.plan.placements import Place

Names = Mapping[int, str]
"""The participants' names by id."""

_AWAY = (MeetingStatus.CANCELLED.value, MeetingStatus.NO_SHOW.value)


class PlanChangeKind(Term):
    """What became of one meeting from one state of the plan to another."""

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
class PlanChange:
    """One meeting in two states of the plan; a row is ``None`` where the pair was not, or is no longer, listed."""

    pair: PairKey
    before: ScheduleRow | None
    after: ScheduleRow | None

    @property
    def kind(self) -> PlanChangeKind:
        """The most important thing that changed."""
        old, new = place_of(self.before), place_of(self.after)
        if old != new and new is not None:
            return PlanChangeKind.PLACED if old is None else PlanChangeKind.MOVED
        if self.after is None:
            return PlanChangeKind.TAKEN_OFF if old else PlanChangeKind.UNLISTED
        if _status(self.before) != _status(self.after) and _status(self.after) in _AWAY:
            return PlanChangeKind.parse(_status(self.after))
        if old != new:
            return PlanChangeKind.TAKEN_OFF
        if self.before is None or old is None:
            return PlanChangeKind.LISTED
        return PlanChangeKind.LOCKED if self.after[4] else PlanChangeKind.UNLOCKED

    def text(self, names: Names, language: str = "zh", *, dated: bool = False) -> str:
        """As “移动：甲 — 乙，09:00 3 号桌 → 09:20 5 号桌”."""
        pair = " — ".join(names.get(one) or translate(N_("已移出的参会方"), language) for one in self.pair)
        places = list(dict.fromkeys(place_of(row) for row in (self.before, self.after)))
        where = " → ".join(place.text(language, dated=dated) for place in places if place is not None)
        kind = self.kind.label(language)
        if not where:
            return translate(N_("%(kind)s：%(pair)s"), language, kind=kind, pair=pair)
        return translate(N_("%(kind)s：%(pair)s，%(where)s"), language, kind=kind, pair=pair, where=where)


def plan_changes(before: PlanVersion | None, after: PlanVersion | None) -> tuple[PlanChange, ...]:
    """What changed from one version to another; a meeting that was held meanwhile has not changed."""
    old, new = (_rows(version) for version in (before, after))
    keys = dict.fromkeys((*old, *new))
    return tuple(
        PlanChange(key, old.get(key), new.get(key)) for key in keys if _essence(old.get(key)) != _essence(new.get(key))
    )


def place_of(row: ScheduleRow | None) -> Place | None:
    """Where the row's meeting takes place; ``None`` for one without a place, or that gave its place up."""
    if row is None or row[2] is None or row[5] in _AWAY:
        return None
    return Place(datetime.fromisoformat(row[2]), row[3])


def in_words(changes: Iterable[PlanChange], names: Names, event: Event, language: str = "zh") -> list[str]:
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


def _rows(version: PlanVersion | None) -> dict[PairKey, ScheduleRow]:
    return {} if version is None else {(row[0], row[1]): row for row in version.schedule}


def _status(row: ScheduleRow | None) -> str:
    return MeetingStatus.PLANNED.value if row is None else row[5]


def _essence(row: ScheduleRow | None) -> object:
    """What a plan says of a meeting, whether or not it was held since."""
    if row is None:
        return None
    return row[2], row[3], row[4], row[5] if row[5] in _AWAY else None
