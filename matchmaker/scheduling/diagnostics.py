"""Explains why a participant is unserved or a pair does not meet, and the smallest change that would help."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from matchmaker.scheduling.errors import Fault, UnknownPartyError
from matchmaker.scheduling.pair import PairKey
from matchmaker.scheduling.plan import Meeting, Plan, UnscheduledReason, UnservedParticipant
from matchmaker.scheduling.problem import Candidate, Participant, Problem
from matchmaker.scheduling.solving.grid import can_ever_meet
from matchmaker.scheduling.solving.occupancy import Occupancy, Timed


def unserved_participants(problem: Problem, meetings: Iterable[Timed]) -> tuple[UnservedParticipant, ...]:
    """All participants with fewer than min_meetings, in the problem's order, each with the reason."""
    meetings = tuple(meetings)
    occupancy = Occupancy(problem, meetings)
    met = {(meeting.need, meeting.offer) for meeting in meetings}
    partners: defaultdict[str, list[Participant]] = defaultdict(list)
    candidates: defaultdict[str, int] = defaultdict(int)
    for candidate in problem.candidates:
        for participant_id, partner_id in (candidate.key, candidate.key[::-1]):
            candidates[participant_id] += 1
            if candidate.key not in met and can_ever_meet(problem, candidate):
                partners[participant_id].append(problem.participant[partner_id])
    return tuple(
        _unserved(problem, occupancy, participant, candidates[participant.id], partners[participant.id])
        for participant in problem.participants
        if occupancy.met[participant.id] < participant.min_meetings
    )


def _unserved(
    problem: Problem, occupancy: Occupancy, participant: Participant, candidates: int, partners: list[Participant]
) -> UnservedParticipant:
    code = _unserved_code(problem, occupancy, participant, candidates, partners)
    wanted = participant.min_meetings
    sentence = _UNSERVED_SENTENCES[code].format(
        id=participant.id,
        wanted=wanted,
        maximum=participant.max_meetings,
        slots=len(participant.available),
        candidates=candidates,
    )
    return UnservedParticipant(participant.id, occupancy.met[participant.id], wanted, sentence, code)


_UNSERVED_SENTENCES = {
    UnscheduledReason.MAXIMUM_BELOW_MINIMUM: "{id} wants {wanted} meetings but its max_meetings is {maximum}",
    UnscheduledReason.NO_TABLES: "there are no tables",
    UnscheduledReason.NO_CANDIDATES: "no candidate was proposed for {id}",
    UnscheduledReason.NEVER_AVAILABLE: "{id} is free in no slot",
    UnscheduledReason.TOO_FEW_SLOTS: "{id} wants {wanted} meetings but is free in {slots} slots",
    UnscheduledReason.TOO_FEW_CANDIDATES: "{id} wants {wanted} meetings but has {candidates} candidates",
    UnscheduledReason.NO_COMMON_SLOT: "no candidate is free when {id} is",
    UnscheduledReason.CANDIDATES_FULL: "every candidate who is free when {id} is has reached its max_meetings",
    UnscheduledReason.TABLES_FULL: "every table is taken when {id} and its candidates are free",
    UnscheduledReason.CANDIDATES_BUSY: "whenever {id} and a candidate are both free, one of them is in another meeting",
}


def _unserved_code(
    problem: Problem, occupancy: Occupancy, participant: Participant, candidates: int, partners: list[Participant]
) -> UnscheduledReason:
    """The first reason that applies; `partners` are those candidates whom the participant could still meet."""
    with_common_slot = [partner for partner in partners if occupancy.common_slots(participant, partner)]
    with_room = [partner for partner in with_common_slot if occupancy.has_room(partner)]
    reasons = (
        (participant.max_meetings < participant.min_meetings, UnscheduledReason.MAXIMUM_BELOW_MINIMUM),
        (problem.tables == 0, UnscheduledReason.NO_TABLES),
        (candidates == 0, UnscheduledReason.NO_CANDIDATES),
        (not participant.available, UnscheduledReason.NEVER_AVAILABLE),
        (len(participant.available) < participant.min_meetings, UnscheduledReason.TOO_FEW_SLOTS),
        (candidates < participant.min_meetings, UnscheduledReason.TOO_FEW_CANDIDATES),
        (not with_common_slot, UnscheduledReason.NO_COMMON_SLOT),
        (not with_room, UnscheduledReason.CANDIDATES_FULL),
        (_lacks_only_a_table(occupancy, participant, with_room), UnscheduledReason.TABLES_FULL),
    )
    return next((reason for applies, reason in reasons if applies), UnscheduledReason.CANDIDATES_BUSY)


def _lacks_only_a_table(occupancy: Occupancy, participant: Participant, partners: list[Participant]) -> bool:
    """Whether the participant and one of these partners are both free in a slot whose tables are all taken."""
    return any(
        _both_free(occupancy, (participant, partner), slot)
        for partner in partners
        for slot in occupancy.common_slots(participant, partner)
        if occupancy.is_full(slot)
    )


class WhyNotReason(StrEnum):
    """Why a pair does not meet: the first of these reasons that applies."""

    NOT_A_CANDIDATE = "not_a_candidate"
    SAME_PERSON_OR_BOOTHS = "same_person_or_booths"
    """The two are the same person, or each of them has its own booth."""
    NO_COMMON_SLOT = "no_common_slot"
    LIMIT_REACHED = "limit_reached"
    """One or both of them have reached max_meetings."""
    TABLES_FULL = "tables_full"
    """Both are free in a slot, but every table is taken."""
    LOST_TO_OTHERS = "lost_to_others"
    """Whenever both are available, one of them meets someone else."""
    OPEN = "open"
    """Nothing prevents the meeting: it can be added to the plan."""


class ChangeKind(StrEnum):
    """What an organizer or participant can do to make a meeting possible."""

    MORE_TABLES = "more_tables"
    RAISE_MAXIMUM = "raise_maximum"
    BE_AVAILABLE = "be_available"
    GIVE_UP_MEETING = "give_up_meeting"
    ADD_MEETING = "add_meeting"


@dataclass(frozen=True, slots=True)
class Change:
    """The smallest change that makes a meeting possible. Only the fields that `kind` needs are set.

    `slot` is where the meeting would take place. `participants` are those whose maximum or availability would change.
    `instead_of` are the meetings that would be cancelled.
    """

    kind: ChangeKind
    slot: int | None = None
    participants: tuple[str, ...] = ()
    instead_of: tuple[Meeting, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a pair does not meet.

    `in_the_way` are the meetings of either side in their common slots, `full_slots` the slots without a free table,
    `at_limit` the ids of those who have reached max_meetings. `change` is None where no small change helps.
    """

    need: str
    offer: str
    reason: WhyNotReason
    in_the_way: tuple[Meeting, ...] = ()
    full_slots: tuple[int, ...] = ()
    at_limit: tuple[str, ...] = ()
    change: Change | None = None


def why_not(problem: Problem, plan: Plan, need: str, offer: str) -> WhyNot:
    """Why the pair does not meet in `plan`. Raises UnknownPartyError for unknown ids, ValueError if the pair meets."""
    for participant_id in (need, offer):
        if participant_id not in problem.participant:
            raise UnknownPartyError(
                f"{need}–{offer}", Fault.UNKNOWN_PARTICIPANT, (need, offer), participant=participant_id
            )
    return _Investigation(problem, plan).why_not((need, offer))


def why_not_all(problem: Problem, plan: Plan, strong: float = math.inf) -> tuple[WhyNot, ...]:
    """The explanation for every pair that does not meet and is requested or has a score of at least `strong`."""
    investigation = _Investigation(problem, plan)
    met = {meeting.key for meeting in plan.meetings}
    return tuple(
        investigation.why_not(candidate.key)
        for candidate in problem.candidates
        if candidate.key not in met and (candidate.requested or candidate.score >= strong)
    )


class _Investigation:
    """Explanations for one plan, which share its occupancy."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self._problem = problem
        self._occupancy = Occupancy(problem, plan.meetings)
        self._meetings = {meeting.key: meeting for meeting in plan.meetings}

    def why_not(self, key: PairKey) -> WhyNot:
        if key in self._meetings:
            raise ValueError(f"{key[0]}–{key[1]} do meet")
        need, offer = (self._problem.participant[participant_id] for participant_id in key)
        occupancy = self._occupancy
        if key not in self._problem.candidate:
            return WhyNot(*key, WhyNotReason.NOT_A_CANDIDATE)
        if not can_ever_meet(self._problem, Candidate(*key, score=0.0)):
            return WhyNot(*key, WhyNotReason.SAME_PERSON_OR_BOOTHS)
        common = occupancy.common_slots(need, offer)
        if not common:
            return WhyNot(*key, WhyNotReason.NO_COMMON_SLOT, change=self._availability(need, offer))
        both_free = [slot for slot in common if not self._in_the_way(need, offer, slot)]
        at_limit = tuple(p.id for p in (need, offer) if not occupancy.has_room(p))
        with_table = [slot for slot in both_free if not occupancy.is_full(slot)]
        if at_limit:
            change = Change(ChangeKind.RAISE_MAXIMUM, with_table[0], at_limit) if with_table else None
            return WhyNot(*key, WhyNotReason.LIMIT_REACHED, at_limit=at_limit, change=change)
        if with_table:
            return WhyNot(*key, WhyNotReason.OPEN, change=Change(ChangeKind.ADD_MEETING, with_table[0]))
        if both_free:
            return WhyNot(
                *key,
                WhyNotReason.TABLES_FULL,
                full_slots=tuple(both_free),
                change=Change(ChangeKind.MORE_TABLES, both_free[0]),
            )
        return self._lost(need, offer, common)

    def _in_the_way(self, need: Participant, offer: Participant, slot: int) -> tuple[Meeting, ...]:
        found = (self._occupancy.in_the_way(participant, slot) for participant in (need, offer))
        meetings = (self._meetings[meeting.need, meeting.offer] for meeting in found if meeting is not None)
        return tuple(dict.fromkeys(meetings))

    def _lost(self, need: Participant, offer: Participant, common: list[int]) -> WhyNot:
        by_slot = {slot: self._in_the_way(need, offer, slot) for slot in common}
        cheapest = min(common, key=lambda slot: (sum(m.score for m in by_slot[slot]), slot))
        return WhyNot(
            need.id,
            offer.id,
            WhyNotReason.LOST_TO_OTHERS,
            in_the_way=tuple(dict.fromkeys(m for slot in common for m in by_slot[slot])),
            change=Change(ChangeKind.GIVE_UP_MEETING, cheapest, instead_of=by_slot[cheapest]),
        )

    def _availability(self, need: Participant, offer: Participant) -> Change | None:
        """The first slot with a free table in which only the availability of one of the two is missing."""
        if not (self._occupancy.has_room(need) and self._occupancy.has_room(offer)):
            return None
        for slot in range(len(self._problem.slots)):
            absent = [p.id for p in (need, offer) if slot not in p.available]
            if len(absent) == 1 and not self._occupancy.is_full(slot) and not self._in_the_way(need, offer, slot):
                return Change(ChangeKind.BE_AVAILABLE, slot, tuple(absent))
        return None


@dataclass(frozen=True, slots=True)
class TableGain:
    """With `more_tables` further tables in `slot`, the same number of meetings could be added to the plan."""

    slot: int
    more_tables: int


def table_gains(problem: Problem, plan: Plan) -> tuple[TableGain, ...]:
    """The slots in which only tables are missing. Meetings at booths are not counted."""
    occupancy = Occupancy(problem, plan.meetings)
    met = {meeting.key for meeting in plan.meetings}
    waiting = [
        (problem.participant[candidate.need], problem.participant[candidate.offer])
        for candidate in problem.candidates
        if candidate.key not in met and can_ever_meet(problem, candidate)
    ]
    waiting = [
        pair for pair in waiting if all(occupancy.has_room(p) and p.table is None and p.person is None for p in pair)
    ]
    gains = []
    for slot in range(len(problem.slots)):
        if occupancy.is_full(slot):
            able = [pair for pair in waiting if _both_free(occupancy, pair, slot)]
            gain = _most_pairs_at_once(able)
            if gain:
                gains.append(TableGain(slot, gain))
    return tuple(gains)


def _both_free(occupancy: Occupancy, pair: tuple[Participant, Participant], slot: int) -> bool:
    return all(slot in p.available and occupancy.in_the_way(p, slot) is None for p in pair)


def _most_pairs_at_once(pairs: list[tuple[Participant, Participant]]) -> int:
    """The most of these pairs that can meet in the same slot: a maximum bipartite matching."""
    if not pairs:
        return 0
    needs = {need.id: row for row, need in enumerate(dict.fromkeys(need for need, _ in pairs))}
    offers = {offer.id: column for column, offer in enumerate(dict.fromkeys(offer for _, offer in pairs))}
    graph = csr_matrix(
        (np.ones(len(pairs)), ([needs[n.id] for n, _ in pairs], [offers[o.id] for _, o in pairs])),
        shape=(len(needs), len(offers)),
    )
    return int((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())
