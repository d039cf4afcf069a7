"""What a schedule of an event has to respect, as the database has it.

Plain values without a session: they can be compared, and a change can be tried on a copy.
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
    """A participant's calendar. ``away`` are the beginnings of the slots in which it cannot meet, ``table`` the one
    that it keeps, ``person`` who leads the meetings of several participants and so cannot sit in two of them at once.
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

    ``took_place`` is said of what has begun or was held: a fact that no calendar or limit can contradict any more. The
    others were locked by an organizer or agreed by the two for that slot.
    """

    pair: PairKey
    starts_at: datetime
    table: int | None = None
    took_place: bool = False


@dataclass(frozen=True)
class Constraints:
    """``pinned`` pairs have to meet, ``requested`` ones asked for it and agreed. Those never meet whom organizers
    ``excluded``, who are ``barred`` for good, and whose meeting is ``over``: cancelled, or one side did not turn up.
    Where one side ``declined`` the other's last request, no new meeting is planned; one that stands is not broken by
    it. ``begun`` are the slots too late for a new meeting. Times are local and naive.
    """

    zone: ZoneInfo
    periods: tuple[Period, ...]
    slot_length: timedelta
    tables: int
    attendees: tuple[Attendee, ...]
    pinned: frozenset[PairKey]
    requested: frozenset[PairKey]
    excluded: frozenset[PairKey]
    barred: frozenset[PairKey]
    over: frozenset[PairKey]
    declined: frozenset[PairKey]
    fixed: tuple[FixedMeeting, ...]
    begun: frozenset[datetime]

    @cached_property
    def slots(self) -> tuple[datetime, ...]:
        """The beginnings of all slots in order, without those that the clock skips when it goes forward."""
        return cut_into_slots(self.periods, self.slot_length, self.zone)

    @cached_property
    def apart(self) -> frozenset[PairKey]:
        """All pairs that never meet."""
        return self.excluded | self.barred | self.over

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
        return Counter(one for meeting in self.fixed if meeting.took_place for one in meeting.pair)

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
    have_met = {one for m in meetings if m.status is MeetingStatus.HELD for one in pair_of(m)}
    zone = event.zone
    periods = tuple((period.starts_at, period.ends_at) for period in event.sessions)
    slots = cut_into_slots(periods, event.slot_length, zone)
    begun = frozenset(slot for slot in slots if at is not None and slot.replace(tzinfo=zone) <= at)
    pinned, excluded = _decided(session, event)
    over = {pair_of(m) for m in meetings if m.status in (MeetingStatus.CANCELLED, MeetingStatus.NO_SHOW)}
    barred = excluded_pairs(session, event)
    apart = excluded | over | barred
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
        barred=barred,
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
    """Who has left after a meeting is there for what was held and wants no more."""
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
    """The pairs whose last request was accepted, each with the slot that was agreed, if one was; and those whose last
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
    """Slots that two have agreed on, where their meeting has no place yet: from then on the meeting's own counts."""
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
            group = {one: other if of == own else of for one, of in group.items()}
    sizes = Counter(group.values())
    return {one: f"shared-{of}" for one, of in group.items() if sizes[of] > 1}
