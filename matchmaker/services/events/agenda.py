"""The agenda of an event: openings, talks, roadshows and breaks, beside its meetings."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound, raise_if_any
from matchmaker.domain.events.event import AgendaItem, Event
from matchmaker.domain.people import User
from matchmaker.domain.postings.fields import letters_in, one_line
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.plan.occupancy import lock_event
from matchmaker.services.events.timing import exists_on_clock

MOST_ITEMS = 200
_LENGTHS = {"title": 120, "speaker": 200, "room": 60, "note": 300}


@dataclass(frozen=True, slots=True)
class AgendaValues:
    """What an organizer says of an item, times local to the event. Two in one ``room`` may not overlap; what names no
    room, such as lunch, clashes with nothing.
    """

    starts_at: datetime
    ends_at: datetime
    title: str
    speaker: str = ""
    room: str = ""
    note: str = ""


def days_of(event: Event) -> list[date]:
    """The days from the event's first session to its last, on which something may be on the agenda."""
    if event.starts_at is None or event.ends_at is None:
        return []
    first = event.starts_at.date()
    return [first + timedelta(days=number) for number in range((event.ends_at.date() - first).days + 1)]


def get_agenda_item(session: Session, event: Event, item_id: int) -> AgendaItem:
    """An item of this event. Raises :class:`NotFound`."""
    item = session.get(AgendaItem, item_id)
    if item is None or item.event_id != event.id:
        raise NotFound(N_("议程里没有这一项，请刷新页面"))
    return item


def add_agenda_item(session: Session, actor: User | None, event: Event, values: AgendaValues) -> AgendaItem:
    """Put an item on the agenda.

    Raises :class:`~matchmaker.domain.errors.ValidationErrors`; :class:`Conflict` when the agenda is full.
    """
    check_organizer(actor)
    lock_event(session, event)
    if len(event.agenda) >= MOST_ITEMS:
        raise Conflict(N_("议程最多 %(most)d 项"), most=MOST_ITEMS)
    item = AgendaItem()
    _set(event, item, values)
    event.agenda.append(item)
    return _finish(session, actor, event, item, "agenda item added")


def update_agenda_item(
    session: Session, actor: User | None, event: Event, item_id: int, values: AgendaValues
) -> AgendaItem:
    """Change an item. Raises as :func:`add_agenda_item`, and :class:`NotFound`."""
    check_organizer(actor)
    lock_event(session, event)
    item = get_agenda_item(session, event, item_id)
    _set(event, item, values)
    return _finish(session, actor, event, item, "agenda item changed")


def remove_agenda_item(session: Session, actor: User | None, event: Event, item_id: int) -> None:
    """Take an item off the agenda. Raises :class:`NotFound`."""
    check_organizer(actor)
    item = get_agenda_item(session, event, item_id)
    log(session, actor, "event", event.id, "agenda item removed", item.title)
    event.agenda.remove(item)
    session.commit()


def _finish(session: Session, actor: User | None, event: Event, item: AgendaItem, action: str) -> AgendaItem:
    log(session, actor, "event", event.id, action, item.title)
    session.commit()
    session.expire(event, ["agenda"])
    return item


def _set(event: Event, item: AgendaItem, values: AgendaValues) -> None:
    cleaned = replace(
        values,
        title=one_line(values.title),
        speaker=one_line(values.speaker),
        room=one_line(values.room),
        note=one_line(values.note),
    )
    raise_if_any(list(_problems(event, item, cleaned)))
    for name in ("starts_at", "ends_at", *_LENGTHS):
        setattr(item, name, getattr(cleaned, name))


def _problems(event: Event, item: AgendaItem, values: AgendaValues) -> Iterator[InvalidInput]:
    if not letters_in(values.title):
        yield InvalidInput(N_("请填写内容，如“开幕式”"), field="title")
    for field, limit in _LENGTHS.items():
        length = len(getattr(values, field))
        if length > limit:
            yield InvalidInput(N_("最多 %(limit)d 字，现有 %(length)d 字"), field=field, limit=limit, length=length)
    days = days_of(event)
    if values.starts_at.date() not in days or values.ends_at.date() not in days:
        first, last = (f"{day:%Y-%m-%d}" for day in (days[0], days[-1])) if days else ("—", "—")
        yield InvalidInput(N_("应在活动日期之内（%(first)s 至 %(last)s）"), field="day", first=first, last=last)
    elif values.ends_at <= values.starts_at:
        yield InvalidInput(N_("结束时间应晚于开始时间"), field="ends")
    elif not all(exists_on_clock(moment.replace(tzinfo=event.zone)) for moment in (values.starts_at, values.ends_at)):
        yield InvalidInput(N_("%(zone)s 这一天调整夏令时，没有这个时刻，请避开"), field="begins", zone=event.time_zone)
    else:
        yield from _clashes(event, item, values)


def _clashes(event: Event, item: AgendaItem, values: AgendaValues) -> Iterator[InvalidInput]:
    room = values.room.casefold()
    for other in event.agenda if room else ():
        overlap = other.starts_at < values.ends_at and values.starts_at < other.ends_at
        if other is not item and overlap and other.room.casefold() == room:
            yield InvalidInput(
                N_("“%(room)s”在 %(begins)s–%(ends)s 已有“%(title)s”"),
                field="room",
                room=other.room,
                begins=f"{other.starts_at:%H:%M}",
                ends=f"{other.ends_at:%H:%M}",
                title=other.title,
            )
            return
