"""The certificate of an event's schedule: what the independent checker counts in the meetings as they are stored.

A schedule is published only with a valid certificate.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Meeting, PlanVersion
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.vocabulary import MeetingStatus
from matchmaker.i18n import N_, translate
from matchmaker.scheduling import Candidate, Certificate, Objective, Plan, Problem, Rule, UnservedParticipant, check
from matchmaker.scheduling import Meeting as PlannedMeeting
from matchmaker.scheduling.checker import SCORE_TOLERANCE, Violation
from matchmaker.services.events.plan.placements import Placement
from matchmaker.services.events.plan.versions import TAKES_PLACE, last_planned
from matchmaker.services.events.scheduling.constraints import Constraints, load_constraints
from matchmaker.services.events.scheduling.problem import problem_without_locks

_NOWHERE = -1

_WORDS: Mapping[Rule, str] = {
    Rule.UNKNOWN_PARTICIPANT: N_("有一方不参会"),
    Rule.WRONG_SIDE: N_("有一方不在该侧"),
    Rule.NOT_A_CANDIDATE: N_("这一对已排除、已取消或不能相见"),
    Rule.PAIR_TWICE: N_("同一对排了两次"),
    Rule.UNKNOWN_SLOT: N_("没有排进活动的时段"),
    Rule.UNKNOWN_TABLE: N_("没有这张桌"),
    Rule.PERSON_COLLISION: N_("同一方或同一人同时有两场"),
    Rule.TABLE_COLLISION: N_("同一张桌同时有两场"),
    Rule.TOO_FEW_TABLES: N_("同一时段的洽谈多于桌数"),
    Rule.NOT_AVAILABLE: N_("有一方这个时段不能参加"),
    Rule.MAXIMUM_EXCEEDED: N_("超过最多场数"),
    Rule.LOCKED_MISSING: N_("锁定的配对没有排进日程"),
    Rule.LOCKED_MOVED: N_("锁定的洽谈被移动"),
    Rule.AWAY_FROM_BOOTH: N_("不在其固定的桌位"),
}
_MISCOUNTED = N_("统计与日程不符")


@dataclass(frozen=True)
class CertifiedState:
    """The certificate of the meetings as they stand. ``bounded`` says whether its bound is proven: after a change of
    participants, slots or tables nothing is proven until the next plan.
    """

    certificate: Certificate
    constraints: Constraints
    bounded: bool

    @property
    def valid(self) -> bool:
        """Whether the state may be published."""
        return self.certificate.valid

    @property
    def proven(self) -> bool:
        """Whether no better plan exists."""
        return self.bounded and self.certificate.proven

    def to_document(self) -> dict[str, Any]:
        """All of it ready for JSON: the certificate, and what its bound depends on."""
        return self.certificate.to_document() | {
            "proven": self.proven,
            "bounded": self.bounded,
            "pins": len(self.constraints.pinned),
            "conditions": self.constraints.fingerprint,
            "unplannable": sorted(self.constraints.unplannable),
        }

    def violations(self, language: str = "zh") -> list[str]:
        """What stands in the way of publishing, in the reader's language, with names."""
        return [_told(violation, self.constraints, language) for violation in self.certificate.violations]


def verify(session: Session, event: Event) -> Certificate:
    """The certificate of the schedule as it stands, whether it can be published or not."""
    return certify(session, event).certificate


def certify(session: Session, event: Event, bound: Objective | None = None) -> CertifiedState:
    """Check the stored meetings against the event as it is now.

    ``bound`` is what the plan that was just made is proven against; without it, the bound of the last plan counts as
    long as nothing has changed that could raise it. Raises :class:`~matchmaker.domain.errors.Conflict` for an event
    without slots.
    """
    constraints = load_constraints(session, event)
    meetings = session.scalars(select(Meeting).where(Meeting.event_id == event.id).order_by(Meeting.id)).all()
    together = [meeting for meeting in meetings if meeting.status in TAKES_PLACE]
    problem = problem_without_locks(constraints, _candidates(constraints, together))
    if bound is None:
        bound = _bound_of_last_plan(last_planned(session, event), constraints, together)
    reached = _plan(problem, constraints, together)
    proven_bound = None if bound is None else _bound_beyond(bound, reached.objective)
    certificate = check(problem, replace(reached, bound=proven_bound or _trivial_bound(problem)))
    return CertifiedState(_with_pins(certificate, constraints, together), constraints, proven_bound is not None)


def _candidates(constraints: Constraints, meetings: Sequence[Meeting]) -> list[Candidate]:
    """Who meets, as far as they may, and who wished to."""
    wanted = constraints.pinned | constraints.requested
    scores = {pair_of(meeting): _score(meeting) for meeting in meetings}
    held = {pair_of(meeting) for meeting in meetings if meeting.status is MeetingStatus.HELD}
    allowed = {pair for pair in scores if pair not in constraints.apart or pair in held}
    return [
        Candidate(str(pair[0]), str(pair[1]), scores.get(pair, 0.0), requested=pair in wanted)
        for pair in sorted(allowed | wanted)
        if pair[0] in constraints.attendee and pair[1] in constraints.attendee
    ]


def _plan(problem: Problem, constraints: Constraints, meetings: Sequence[Meeting]) -> Plan:
    """The meetings as a plan that claims nothing but what they are."""
    slot_of = {slot: number for number, slot in enumerate(constraints.slots)}
    planned = [
        PlannedMeeting(
            need=str(m.need_side_id),
            offer=str(m.offer_side_id),
            slot=_NOWHERE if m.starts_at is None else slot_of.get(m.starts_at, _NOWHERE),
            table=_NOWHERE if m.table is None else m.table,
            score=problem.score((str(m.need_side_id), str(m.offer_side_id))),
        )
        for m in meetings
    ]
    met = Counter(participant_id for meeting in planned for participant_id in meeting.key)
    unserved = tuple(
        UnservedParticipant(p.id, met[p.id], p.min_meetings, "as recorded")
        for p in problem.participants
        if met[p.id] < p.min_meetings
    )
    objective = Objective(
        served=len(problem.participants) - len(unserved),
        requested=sum(meeting.key in problem.requested for meeting in planned),
        total_score=math.fsum(meeting.score for meeting in planned),
    )
    return Plan(tuple(planned), unserved, objective, objective, seconds=0.0)


def _bound_of_last_plan(
    planned: PlanVersion | None, constraints: Constraints, meetings: Sequence[Meeting]
) -> Objective | None:
    """The bound that was proven last, unless something was loosened since."""
    document = {} if planned is None else planned.certificate or {}
    if planned is None or not document.get("bounded") or document.get("conditions") != constraints.fingerprint:
        return None
    if not {(need, offer) for need, offer in document.get("unplannable", ())} <= constraints.unplannable:
        return None
    locked = {(pair_of(meeting), Placement.of(meeting)) for meeting in meetings if meeting.locked}
    if not {(row.pair, Placement.of(row)) for row in planned.schedule if row.locked} <= locked:
        return None
    return Objective(**document["bound"])


def _bound_beyond(bound: Objective, reached: Objective) -> Objective | None:
    """The bound of a plan that reaches that much: a later goal's only holds for plans as good in the earlier ones.
    ``None`` if the plan is better than what was proven, so that the proof was of something else.
    """
    earlier = (reached.served, reached.requested), (bound.served, bound.requested)
    beyond = earlier[0] > earlier[1]
    if beyond or (earlier[0] == earlier[1] and reached.total_score > bound.total_score + SCORE_TOLERANCE):
        return None
    return Objective(bound.served, max(bound.requested, reached.requested), max(bound.total_score, reached.total_score))


def _trivial_bound(problem: Problem) -> Objective:
    """What no plan exceeds whatever it is."""
    most = max(len(problem.slots) * problem.tables, len(problem.candidates))
    return Objective(len(problem.participants), len(problem.requested), float(most))


def _with_pins(certificate: Certificate, constraints: Constraints, meetings: Sequence[Meeting]) -> Certificate:
    """A pinned pair that does not meet is a broken promise as well."""
    met = {pair_of(meeting) for meeting in meetings}
    missing = [
        Violation(Rule.LOCKED_MISSING, f"pinned pair {need}–{offer} has no meeting", pairs=((str(need), str(offer)),))
        for need, offer in sorted(constraints.pinned - met)
    ]
    return replace(certificate, violations=(*certificate.violations, *missing))


def _told(violation: Violation, constraints: Constraints, language: str) -> str:
    """What the checker found, with the names of the participants, whom it knows by their ids."""

    def name(participant_id: str) -> str:
        attendee = constraints.attendee.get(int(participant_id))
        return translate(N_("已不参会的一方"), language) if attendee is None else attendee.name

    named = [f"{name(need)} — {name(offer)}" for need, offer in violation.pairs]
    if violation.participant is not None:
        named.append(name(violation.participant))
    words = translate(_WORDS.get(violation.rule, _MISCOUNTED), language)
    about = ("；" if language == "zh" else "; ").join(named)
    if not about:
        return words
    return f"{words}：{about}" if language == "zh" else f"{words}: {about}"


def _score(meeting: Meeting) -> float:
    return min(max(meeting.score / 100, 0.0), 1.0)
