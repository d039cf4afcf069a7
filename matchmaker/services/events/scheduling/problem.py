"""An event as :mod:`matchmaker.scheduling` sees it: whom to bring together, and when and where."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Literal

import numpy as np

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, PairDecision
from matchmaker.domain.events.pair import PairKey
from matchmaker.domain.vocabulary import PairDecisionKind, Side
from matchmaker.i18n import N_
from matchmaker.scheduling import Candidate, LockedMeeting, Participant, Plan, Problem, schedule
from matchmaker.scheduling.assignment import AssignmentProblem, Pair, Party, shortlist
from matchmaker.scheduling.errors import InvalidProblemError
from matchmaker.services.events.pairing.partnerships import PairScores
from matchmaker.services.events.scheduling.constraint_check import check_constraints, contradiction
from matchmaker.services.events.scheduling.constraints import Attendee, Constraints
from matchmaker.services.finding.recommendations import WEAKEST_SHOWN

SHORTLIST = 60
"""Candidates of each participant that enter the assignment: ten times the usual maximum."""

TIMED_SHORTLIST = 20
"""Candidates of each participant that enter the schedule: each could be in any slot, so the problem is far larger."""

LAST_RESORTS = 3
"""Candidates of a participant who has none that scores as much as a list of recommendations asks."""


def assignment_problem(event: Event, scores: PairScores, decisions: Collection[PairDecision]) -> AssignmentProblem:
    """The event as the assignment sees it. Nobody gets more meetings than there are slots; the list is as long as
    slots × tables allow, but never so short that somebody goes without a meeting.
    """
    pinned = _keys(decisions, PairDecisionKind.PIN)
    pins = Counter(party_id for key in pinned for party_id in key)
    participants = (*scores.rows, *scores.columns)
    slots = event.most_meetings_each
    parties = tuple(
        Party(
            id=str(participant.id),
            side=_side(participant.side),
            min_meetings=participant.min_meetings,
            max_meetings=max(_limited(participant.max_meetings, slots), pins[str(participant.id)]),
        )
        for participant in participants
    )
    excluded = _keys(decisions, PairDecisionKind.EXCLUDE)
    capacity = event.most_meetings
    needed = max(sum(participant.min_meetings for participant in participants), len(pinned))
    return AssignmentProblem(
        parties=parties,
        pairs=shortlist(_candidates(scores, excluded), SHORTLIST),
        pinned=pinned,
        excluded=excluded,
        most_pairs=None if capacity is None else max(capacity, needed),
    )


def scheduling_problem(constraints: Constraints, candidates: Iterable[Candidate]) -> Problem:
    """The event with its calendars. Participants are named by their id, slots by their instant: local time with the UTC
    offset of the event's zone that day. Begun slots are closed to new meetings.

    Raises :class:`Conflict` for constraints that contradict each other.
    """
    check_constraints(constraints)
    locked = tuple(
        LockedMeeting(str(m.pair[0]), str(m.pair[1]), constraints.slots.index(m.starts_at), m.table)
        for m in constraints.fixed
    )
    return _problem(constraints, constraints.attendees, candidates, locked)


def problem_without_locks(constraints: Constraints, candidates: Iterable[Candidate]) -> Problem:
    """The event for judging a plan as it stands: every meeting is where it is, and a kept table that does not exist is
    no table.
    """
    tables = range(1, constraints.tables + 1)
    attendees = [a if a.table in tables else replace(a, table=None) for a in constraints.attendees]
    return _problem(constraints, attendees, candidates)


def _problem(
    constraints: Constraints,
    attendees: Iterable[Attendee],
    candidates: Iterable[Candidate],
    locked: tuple[LockedMeeting, ...] = (),
) -> Problem:
    try:
        return Problem(
            slots=tuple(
                slot.replace(tzinfo=constraints.zone).isoformat(timespec="minutes") for slot in constraints.slots
            ),
            tables=constraints.tables,
            participants=tuple(_participant(constraints, attendee) for attendee in attendees),
            candidates=tuple(candidates),
            locked=locked,
        )
    except InvalidProblemError as error:
        raise contradiction(constraints, error) from error


def candidates_of(
    constraints: Constraints, scores: PairScores, also: Collection[PairKey] = ()
) -> tuple[Candidate, ...]:
    """Who could meet whom: for each participant the best that score enough, pairs that are pinned or have agreed to
    meet, and the pairs of ``also``, whatever they score. Pinned pairs count as requested.
    """
    apart = {(str(need), str(offer)) for need, offer in constraints.unplannable}
    worth = [pair for pair in _candidates(scores, apart) if pair.key not in apart]
    wanted = constraints.pinned | constraints.requested
    short = {pair.key: pair.score for pair in shortlist(worth, TIMED_SHORTLIST)}
    for pair in sorted((wanted | set(also)) - constraints.unplannable):
        if pair in scores:
            short[str(pair[0]), str(pair[1])] = scores.shown(scores.cell(pair)) / 100
    return tuple(
        Candidate(*key, score, requested=(int(key[0]), int(key[1])) in wanted)
        for key, score in sorted(short.items(), key=lambda item: (int(item[0][0]), int(item[0][1])))
    )


def plan_with_pins(
    problem: Problem, constraints: Constraints, plan_for: Callable[[Problem], Plan]
) -> tuple[Problem, Plan]:
    """A plan in which every pinned pair meets, and the problem that it solves.

    Pins count as requests. Only if the best plan would leave out a pin, the pins get their slots first, and the rest is
    planned around them. Raises :class:`Conflict` that names the pairs for whom there is no place at all.
    """
    plan = plan_for(problem)
    pins = {(str(need), str(offer)) for need, offer in constraints.pinned}
    if pins <= {meeting.key for meeting in plan.meetings}:
        return problem, plan
    met = {m.key: LockedMeeting(*m.key, m.slot) for m in plan.meetings if m.key in pins}
    settled = {meeting.key for meeting in problem.locked}
    beside_others = replace(problem, locked=(*problem.locked, *(met[key] for key in sorted(met.keys() - settled))))
    places = _places_for(beside_others, pins) or _places_for(problem, pins)
    if places is None:
        raise _no_place(problem, constraints, pins)
    fixed = replace(problem, locked=places)
    return fixed, plan_for(fixed)


def check_pins(constraints: Constraints) -> None:
    """Raise :class:`Conflict` where pinned pairs or fixed meetings have no place, without planning the rest."""
    pins = {(str(need), str(offer)) for need, offer in constraints.pinned}
    problem = scheduling_problem(constraints, (Candidate(*key, 0.0, requested=True) for key in sorted(pins)))
    if pins and _places_for(problem, pins) is None:
        raise _no_place(problem, constraints, pins)


def _places_for(problem: Problem, pins: Collection[tuple[str, str]]) -> tuple[LockedMeeting, ...] | None:
    """The locked meetings and the pins, each with a slot; ``None`` if not all pins find one."""
    plan = _pins_alone(problem, pins)
    if not set(pins) <= {meeting.key for meeting in plan.meetings}:
        return None
    settled = {meeting.key for meeting in problem.locked}
    return (*problem.locked, *(LockedMeeting(*m.key, m.slot) for m in plan.meetings if m.key not in settled))


def _pins_alone(problem: Problem, pins: Collection[tuple[str, str]]) -> Plan:
    only_pins = replace(
        problem,
        participants=tuple(replace(p, min_meetings=0) for p in problem.participants),
        candidates=tuple(candidate for candidate in problem.candidates if candidate.key in pins),
    )
    return schedule(only_pins)


def _no_place(problem: Problem, constraints: Constraints, pins: Collection[tuple[str, str]]) -> Conflict:
    met = {meeting.key for meeting in _pins_alone(problem, pins).meetings}
    left = [constraints.name((int(need), int(offer))) for need, offer in sorted(set(pins) - met)]
    return Conflict(
        N_(
            "这些锁定的配对排不进日程：%(pairs)s。双方没有共同的空闲时段，或场数、桌位已被别的锁定占满；请取消锁定或放宽条件"
        ),
        pairs="；".join(f"“{need}”与“{offer}”" for need, offer in left[:5]),
    )


def _participant(constraints: Constraints, attendee: Attendee) -> Participant:
    """The attendee as the scheduler sees it; what took place counts even beyond the maximum."""
    return Participant(
        id=str(attendee.id),
        side=_side(attendee.side),
        available=tuple(constraints.available(attendee)),
        min_meetings=attendee.min_meetings,
        max_meetings=max(attendee.max_meetings, constraints.facts[attendee.id]),
        table=attendee.table,
        person=attendee.person,
    )


def _side(side: Side) -> Literal["need", "offer"]:
    return "need" if side is Side.NEED else "offer"


def _candidates(scores: PairScores, excluded: Collection[tuple[str, str]]) -> list[Pair]:
    """All pairs that score enough, and the best there are for those whom exclusions would leave with none."""
    values = scores.scores
    forbidden = np.array(
        [[(str(row.id), str(column.id)) in excluded for column in scores.columns] for row in scores.rows],
        dtype=np.bool_,
    ).reshape(values.shape)
    possible = np.where(forbidden, np.float32(-1), values)
    worth = values >= WEAKEST_SHOWN
    for axis in (0, 1):
        lonely = ~(possible >= WEAKEST_SHOWN).any(axis=axis)
        ranks = np.argsort(np.argsort(-possible, axis=axis, kind="stable"), axis=axis)
        last_resorts = (ranks < LAST_RESORTS) & (possible >= 0)
        worth |= last_resorts & np.expand_dims(lonely, axis)
    return [
        Pair(str(scores.rows[row].id), str(scores.columns[column].id), scores.shown((row, column)) / 100)
        for row, column in zip(*(places.tolist() for places in np.nonzero(worth)), strict=True)
    ]


def _limited(wanted: int, limit: int | None) -> int:
    return wanted if limit is None else min(wanted, limit)


def _keys(decisions: Collection[PairDecision], kind: PairDecisionKind) -> frozenset[tuple[str, str]]:
    return frozenset((str(d.need_side_id), str(d.offer_side_id)) for d in decisions if d.decision is kind)
