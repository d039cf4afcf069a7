"""Match lists (配对方案): who meets whom at an event, without times.

>>> problem = AssignmentProblem(
...     parties=(Party("e1", "need"), Party("r4", "offer")), pairs=(Pair("e1", "r4", 0.83),)
... )
>>> assign(problem).objective
Objective(served=2, requested=0, total_score=0.83)
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.sparse import csr_matrix

from matchmaker.scheduling.errors import (
    ContradictionError,
    DuplicateError,
    Fault,
    UnknownPartyError,
    ValueRangeError,
)
from matchmaker.scheduling.objective import Objective
from matchmaker.scheduling.pair import PairKey, Side
from matchmaker.scheduling.solving.coverage import Options, coverage_program
from matchmaker.scheduling.solving.lexicographic import bound_in_order, maximize_in_order


@dataclass(frozen=True, slots=True)
class Party:
    """A participant. It is served when it has `min_meetings`, and gets at most `max_meetings`."""

    id: str
    side: Side
    min_meetings: int = 1
    max_meetings: int = 6


@dataclass(frozen=True, slots=True)
class Pair:
    """A need and an offer that could meet. `score` in [0, 1]; `requested` if one of them asked for it."""

    need: str
    offer: str
    score: float
    requested: bool = False

    @property
    def key(self) -> PairKey:
        """The ids of need and offer."""
        return self.need, self.offer


@dataclass(frozen=True)
class AssignmentProblem:
    """Who may meet whom, and how often.

    `pinned` pairs are always in the list; a pinned pair that is not among `pairs` has the score 0. `excluded` pairs are
    never in the list. `most_pairs` limits the length of the list, for example to tables × slots.
    Raises a subclass of InvalidProblemError that names the wrong entry.
    """

    parties: tuple[Party, ...]
    pairs: tuple[Pair, ...]
    pinned: frozenset[PairKey] = frozenset()
    excluded: frozenset[PairKey] = frozenset()
    most_pairs: int | None = None

    def __post_init__(self) -> None:
        _check_parties(self.parties)
        sides = {party.id: party.side for party in self.parties}
        _check_pairs(self.pairs, sides)
        for name, keys in (("pinned", self.pinned), ("excluded", self.excluded)):
            for key in sorted(keys):
                _check_sides(f"{name} {key[0]}–{key[1]}", key, sides)
        self._check_pins()

    def _check_pins(self) -> None:
        for need, offer in sorted(self.pinned & self.excluded):
            raise ContradictionError(f"pinned {need}–{offer}", Fault.PINNED_AND_EXCLUDED, (need, offer))
        pins = Counter(party_id for key in self.pinned for party_id in key)
        for party in self.parties:
            if pins[party.id] > party.max_meetings:
                raise ContradictionError(
                    f"parties {party.id}",
                    Fault.TOO_MANY_PINS,
                    participant=party.id,
                    count=pins[party.id],
                    most=party.max_meetings,
                )
        if self.most_pairs is not None and len(self.pinned) > self.most_pairs:
            raise ContradictionError("pinned", Fault.PINS_EXCEED_LIST, count=len(self.pinned), most=self.most_pairs)


class UnmatchedReason(StrEnum):
    """Why a party has fewer pairs than its min_meetings: the first of these reasons that applies."""

    MAXIMUM_BELOW_MINIMUM = "maximum_below_minimum"
    """The party's max_meetings is below its min_meetings."""
    NO_CANDIDATES = "no_candidates"
    """The party is in no proposed pair."""
    ALL_EXCLUDED = "all_excluded"
    """All proposed pairs of the party are excluded."""
    TOO_FEW_CANDIDATES = "too_few_candidates"
    """The party's min_meetings exceeds the number of its pairs that are not excluded."""
    LIST_FULL = "list_full"
    """The list has reached `most_pairs`."""
    PARTNERS_FULL = "partners_full"
    """The party's possible partners have reached their max_meetings with others."""


@dataclass(frozen=True, slots=True)
class AssignedPair:
    """A pair of the match list; `pinned` if the problem demanded it."""

    need: str
    offer: str
    score: float
    requested: bool
    pinned: bool


@dataclass(frozen=True, slots=True)
class Unserved:
    """A party with only `met` meetings, fewer than its min_meetings (`wanted`)."""

    id: str
    met: int
    wanted: int
    reason: UnmatchedReason


@dataclass(frozen=True)
class Assignment:
    """A match list. `pairs` are in the order of the problem's needs, and by falling score for each need.

    `bound` is an upper bound: for each goal, no list that is as good in the earlier goals can exceed it.
    """

    pairs: tuple[AssignedPair, ...]
    unserved: tuple[Unserved, ...]
    objective: Objective
    bound: Objective

    @property
    def proven(self) -> bool:
        """Whether no better list exists."""
        return self.objective == self.bound


def assign(problem: AssignmentProblem, time_limit: float = math.inf) -> Assignment:
    """The best match list: most parties served, then most requests granted, then the greatest total score.

    Exact unless `time_limit` (seconds) runs out. The same problem gives the same list. If all min_meetings are at most
    1, the program is a network flow with an integral linear relaxation: thousands of parties take seconds.
    Raises SolverError if no list was found in time.
    """
    model = _Model(problem)
    optimum = maximize_in_order(model.program, model.goals, time_limit)
    chosen = [pair for pair, x in zip(model.free, optimum.x, strict=False) if x > 0.5]
    assigned = [*model.pinned, *(AssignedPair(p.need, p.offer, p.score, p.requested, False) for p in chosen)]

    met = Counter(party_id for pair in assigned for party_id in (pair.need, pair.offer))
    objective = Objective(
        served=sum(met[party.id] >= party.min_meetings for party in problem.parties),
        requested=sum(pair.requested for pair in assigned),
        total_score=math.fsum(pair.score for pair in assigned),
    )
    order = {party.id: position for position, party in enumerate(problem.parties)}
    return Assignment(
        pairs=tuple(sorted(assigned, key=lambda p: (order[p.need], -p.score, order[p.offer]))),
        unserved=_unserved(problem, met, len(assigned)),
        objective=objective,
        bound=objective if optimum.proven else model.with_pins(optimum.bounds),
    )


def bound_beyond(problem: AssignmentProblem, reached: Objective, time_limit: float = math.inf) -> Objective:
    """For each goal, an upper bound on all match lists that are as good as `reached` in the earlier goals.

    Faster than `assign`, but less tight where min_meetings are above 1. A goal that is not finished within `time_limit`
    (seconds) gets the trivial bound: the value of all pairs together.
    """
    model = _Model(problem)
    return model.with_pins(bound_in_order(model.program, model.goals, model.without_pins(reached), time_limit))


def shortlist(pairs: Iterable[Pair], per_party: int) -> tuple[Pair, ...]:
    """The pairs that are among the `per_party` best pairs of one of their parties, and all requested pairs.

    Reduces the pairs of all parties to those that an assignment will use. Every party that has pairs keeps some. The
    order of `pairs` is kept; of equal scores, earlier pairs are preferred.
    """
    pairs = tuple(pairs)
    ranked = sorted(range(len(pairs)), key=lambda index: -pairs[index].score)
    taken: Counter[str] = Counter()
    kept = set()
    for index in ranked:
        pair = pairs[index]
        for party_id in pair.key:
            if taken[party_id] < per_party:
                taken[party_id] += 1
                kept.add(index)
    return tuple(pair for index, pair in enumerate(pairs) if index in kept or pair.requested)


def _check_parties(parties: tuple[Party, ...]) -> None:
    seen = set()
    for party in parties:
        where = f"parties {party.id}"
        if party.id in seen:
            raise DuplicateError(where, Fault.PARTICIPANT_TWICE, participant=party.id)
        seen.add(party.id)
        if party.side not in ("need", "offer"):
            raise ValueRangeError(where, Fault.NO_SIDE, given=party.side)
        for name in ("min_meetings", "max_meetings"):
            if getattr(party, name) < 0:
                raise ValueRangeError(where, Fault.NEGATIVE_NUMBER, field=name, given=getattr(party, name))


def _check_pairs(pairs: tuple[Pair, ...], sides: dict[str, Side]) -> None:
    seen = set()
    for pair in pairs:
        where = f"pairs {pair.need}–{pair.offer}"
        _check_sides(where, pair.key, sides)
        if pair.key in seen:
            raise DuplicateError(where, Fault.PAIR_TWICE, pair.key)
        seen.add(pair.key)
        if not 0 <= pair.score <= 1:
            raise ValueRangeError(where, Fault.NO_SHARE, pair.key, given=pair.score)


def _check_sides(where: str, key: PairKey, sides: dict[str, Side]) -> None:
    for party_id, side in zip(key, ("need", "offer"), strict=True):
        if party_id not in sides:
            raise UnknownPartyError(where, Fault.UNKNOWN_PARTICIPANT, key, participant=party_id)
        if sides[party_id] != side:
            raise UnknownPartyError(where, Fault.WRONG_SIDE, key, participant=party_id, side=side)


class _Model:
    """The problem as a binary program over its free pairs, which are neither pinned nor excluded."""

    def __init__(self, problem: AssignmentProblem) -> None:
        self.pinned = _pinned_pairs(problem)
        self.free = [pair for pair in problem.pairs if pair.key not in problem.pinned | problem.excluded]
        pins = Counter(party_id for key in problem.pinned for party_id in key)
        minimum = np.array([party.min_meetings - pins[party.id] for party in problem.parties], dtype=float)
        maximum = np.array([party.max_meetings - pins[party.id] for party in problem.parties], dtype=float)
        position = {party.id: position for position, party in enumerate(problem.parties)}
        options = Options(
            need=np.array([position[pair.need] for pair in self.free], dtype=np.int64),
            offer=np.array([position[pair.offer] for pair in self.free], dtype=np.int64),
            score=np.array([pair.score for pair in self.free], dtype=float),
            requested=np.array([pair.requested for pair in self.free], dtype=float),
        )
        room = math.inf if problem.most_pairs is None else problem.most_pairs - len(problem.pinned)
        self.program, self.goals = coverage_program(
            options, minimum, maximum, csr_matrix(np.ones((1, len(options)))), np.array([room])
        )
        self._served_by_pins = int((minimum <= 0).sum())

    def with_pins(self, values: tuple[float, ...]) -> Objective:
        """The values of the program's goals plus the contribution of the pinned pairs."""
        served, requested, score = values
        return Objective(
            served=self._served_by_pins + int(served),
            requested=sum(pair.requested for pair in self.pinned) + int(requested),
            total_score=math.fsum([score, *(pair.score for pair in self.pinned)]),
        )

    def without_pins(self, objective: Objective) -> tuple[float, ...]:
        """The values of the program's goals in a list with this objective: the inverse of `with_pins`."""
        return (
            objective.served - self._served_by_pins,
            objective.requested - sum(pair.requested for pair in self.pinned),
            objective.total_score - math.fsum(pair.score for pair in self.pinned),
        )


def _pinned_pairs(problem: AssignmentProblem) -> list[AssignedPair]:
    known = {pair.key: pair for pair in problem.pairs}
    pairs = (known.get(key, Pair(*key, score=0.0)) for key in sorted(problem.pinned))
    return [AssignedPair(pair.need, pair.offer, pair.score, pair.requested, True) for pair in pairs]


def _unserved(problem: AssignmentProblem, met: Counter[str], made: int) -> tuple[Unserved, ...]:
    candidates: defaultdict[str, set[PairKey]] = defaultdict(set)
    for key in (*(pair.key for pair in problem.pairs), *problem.pinned):
        for party_id in key:
            candidates[party_id].add(key)

    def reason(party: Party) -> UnmatchedReason:
        proposed = candidates[party.id]
        allowed = proposed - problem.excluded
        if party.max_meetings < party.min_meetings:
            return UnmatchedReason.MAXIMUM_BELOW_MINIMUM
        if not proposed:
            return UnmatchedReason.NO_CANDIDATES
        if not allowed:
            return UnmatchedReason.ALL_EXCLUDED
        if len(allowed) < party.min_meetings:
            return UnmatchedReason.TOO_FEW_CANDIDATES
        if made == problem.most_pairs:
            return UnmatchedReason.LIST_FULL
        return UnmatchedReason.PARTNERS_FULL

    return tuple(
        Unserved(party.id, met[party.id], party.min_meetings, reason(party))
        for party in problem.parties
        if met[party.id] < party.min_meetings
    )
