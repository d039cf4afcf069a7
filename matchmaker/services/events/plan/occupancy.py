"""Who and which table is taken when: what stands in the way of a meeting in a certain slot and at a certain table.

The board, requests and the pages of the day all ask here, so that they agree.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict, LabelList
from matchmaker.domain.events.event import OCCUPYING, Event, Meeting, Participant
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.vocabulary import ParticipantStatus, RequestStatus
from matchmaker.i18n import N_


@dataclass(frozen=True)
class Occupancy:
    """The calendars of an event as they stand. ``holds`` are the requests that still hold a slot."""

    event: Event
    participants: Mapping[int, Participant]
    meetings: Sequence[Meeting]
    holds: Sequence[MeetingRequest]

    def obstacles(
        self,
        pair: PairKey,
        starts_at: datetime,
        table: int | None = None,
        *,
        ignoring: Collection[int] = (),
        held_by: int | None = None,
    ) -> list[Conflict]:
        """What stands in the way of the pair meeting then, at that table or, with ``None``, at any; nothing if it can.

        ``ignoring`` are ids of meetings that are about to move, ``held_by`` the request whose hold is the pair's own.
        """
        if starts_at not in self._slots:
            return [Conflict(N_("%(time)s 不是这个活动的时段"), time=starts_at.strftime("%m-%d %H:%M"))]
        found = [
            obstacle
            for participant_id in pair
            for obstacle in self._calendar(participant_id, starts_at, ignoring, held_by)
        ]
        found += self._clashing_people(pair, starts_at, ignoring)
        return found + list(self._table(pair, starts_at, table, ignoring))

    def free_slots(
        self, pair: PairKey, *, ignoring: Collection[int] = (), held_by: int | None = None
    ) -> list[datetime]:
        """When the two could meet at some table, in order."""
        return [s for s in self.event.slots if not self.obstacles(pair, s, ignoring=ignoring, held_by=held_by)]

    def free_tables(self, starts_at: datetime, *, ignoring: Collection[int] = ()) -> list[int]:
        """The tables without a meeting in that slot."""
        tables = range(1, self.event.table_count + 1)
        return [table for table in tables if self.meeting_at(starts_at, table, ignoring) is None]

    def table_for(self, pair: PairKey, starts_at: datetime, *, ignoring: Collection[int] = ()) -> int | None:
        """Where the pair would sit: at the table that either of the two keeps, else at the first free one, if any."""
        free = self.free_tables(starts_at, ignoring=ignoring)
        kept = self._kept_tables(pair)
        if len(kept) > 1:
            return None
        if kept:
            return kept.pop() if kept <= set(free) else None
        return next((table for table in free if table not in self._reserved), free[0] if free else None)

    def meeting_of(self, participant_id: int, starts_at: datetime, ignoring: Collection[int] = ()) -> Meeting | None:
        """The meeting that the participant has in that slot."""
        meeting = self._by_participant.get((starts_at, participant_id))
        return None if meeting is None or meeting.id in ignoring else meeting

    def meeting_at(self, starts_at: datetime, table: int, ignoring: Collection[int] = ()) -> Meeting | None:
        """The meeting at that table in that slot."""
        meeting = self._by_table.get((starts_at, table))
        return None if meeting is None or meeting.id in ignoring else meeting

    def is_free(self, participant_id: int, starts_at: datetime) -> bool:
        """Whether nothing in the participant's own calendar stands against a meeting in that slot."""
        return not any(self._calendar(participant_id, starts_at, ignoring=(), held_by=None))

    @cached_property
    def _slots(self) -> frozenset[datetime]:
        return frozenset(self.event.slots)

    @cached_property
    def _by_participant(self) -> Mapping[tuple[datetime, int], Meeting]:
        return {
            (meeting.starts_at, participant_id): meeting
            for meeting in self.meetings
            if meeting.starts_at
            for participant_id in pair_of(meeting)
        }

    @cached_property
    def _by_table(self) -> Mapping[tuple[datetime, int], Meeting]:
        return {(m.starts_at, m.table): m for m in self.meetings if m.starts_at and m.table is not None}

    @cached_property
    def _reserved(self) -> frozenset[int]:
        """The tables that participants keep."""
        return frozenset(p.table for p in self.participants.values() if p.table is not None)

    def _calendar(
        self, participant_id: int, starts_at: datetime, ignoring: Collection[int], held_by: int | None
    ) -> Iterator[Conflict]:
        participant = self.participants[participant_id]
        if participant.status is not ParticipantStatus.CONFIRMED:
            yield Conflict(N_("“%(name)s”不参会（%(status)s）"), name=participant.name, status=participant.status)
        if starts_at.isoformat(timespec="minutes") in participant.unavailable:
            yield Conflict(N_("“%(name)s”这个时段不能参加"), name=participant.name)
        meeting = self.meeting_of(participant_id, starts_at, ignoring)
        if meeting is not None:
            partner = meeting.offer_side if meeting.need_side_id == participant_id else meeting.need_side
            yield Conflict(N_("“%(name)s”这个时段已与“%(partner)s”洽谈"), name=participant.name, partner=partner.name)
        if any(
            participant_id in pair_of(hold) for hold in self.holds if hold.starts_at == starts_at and hold.id != held_by
        ):
            yield Conflict(N_("“%(name)s”这个时段有待答复的约见请求"), name=participant.name)

    def _clashing_people(self, pair: PairKey, starts_at: datetime, ignoring: Collection[int]) -> Iterator[Conflict]:
        """One person cannot sit in two meetings, whichever organizations they come for."""
        for participant_id in pair:
            for twin_id in self._twins[participant_id]:
                if twin_id in pair or self.meeting_of(twin_id, starts_at, ignoring) is not None:
                    yield Conflict(
                        N_("“%(name)s”与“%(twin)s”由同一人洽谈，不能同时安排"),
                        name=self.participants[participant_id].name,
                        twin=self.participants[twin_id].name,
                    )

    @cached_property
    def _twins(self) -> Mapping[int, frozenset[int]]:
        """For each participant, the others whose meetings the same person leads."""
        led: defaultdict[str, set[int]] = defaultdict(set)
        for participant in self.participants.values():
            for delegate in participant.delegates:
                if delegate.is_lead:
                    led[delegate.identity].add(participant.id)
        twins: defaultdict[int, set[int]] = defaultdict(set)
        for group in led.values():
            for participant_id in group:
                twins[participant_id] |= group - {participant_id}
        return {participant_id: frozenset(twins[participant_id]) for participant_id in self.participants}

    def _table(
        self, pair: PairKey, starts_at: datetime, table: int | None, ignoring: Collection[int]
    ) -> Iterator[Conflict]:
        if table is None:
            if self.table_for(pair, starts_at, ignoring=ignoring) is None:
                yield Conflict(N_("这个时段没有空桌"))
            return
        if not 1 <= table <= self.event.table_count:
            yield Conflict(N_("没有 %(table)d 号桌，共 %(count)d 张"), table=table, count=self.event.table_count)
            return
        kept = self._kept_tables(pair)
        if kept and kept != {table}:
            yield Conflict(N_("这一对固定在 %(tables)s 号桌"), tables=LabelList(str(number) for number in sorted(kept)))
        if self.meeting_at(starts_at, table, ignoring) is not None:
            yield Conflict(N_("%(table)d 号桌这个时段已有洽谈"), table=table)

    def _kept_tables(self, pair: PairKey) -> set[int]:
        return {table for participant_id in pair if (table := self.participants[participant_id].table) is not None}


def load_occupancy(session: Session, event: Event, at: datetime | None = None) -> Occupancy:
    """The calendars at that instant. Before changing them, lock the event's row (:func:`lock_event`).

    They are read from the database even if the session knows them: it may have read them before it got the lock.
    """
    participants = session.scalars(
        select(Participant)
        .where(Participant.event_id == event.id)
        .options(
            joinedload(Participant.organization), joinedload(Participant.team), selectinload(Participant.delegates)
        )
        .execution_options(populate_existing=True)
    ).all()
    meetings = session.scalars(
        select(Meeting)
        .where(Meeting.event_id == event.id, Meeting.starts_at.is_not(None), Meeting.status.in_(OCCUPYING))
        .execution_options(populate_existing=True)
    ).all()
    holds = session.scalars(
        select(MeetingRequest).where(
            MeetingRequest.event_id == event.id,
            MeetingRequest.starts_at.is_not(None),
            MeetingRequest.status == RequestStatus.REQUESTED,
            MeetingRequest.expires_at > (at or now()),
        )
    ).all()
    return Occupancy(event, {p.id: p for p in participants}, meetings, holds)


def lock_event(session: Session, event: Event) -> None:
    """Lock the event's row until the transaction ends: an event's plan is changed by one transaction at a time."""
    # Refreshing forgets what is known of the event's participants and meetings, also what was not written yet.
    session.flush()
    session.refresh(event, with_for_update=True)
