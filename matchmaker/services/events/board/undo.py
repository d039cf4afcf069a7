"""Undoing and redoing an organizer's own changes at the board, step by step.

Each version says by whom and by which step it was made. Undoing a step makes a new version in which the meetings that
the step touched are as they were before it. Organizers undo only their own steps, and nothing is overwritten that was
changed since. A rebuilt, re-planned or restored plan is a new beginning.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, Meeting, PlanVersion, ScheduleRow
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import MeetingStatus, PlanOrigin
from matchmaker.i18n import N_
from matchmaker.services.events.board.edit_lock import BoardConflict, Changed, EditSession, Step, edit_session
from matchmaker.services.events.board.rules import check_not_excluded, fixed, new_meeting_by_hand
from matchmaker.services.events.plan.changes import MeetingChange, kept_placement, plan_difference
from matchmaker.services.events.plan.placements import Placement
from matchmaker.services.events.plan.versions import version_if_any
from matchmaker.services.indexing.search_index import SearchIndex


@dataclass(frozen=True, slots=True)
class Steps:
    """The numbers of the versions whose steps can be undone, and can be done again; the next step comes last."""

    done: list[int] = field(default_factory=list)
    undone: list[int] = field(default_factory=list)

    def apply(self, step: Step, version: int, acts_on: int | None) -> None:
        """Account for another step; ``acts_on`` is the version whose step it undid or did again."""
        if step is Step.UNDO and acts_on is not None:
            self.done.remove(acts_on)
            self.undone.append(acts_on)
        elif step is Step.REDO and acts_on is not None:
            self.undone.remove(acts_on)
            self.done.append(acts_on)
        else:
            self.done.append(version)
            self.undone.clear()


def steps_of(session: Session, actor: User | None, event: Event) -> Steps:
    """What this organizer can undo and do again."""
    beginning = session.scalar(
        select(func.max(PlanVersion.version)).where(
            PlanVersion.event_id == event.id, PlanVersion.origin != PlanOrigin.CHANGED
        )
    )
    made = session.execute(
        select(PlanVersion.step, PlanVersion.version, PlanVersion.acts_on)
        .where(
            PlanVersion.made_by_id == (None if actor is None else actor.id),
            PlanVersion.event_id == event.id,
            PlanVersion.version > (beginning or 0),
        )
        .order_by(PlanVersion.version)
    )
    steps = Steps()
    for step, version, acts_on in made:
        if step is not None:
            steps.apply(Step(step), version, acts_on)
    return steps


def undo(
    session: Session, search_index: SearchIndex, actor: User | None, event: Event, expected_version: int
) -> Changed:
    """Undo the organizer's own last step. Raises :class:`BoardConflict` where the meetings that it touched were changed
    since, or can no longer be as they were.
    """
    return _repeat(session, search_index, actor, event, expected_version, Step.UNDO)


def redo(
    session: Session, search_index: SearchIndex, actor: User | None, event: Event, expected_version: int
) -> Changed:
    """Do the step again that the organizer undid last."""
    return _repeat(session, search_index, actor, event, expected_version, Step.REDO)


def step_changes(session: Session, event: Event, version: int, step: Step = Step.REDO) -> tuple[MeetingChange, ...]:
    """What the version's step changed, or, with ``Step.UNDO``, what undoing it would."""
    made, before = (version_if_any(session, event, number) for number in (version, version - 1))
    earlier, later = (made, before) if step is Step.UNDO else (before, made)
    return plan_difference(earlier, later).changes


def _repeat(
    session: Session, search_index: SearchIndex, actor: User | None, event: Event, expected_version: int, step: Step
) -> Changed:
    if any(change.before is None for change in _next(session, actor, event, step)[1]):
        # A pair has to be made anew: its texts are encoded before the plan is locked, not while it is.
        search_index.commit_and_refresh(session)
    with edit_session(session, actor, event, expected_version) as edits:
        version, changes = _next(session, actor, event, step)
        if version is None:
            raise Conflict(N_("没有可以撤销的步骤") if step is Step.UNDO else N_("没有可以重做的步骤"))
        _check_untouched(edits, changes)
        _apply(edits, search_index, changes)
        return edits.record(step, acts_on=version)


def _next(
    session: Session, actor: User | None, event: Event, step: Step
) -> tuple[int | None, tuple[MeetingChange, ...]]:
    steps = steps_of(session, actor, event)
    versions = steps.done if step is Step.UNDO else steps.undone
    return (versions[-1], step_changes(session, event, versions[-1], step)) if versions else (None, ())


def _check_untouched(edits: EditSession, changes: Sequence[MeetingChange]) -> None:
    latest = {} if edits.latest is None else {row.pair: row for row in edits.latest.schedule}
    for change in changes:
        row = latest.get(change.pair)
        if (kept_placement(row), row is None) != (kept_placement(change.before), change.before is None):
            raise BoardConflict(
                [Conflict(N_("这一步之后，它涉及的洽谈又被别人改过，请手工调整"))], edits.concurrent_changes
            )


def _apply(edits: EditSession, search_index: SearchIndex, changes: Sequence[MeetingChange]) -> None:
    known = _touched(edits, changes)
    for meeting in known.values():
        if meeting.status is MeetingStatus.HELD:
            edits.raise_if_any(fixed(meeting))
    ignored = [meeting.id for meeting in known.values()]
    for change in changes:
        if (place := kept_placement(change.after)) is not None:
            check_not_excluded(edits.session, edits.event, change.pair)
            edits.raise_if_any(edits.occupancy.obstacles(change.pair, place.starts_at, place.table, ignoring=ignored))
    restored: list[tuple[Meeting, ScheduleRow]] = []
    for change in changes:
        if change.after is not None:
            meeting = known.get(change.pair) or new_meeting_by_hand(
                edits.session, search_index, edits.event, change.pair
            )
            restored.append((meeting, change.after))
        elif change.pair in known:
            edits.session.delete(known[change.pair])
    edits.session.add_all(meeting for meeting, _ in restored)
    # A cancelled meeting, too, gets back the slot and table at which it would have been.
    edits.put([(meeting, Placement.of(row)) for meeting, row in restored])
    for meeting, row in restored:
        meeting.locked, meeting.status = row.locked, row.status


def _touched(edits: EditSession, changes: Sequence[MeetingChange]) -> dict[PairKey, Meeting]:
    pairs = {change.pair for change in changes}
    meetings = edits.session.scalars(
        select(Meeting)
        .where(Meeting.event_id == edits.event.id, Meeting.need_side_id.in_({need for need, _ in pairs}))
        .execution_options(populate_existing=True)
    )
    return {pair_of(meeting): meeting for meeting in meetings if pair_of(meeting) in pairs}
