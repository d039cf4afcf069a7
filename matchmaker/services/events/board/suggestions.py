"""What could fill a gap: the best partners for a freed slot, the best places for a pair that waits for one."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Meeting, Participant
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.postings.match_reason import Reason
from matchmaker.domain.vocabulary import MeetingStatus, PairDecisionKind
from matchmaker.i18n import N_, translate
from matchmaker.services.events.board.rules import full
from matchmaker.services.events.pairing.partnerships import (
    MatrixCell,
    PairScores,
    best_matches,
    check_pair,
    decisions_of,
    score_partnerships,
)
from matchmaker.services.events.pairing.reasons import reason_for
from matchmaker.services.events.plan.occupancy import Occupancy, load_occupancy
from matchmaker.services.events.plan.placements import Placement
from matchmaker.services.finding.recommendations import WEAKEST_SHOWN
from matchmaker.services.indexing.search_index import SearchIndex


@dataclass(frozen=True, slots=True)
class PartnerSuggestion:
    """A pair that could meet in a slot. ``short`` are those of the two who have fewer meetings than they want;
    ``listed`` says that the pair is on the match list and waits for a place.
    """

    need_side: Participant
    offer_side: Participant
    score: float
    reason: Reason
    table: int
    listed: bool
    short: tuple[Participant, ...]


@dataclass(frozen=True, slots=True)
class PlaceSuggestion:
    """A place where the pair could meet; ``idle`` is by how many slots the two together would wait longer between
    their meetings, less than zero where it fills a gap.
    """

    place: Placement
    idle: int

    def reason(self, event: Event, language: str = "zh") -> str:
        """What speaks for the place, or against it."""
        minutes = abs(self.idle) * event.slot_minutes
        if self.idle > 0:
            return translate(N_("双方共多等 %(minutes)d 分钟"), language, minutes=minutes)
        if self.idle < 0:
            return translate(N_("填上空档，双方共少等 %(minutes)d 分钟"), language, minutes=minutes)
        return translate(N_("不增加等候"), language)


def suggest_partners(
    session: Session,
    search_index: SearchIndex,
    event: Event,
    starts_at: datetime,
    *,
    table: int | None = None,
    participant_id: int | None = None,
    length: int = 10,
) -> list[PartnerSuggestion]:
    """The best pairs who are both free in that slot (and, if given, at that table), best first; with ``participant_id``
    only pairs of that participant. The caller has refreshed the index.

    Left out are pairs that meet already, that were cancelled or did not come, that are excluded or must not meet, and
    participants who have as many meetings as they want.
    """
    scores = score_partnerships(session, search_index, event)
    occupancy = load_occupancy(session, event)
    waiting, settled = _listed(session, event)
    excluded = {
        pair for pair, decision in decisions_of(session, event).items() if decision.decision is PairDecisionKind.EXCLUDE
    }
    found: list[tuple[MatrixCell, int]] = []
    for position in _best_first(scores, occupancy, starts_at, participant_id, waiting):
        pair = scores.pair_at(position)
        if pair in settled or pair in excluded or occupancy.obstacles(pair, starts_at, table):
            continue
        seat = table or occupancy.table_for(pair, starts_at)
        if seat is not None:
            found.append((position, seat))
        if len(found) == length:
            break
    return list(_partners(session, search_index, scores, occupancy, found, waiting))


def suggest_places(session: Session, event: Event, pair: PairKey, length: int = 10) -> list[PlaceSuggestion]:
    """Where a pair without a place could meet: places that make the two wait least, the earliest first among equals."""
    check_pair(session, event, pair)
    occupancy = load_occupancy(session, event)
    if full(occupancy, pair):
        return []
    slots = {starts_at: number for number, starts_at in enumerate(event.slots)}
    busy = _busy_slots(occupancy, slots)
    found = []
    for starts_at in occupancy.free_slots(pair):
        table = occupancy.table_for(pair, starts_at)
        idle = sum(
            _idle({*busy[participant_id], slots[starts_at]}) - _idle(busy[participant_id]) for participant_id in pair
        )
        found.append(PlaceSuggestion(Placement(starts_at, table), idle))
    return sorted(found, key=lambda suggestion: (suggestion.idle, suggestion.place.starts_at))[:length]


def _listed(session: Session, event: Event) -> tuple[frozenset[PairKey], frozenset[PairKey]]:
    """The pairs of the match list that wait for a place, and all others on it."""
    meetings = session.scalars(select(Meeting).where(Meeting.event_id == event.id)).all()
    waiting = {pair_of(m) for m in meetings if m.starts_at is None and m.status is MeetingStatus.PLANNED}
    return frozenset(waiting), frozenset(pair_of(meeting) for meeting in meetings) - waiting


def _best_first(
    scores: PairScores,
    occupancy: Occupancy,
    starts_at: datetime,
    participant_id: int | None,
    waiting: frozenset[PairKey],
) -> Iterator[MatrixCell]:
    """The pairs worth a meeting whose two sides are free then and want another meeting, the highest score first."""
    met = _met(occupancy)
    free = {
        participant.id
        for participant in occupancy.participants.values()
        if met[participant.id] < participant.max_meetings and occupancy.is_free(participant.id, starts_at)
    }
    worth = scores.scores >= WEAKEST_SHOWN
    for pair in waiting:
        if pair in scores:
            worth[scores.cell(pair)] = scores.score(pair) >= 0
    possible = worth & _mask(scores.rows, free)[:, None] & _mask(scores.columns, free)
    if participant_id is not None:
        possible &= _mask(scores.rows, {participant_id})[:, None] | _mask(scores.columns, {participant_id})
    places = np.nonzero(possible)
    for number in np.lexsort((places[1], places[0], -scores.scores[places])):
        yield int(places[0][number]), int(places[1][number])


def _partners(
    session: Session,
    search_index: SearchIndex,
    scores: PairScores,
    occupancy: Occupancy,
    found: Sequence[tuple[MatrixCell, int]],
    waiting: frozenset[PairKey],
) -> Iterator[PartnerSuggestion]:
    met = _met(occupancy)
    matches = best_matches(session, scores, [position for position, _ in found])
    for (position, table), match in zip(found, matches, strict=True):
        sides = scores.rows[position[0]], scores.columns[position[1]]
        yield PartnerSuggestion(
            need_side=sides[0],
            offer_side=sides[1],
            score=scores.shown(position),
            reason=reason_for(search_index, *match) if match else Reason(),
            table=table,
            listed=scores.pair_at(position) in waiting,
            short=tuple(side for side in sides if met[side.id] < side.min_meetings),
        )


def _mask(participants: Sequence[Participant], chosen: Collection[int]) -> NDArray[np.bool_]:
    return np.array([participant.id in chosen for participant in participants], dtype=np.bool_)


def _met(occupancy: Occupancy) -> Counter[int]:
    return Counter(participant_id for meeting in occupancy.meetings for participant_id in pair_of(meeting))


def _busy_slots(occupancy: Occupancy, slots: Mapping[datetime, int]) -> defaultdict[int, set[int]]:
    """For each participant, the numbers of the slots in which it meets."""
    busy: defaultdict[int, set[int]] = defaultdict(set)
    for meeting in occupancy.meetings:
        slot = slots.get(meeting.starts_at) if meeting.starts_at else None
        if slot is not None:
            for participant_id in pair_of(meeting):
                busy[participant_id].add(slot)
    return busy


def _idle(busy: set[int]) -> int:
    """The slots without a meeting between the first and the last."""
    return max(busy) - min(busy) + 1 - len(busy) if busy else 0
