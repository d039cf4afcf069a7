"""Another partner for a participant who waits at a table to which nobody came: the best who is there and free."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, NotFound
from matchmaker.domain.events.event import OCCUPYING, Event, Meeting, Participant
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.events.pair import PairKey, pair_key, pair_of
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventStatus, MeetingStatus, PairDecisionKind, RequestStatus, Side
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.onsite.attendance import check_running, get_meeting
from matchmaker.services.events.pairing.partnerships import PairScores, decisions_of, score_partnerships
from matchmaker.services.events.plan.occupancy import Occupancy, load_occupancy, lock_event
from matchmaker.services.events.plan.queries import meeting_of_pair
from matchmaker.services.events.plan.versions import note_message
from matchmaker.services.events.scheduling.meetings import describe_meetings, new_meeting
from matchmaker.services.events.scheduling.single_change import record_single_change
from matchmaker.services.events.timing import local_time
from matchmaker.services.finding.recommendations import WEAKEST_SHOWN
from matchmaker.services.indexing.search_index import SearchIndex

OFFERED = 3
"""Candidates that the running sheet offers for a freed slot."""


@dataclass(frozen=True, slots=True)
class Refill:
    """A meeting that could take place in the slot of ``missed``: ``waiting`` sits there, ``partner`` is free.

    ``score`` is 0–100; ``requested`` says that the two had agreed to meet and found no slot.
    """

    missed: Meeting
    waiting: Participant
    partner: Participant
    score: float
    requested: bool

    @property
    def pair(self) -> PairKey:
        """The two as meetings have them."""
        return pair_key(self.waiting, self.partner)


def substitutes(
    session: Session,
    search_index: SearchIndex,
    event: Event,
    meetings: Collection[Meeting],
    at: datetime | None = None,
    most: int = OFFERED,
) -> dict[int, list[Refill]]:
    """For each of these meetings to which one side did not come, by id, the best partners for the other side.

    Partners who had agreed to meet come first, then the greater score. A side that has another partner by now is left
    out. Only for sessions that read: new texts may be encoded.
    """
    freed = {meeting.id: meeting for meeting in meetings if _freed(event, meeting, at)}
    open_places = {
        meeting_id: waiting for meeting_id, meeting in freed.items() if (waiting := _waiting(meeting)) is not None
    }
    if not open_places:
        return {}
    search_index.refresh()
    context = _load_context(session, search_index, event, at)
    return {
        meeting_id: context.possible_refills(freed[meeting_id], waiting)[:most]
        for meeting_id, waiting in open_places.items()
        if not context.has_another_partner(waiting, freed[meeting_id])
    }


def substitute(
    session: Session,
    search_index: SearchIndex,
    actor: User | None,
    event: Event,
    meeting_id: int,
    partner_id: int,
    at: datetime | None = None,
) -> Meeting:
    """Have the partner meet the side that waits at the table of that meeting, and publish that change immediately.

    A pair that was to meet at another time and did not keeps its row. Asking twice makes only one meeting. Raises
    :class:`Conflict` when the partner has another meeting by now, has not arrived, or the slot is over.
    """
    check_organizer(actor)
    search_index.commit_and_refresh(session)
    lock_event(session, event)
    check_running(event)
    missed = get_meeting(session, event, meeting_id)
    partner = _partner(session, event, partner_id)
    waiting = missed.participant(partner.side.other)
    pair = pair_key(waiting, partner)
    known = meeting_of_pair(session, event, pair, fresh=True)
    if known is not None and known.starts_at == missed.starts_at and known.status in OCCUPYING:
        session.commit()
        return known
    _check_freed(event, missed, waiting, at)
    context = _load_context(session, search_index, event, at)
    context.check_possible(missed, waiting, partner)
    if known is None:
        meeting = new_meeting(session, search_index, event, context.scores, pair)
    else:
        meeting = known
        describe_meetings(session, search_index, context.scores, [meeting])
    meeting.status = MeetingStatus.PLANNED
    meeting.starts_at, meeting.table = missed.starts_at, context.table_for(pair, missed)
    _save(session, actor, event, meeting, missed)
    return meeting


@dataclass(frozen=True)
class SubstitutionContext:
    """What is asked of every candidate, loaded once for a page. ``placed`` has the pairs with a slot, ``absent`` who
    missed a meeting, with the slot.
    """

    event: Event
    occupancy: Occupancy
    scores: PairScores
    excluded: frozenset[PairKey]
    requested: frozenset[PairKey]
    absent: frozenset[tuple[datetime, int]]

    @cached_property
    def placed(self) -> dict[PairKey, Meeting]:
        return {pair_of(meeting): meeting for meeting in self.occupancy.meetings}

    @cached_property
    def met(self) -> Counter[int]:
        return Counter(participant_id for pair in self.placed for participant_id in pair)

    def possible_refills(self, missed: Meeting, waiting: Participant) -> list[Refill]:
        """All that are possible, best first."""
        partners = waiting.side.other.choose(self.scores.rows, self.scores.columns)
        found = [
            Refill(missed, waiting, partner, self.scores.shown(self.scores.cell(pair)), pair in self.requested)
            for partner in partners
            if self._suits(pair := pair_key(waiting, partner)) and self._obstacle(missed, waiting, partner) is None
        ]
        return sorted(found, key=lambda refill: (not refill.requested, -refill.score, refill.partner.id))

    def has_another_partner(self, waiting: Participant, missed: Meeting) -> bool:
        """Whether the side that waited has another partner by now."""
        return missed.starts_at is not None and self.occupancy.meeting_of(waiting.id, missed.starts_at) is not None

    def check_possible(self, missed: Meeting, waiting: Participant, partner: Participant) -> None:
        """Raise what stands in the way of the two meeting there."""
        obstacle = self._obstacle(missed, waiting, partner)
        if obstacle is not None:
            raise obstacle
        if not self._suits(pair_key(waiting, partner)):
            raise Conflict(N_("“%(name)s”与“%(partner)s”不能安排在一起"), name=waiting.name, partner=partner.name)

    def table_for(self, pair: PairKey, missed: Meeting) -> int | None:
        """Where they sit: at the freed table if that is still so and neither keeps another, else wherever is room."""
        slot, table = missed.starts_at, missed.table
        if slot is None:
            return None
        if table is not None and not self.occupancy.obstacles(pair, slot, table):
            return table
        return self.occupancy.table_for(pair, slot)

    def _suits(self, pair: PairKey) -> bool:
        least = 0 if pair in self.requested else WEAKEST_SHOWN
        return pair not in self.excluded and self.scores.score(pair) >= least

    def _obstacle(self, missed: Meeting, waiting: Participant, partner: Participant) -> Conflict | None:
        pair = pair_key(waiting, partner)
        if pair in self.placed:
            return Conflict(N_("“%(name)s”与“%(partner)s”已有安排"), name=waiting.name, partner=partner.name)
        if partner.checked_in_at is None:
            return Conflict(N_("“%(name)s”还没有签到"), name=partner.name)
        assert missed.starts_at is not None
        if (missed.starts_at, partner.id) in self.absent:
            return Conflict(N_("“%(name)s”这个时段没有到场；晚到的请先撤销未到场标记"), name=partner.name)
        for side in (waiting, partner):
            if self.met[side.id] >= side.max_meetings:
                return Conflict(N_("“%(name)s”已达到最多 %(most)d 场"), name=side.name, most=side.max_meetings)
        return next(iter(self.occupancy.obstacles(pair, missed.starts_at)), None)


def _load_context(
    session: Session, search_index: SearchIndex, event: Event, at: datetime | None
) -> SubstitutionContext:
    decisions = decisions_of(session, event)
    agreed = session.execute(
        select(MeetingRequest.need_side_id, MeetingRequest.offer_side_id).where(
            MeetingRequest.event_id == event.id, MeetingRequest.status == RequestStatus.ACCEPTED
        )
    )
    return SubstitutionContext(
        event=event,
        occupancy=load_occupancy(session, event, at),
        scores=score_partnerships(session, search_index, event),
        excluded=frozenset(
            pair for pair, decision in decisions.items() if decision.decision is PairDecisionKind.EXCLUDE
        ),
        requested=frozenset((need_side, offer_side) for need_side, offer_side in agreed),
        absent=_absentees(session, event),
    )


def _absentees(session: Session, event: Event) -> frozenset[tuple[datetime, int]]:
    missed = session.scalars(
        select(Meeting).where(Meeting.event_id == event.id, Meeting.status == MeetingStatus.NO_SHOW)
    ).all()
    return frozenset(
        (meeting.starts_at, participant_id)
        for meeting in missed
        if meeting.starts_at is not None
        for side, participant_id in zip(Side, pair_of(meeting), strict=True)
        if side in meeting.absent
    )


def _freed(event: Event, meeting: Meeting, at: datetime | None) -> bool:
    """Whether the meeting leaves a slot that is not over yet."""
    return (
        event.status is not EventStatus.FINISHED
        and meeting.status is MeetingStatus.NO_SHOW
        and meeting.starts_at is not None
        and local_time(event, at) < meeting.starts_at + event.slot_length
    )


def _waiting(missed: Meeting) -> Participant | None:
    """The side that did come; ``None`` when neither did."""
    if Side.NEED not in missed.absent:
        return missed.need_side
    return missed.offer_side if Side.OFFER not in missed.absent else None


def _check_freed(event: Event, missed: Meeting, waiting: Participant, at: datetime | None) -> None:
    if not _freed(event, missed, at):
        raise Conflict(N_("这个时段已经结束，或这一场没有标记未到场，不能补位"))
    if waiting.side in missed.absent:
        raise Conflict(N_("“%(name)s”也没有到场，不能补位"), name=waiting.name)


def _partner(session: Session, event: Event, partner_id: int) -> Participant:
    partner = session.get(Participant, partner_id)
    if partner is None or partner.event_id != event.id:
        raise NotFound(N_("活动里没有这个参会方，请刷新页面"))
    session.refresh(partner)
    return partner


def _save(session: Session, actor: User | None, event: Event, meeting: Meeting, missed: Meeting) -> None:
    session.add(meeting)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict(N_("刚刚有人作了别的安排，请刷新页面")) from error
    names = f"{meeting.need_side.name} — {meeting.offer_side.name}"
    note = note_message(N_("补位：%(time)s %(pair)s"), time=f"{meeting.starts_at:%H:%M}", pair=names)
    version = record_single_change(session, actor, event, meeting, note)
    log(session, actor, "meeting", meeting.id, "refilled", f"for meeting {missed.id}, version {version.version}")
    session.commit()
