"""Checks a plan against its problem and certifies the result. No plan is published without a valid certificate.

Shares no code with the solver, so that an error in the solver cannot hide here.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import chain, combinations, pairwise
from typing import Any

from matchmaker.scheduling.errors import PlanRefusedError
from matchmaker.scheduling.objective import Objective
from matchmaker.scheduling.pair import PairKey
from matchmaker.scheduling.plan import Meeting, Plan
from matchmaker.scheduling.problem import Participant, Problem

# Sums of thousands of scores may differ by rounding, but by at most this.
SCORE_TOLERANCE = 1e-6


class Rule(StrEnum):
    """A rule that a plan can break."""

    UNKNOWN_PARTICIPANT = "unknown_participant"
    WRONG_SIDE = "wrong_side"
    NOT_A_CANDIDATE = "not_a_candidate"
    PAIR_TWICE = "pair_twice"
    UNKNOWN_SLOT = "unknown_slot"
    UNKNOWN_TABLE = "unknown_table"
    PERSON_COLLISION = "person_collision"
    TABLE_COLLISION = "table_collision"
    TOO_FEW_TABLES = "too_few_tables"
    NOT_AVAILABLE = "not_available"
    MAXIMUM_EXCEEDED = "maximum_exceeded"
    LOCKED_MISSING = "locked_missing"
    LOCKED_MOVED = "locked_moved"
    AWAY_FROM_BOOTH = "away_from_booth"
    WRONG_SCORE = "wrong_score"
    WRONG_UNSERVED = "wrong_unserved"
    WRONG_OBJECTIVE = "wrong_objective"
    WRONG_BOUND = "wrong_bound"
    WRONG_DURATION = "wrong_duration"
    OTHER_PROBLEM = "other_problem"


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule. `sentence` is English; `pairs` are the meetings at fault, `participant` is somebody whose count
    of meetings is at fault.
    """

    rule: Rule
    sentence: str
    pairs: tuple[PairKey, ...] = ()
    participant: str | None = None


@dataclass(frozen=True)
class Certificate:
    """The figures of a plan, counted by the checker and not taken from the plan.

    A gap is the number of slots without a meeting between two consecutive meetings of a participant. `idle_slots` is
    the sum of each participant's gaps; `mean_idle_gap` and `greatest_idle_gap` are over all gaps, or 0 without gaps.
    `wishes` is the number of requested pairs. `fewest_meetings` is the smallest number of meetings of any participant.
    `tables_in_use` has one number for each slot. `slots_filled` is the share of tables × slots in use, 0–1.
    `score_gap` is the distance of the total score from its bound, as a share of the bound, 0–1.
    """

    violations: tuple[Violation, ...]
    collisions_of_people: int
    collisions_of_tables: int
    availability_breaches: int
    meetings: int
    participants: int
    served: tuple[str, ...]
    unserved: tuple[str, ...]
    wishes: int
    wishes_met: int
    fewest_meetings: int
    meetings_of: Mapping[str, int]
    idle_slots: Mapping[str, int]
    mean_idle_gap: float
    greatest_idle_gap: int
    tables_in_use: tuple[int, ...]
    slots_filled: float
    objective: Objective
    bound: Objective
    score_gap: float
    seed: int | None
    problem_fingerprint: str

    @property
    def valid(self) -> bool:
        """Whether the plan may be published."""
        return not self.violations

    @property
    def proven(self) -> bool:
        """Whether the plan reaches its bound in every goal."""
        return self.objective >= self.bound or (
            (self.objective.served, self.objective.requested) == (self.bound.served, self.bound.requested)
            and self.bound.total_score - self.objective.total_score <= SCORE_TOLERANCE
        )

    def require_valid(self) -> None:
        """Raise PlanRefusedError with all violations if there are any."""
        if self.violations:
            raise PlanRefusedError(tuple(violation.sentence for violation in self.violations))

    def to_document(self) -> dict[str, Any]:
        """The certificate as a document that can be written as JSON."""
        return {"valid": self.valid, "proven": self.proven, **asdict(self)}


def check(problem: Problem, plan: Plan) -> Certificate:
    """Check a plan against its problem. All broken rules are in the certificate's `violations`."""
    violations = (
        *_check_references(problem, plan),
        *_check_hard_rules(problem, plan),
        *_check_locked(problem, plan),
        *_check_claims(problem, plan),
    )
    broken = Counter(violation.rule for violation in violations)
    counts = _meetings_of(plan)
    met = {participant.id: counts[participant.id] for participant in problem.participants}
    served, unserved = _served_and_unserved(problem, met)
    gaps = _gaps(problem, plan)
    all_gaps = list(chain.from_iterable(gaps.values()))
    objective = _objective(problem, plan)
    seats = problem.tables * len(problem.slots)
    return Certificate(
        violations=violations,
        collisions_of_people=broken[Rule.PERSON_COLLISION],
        collisions_of_tables=broken[Rule.TABLE_COLLISION],
        availability_breaches=broken[Rule.NOT_AVAILABLE],
        meetings=len(plan.meetings),
        participants=len(problem.participants),
        served=served,
        unserved=unserved,
        wishes=len(_wishes(problem)),
        wishes_met=objective.requested,
        fewest_meetings=min(met.values(), default=0),
        meetings_of=met,
        idle_slots={participant_id: sum(gaps[participant_id]) for participant_id in met},
        mean_idle_gap=sum(all_gaps) / len(all_gaps) if all_gaps else 0.0,
        greatest_idle_gap=max(all_gaps, default=0),
        tables_in_use=_tables_in_use(problem, plan),
        slots_filled=len(plan.meetings) / seats if seats else 0.0,
        objective=objective,
        bound=plan.bound,
        score_gap=_share_missing(objective.total_score, plan.bound.total_score),
        seed=plan.seed,
        problem_fingerprint=problem.fingerprint,
    )


def _name(meeting: Meeting) -> str:
    return f"meeting {meeting.need}–{meeting.offer}"


def _about_meeting(rule: Rule, meeting: Meeting, fault: str) -> Violation:
    return Violation(rule, f"{_name(meeting)}: {fault}", pairs=(meeting.key,))


def _check_references(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Violations by meetings that name an unknown participant, slot or table, or a pair that may not meet."""
    sides = {p.id: p.side for p in problem.participants}
    allowed = {(c.need, c.offer) for c in problem.candidates} | {(m.need, m.offer) for m in problem.locked}
    for meeting in plan.meetings:
        for participant_id, side in ((meeting.need, "need"), (meeting.offer, "offer")):
            if participant_id not in sides:
                yield _about_meeting(Rule.UNKNOWN_PARTICIPANT, meeting, f"{participant_id} is unknown")
            elif sides[participant_id] != side:
                yield _about_meeting(Rule.WRONG_SIDE, meeting, f"{participant_id} is not a {side}")
        if (meeting.need, meeting.offer) not in allowed:
            yield _about_meeting(Rule.NOT_A_CANDIDATE, meeting, "the pair is neither candidate nor locked")
        if not _is_index(meeting.slot, 0, len(problem.slots) - 1):
            yield _about_meeting(Rule.UNKNOWN_SLOT, meeting, f"there is no slot {meeting.slot}")
        if not _is_index(meeting.table, 1, problem.tables):
            yield _about_meeting(Rule.UNKNOWN_TABLE, meeting, f"there is no table {meeting.table}")


def _check_hard_rules(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Violations of collisions, availability, maxima, booths and tables, and by pairs that meet twice."""
    known = {p.id: p for p in problem.participants}
    for pair, times in Counter((m.need, m.offer) for m in plan.meetings).items():
        if times > 1:
            yield Violation(Rule.PAIR_TWICE, f"meeting {pair[0]}–{pair[1]} takes place {times} times", pairs=(pair,))
    yield from _check_collisions(known, plan)
    for slot, used in sorted(Counter(meeting.slot for meeting in plan.meetings).items()):
        if used > problem.tables:
            yield Violation(Rule.TOO_FEW_TABLES, f"slot {slot} has {used} meetings at {problem.tables} tables")
    for meeting in plan.meetings:
        for participant in _participants(known, meeting):
            if meeting.slot not in participant.available:
                yield _about_meeting(
                    Rule.NOT_AVAILABLE, meeting, f"{participant.id} is not available in slot {meeting.slot}"
                )
            if participant.table not in (None, meeting.table):
                yield _about_meeting(
                    Rule.AWAY_FROM_BOOTH,
                    meeting,
                    f"{participant.id} is at booth {participant.table}, not {meeting.table}",
                )
    met = _meetings_of(plan)
    for participant in problem.participants:
        if met[participant.id] > participant.max_meetings:
            yield Violation(
                Rule.MAXIMUM_EXCEEDED,
                f"{participant.id} has {met[participant.id]} meetings, at most {participant.max_meetings} are allowed",
                participant=participant.id,
            )


def _check_collisions(known: Mapping[str, Participant], plan: Plan) -> Iterator[Violation]:
    by_slot: defaultdict[int, list[Meeting]] = defaultdict(list)
    for meeting in plan.meetings:
        by_slot[meeting.slot].append(meeting)
    for slot, meetings in sorted(by_slot.items()):
        at_table: defaultdict[int, list[Meeting]] = defaultdict(list)
        with_person: defaultdict[tuple[bool, str], list[Meeting]] = defaultdict(list)
        for meeting in meetings:
            at_table[meeting.table].append(meeting)
            for participant in _participants(known, meeting):
                # A participant without a person counts by its id; the flag keeps ids apart from people's names.
                with_person[participant.person is None, participant.person or participant.id].append(meeting)
        for table, clashing in at_table.items():
            for first, second in combinations(clashing, 2):
                yield Violation(
                    Rule.TABLE_COLLISION,
                    f"{_name(first)} and {_name(second)} are both at table {table} in slot {slot}",
                    pairs=(first.key, second.key),
                )
        for (_, person), clashing in with_person.items():
            for first, second in combinations(clashing, 2):
                yield Violation(
                    Rule.PERSON_COLLISION,
                    f"{person} is in {_name(first)} and {_name(second)} at once, in slot {slot}",
                    pairs=(first.key, second.key),
                )


def _check_locked(problem: Problem, plan: Plan) -> Iterator[Violation]:
    planned = {(m.need, m.offer): m for m in plan.meetings}
    for locked in problem.locked:
        meeting = planned.get((locked.need, locked.offer))
        name = f"locked meeting {locked.need}–{locked.offer}"
        if meeting is None:
            yield Violation(Rule.LOCKED_MISSING, f"{name} is missing", pairs=(locked.key,))
        elif meeting.slot != locked.slot or locked.table not in (None, meeting.table):
            yield Violation(
                Rule.LOCKED_MOVED,
                f"{name} stands in slot {locked.slot} at table {locked.table}, "
                f"but is planned in slot {meeting.slot} at table {meeting.table}",
                pairs=(locked.key,),
            )


def _check_claims(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Violations by false claims of the plan: scores, unserved participants, objective, bound, duration, problem."""
    scores = {(c.need, c.offer): c.score for c in problem.candidates}
    for meeting in plan.meetings:
        score = scores.get((meeting.need, meeting.offer), 0.0)
        if not abs(meeting.score - score) <= SCORE_TOLERANCE:
            yield _about_meeting(Rule.WRONG_SCORE, meeting, f"its score is {score}, not {meeting.score}")
    yield from _check_unserved(problem, plan)
    yield from _check_values(problem, plan)
    if not (math.isfinite(plan.seconds) and plan.seconds >= 0):
        yield Violation(Rule.WRONG_DURATION, f"seconds is {plan.seconds}")
    if plan.problem_fingerprint not in (None, problem.fingerprint):
        yield Violation(Rule.OTHER_PROBLEM, "the plan was made from another problem, or the problem was changed since")


def _check_unserved(problem: Problem, plan: Plan) -> Iterator[Violation]:
    met = _meetings_of(plan)
    below = {p.id: p.min_meetings for p in problem.participants if met[p.id] < p.min_meetings}
    for participant_id, times in Counter(u.id for u in plan.unserved).items():
        if times > 1:
            yield Violation(
                Rule.WRONG_UNSERVED, f"{participant_id} is listed as unserved {times} times", participant=participant_id
            )
    for entry in plan.unserved:
        if entry.id not in below:
            yield Violation(
                Rule.WRONG_UNSERVED, f"{entry.id} is listed as unserved, but is served or unknown", participant=entry.id
            )
        elif (entry.met, entry.wanted) != (met[entry.id], below[entry.id]):
            yield Violation(
                Rule.WRONG_UNSERVED,
                f"{entry.id} has {met[entry.id]} of {below[entry.id]} meetings, not {entry.met} of {entry.wanted}",
                participant=entry.id,
            )
        if not entry.reason.strip():
            yield Violation(Rule.WRONG_UNSERVED, f"{entry.id} is unserved without a reason", participant=entry.id)
    for participant_id in below.keys() - {entry.id for entry in plan.unserved}:
        yield Violation(
            Rule.WRONG_UNSERVED, f"{participant_id} is unserved, but not listed so", participant=participant_id
        )


def _check_values(problem: Problem, plan: Plan) -> Iterator[Violation]:
    actual, stated, bound = _objective(problem, plan), plan.objective, plan.bound
    if (actual.served, actual.requested) != (stated.served, stated.requested) or not (
        abs(actual.total_score - stated.total_score) <= SCORE_TOLERANCE
    ):
        yield Violation(Rule.WRONG_OBJECTIVE, f"the plan reaches {actual}, not {stated}")
    if bound.served < actual.served:
        yield Violation(Rule.WRONG_BOUND, f"{actual.served} are served, more than the bound of {bound.served}")
    if bound.served > len(problem.participants):
        yield Violation(Rule.WRONG_BOUND, f"the bound of {bound.served} is more than there are participants")
    # The later bounds hold for plans that are as good as this plan in the earlier goals.
    if bound.requested < actual.requested:
        yield Violation(
            Rule.WRONG_BOUND, f"{actual.requested} requests are met, more than the bound of {bound.requested}"
        )
    if not (math.isfinite(bound.total_score) and bound.total_score >= actual.total_score - SCORE_TOLERANCE):
        yield Violation(
            Rule.WRONG_BOUND, f"the total score is {actual.total_score}, above the bound of {bound.total_score}"
        )


def _objective(problem: Problem, plan: Plan) -> Objective:
    met = _meetings_of(plan)
    scores = {(c.need, c.offer): c.score for c in problem.candidates}
    made = {(m.need, m.offer) for m in plan.meetings}
    return Objective(
        served=sum(met[p.id] >= p.min_meetings for p in problem.participants),
        requested=len(made & _wishes(problem)),
        total_score=math.fsum(scores.get(pair, 0.0) for pair in made),
    )


def _served_and_unserved(problem: Problem, met: Mapping[str, int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids of the participants with at least, and with fewer than, their min_meetings."""
    enough = {participant.id: met[participant.id] >= participant.min_meetings for participant in problem.participants}
    served = tuple(participant_id for participant_id, is_served in enough.items() if is_served)
    return served, tuple(participant_id for participant_id, is_served in enough.items() if not is_served)


def _tables_in_use(problem: Problem, plan: Plan) -> tuple[int, ...]:
    """The number of meetings in each slot."""
    in_slot = Counter(meeting.slot for meeting in plan.meetings)
    return tuple(in_slot[slot] for slot in range(len(problem.slots)))


def _wishes(problem: Problem) -> set[tuple[str, str]]:
    """The requested pairs."""
    return {(candidate.need, candidate.offer) for candidate in problem.candidates if candidate.requested}


def _meetings_of(plan: Plan) -> Counter[str]:
    """The number of meetings of each participant."""
    return Counter(participant_id for m in plan.meetings for participant_id in (m.need, m.offer))


def _gaps(problem: Problem, plan: Plan) -> dict[str, list[int]]:
    """For each participant, the number of empty slots between each two consecutive meetings."""
    slots: defaultdict[str, list[int]] = defaultdict(list)
    for meeting in plan.meetings:
        slots[meeting.need].append(meeting.slot)
        slots[meeting.offer].append(meeting.slot)
    return {
        p.id: [max(0, later - earlier - 1) for earlier, later in pairwise(sorted(slots[p.id]))]
        for p in problem.participants
    }


def _participants(known: Mapping[str, Participant], meeting: Meeting) -> Iterable[Participant]:
    return (known[participant_id] for participant_id in (meeting.need, meeting.offer) if participant_id in known)


def _is_index(value: int, lowest: int, highest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest


def _share_missing(reached: float, bound: float) -> float:
    return max(0.0, 1 - reached / bound) if bound > 0 and math.isfinite(bound) else 0.0
