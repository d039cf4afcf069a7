"""When participants can meet, slot by slot, and how often they would like to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.domain.events.event import Event, Meeting, Participant
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import MeetingStatus, Term
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.events.editing import MOST_MEETINGS_EACH
from matchmaker.services.events.participation.participants import changeable_participant, pins_of
from matchmaker.services.events.plan.occupancy import lock_event
from matchmaker.services.events.timing import wishes_are_open


class PartOfDay(Term):
    """A stretch of a day that people speak of."""

    MORNING = "morning", "上午", "Morning"
    AFTERNOON = "afternoon", "下午", "Afternoon"
    EVENING = "evening", "晚上", "Evening"

    @classmethod
    def of(cls, moment: datetime) -> "PartOfDay":
        """The part that the time falls into."""
        if moment.time() < time(12):
            return cls.MORNING
        return cls.AFTERNOON if moment.time() < time(18) else cls.EVENING


@dataclass(frozen=True, slots=True)
class Stretch:
    """The slots of one part of a day: what can be ticked at once. ``key`` names it in a form."""

    day: date
    part: PartOfDay
    slots: tuple[datetime, ...]

    @property
    def key(self) -> str:
        return f"{self.day.isoformat()}-{self.part.value}"


def stretches(event: Event) -> list[Stretch]:
    """All slots of the event, in order."""
    grouped = groupby(event.slots, key=lambda slot: (slot.date(), PartOfDay.of(slot)))
    return [Stretch(day, part, tuple(slots)) for (day, part), slots in grouped]


def free_slots(participant: Participant) -> list[datetime]:
    """The slots in which the participant can meet, as far as it has said."""
    unavailable = set(participant.unavailable)
    return [slot for slot in participant.event.slots if slot_key(slot) not in unavailable]


def slot_key(slot: datetime) -> str:
    """How a slot is written in forms and in :attr:`Participant.unavailable`."""
    return slot.isoformat(timespec="minutes")


def may_say(actor: User | None, participant: Participant, at: datetime | None = None) -> bool:
    """Whether the actor can still change it: organizers always, the participant's people until the deadline."""
    return actor is None or actor.organizes or wishes_are_open(participant.event, at)


def set_availability(
    session: Session,
    actor: User | None,
    participant_id: int,
    free: Collection[datetime],
    min_meetings: int,
    max_meetings: int,
    at: datetime | None = None,
) -> list[Meeting]:
    """Save when a participant can and how often it would like to meet; returns the planned meetings that this hits.

    They stay as they are: the organizers re-plan. Raises :class:`NotFound` for other people's participants,
    :class:`Conflict` after the deadline, :class:`InvalidInput` with the field to mend (``free``, ``min_meetings``,
    ``max_meetings``).
    """
    participant = changeable_participant(session, actor, participant_id)
    lock_event(session, participant.event)
    session.refresh(participant)
    if not may_say(actor, participant, at):
        raise Conflict(N_("填写时间和场数的期限已过，如有变动请联系组织方"))
    check_wishes(participant.event, free, min_meetings, max_meetings)
    pins = pins_of(session, participant.event)[participant.id]
    if max_meetings < pins:
        raise InvalidInput(N_("已锁定 %(pins)d 个洽谈对象，最多场数不能更少"), field="max_meetings", pins=pins)
    participant.min_meetings, participant.max_meetings = min_meetings, max_meetings
    record_availability(session, actor, participant, free, at)
    hit = conflicting_meetings(session, participant)
    session.commit()
    return hit


def record_availability(
    session: Session, actor: User | None, participant: Participant, free: Collection[datetime], at: datetime | None
) -> None:
    """Note in which slots the participant can meet; does not commit."""
    participant.unavailable = unavailable_but(participant.event, free)
    participant.availability_at = at or now()
    log(session, actor, "participant", participant.id, "availability", f"{len(free)}/{len(participant.event.slots)}")


def check_wishes(event: Event, free: Collection[datetime], min_meetings: int, max_meetings: int) -> None:
    """Raise :class:`InvalidInput` for wishes that no plan could fulfil."""
    free = set(free) & set(event.slots)
    if event.slots and not free:
        raise InvalidInput(N_("一个时段都没有选。如果不能参加，请退出活动"), field="free")
    if not 1 <= max_meetings <= MOST_MEETINGS_EACH:
        raise InvalidInput(
            N_("应为 %(least)d 到 %(most)d 的整数"), field="max_meetings", least=1, most=MOST_MEETINGS_EACH
        )
    if min_meetings < 0:
        raise InvalidInput(N_("不能是负数"), field="min_meetings")
    if min_meetings > max_meetings:
        raise InvalidInput(N_("至少场数不能大于最多场数"), field="min_meetings")
    if event.most_meetings_each is not None and min_meetings > len(free):
        raise InvalidInput(
            N_("至少要 %(least)d 场，但只有 %(free)d 个时段能来"),
            field="min_meetings",
            least=min_meetings,
            free=len(free),
        )


def conflicting_meetings(session: Session, participant: Participant) -> list[Meeting]:
    """The participant's planned meetings in slots in which it cannot come, in order."""
    unavailable = set(participant.unavailable)
    planned = session.scalars(
        select(Meeting)
        .where(
            Meeting.event_id == participant.event_id,
            or_(Meeting.need_side_id == participant.id, Meeting.offer_side_id == participant.id),
            Meeting.status == MeetingStatus.PLANNED,
            Meeting.starts_at.is_not(None),
        )
        .order_by(Meeting.starts_at)
    )
    return [m for m in planned if m.starts_at is not None and slot_key(m.starts_at) in unavailable]


def unavailable_but(event: Event, free: Collection[datetime]) -> list[str]:
    """The event's slots without the free ones, as :attr:`Participant.unavailable` holds them."""
    return [slot_key(slot) for slot in event.slots if slot not in set(free)]
