"""The schedule of a docking event in one click: who meets whom, when, at which table, and the certificate of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, Meeting, PlanVersion
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventKind, MeetingStatus, PlanOrigin, Side
from matchmaker.i18n import N_
from matchmaker.scheduling import Objective, Plan, Problem, UnscheduledReason, check, schedule, upper_bound
from matchmaker.scheduling.assignment import UnmatchedReason
from matchmaker.services.activity import log
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.pairing.partnerships import PairScores, score_partnerships
from matchmaker.services.events.participation.participants import participants_of
from matchmaker.services.events.plan.occupancy import lock_event
from matchmaker.services.events.plan.placements import Placement
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.plan.versions import record_version
from matchmaker.services.events.scheduling.certificate import certify, verify
from matchmaker.services.events.scheduling.constraints import Constraints, load_constraints
from matchmaker.services.events.scheduling.match_list_state import NO_POSTINGS
from matchmaker.services.events.scheduling.meetings import store_meetings
from matchmaker.services.events.scheduling.problem import candidates_of, plan_with_pins, scheduling_problem
from matchmaker.services.events.timing import check_not_over
from matchmaker.services.indexing.search_index import SearchIndex

__all__ = ["build_schedule", "check_buildable", "check_has_schedule", "verify"]

TIME_LIMIT = 30.0
"""Seconds. The largest events that the bars of the scheduler name take half of it."""

_ATTEMPTS = 3

_Found = TypeVar("_Found")


@dataclass(frozen=True)
class SolvedPlan:
    """A plan, the problem that it solves, and what it is proven against."""

    problem: Problem
    plan: Plan
    bound: Objective


def build_schedule(
    session: Session,
    search_index: SearchIndex,
    event: Event,
    actor: User | None = None,
    *,
    seed: int = 0,
    at: datetime | None = None,
    commit: bool = True,
) -> PlanVersion:
    """Choose who meets whom, when and at which table, from scratch: most participants served, then most requests
    granted, then the greatest total score.

    Pins meet, exclusions do not, locked meetings and agreed slots stand. The same event and seed give the same plan.
    Without ``commit`` the plan is left in the caller's transaction, which holds the event.
    Raises :class:`Conflict` where one side is empty, constraints contradict each other, or meetings were held; on the
    day itself :func:`~matchmaker.services.events.scheduling.publish.replan_event` goes on from what is published.
    """
    check_organizer(actor)
    check_has_schedule(event)

    def solve(constraints: Constraints, scores: PairScores) -> SolvedPlan:
        check_buildable(session, event, at)
        asked = scheduling_problem(constraints, candidates_of(constraints, scores))
        session.commit()
        problem, plan = plan_with_pins(
            asked, constraints, lambda problem: schedule(problem, TIME_LIMIT, seed, compactly=event.compact)
        )
        check(problem, plan).require_valid()
        return SolvedPlan(problem, plan, plan.bound if problem is asked else upper_bound(asked))

    constraints, scores, solved = solve_optimistically(session, search_index, event, solve, at)
    _forget_cancelled_of_absent(session, event)
    version = store_plan(session, search_index, event, actor, constraints, scores, solved, origin=PlanOrigin.BUILT)
    log(session, actor, "event", event.id, "schedule built", f"{version.version}: {len(version.pairs)}")
    if commit:
        session.commit()
    return version


def solve_optimistically(
    session: Session,
    search_index: SearchIndex,
    event: Event,
    solve: Callable[[Constraints, PairScores], _Found],
    at: datetime | None = None,
) -> tuple[Constraints, PairScores, _Found]:
    """Solve without a lock, so that everybody else goes on working, and return with the event locked for storing it.

    ``solve`` ends its reading with a commit before it takes time. If the constraints changed in the meantime, it is
    asked again. Raises :class:`Conflict` if they keep changing.
    """
    at = at or now()
    for _ in range(_ATTEMPTS):
        search_index.commit_and_refresh(session)
        session.expire_all()
        constraints = load_constraints(session, event, at)
        scores = score_partnerships(session, search_index, event)
        found = solve(constraints, scores)
        session.commit()
        lock_event(session, event)
        session.expire_all()
        if load_constraints(session, event, at) == constraints:
            return constraints, score_partnerships(session, search_index, event), found
    session.rollback()
    raise Conflict(N_("排程时参会方或设定一直在变动，没有保存；请稍后再试"))


def store_plan(
    session: Session,
    search_index: SearchIndex,
    event: Event,
    actor: User | None,
    constraints: Constraints,
    scores: PairScores,
    solved: SolvedPlan,
    *,
    origin: PlanOrigin,
    note: str = "",
) -> PlanVersion:
    """Make the plan the meetings of the event and its next version, with its certificate. Part of the caller's
    transaction, which holds the event.
    """
    stored = store_meetings(session, search_index, event, scores, placements_of(solved.plan, constraints.slots))
    agreed = {meeting.pair for meeting in constraints.fixed if not meeting.took_place}
    for pair, meeting in stored.items():
        meeting.pinned = pair in constraints.pinned
        meeting.locked = meeting.locked or pair in agreed
    session.flush()
    state = certify(session, event, solved.bound)
    version = record_version(
        session,
        actor,
        event,
        origin=origin,
        note=note,
        reasons=_reasons(constraints, scores, solved.plan),
        proven=state.proven,
        seed=solved.plan.seed,
        input_hash=solved.problem.fingerprint,
    )
    version.certificate = state.to_document()
    return version


def placements_of(plan: Plan, slots: Sequence[datetime]) -> dict[PairKey, Placement]:
    """When and where each pair of the plan meets; the plan numbers the ``slots``."""
    return {(int(m.need), int(m.offer)): Placement(slots[m.slot], m.table) for m in plan.meetings}


def check_has_schedule(event: Event) -> None:
    """Raise :class:`Conflict` for an expo: its visitors walk from booth to booth."""
    if event.kind is not EventKind.DOCKING:
        raise Conflict(N_("“%(name)s”是博览会，没有分时段的日程"), name=event.name)


def check_buildable(session: Session, event: Event, at: datetime | None = None) -> None:
    """Raise :class:`Conflict` when the event is over, when one side is empty, or when a new plan would disown meetings
    that were held.
    """
    check_not_over(event, at)
    sides = {participant.side for participant in participants_of(session, event)}
    for side, message in (
        (Side.NEED, N_("还没有需求方参会，请先添加企业")),
        (Side.OFFER, N_("还没有供给方参会，请先添加科研团队")),
    ):
        if side not in sides:
            raise Conflict(message)
    recorded = (MeetingStatus.HELD, MeetingStatus.NO_SHOW)
    if any(meeting.status in recorded for meeting in meetings_of(session, event)):
        raise Conflict(N_("已有洽谈记录，不能重新生成匹配表；可以手工增减，或用“重排”只补空缺"))


def _forget_cancelled_of_absent(session: Session, event: Event) -> None:
    """Delete cancelled meetings of participants who do not come: if they come after all, a new plan starts afresh."""
    cancelled = select(Meeting).where(Meeting.event_id == event.id, Meeting.status == MeetingStatus.CANCELLED)
    coming = {participant.id for participant in participants_of(session, event)}
    for meeting in session.scalars(cancelled).all():
        if not coming.issuperset(pair_of(meeting)):
            session.delete(meeting)


def _reasons(constraints: Constraints, scores: PairScores, plan: Plan) -> Mapping[int, str]:
    """Why each participant left unserved has too few meetings, by id."""
    excluded = {participant_id for pair in constraints.excluded for participant_id in pair}
    reasons: dict[int, str] = {}
    for left in plan.unserved:
        participant_id = int(left.id)
        if participant_id in scores.without_postings:
            reasons[participant_id] = NO_POSTINGS
        elif left.code is UnscheduledReason.NO_CANDIDATES and participant_id in excluded:
            reasons[participant_id] = UnmatchedReason.ALL_EXCLUDED.value
        elif left.code is not None:
            reasons[participant_id] = left.code.value
    return reasons
