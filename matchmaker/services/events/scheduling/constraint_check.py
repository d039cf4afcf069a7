"""Fixed meetings that contradict each other or the rest: told before anything is planned, with names."""

from collections import Counter
from collections.abc import Iterator

from matchmaker.domain.errors import Conflict, LabelList
from matchmaker.i18n import N_
from matchmaker.services.events.scheduling.constraints import Attendee, Constraints, FixedMeeting


def check_constraints(constraints: Constraints) -> None:
    """Raise :class:`Conflict` with the first thing that no plan could respect, and how to mend it."""
    for problem in _problems(constraints):
        raise problem


def _problems(constraints: Constraints) -> Iterator[Conflict]:
    if not constraints.slots:
        yield Conflict(N_("活动还没有时段：请先在“资料”里填写场次"))
    if constraints.begun.issuperset(constraints.slots):
        yield Conflict(N_("活动的时段都已过去，不能再排日程"))
    if constraints.tables < 1:
        yield Conflict(N_("活动还没有桌位：请先在“资料”里填写桌数"))
    for attendee in constraints.attendees:
        if attendee.table is not None and not 1 <= attendee.table <= constraints.tables:
            yield Conflict(
                N_("“%(name)s”固定在 %(table)d 号桌，但只有 %(count)d 张桌；请改桌号或加桌"),
                name=attendee.name,
                table=attendee.table,
                count=constraints.tables,
            )
    yield from _places(constraints)
    yield from _double(constraints)
    yield from _limits(constraints)


def _places(constraints: Constraints) -> Iterator[Conflict]:
    """What is wrong with one fixed meeting by itself."""
    for meeting in constraints.fixed:
        sides = [constraints.attendee[one] for one in meeting.pair]
        told = _told(constraints, meeting)
        if meeting.starts_at not in constraints.slots:
            yield Conflict(N_("“%(need)s”与“%(offer)s”定在 %(time)s，但没有这个时段；请解锁或改时间"), **told)
        if meeting.table is not None and not 1 <= meeting.table <= constraints.tables:
            yield Conflict(
                N_("“%(need)s”与“%(offer)s”定在 %(time)s 的 %(table)d 号桌，但只有 %(count)d 张桌；请换桌或加桌"),
                table=meeting.table,
                count=constraints.tables,
                **told,
            )
        kept = {table for table in (meeting.table, *(side.table for side in sides)) if table is not None}
        if len(kept) > 1:
            yield Conflict(
                N_("“%(need)s”与“%(offer)s”定在 %(time)s，却同时固定在 %(tables)s 号桌；请解锁或改桌号"),
                tables=LabelList(str(table) for table in sorted(kept)),
                **told,
            )
        if meeting.took_place:
            continue
        for side in sides:
            if meeting.starts_at in side.away | constraints.begun:
                yield Conflict(
                    N_(
                        "“%(need)s”与“%(offer)s”定在 %(time)s，但“%(name)s”这个时段不能参加；"
                        "请解锁、改时间或改其可参加时段"
                    ),
                    name=side.name,
                    **told,
                )
        if sides[0].person is not None and sides[0].person == sides[1].person:
            yield Conflict(N_("“%(need)s”与“%(offer)s”由同一人洽谈，不能会面；请解锁"), **told)


def _double(constraints: Constraints) -> Iterator[Conflict]:
    """Two fixed meetings that need the same people or the same table at once."""
    taken: dict[tuple[object, ...], FixedMeeting] = {}
    in_slot: Counter[object] = Counter()
    for meeting in constraints.fixed:
        sides = [constraints.attendee[one] for one in meeting.pair]
        tables = {table for table in (meeting.table, *(side.table for side in sides)) if table is not None}
        for resource in (*map(_person, sides), *(("table", table) for table in tables)):
            other = taken.setdefault((*resource, meeting.starts_at), meeting)
            if other is not meeting:
                need, offer = constraints.name(other.pair)
                yield Conflict(
                    N_(
                        "“%(need)s”与“%(offer)s”、“%(other_need)s”与“%(other_offer)s”都定在 %(time)s，"
                        "但要用同一方、同一人或同一张桌；请解锁或移动其中一场"
                    ),
                    other_need=need,
                    other_offer=offer,
                    **_told(constraints, meeting),
                )
        in_slot[meeting.starts_at] += 1
        if in_slot[meeting.starts_at] > constraints.tables:
            yield Conflict(
                N_("%(time)s 已定下的洽谈多于 %(count)d 张桌；请解锁一场或加桌"),
                time=_time(meeting),
                count=constraints.tables,
            )


def _limits(constraints: Constraints) -> Iterator[Conflict]:
    fixed = Counter(one for meeting in constraints.fixed for one in meeting.pair)
    for attendee in constraints.attendees:
        if fixed[attendee.id] > max(attendee.max_meetings, constraints.facts[attendee.id]):
            yield Conflict(
                N_("“%(name)s”最多洽谈 %(most)d 场，已定下 %(fixed)d 场；请解锁一场或提高上限"),
                name=attendee.name,
                most=attendee.max_meetings,
                fixed=fixed[attendee.id],
            )


def _person(attendee: Attendee) -> tuple[object, ...]:
    return ("person", attendee.person or attendee.id)


def _told(constraints: Constraints, meeting: FixedMeeting) -> dict[str, object]:
    need, offer = constraints.name(meeting.pair)
    return {"need": need, "offer": offer, "time": _time(meeting)}


def _time(meeting: FixedMeeting) -> str:
    return f"{meeting.starts_at:%m-%d %H:%M}"
