"""Repairing a published schedule: what has become impossible goes, everything else stands, and the gaps are filled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, Meeting, PlanVersion
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.job import Message, as_message
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import MeetingStatus, PlanOrigin
from matchmaker.i18n import N_, translate
from matchmaker.scheduling import Meeting as PlannedMeeting
from matchmaker.scheduling import Objective, Plan, Problem, Replanned, check, replan, upper_bound
from matchmaker.services.activity import log
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.pairing.partnerships import PairScores
from matchmaker.services.events.plan.placements import Placement, placements_in
from matchmaker.services.events.plan.versions import note_message, published_version
from matchmaker.services.events.scheduling.build import (
    SolvedPlan,
    check_has_schedule,
    solve_optimistically,
    store_plan,
)
from matchmaker.services.events.scheduling.constraints import Constraints, FixedMeeting
from matchmaker.services.events.scheduling.problem import candidates_of, plan_with_pins, scheduling_problem
from matchmaker.services.events.timing import check_not_over
from matchmaker.services.indexing.search_index import SearchIndex

REPLAN_TIME_LIMIT = 10.0
"""Seconds."""

_NOTE = N_("重排：已公布的洽谈改动 %(changed)d 场（其中 %(fewest)d 场无法避免），新增 %(added)d 场")


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What a re-plan does to what was published: ``changed`` meetings no longer stand as they were, and no valid plan
    changes fewer than ``fewest``; ``added`` are new. ``moved`` and ``dropped`` make up ``changed``.
    """

    changed: int
    fewest: int
    moved: int
    dropped: int
    added: int

    def message(self) -> Message:
        """The figures in a sentence that can be translated."""
        return as_message(_NOTE, **self._figures())

    def text(self, language: str = "zh") -> str:
        """The figures in a sentence."""
        return translate(_NOTE, language, **self._figures())

    def note(self) -> str:
        """The figures as the note of a version."""
        return note_message(_NOTE, **self._figures())

    def _figures(self) -> dict[str, int]:
        return {"changed": self.changed, "fewest": self.fewest, "added": self.added}


def replan_event(
    session: Session,
    search_index: SearchIndex,
    event: Event,
    actor: User | None = None,
    *,
    more_changes: int = 0,
    seed: int = 0,
    at: datetime | None = None,
    commit: bool = True,
) -> PlanVersion:
    """Adapt the schedule to withdrawals, changed calendars, and the slots that have begun by ``at``.

    Fewest published meetings change; then as many participants as possible are served by what can be added. Locked and
    held meetings stand, and so does what an organizer moved or added since publication where it still can. Up to
    ``more_changes`` beyond the fewest are made where they serve more participants. What changed is in the certificate
    under ``replanned`` (see :class:`Disturbance`), and in the note. Without ``commit`` the plan is left in the caller's
    transaction, which holds the event.
    Raises :class:`Conflict` before the first publication, and where constraints contradict each other.
    """
    check_organizer(actor)
    check_has_schedule(event)

    def solve(constraints: Constraints, scores: PairScores) -> tuple[SolvedPlan, Disturbance]:
        version = check_replannable(session, event, at)
        before = placements_in(version)
        by_hand = _changed_since(session, event, constraints, before)
        session.commit()
        return _repair(event, constraints, by_hand, scores, before, more_changes, seed)

    constraints, scores, (solved, disturbance) = solve_optimistically(session, search_index, event, solve, at)
    version = store_plan(
        session,
        search_index,
        event,
        actor,
        constraints,
        scores,
        solved,
        origin=PlanOrigin.REPLANNED,
        note=disturbance.note(),
    )
    version.certificate = (version.certificate or {}) | {
        "replanned": {
            "changed": disturbance.changed,
            "fewest": disturbance.fewest,
            "moved": disturbance.moved,
            "dropped": disturbance.dropped,
            "added": disturbance.added,
        }
    }
    log(session, actor, "event", event.id, "schedule replanned", f"{version.version}: {disturbance.text()}")
    if commit:
        session.commit()
    return version


def check_replannable(session: Session, event: Event, at: datetime | None = None) -> PlanVersion:
    """The published version that a re-plan goes on from.

    Raises :class:`Conflict` when the event has no schedule, is over, or was never published.
    """
    check_has_schedule(event)
    check_not_over(event, at)
    version = published_version(session, event)
    if version is None:
        raise Conflict(N_("还没有公布过日程，不需要重排：直接重新生成即可"))
    return version


def disturbance_of(version: PlanVersion) -> Disturbance | None:
    """What the version changed of the version published before it, if it is a re-plan."""
    figures = (version.certificate or {}).get("replanned")
    return None if figures is None else Disturbance(**figures)


def _repair(
    event: Event,
    constraints: Constraints,
    by_hand: Sequence[FixedMeeting],
    scores: PairScores,
    before: Mapping[PairKey, Placement],
    more_changes: int,
    seed: int,
) -> tuple[SolvedPlan, Disturbance]:
    candidates = candidates_of(constraints, scores, {*before, *(meeting.pair for meeting in by_hand)})
    freely = scheduling_problem(constraints, candidates)
    standing = replace(constraints, fixed=(*constraints.fixed, *by_hand))
    problem = scheduling_problem(standing, candidates) if by_hand else freely
    slot_of = {slot: number for number, slot in enumerate(constraints.slots)}
    published = _as_plan(before, slot_of)
    repaired: list[Replanned] = []

    def solve(repairable: Problem) -> Plan:
        repaired.append(
            replan(
                repairable,
                published,
                more_changes=more_changes,
                compactly=event.compact,
                time_limit=REPLAN_TIME_LIMIT,
                seed=seed,
            )
        )
        return repaired[-1].plan

    plan_with_pins(problem, constraints, solve)
    last = repaired[-1]
    check(last.problem, last.plan).require_valid()
    # Published in a slot that no longer exists: unavoidably changed, and nothing that the scheduler could know of.
    lost = len(before) - len(published.meetings)
    changes = last.differences
    disturbance = Disturbance(
        changed=changes.changed + lost,
        fewest=repaired[0].fewest_changes + lost,
        moved=len(changes.moved),
        dropped=len(changes.dropped) + lost,
        added=len(changes.added),
    )
    bound = upper_bound(freely) if by_hand else repaired[0].free_bound
    return SolvedPlan(last.problem, last.plan, bound), disturbance


def _changed_since(
    session: Session, event: Event, constraints: Constraints, before: Mapping[PairKey, Placement]
) -> list[FixedMeeting]:
    """Meetings that an organizer moved or added since publication, where nothing stands against them now."""
    taken = {(participant_id, meeting.starts_at) for meeting in constraints.fixed for participant_id in meeting.pair}
    fixed = {meeting.pair for meeting in constraints.fixed}
    query = select(Meeting).where(
        Meeting.event_id == event.id, Meeting.status == MeetingStatus.PLANNED, Meeting.starts_at.is_not(None)
    )
    standing = []
    for meeting in session.scalars(query.order_by(Meeting.id)):
        pair = pair_of(meeting)
        if meeting.starts_at is None or pair in fixed or before.get(pair) == Placement.of(meeting):
            continue
        if pair not in constraints.unplannable and all(
            participant_id in constraints.attendee
            and meeting.starts_at not in constraints.attendee[participant_id].away | constraints.begun
            and (participant_id, meeting.starts_at) not in taken
            for participant_id in pair
        ):
            standing.append(FixedMeeting(pair, meeting.starts_at, meeting.table))
    return standing


def _as_plan(places: Mapping[PairKey, Placement], slot_of: Mapping[datetime, int]) -> Plan:
    """The published meetings as the scheduler compares them; scores and bounds do not matter there."""
    meetings = tuple(
        PlannedMeeting(str(pair[0]), str(pair[1]), slot_of[place.starts_at], place.table, 0.0)
        for pair, place in places.items()
        if place.starts_at in slot_of and place.table is not None
    )
    nothing = Objective(0, 0, 0.0)
    return Plan(meetings, (), nothing, nothing, seconds=0.0)
