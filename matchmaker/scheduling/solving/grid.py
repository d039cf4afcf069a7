"""The open part of a problem: which pairs can still meet in which slots, beside the locked meetings."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack

from matchmaker.scheduling.objective import Objective
from matchmaker.scheduling.problem import Candidate, Participant, Problem
from matchmaker.scheduling.solving.coverage import Positions, incidence
from matchmaker.scheduling.solving.lexicographic import Vector


class Grid:
    """The open part of a problem, as arrays.

    `pairs` are the candidates that are not locked and can meet in some slot; `open[pair, slot]` tells in which. A
    meeting occupies units, which can be in a single meeting at a time: the people of both sides, and a booth.
    `unit_free[unit, slot]` tells which units are free. `minimum` and `maximum` are the numbers of meetings that
    participants still need and may still have. `tables_left` is the number of free tables in each slot.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.position = {participant.id: i for i, participant in enumerate(problem.participants)}
        self._units = _Units(problem)
        self._count_locked()
        self._find_openings()

    def _count_locked(self) -> None:
        problem = self.problem
        n_slots = len(problem.slots)
        locked = Counter(participant_id for meeting in problem.locked for participant_id in meeting.key)
        in_slot = Counter(meeting.slot for meeting in problem.locked)
        self._locked_of = np.array([locked[p.id] for p in problem.participants], dtype=float)
        self.minimum: Vector = np.array([float(p.min_meetings) for p in problem.participants]) - self._locked_of
        self.maximum: Vector = np.array([float(p.max_meetings) for p in problem.participants]) - self._locked_of
        self.tables_left = np.array([problem.tables - in_slot[s] for s in range(n_slots)], dtype=np.int64)
        self.available = np.zeros((len(problem.participants), n_slots), dtype=bool)
        for position, participant in enumerate(problem.participants):
            self.available[position, list(participant.available)] = True
        self.unit_free = np.ones((len(self._units), n_slots), dtype=bool)
        for meeting in problem.locked:
            self.unit_free[self._units.of(meeting.need, meeting.offer, meeting.table), meeting.slot] = False

    def _find_openings(self) -> None:
        problem = self.problem
        locked = {meeting.key for meeting in problem.locked}
        pairs: list[Candidate] = []
        rows: list[npt.NDArray[np.bool_]] = []
        units: list[list[int]] = []
        for candidate in problem.candidates:
            if candidate.key in locked or not can_ever_meet(problem, candidate):
                continue
            occupied = self._units.of(candidate.need, candidate.offer, None)
            need, offer = self.position[candidate.need], self.position[candidate.offer]
            row = self.available[need] & self.available[offer] & self.unit_free[occupied].all(axis=0)
            row &= self.tables_left > 0
            if row.any() and self.maximum[need] > 0 and self.maximum[offer] > 0:
                pairs.append(candidate)
                rows.append(row)
                units.append(occupied)
        self.pairs = tuple(pairs)
        self.units_of_pair = units
        self.open = np.array(rows, dtype=bool).reshape(len(pairs), len(problem.slots))
        self.need: Positions = np.array([self.position[pair.need] for pair in pairs], dtype=np.int64)
        self.offer: Positions = np.array([self.position[pair.offer] for pair in pairs], dtype=np.int64)
        self.score: Vector = np.array([pair.score for pair in pairs], dtype=float)
        self.requested: Vector = np.array([pair.requested for pair in pairs], dtype=float)

    def usable_slots(self) -> Positions:
        """The number of slots in which each participant can meet (n,), slots of locked meetings included."""
        return np.array(self._free_participants().sum(axis=1) + self._locked_of, dtype=np.int64)

    def most_meetings(self) -> int:
        """An upper bound on the number of meetings, from tables and available people; locked meetings included."""
        free = self._free_participants()
        is_need = np.array([participant.side == "need" for participant in self.problem.participants], dtype=bool)
        room = np.minimum(free[is_need].sum(axis=0), free[~is_need].sum(axis=0))
        return int(np.minimum(self.tables_left, room).sum()) + len(self.problem.locked)

    def _free_participants(self) -> npt.NDArray[np.bool_]:
        """Whether each participant is free in each slot (n, slots) and a table is left."""
        people = [self._units.of_participant(participant) for participant in self.problem.participants]
        return np.asarray(self.available & self.unit_free[people] & (self.tables_left > 0), dtype=np.bool_)

    def with_locked(self, values: tuple[float, ...]) -> Objective:
        """The values of the goals in the open part plus the contribution of the locked meetings."""
        served, requested, score = values
        locked = [meeting.key for meeting in self.problem.locked]
        return Objective(
            served=int((self.minimum <= 0).sum() + served),
            requested=sum(key in self.problem.requested for key in locked) + int(requested),
            total_score=math.fsum([score, *(self.problem.score(key) for key in locked)]),
        )

    @property
    def n_slots(self) -> int:
        return len(self.problem.slots)

    def openings(self, pairs: Positions) -> tuple[Positions, Positions]:
        """Every possible (pair, slot): indices into `pairs`, and slots; both of the same length."""
        which, slot = np.nonzero(self.open[pairs])
        return which.astype(np.int64), slot.astype(np.int64)

    def slot_limits(self, pairs: Positions, slots: Positions) -> tuple[csr_matrix, Vector]:
        """Constraints ``limits @ x ≤ at_most`` for meetings of `pairs[k]` in `slots[k]`.

        Each unit is in at most one meeting of a slot, and each slot has enough tables.
        """
        n_slots = self.n_slots
        columns = np.arange(len(pairs))
        per_column = [self.units_of_pair[pair] for pair in pairs]
        lengths = np.array([len(units) for units in per_column], dtype=np.int64)
        unit_columns = np.repeat(columns, lengths)
        units = np.array([unit for units in per_column for unit in units], dtype=np.int64)
        once = incidence(
            units * n_slots + slots[unit_columns], unit_columns, (len(self._units) * n_slots, len(columns))
        )
        contested = np.flatnonzero(np.diff(once.indptr) > 1)
        tables = incidence(slots, columns, (n_slots, len(columns)))
        limits = vstack([once[contested], tables], format="csr")
        return limits, np.concatenate([np.ones(len(contested)), self.tables_left.astype(float)])


class _Units:
    """Numbers the units, which can be in a single meeting at a time: people first, then booths."""

    def __init__(self, problem: Problem) -> None:
        people = dict.fromkeys(_person(participant) for participant in problem.participants)
        booths = dict.fromkeys(p.table for p in problem.participants if p.table is not None)
        self._person = {person: unit for unit, person in enumerate(people)}
        self._booth = {booth: len(people) + unit for unit, booth in enumerate(booths)}
        self._participant = problem.participant

    def __len__(self) -> int:
        return len(self._person) + len(self._booth)

    def of_participant(self, participant: Participant) -> int:
        return self._person[_person(participant)]

    def of(self, need: str, offer: str, table: int | None) -> list[int]:
        """The units of a meeting. A meeting at a `table` that is a booth occupies the booth, whoever meets there."""
        participants = (self._participant[need], self._participant[offer])
        tables = {table, *(participant.table for participant in participants)}
        people = {self.of_participant(participant) for participant in participants}
        return sorted(people | {self._booth[table] for table in tables if table in self._booth})


def can_ever_meet(problem: Problem, candidate: Candidate) -> bool:
    """Whether the two are different people and do not have different booths."""
    need, offer = problem.participant[candidate.need], problem.participant[candidate.offer]
    return _person(need) != _person(offer) and (None in (need.table, offer.table) or need.table == offer.table)


def _person(participant: Participant) -> tuple[str, str]:
    return ("person", participant.person) if participant.person else ("participant", participant.id)
