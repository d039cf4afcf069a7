"""The scheduling problem of an event: participants, their availability, candidate pairs, locked meetings.

In JSON:

    {"slots": ["2026-05-18T09:00", "2026-05-18T09:20"], "tables": 60,
     "participants": [{"id": "e1", "side": "need", "available": [0, 1], "min_meetings": 1, "max_meetings": 6,
                       "table": null}],
     "candidates": [{"need": "e1", "offer": "r4", "score": 0.83, "requested": false}],
     "locked": [{"need": "e2", "offer": "r9", "slot": 1, "table": 3}]}
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from matchmaker.scheduling.errors import (
    ContradictionError,
    DuplicateError,
    Fault,
    InvalidProblemError,
    UnknownPartyError,
    ValueRangeError,
)
from matchmaker.scheduling.json_reader import Fields, read_document
from matchmaker.scheduling.pair import PairKey, Side

DEFAULT_MIN_MEETINGS = 1
DEFAULT_MAX_MEETINGS = 6


@dataclass(frozen=True, slots=True)
class Participant:
    """A participant of the event.

    `available` are indices of the problem's slots, in order. `table` is the participant's booth, from 1: all its
    meetings take place there. Participants that share a booth take turns. `person` names the person who attends the
    meetings, if this person attends for several participants and so cannot be in two of their meetings at once.
    """

    id: str
    side: Side
    available: tuple[int, ...]
    min_meetings: int = DEFAULT_MIN_MEETINGS
    max_meetings: int = DEFAULT_MAX_MEETINGS
    table: int | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A need and an offer that could meet. `score` in [0, 1]; `requested` if one of them asked for it."""

    need: str
    offer: str
    score: float
    requested: bool = False

    @property
    def key(self) -> PairKey:
        """The ids of need and offer."""
        return self.need, self.offer


@dataclass(frozen=True, slots=True)
class LockedMeeting:
    """A fixed meeting. With `table` None the scheduler chooses the table."""

    need: str
    offer: str
    slot: int
    table: int | None = None

    @property
    def key(self) -> PairKey:
        """The ids of need and offer."""
        return self.need, self.offer


@dataclass(frozen=True)
class Problem:
    """A scheduling problem, checked on construction.

    `slots` are the starting times in order (ISO 8601, all with or all without a UTC offset). `tables` is the number of
    tables, which are numbered from 1. A locked pair that is not among the candidates has the score 0.
    Raises a subclass of InvalidProblemError that names the wrong entry.
    """

    slots: tuple[str, ...]
    tables: int
    participants: tuple[Participant, ...]
    candidates: tuple[Candidate, ...]
    locked: tuple[LockedMeeting, ...] = field(default=())

    def __post_init__(self) -> None:
        _check_slots(self.slots)
        if self.tables < 0:
            raise ValueRangeError("tables", Fault.NEGATIVE_TABLES, given=self.tables)
        _check_participants(self)
        _check_candidates(self)
        _check_locked(self)

    @cached_property
    def participant(self) -> Mapping[str, Participant]:
        return {participant.id: participant for participant in self.participants}

    @cached_property
    def candidate(self) -> Mapping[PairKey, Candidate]:
        return {candidate.key: candidate for candidate in self.candidates}

    @cached_property
    def requested(self) -> frozenset[PairKey]:
        return frozenset(candidate.key for candidate in self.candidates if candidate.requested)

    def score(self, key: PairKey) -> float:
        """The score of a pair, 0–1; 0 for a pair that is no candidate."""
        candidate = self.candidate.get(key)
        return 0.0 if candidate is None else candidate.score

    def to_document(self) -> dict[str, Any]:
        """The problem as a document for JSON, which `read_problem` reads."""
        return {
            "slots": list(self.slots),
            "tables": self.tables,
            "participants": [_participant_document(participant) for participant in self.participants],
            "candidates": [
                {"need": c.need, "offer": c.offer, "score": c.score, "requested": c.requested} for c in self.candidates
            ],
            "locked": [{"need": m.need, "offer": m.offer, "slot": m.slot, "table": m.table} for m in self.locked],
        }

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the problem's canonical JSON, in hexadecimal. Plans name the problem they solve by it."""
        canonical = json.dumps(self.to_document(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def read_problem(source: str | os.PathLike[str] | Mapping[str, Any]) -> Problem:
    """Read a problem from a JSON file or from a parsed document.

    Optional fields and their defaults: `available` (every slot), `min_meetings` (1), `max_meetings` (6), `table` and
    `person` (null), `requested` (false), `locked` (none). Unknown fields are ignored. Raises InvalidProblemError,
    also for a file that is not JSON; OSError if the file cannot be read.
    """
    document = source if isinstance(source, Mapping) else read_document(Path(source), InvalidProblemError)
    fields = Fields("problem", document, InvalidProblemError)
    slots = tuple(fields.texts("slots"))
    return Problem(
        slots=slots,
        tables=fields.whole("tables"),
        participants=tuple(_read_participant(entry, len(slots)) for entry in fields.entries("participants")),
        candidates=tuple(_read_candidate(entry) for entry in fields.entries("candidates")),
        locked=tuple(_read_locked(entry) for entry in fields.entries("locked", default=())),
    )


def _read_participant(entry: Fields, n_slots: int) -> Participant:
    participant_id = entry.text("id")
    side = entry.text("side")
    if side not in ("need", "offer"):
        raise ValueRangeError(entry.where, Fault.NO_SIDE, given=side)
    return Participant(
        id=participant_id,
        side="need" if side == "need" else "offer",
        available=tuple(sorted(set(entry.wholes("available", default=range(n_slots))))),
        min_meetings=entry.whole("min_meetings", default=DEFAULT_MIN_MEETINGS),
        max_meetings=entry.whole("max_meetings", default=DEFAULT_MAX_MEETINGS),
        table=entry.whole_or_none("table"),
        person=entry.text_or_none("person"),
    )


def _read_candidate(entry: Fields) -> Candidate:
    return Candidate(
        entry.text("need"), entry.text("offer"), entry.number("score"), entry.truth("requested", default=False)
    )


def _read_locked(entry: Fields) -> LockedMeeting:
    return LockedMeeting(entry.text("need"), entry.text("offer"), entry.whole("slot"), entry.whole_or_none("table"))


def _participant_document(participant: Participant) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": participant.id,
        "side": participant.side,
        "available": list(participant.available),
        "min_meetings": participant.min_meetings,
        "max_meetings": participant.max_meetings,
        "table": participant.table,
    }
    if participant.person is not None:
        document["person"] = participant.person
    return document


def _check_slots(slots: tuple[str, ...]) -> None:
    if not slots:
        raise ValueRangeError("slots", Fault.NO_SLOTS)
    times = []
    for index, slot in enumerate(slots):
        try:
            times.append(datetime.fromisoformat(slot))
        except ValueError:
            raise ValueRangeError(f"slots[{index}]", Fault.NO_TIME, given=slot) from None
    if len({time.tzinfo is None for time in times}) > 1:
        raise ValueRangeError("slots", Fault.MIXED_OFFSETS)
    for index, (earlier, later) in enumerate(pairwise(times), start=1):
        if later == earlier:
            raise DuplicateError(f"slots[{index}]", Fault.SLOT_TWICE, given=slots[index])
        if later < earlier:
            raise ValueRangeError(f"slots[{index}]", Fault.SLOTS_UNSORTED, given=slots[index])


def _check_participants(problem: Problem) -> None:
    seen = set()
    for participant in problem.participants:
        where = f"participants {participant.id}"
        if participant.id in seen:
            raise DuplicateError(where, Fault.PARTICIPANT_TWICE, participant=participant.id)
        seen.add(participant.id)
        for slot in participant.available:
            _check_slot_index(where, "available", slot, problem)
        for name in ("min_meetings", "max_meetings"):
            if getattr(participant, name) < 0:
                raise ValueRangeError(where, Fault.NEGATIVE_NUMBER, field=name, given=getattr(participant, name))
        _check_table(where, participant.table, problem, participant=participant.id)


def _check_candidates(problem: Problem) -> None:
    seen = set()
    for candidate in problem.candidates:
        where = f"candidates {candidate.need}–{candidate.offer}"
        _check_pair(where, candidate.key, problem)
        if candidate.key in seen:
            raise DuplicateError(where, Fault.PAIR_TWICE, candidate.key)
        seen.add(candidate.key)
        if not 0 <= candidate.score <= 1:
            raise ValueRangeError(where, Fault.NO_SHARE, candidate.key, given=candidate.score)


def _check_locked(problem: Problem) -> None:
    """Raise ContradictionError if locked meetings clash or break a rule."""
    pairs = set()
    taken: dict[tuple[str, str | int, int], LockedMeeting] = {}
    in_slot: defaultdict[int, int] = defaultdict(int)
    meetings: defaultdict[str, int] = defaultdict(int)
    for meeting in problem.locked:
        where = f"locked {meeting.need}–{meeting.offer}"
        _check_pair(where, meeting.key, problem)
        _check_slot_index(where, "slot", meeting.slot, problem)
        _check_table(where, meeting.table, problem, meeting.key, slot=meeting.slot)
        if meeting.key in pairs:
            raise ContradictionError(where, Fault.LOCKED_TWICE, meeting.key)
        pairs.add(meeting.key)
        for resource in _resources(where, meeting, problem):
            occupant = taken.setdefault((*resource, meeting.slot), meeting)
            if occupant is not meeting:
                raise ContradictionError(
                    where,
                    Fault.CLASH,
                    meeting.key,
                    other_need=occupant.need,
                    other_offer=occupant.offer,
                    resource=resource[0],
                    name=resource[1],
                    slot=meeting.slot,
                    time=problem.slots[meeting.slot],
                )
        in_slot[meeting.slot] += 1
        if in_slot[meeting.slot] > problem.tables:
            raise ContradictionError(
                where,
                Fault.TOO_MANY_AT_ONCE,
                meeting.key,
                slot=meeting.slot,
                time=problem.slots[meeting.slot],
                count=problem.tables,
            )
        for participant_id in meeting.key:
            meetings[participant_id] += 1
            maximum = problem.participant[participant_id].max_meetings
            if meetings[participant_id] > maximum:
                raise ContradictionError(
                    where,
                    Fault.TOO_MANY_MEETINGS,
                    meeting.key,
                    participant=participant_id,
                    most=maximum,
                    count=sum(participant_id in locked.key for locked in problem.locked),
                )


def _resources(where: str, meeting: LockedMeeting, problem: Problem) -> list[tuple[str, str | int]]:
    """The resources that a locked meeting occupies in its slot, by kind and name. Raises ContradictionError."""
    need, offer = (problem.participant[participant_id] for participant_id in meeting.key)
    for participant in (need, offer):
        if meeting.slot not in participant.available:
            raise ContradictionError(
                where,
                Fault.NOT_AVAILABLE,
                meeting.key,
                participant=participant.id,
                slot=meeting.slot,
                time=problem.slots[meeting.slot],
            )
    tables = {table for table in (meeting.table, need.table, offer.table) if table is not None}
    if len(tables) > 1:
        raise ContradictionError(where, Fault.SEVERAL_TABLES, meeting.key, slot=meeting.slot, tables=sorted(tables))
    if need.person is not None and need.person == offer.person:
        raise ContradictionError(where, Fault.SAME_PERSON, meeting.key, person=need.person)
    people = {participant.person or participant.id for participant in (need, offer)}
    occupied: list[tuple[str, str | int]] = [("participant", need.id), ("participant", offer.id)]
    occupied += [("person", person) for person in sorted(people)]
    return occupied + [("table", table) for table in tables]


def _check_pair(where: str, key: PairKey, problem: Problem) -> None:
    for participant_id, side in zip(key, ("need", "offer"), strict=True):
        participant = problem.participant.get(participant_id)
        if participant is None:
            raise UnknownPartyError(where, Fault.UNKNOWN_PARTICIPANT, key, participant=participant_id)
        if participant.side != side:
            raise UnknownPartyError(where, Fault.WRONG_SIDE, key, participant=participant_id, side=side)


def _check_slot_index(where: str, name: str, slot: int, problem: Problem) -> None:
    if not 0 <= slot < len(problem.slots):
        raise ValueRangeError(where, Fault.UNKNOWN_SLOT, field=name, slot=slot, count=len(problem.slots))


def _check_table(where: str, table: int | None, problem: Problem, pair: PairKey | None = None, **about: object) -> None:
    if table is not None and not 1 <= table <= problem.tables:
        raise ValueRangeError(where, Fault.UNKNOWN_TABLE, pair, table=table, count=problem.tables, **about)
