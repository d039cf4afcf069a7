"""Making, changing, publishing and deleting events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict, InvalidInput, LabelList, NotAllowed, NotFound, raise_if_any
from matchmaker.domain.events.event import Event, EventSession, Meeting, Participant, Room
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.people import User
from matchmaker.domain.postings.fields import clean_text, letters_in, one_line
from matchmaker.domain.postings.posting import TEXT_LENGTH
from matchmaker.domain.vocabulary import EventKind, EventStatus, ParticipantStatus, Side
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.events.timing import exists_on_clock

SHORTEST_SLOT, LONGEST_SLOT = 5, 240
MOST_TABLES = 2000
MOST_MEETINGS_EACH = 50
MOST_SESSIONS = 20
MOST_ROOMS = 30
LONGEST_HOLD_HOURS = 168
LONGEST_HOLD_MINUTES = 120

Period = tuple[datetime, datetime]
"""Begin and end, local time."""


@dataclass(frozen=True, slots=True)
class RoomValues:
    """A room with its tables, or a hall of an expo, whose exhibitors have booths."""

    name: str
    table_count: int = 0


@dataclass(frozen=True, slots=True)
class EventValues:
    """What an organizer says of an event. An expo may have no tables: its exhibitors have booths.

    ``rooms`` are in walking order. Where a docking event names rooms, their tables together are its tables, numbered
    through in that order, and ``table_count`` is not asked. All times are local to ``time_zone``.
    """

    kind: EventKind
    name: str
    place: str
    sessions: tuple[Period, ...]
    organizer: str = ""
    description: str = ""
    slot_minutes: int = 20
    table_count: int = 20
    default_max_meetings: int = 6
    rooms: tuple[RoomValues, ...] = ()
    time_zone: str = "Asia/Shanghai"
    compact: bool = True
    registration_open: bool = False
    registration_until: datetime | None = None
    requests_until: datetime | None = None
    request_hours: int = 24
    request_minutes_on_the_day: int = 15


PLAIN_FIELDS = (
    "name",
    "place",
    "organizer",
    "description",
    "slot_minutes",
    "table_count",
    "default_max_meetings",
    "time_zone",
    "compact",
    "registration_open",
    "registration_until",
    "requests_until",
    "request_hours",
    "request_minutes_on_the_day",
)
"""What an event keeps as the organizer said it, and a form shows as it is kept."""


def list_events(session: Session) -> Sequence[Event]:
    """All events, the latest first."""
    events = session.scalars(select(Event).options(selectinload(Event.sessions))).all()
    return sorted(events, key=lambda event: (event.starts_at or datetime.min, event.id), reverse=True)


@dataclass(frozen=True, slots=True)
class EventCounts:
    """How many come on each side, how many wait for an answer to their application, and how many meetings the match
    list has.
    """

    needs: int
    offers: int
    meetings: int
    applied: int = 0


def count_events(session: Session) -> dict[int, EventCounts]:
    """For each event by id, what its line in a list says."""
    sides = {
        (event_id, side, status): number
        for event_id, side, status, number in session.execute(
            select(Participant.event_id, Participant.side, Participant.status, func.count()).group_by(
                Participant.event_id, Participant.side, Participant.status
            )
        )
    }
    meetings = dict(session.execute(select(Meeting.event_id, func.count()).group_by(Meeting.event_id)).all())
    return {
        event_id: EventCounts(
            needs=sides.get((event_id, Side.NEED, ParticipantStatus.CONFIRMED), 0),
            offers=sides.get((event_id, Side.OFFER, ParticipantStatus.CONFIRMED), 0),
            meetings=meetings.get(event_id, 0),
            applied=sum(sides.get((event_id, side, ParticipantStatus.APPLIED), 0) for side in Side),
        )
        for event_id in session.scalars(select(Event.id))
    }


def get_event(session: Session, event_id: int) -> Event:
    """The event with that id. Raises :class:`NotFound`."""
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound(N_("没有这个活动"))
    return event


def find_event(session: Session, name_or_id: str) -> Event:
    """The event that a person names at the command line: by id, by name, or by a part that only one name has."""
    wanted = name_or_id.strip()
    events = list_events(session)
    named = [event for event in events if event.name == wanted]
    numbered = [event for event in events if str(event.id) == wanted]
    similar = [event for event in events if wanted and wanted.casefold() in event.name.casefold()]
    for found in (named, numbered, similar):
        if len(found) == 1:
            return found[0]
    known = LabelList(f"{event.id} {event.name}" for event in events) if events else "—"
    raise NotFound(N_("没有名为“%(name)s”的活动，或不止一个。已有：%(known)s"), name=wanted, known=known)


def create_event(session: Session, actor: User | None, values: EventValues, *, past: bool = False) -> Event:
    """Save a new event, in preparation. ``past`` allows one that is over, to record it.

    Raises :class:`~matchmaker.domain.errors.ValidationErrors`.
    """
    check_organizer(actor)
    values = _cleaned(values)
    raise_if_any([*_problems(session, values, None), *([] if past else _past_sessions(values, None))])
    event = Event()
    _apply(event, values)
    session.add(event)
    _flush(session)
    log(session, actor, "event", event.id, "created", event.name)
    session.commit()
    return event


def update_event(session: Session, actor: User | None, event: Event, values: EventValues) -> Event:
    """Save changes. Sessions may lie in the past only if they did so before.

    Raises :class:`~matchmaker.domain.errors.ValidationErrors`.
    """
    check_organizer(actor)
    values = _cleaned(values)
    raise_if_any([*_problems(session, values, event), *_past_sessions(values, event)])
    _apply(event, values)
    _flush(session)
    log(session, actor, "event", event.id, "edited")
    session.commit()
    return event


def publish_event(session: Session, actor: User | None, event: Event) -> None:
    """Show the event on the public pages."""
    _move(session, actor, event, EventStatus.PREPARING, EventStatus.PUBLISHED)


def unpublish_event(session: Session, actor: User | None, event: Event) -> None:
    """Take the event back from the public pages; nothing is lost."""
    _move(session, actor, event, EventStatus.PUBLISHED, EventStatus.PREPARING)


def delete_event(session: Session, actor: User | None, event: Event) -> None:
    """Delete an event in preparation with its participants and its match list."""
    check_organizer(actor)
    if event.status is not EventStatus.PREPARING:
        raise Conflict(N_("“%(name)s”已经公布，不能删除；请先撤下"), name=event.name)
    log(session, actor, "event", event.id, "deleted", event.name)
    session.refresh(event)
    # Meetings, decisions and requests point at participants, so they go first.
    requests = session.scalars(select(MeetingRequest).where(MeetingRequest.event_id == event.id)).all()
    for rows in (event.meetings, event.decisions, requests):
        for row in rows:
            session.delete(row)
    session.flush()
    session.expire(event, ["meetings", "decisions"])
    session.delete(event)
    session.commit()


@cache
def known_time_zones() -> frozenset[str]:
    """The IANA names of all time zones."""
    return frozenset(available_timezones())


def check_organizer(actor: User | None) -> None:
    """Raise :class:`NotAllowed` for people who do not run events; the command line (``None``) does."""
    if actor is not None and not actor.organizes:
        raise NotAllowed(N_("只有组织方可以管理活动"))


def _move(session: Session, actor: User | None, event: Event, source: EventStatus, target: EventStatus) -> None:
    check_organizer(actor)
    if event.status is not source:
        raise Conflict(
            N_("“%(name)s”现在是“%(state)s”，不能变为“%(wanted)s”"),
            name=event.name,
            state=event.status,
            wanted=target,
        )
    event.status = target
    log(session, actor, "event", event.id, target.value)
    session.commit()


def _cleaned(values: EventValues) -> EventValues:
    lines = {name: one_line(getattr(values, name)) for name in ("name", "place", "organizer", "time_zone")}
    rooms = tuple(replace(room, name=one_line(room.name)) for room in values.rooms)
    tables = values.table_count
    if rooms and values.kind is EventKind.DOCKING:
        tables = sum(room.table_count for room in rooms)
    return replace(
        values,
        **lines,  # type: ignore[arg-type]
        description=clean_text(values.description),
        rooms=rooms,
        table_count=tables,
    )


def _problems(session: Session, values: EventValues, event: Event | None) -> Iterator[InvalidInput]:
    if letters_in(values.name) < 2:
        yield InvalidInput(N_("请填写活动名称"), field="name")
    elif _name_taken(session, values.name, event):
        yield InvalidInput(
            N_("已有名为“%(name)s”的活动，请换一个名称，如加上年份或届次"), field="name", name=values.name
        )
    if letters_in(values.place) < 2:
        yield InvalidInput(N_("请填写地点"), field="place")
    for field, limit in (("name", 120), ("place", 200), ("organizer", 120), ("description", TEXT_LENGTH)):
        length = len(getattr(values, field))
        if length > limit:
            yield InvalidInput(N_("最多 %(limit)d 字，现有 %(length)d 字"), field=field, limit=limit, length=length)
    yield from _numbers_out_of_range(values)
    yield from _room_problems(values)
    yield from _kept_table_problems(values, event)
    yield from _session_problems(values)
    yield from _agenda_problems(values, event)
    if values.time_zone in known_time_zones():
        yield from _daylight_saving_problems(values)
    else:
        yield InvalidInput(
            N_("不认识时区“%(zone)s”，请从列表里选，如 Asia/Shanghai"), field="time_zone", zone=values.time_zone[:40]
        )
    yield from _deadline_problems(values)


def _name_taken(session: Session, name: str, event: Event | None) -> bool:
    same = session.scalar(select(Event.id).where(Event.name == name))
    return same is not None and (event is None or same != event.id)


def _numbers_out_of_range(values: EventValues) -> Iterator[InvalidInput]:
    ranges = (
        ("slot_minutes", SHORTEST_SLOT, LONGEST_SLOT),
        ("table_count", 1 if values.kind is EventKind.DOCKING else 0, MOST_TABLES),
        ("default_max_meetings", 1, MOST_MEETINGS_EACH),
        ("request_hours", 1, LONGEST_HOLD_HOURS),
        ("request_minutes_on_the_day", 1, LONGEST_HOLD_MINUTES),
    )
    for field, least, most in ranges:
        if not least <= getattr(values, field) <= most:
            yield InvalidInput(N_("应为 %(least)d 到 %(most)d 的整数"), field=field, least=least, most=most)


def _room_problems(values: EventValues) -> Iterator[InvalidInput]:
    if len(values.rooms) > MOST_ROOMS:
        yield InvalidInput(N_("最多 %(most)d 个分区"), field="rooms-0", most=MOST_ROOMS)
    first_with: dict[str, int] = {}
    for number, room in enumerate(values.rooms):
        field = f"rooms-{number}"
        if not letters_in(room.name):
            yield InvalidInput(N_("请填写名称"), field=field)
        elif len(room.name) > 60:
            yield InvalidInput(
                N_("最多 %(limit)d 字，现有 %(length)d 字"), field=field, limit=60, length=len(room.name)
            )
        elif (first := first_with.setdefault(room.name.casefold(), number)) != number:
            yield InvalidInput(N_("与第 %(first)d 个分区重名"), field=field, first=first + 1)
        least = 1 if values.kind is EventKind.DOCKING else 0
        if not least <= room.table_count <= MOST_TABLES:
            yield InvalidInput(
                N_("应为 %(least)d 到 %(most)d 的整数"), field=f"{field}-table_count", least=least, most=MOST_TABLES
            )


def _kept_table_problems(values: EventValues, event: Event | None) -> Iterator[InvalidInput]:
    """Nobody may keep a table that will not be there any more."""
    kept = [] if event is None else [p for p in event.participants if (p.table or 0) > values.table_count]
    if kept and values.kind is EventKind.DOCKING:
        yield InvalidInput(
            N_("“%(name)s”固定在 %(table)d 号桌，请先改它的桌号"),
            field="table_count",
            name=kept[0].name,
            table=kept[0].table,
        )


def _agenda_problems(values: EventValues, event: Event | None) -> Iterator[InvalidInput]:
    """Nothing of the agenda may be left outside the event's days."""
    if event is None or not values.sessions:
        return
    first, last = min(begin for begin, _ in values.sessions).date(), max(end for _, end in values.sessions).date()
    for item in event.agenda:
        if item.starts_at.date() < first or item.ends_at.date() > last:
            yield InvalidInput(
                N_("议程“%(title)s”（%(day)s）会落在活动日期之外，请先改议程"),
                field="sessions",
                title=item.title,
                day=f"{item.starts_at:%m-%d}",
            )
            return


def _daylight_saving_problems(values: EventValues) -> Iterator[InvalidInput]:
    """Local times have to exist in the zone, and a session to be as long as its clock times say."""
    zone = ZoneInfo(values.time_zone)
    for number, period in enumerate(values.sessions):
        begin, end = (moment.replace(tzinfo=zone) for moment in period)
        if begin.utcoffset() != end.utcoffset() or not (exists_on_clock(begin) and exists_on_clock(end)):
            yield InvalidInput(
                N_("%(zone)s 这一天调整夏令时，这一场的时间不成立，请避开调整的时刻"),
                field=f"sessions-{number}",
                zone=values.time_zone,
            )


def _deadline_problems(values: EventValues) -> Iterator[InvalidInput]:
    start = min((begin for begin, _ in values.sessions), default=None)
    for field in ("registration_until", "requests_until"):
        until = getattr(values, field)
        if start is not None and until is not None and until > start:
            yield InvalidInput(
                N_("截止时间不能晚于活动开始（%(start)s）"), field=field, start=start.strftime("%Y-%m-%d %H:%M")
            )


def _session_problems(values: EventValues) -> Iterator[InvalidInput]:
    if not values.sessions:
        yield InvalidInput(N_("至少填写一个场次"), field="sessions")
    if len(values.sessions) > MOST_SESSIONS:
        yield InvalidInput(N_("最多 %(most)d 个场次"), field="sessions", most=MOST_SESSIONS)
    sound = []
    for number, (start, end) in enumerate(values.sessions):
        field = f"sessions-{number}"
        if end <= start:
            yield InvalidInput(N_("结束时间应晚于开始时间"), field=field)
        elif end - start < timedelta(minutes=max(values.slot_minutes, 1)):
            yield InvalidInput(
                N_("这一场只有 %(length)d 分钟，放不下一个 %(slot)d 分钟的时段"),
                field=field,
                length=(end - start) // timedelta(minutes=1),
                slot=values.slot_minutes,
            )
        else:
            sound.append((start, end, field))
    for (_, end, _), (start, _, field) in pairwise(sorted(sound)):
        if start < end:
            yield InvalidInput(N_("与另一场时间重叠"), field=field)


def _past_sessions(values: EventValues, event: Event | None) -> Iterator[InvalidInput]:
    known = set() if event is None else {(own.starts_at, own.ends_at) for own in event.sessions}
    if values.time_zone not in known_time_zones():
        return
    present = now().astimezone(ZoneInfo(values.time_zone)).replace(tzinfo=None)
    for number, period in enumerate(values.sessions):
        if period not in known and period[0] < present:
            yield InvalidInput(N_("开始时间已经过去，请改为以后的时间"), field=f"sessions-{number}")


def _apply(event: Event, values: EventValues) -> None:
    for field in ("kind", *PLAIN_FIELDS):
        setattr(event, field, getattr(values, field))
    _apply_rooms(event, values.rooms)
    known = {(own.starts_at, own.ends_at): own for own in event.sessions}
    event.sessions = [
        known.get(period) or EventSession(starts_at=period[0], ends_at=period[1]) for period in sorted(values.sessions)
    ]


def _apply_rooms(event: Event, rooms: Sequence[RoomValues]) -> None:
    """A room is known again by its name, and a renamed one by its place, so that booths stay in their hall."""
    named = {room.name: room for room in event.rooms}
    wanted = {room.name for room in rooms}
    renamed = {room.position: room for room in event.rooms if room.name not in wanted}
    kept = []
    for position, values in enumerate(rooms):
        room = named.get(values.name) or renamed.get(position) or Room()
        room.name, room.table_count, room.position = values.name, values.table_count, position
        kept.append(room)
    for participant in event.participants:
        if participant.room is not None and participant.room not in kept:
            participant.room = None
    event.rooms = kept


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise InvalidInput(N_("刚刚有人建了同名的活动，请换一个名称"), field="name") from error
