"""What a schedule of an event has to respect, read from the database into plain values.

They need no session: they can be compared, and a change can be tried on a copy.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.domain.events.event import OCCUPYING, Event, Meeting, PairDecision, Participant
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.vocabulary import MeetingStatus, PairDecisionKind, ParticipantStatus, RequestStatus, Side
from matchmaker.services.events.editing import Period
from matchmaker.services.events.pairing.exclusions import excluded_pairs
from matchmaker.services.events.timing import exists_on_clock


@dataclass(frozen=True, slots=True)
class Attendee:
    """A participant's calendar. ``away`` are the beginnings of the slots in which it cannot meet, ``table`` is the
    table that it keeps. ``person`` names somebody who leads the meetings of several participants and so cannot sit in
    two of them at once.
    """

    id: int
    name: str
    side: Side
    min_meetings: int
    max_meetings: int
    away: frozenset[datetime]
    table: int | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class FixedMeeting:
    """A meeting that keeps its slot, and its table if that is settled.

    ``took_place``: it has begun or was held, a fact that no calendar or limit can contradict. All others were locked by
    an organizer, or the two agreed on the slot.
    """

    pair: PairKey
    starts_at: datetime
    table: int | None = None
    took_place: bool = False


@dataclass(frozen=True)
class Constraints:
    """All that a plan has to respect. Times are local and naive."""

    zone: ZoneInfo
    periods: tuple[Period, ...]
    """The sessions, from and to."""
    slot_length: timedelta
    tables: int
    attendees: tuple[Attendee, ...]
    pinned: frozenset[PairKey]
    """Pairs that have to meet."""
    requested: frozenset[PairKey]
    """Pairs of which one side asked for a meeting and the other agreed."""
    excluded: frozenset[PairKey]
    """Pairs that organizers keep apart."""
    incompatible: frozenset[PairKey]
    """Pairs that never meet at any event: of one organization or group, or because one side blocked the other."""
    over: frozenset[PairKey]
    """Pairs whose meeting was cancelled, or to which one side did not turn up."""
    declined: frozenset[PairKey]
    """Pairs of which one side declined the other's last request: no new meeting is planned; an existing one stays."""
    fixed: tuple[FixedMeeting, ...]
    begun: frozenset[datetime]
    """Slots that are too late for a new meeting."""

    @cached_property
    def slots(self) -> tuple[datetime, ...]:
        """The beginnings of all slots in order, without those that the clock skips when it goes forward."""
        return cut_into_slots(self.periods, self.slot_length, self.zone)

    @cached_property
    def apart(self) -> frozenset[PairKey]:
        """All pairs that never meet."""
        return self.excluded | self.incompatible | self.over

    @cached_property
    def unplannable(self) -> frozenset[PairKey]:
        """All pairs that get no new meeting."""
        return self.apart | self.declined

    @cached_property
    def attendee(self) -> Mapping[int, Attendee]:
        """The attendees by id."""
        return {attendee.id: attendee for attendee in self.attendees}

    @cached_property
    def facts(self) -> Counter[int]:
        """How many meetings of each attendee took place."""
        return Counter(
            participant_id for meeting in self.fixed if meeting.took_place for participant_id in meeting.pair
        )

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of what sets the bound of a plan: not ``unplannable`` and ``fixed``, which can only lower it."""
        described = (
            str(self.zone),
            self.slots,
            self.tables,
            [replace(attendee, name="", away=frozenset()) for attendee in self.attendees],
            [sorted(attendee.away) for attendee in self.attendees],
            sorted(self.pinned),
            sorted(self.requested),
        )
        return hashlib.sha256(repr(described).encode()).hexdigest()

    def available(self, attendee: Attendee) -> list[int]:
        """Indices of the slots in which the attendee can meet, or has met."""
        facts = {m.starts_at for m in self.fixed if m.took_place and attendee.id in m.pair}
        closed = attendee.away | self.begun
        return [number for number, slot in enumerate(self.slots) if slot in facts or slot not in closed]

    def name(self, pair: PairKey) -> tuple[str, str]:
        """The names of the two."""
        return self.attendee[pair[0]].name, self.attendee[pair[1]].name


def cut_into_slots(periods: Iterable[Period], length: timedelta, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The beginnings of the slots of all periods that exist in the time zone."""
    starts = (begin + length * n for begin, end in sorted(periods) for n in range((end - begin) // length))
    return tuple(start for start in starts if exists_on_clock(start.replace(tzinfo=zone)))


def load_constraints(session: Session, event: Event, at: datetime | None = None) -> Constraints:
    """What a plan has to respect. With ``at``, an instant, what has begun by then stands and no new meeting is put
    there; without, nothing is too late.
    """
    participants = _participants(session, event)
    meetings = session.scalars(select(Meeting).where(Meeting.event_id == event.id).order_by(Meeting.id)).all()
    confirmed = {p.id for p in participants if p.status is ParticipantStatus.CONFIRMED}
    held = [meeting for meeting in meetings if meeting.status is MeetingStatus.HELD]
    have_met = {participant_id for meeting in held for participant_id in pair_of(meeting)}
    zone = event.zone
    periods = tuple((period.starts_at, period.ends_at) for period in event.sessions)
    slots = cut_into_slots(periods, event.slot_length, zone)
    begun = frozenset(slot for slot in slots if at is not None and slot.replace(tzinfo=zone) <= at)
    pinned, excluded = _decided(session, event)
    over = {pair_of(m) for m in meetings if m.status in (MeetingStatus.CANCELLED, MeetingStatus.NO_SHOW)}
    incompatible = excluded_pairs(session, event)
    apart = excluded | over | incompatible
    requests, declined = _answered(session, event)

    def can_meet(pair: PairKey) -> bool:
        return confirmed.issuperset(pair) and pair not in apart

    people = _people(participants)
    return Constraints(
        zone=zone,
        periods=periods,
        slot_length=event.slot_length,
        tables=event.table_count,
        attendees=tuple(
            _attendee(p, people.get(p.id), confirmed=p.id in confirmed)
            for p in participants
            if p.id in confirmed | have_met
        ),
        pinned=frozenset(filter(can_meet, pinned)),
        requested=frozenset(filter(can_meet, requests)),
        excluded=frozenset(excluded),
        incompatible=incompatible,
        over=frozenset(over),
        declined=frozenset(declined - pinned),
        fixed=(
            *_standing(meetings, confirmed, begun),
            *_agreed(meetings, {pair: start for pair, start in requests.items() if can_meet(pair)}),
        ),
        begun=begun,
    )


def _participants(session: Session, event: Event) -> Sequence[Participant]:
    query = (
        select(Participant)
        .where(Participant.event_id == event.id)
        .options(
            joinedload(Participant.organization), joinedload(Participant.team), selectinload(Participant.delegates)
        )
        .order_by(Participant.id)
    )
    return session.scalars(query).all()


def _attendee(participant: Participant, person: str | None, *, confirmed: bool) -> Attendee:
    """The participant's calendar. One that withdrew after a meeting gets no more meetings; what was held counts."""
    return Attendee(
        id=participant.id,
        name=participant.name,
        side=participant.side,
        min_meetings=participant.min_meetings if confirmed else 0,
        max_meetings=participant.max_meetings if confirmed else 0,
        away=frozenset(datetime.fromisoformat(text) for text in participant.unavailable),
        table=participant.table,
        person=person,
    )


def _decided(session: Session, event: Event) -> tuple[set[PairKey], set[PairKey]]:
    """The pinned and the excluded pairs."""
    decisions = session.scalars(select(PairDecision).where(PairDecision.event_id == event.id)).all()
    of_kind: dict[PairDecisionKind, set[PairKey]] = {kind: set() for kind in PairDecisionKind}
    for decision in decisions:
        of_kind[decision.decision].add(pair_of(decision))
    return of_kind[PairDecisionKind.PIN], of_kind[PairDecisionKind.EXCLUDE]


def _answered(session: Session, event: Event) -> tuple[dict[PairKey, datetime | None], set[PairKey]]:
    """The pairs whose last request was accepted, each with the slot that was agreed, if any; and the pairs whose last
    request was declined.
    """
    requests = select(MeetingRequest).where(MeetingRequest.event_id == event.id).order_by(MeetingRequest.id)
    last = {pair_of(r): r for r in session.scalars(requests)}
    accepted = {pair: r.starts_at for pair, r in last.items() if r.status is RequestStatus.ACCEPTED}
    return accepted, {pair for pair, r in last.items() if r.status is RequestStatus.DECLINED}


def _standing(meetings: Iterable[Meeting], confirmed: set[int], begun: frozenset[datetime]) -> Iterable[FixedMeeting]:
    for m in meetings:
        pair = pair_of(m)
        if m.starts_at is None or m.status not in OCCUPYING:
            continue
        took_place = m.status is MeetingStatus.HELD or (m.starts_at in begun and confirmed.issuperset(pair))
        if took_place or (m.locked and confirmed.issuperset(pair)):
            yield FixedMeeting(pair, m.starts_at, m.table, took_place)


def _agreed(meetings: Iterable[Meeting], requests: Mapping[PairKey, datetime | None]) -> Iterable[FixedMeeting]:
    """Slots that two have agreed on. Once their meeting has a slot, that slot counts instead."""
    placed = {pair_of(m) for m in meetings if m.starts_at is not None}
    for pair, starts_at in requests.items():
        if starts_at is not None and pair not in placed:
            yield FixedMeeting(pair, starts_at)


def _people(participants: Iterable[Participant]) -> dict[int, str]:
    """For each participant who shares somebody leading its meetings with another, a name for those who share.

    The scheduler knows one person for a participant, so two that each share somebody with a third are kept apart too.
    """
    group: dict[int, int] = {}
    first_led_by: dict[str, int] = {}
    for participant in participants:
        group[participant.id] = participant.id
        for delegate in participant.delegates:
            if not delegate.is_lead:
                continue
            other = group[first_led_by.setdefault(delegate.identity, participant.id)]
            own = group[participant.id]
            group = {participant_id: other if of == own else of for participant_id, of in group.items()}
    sizes = Counter(group.values())
    return {participant_id: f"shared-{of}" for participant_id, of in group.items() if sizes[of] > 1}
