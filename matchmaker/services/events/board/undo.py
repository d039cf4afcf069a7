"""Undoing and redoing what one did at the board, step by step.

The log says which versions an organizer made by which step. Undoing a step gives the meetings that it touched what they
were before it, as a new version: nobody undoes what another did, and nothing is overwritten that was changed since.
A rebuilt, re-planned or restored plan is a new beginning.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.activity import Activity
from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Assignment, Event, Meeting, ScheduleRow
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import MeetingStatus, PlanOrigin
from matchmaker.i18n import N_
from matchmaker.services.events.board.edit_lock import SUBJECT, BoardConflict, Changed, Step, Turn, take_turn
from matchmaker.services.events.board.rules import check_not_excluded, fixed, new_meeting
from matchmaker.services.events.plan.placements import Place
from matchmaker.services.events.plan.plan_changes import PlanChange, place_of, plan_changes
from matchmaker.services.events.plan.versions import version_if_any
from matchmaker.services.indexing.search_index import Corpus


@dataclass(frozen=True, slots=True)
class Steps:
    """The numbers of the versions whose steps can be undone, and of those that can be done again; the next one last."""

    done: list[int] = field(default_factory=list)
    undone: list[int] = field(default_factory=list)

    def take(self, step: Step, version: int, other: str) -> None:
        """Account for one more step; ``other`` is the version that it undid or did again."""
        if step is Step.UNDO:
            self.done.remove(int(other))
            self.undone.append(int(other))
        elif step is Step.REDO:
            self.undone.remove(int(other))
            self.done.append(int(other))
        else:
            self.done.append(version)
            self.undone.clear()


def steps_of(session: Session, actor: User | None, event: Event) -> Steps:
    """What this organizer can undo and do again."""
    beginning = session.scalar(
        select(func.max(Assignment.version)).where(
            Assignment.event_id == event.id, Assignment.origin != PlanOrigin.CHANGED
        )
    )
    lines = session.execute(
        select(Activity.action, Assignment.version, Activity.detail)
        .join(Assignment, Assignment.id == Activity.subject_id)
        .where(
            Activity.subject == SUBJECT,
            Activity.actor_id == (None if actor is None else actor.id),
            Activity.action.in_([step.value for step in Step]),
            Assignment.event_id == event.id,
            Assignment.version > (beginning or 0),
        )
        .order_by(Assignment.version)
    )
    steps = Steps()
    for action, version, detail in lines:
        steps.take(Step(action), version, detail)
    return steps


def undo(session: Session, corpus: Corpus, actor: User | None, event: Event, expected_version: int) -> Changed:
    """Undo one's own last step. Raises :class:`BoardConflict` where the meetings it
    touched were changed since, or can no longer be as they were.
    """
    return _repeat(session, corpus, actor, event, expected_version, Step.UNDO)


def redo(session: Session, corpus: Corpus, actor: User | None, event: Event, expected_version: int) -> Changed:
    """Do the step again that one undid last."""
    return _repeat(session, corpus, actor, event, expected_version, Step.REDO)


def step_changes(session: Session, event: Event, version: int, step: Step = Step.REDO) -> tuple[PlanChange, ...]:
    """What the version's step changed, or, with ``Step.UNDO``, what undoing it would."""
    made, before = (version_if_any(session, event, number) for number in (version, version - 1))
    return plan_changes(made, before) if step is Step.UNDO else plan_changes(before, made)


def _repeat(
    session: Session, corpus: Corpus, actor: User | None, event: Event, expected_version: int, step: Step
) -> Changed:
    if any(change.before is None for change in _next(session, actor, event, step)[1]):
        # A pair has to be made anew: its texts are encoded before the turn, not during it.
        session.commit()
        corpus.refresh()
    with take_turn(session, actor, event, expected_version) as turn:
        version, changes = _next(session, actor, event, step)
        if version is None:
            raise Conflict(N_("没有可以撤销的步骤") if step is Step.UNDO else N_("没有可以重做的步骤"))
        _check_untouched(turn, changes)
        _apply(turn, corpus, changes)
        return turn.record(step, detail=str(version))


def _next(session: Session, actor: User | None, event: Event, step: Step) -> tuple[int | None, tuple[PlanChange, ...]]:
    steps = steps_of(session, actor, event)
    versions = steps.done if step is Step.UNDO else steps.undone
    return (versions[-1], step_changes(session, event, versions[-1], step)) if versions else (None, ())


def _check_untouched(turn: Turn, changes: Sequence[PlanChange]) -> None:
    latest = {} if turn.latest is None else {(row[0], row[1]): row for row in turn.latest.schedule}
    for change in changes:
        row = latest.get(change.pair)
        if (place_of(row), row is None) != (place_of(change.before), change.before is None):
            raise BoardConflict([Conflict(N_("这一步之后，它涉及的洽谈又被别人改过，请手工调整"))], turn.meanwhile)


def _apply(turn: Turn, corpus: Corpus, changes: Sequence[PlanChange]) -> None:
    known = _touched(turn, changes)
    for meeting in known.values():
        if meeting.status is MeetingStatus.HELD:
            turn.refuse(fixed(meeting))
    ignored = [meeting.id for meeting in known.values()]
    for change in changes:
        if (place := place_of(change.after)) is not None:
            check_not_excluded(turn.session, turn.event, change.pair)
            turn.refuse(turn.occupancy.obstacles(change.pair, place.starts_at, place.table, ignoring=ignored))
    restored: list[tuple[Meeting, ScheduleRow]] = []
    for change in changes:
        if change.after is not None:
            meeting = known.get(change.pair) or new_meeting(turn.session, corpus, turn.event, change.pair)
            restored.append((meeting, change.after))
        elif change.pair in known:
            turn.session.delete(known[change.pair])
    turn.session.add_all(meeting for meeting, _ in restored)
    turn.put([(meeting, _place_in(row)) for meeting, row in restored])
    for meeting, row in restored:
        meeting.locked, meeting.status = row[4], MeetingStatus.parse(row[5])


def _place_in(row: ScheduleRow) -> Place | None:
    """The row's place, also where the meeting gave it up: a cancelled one still says when it would have been."""
    return None if row[2] is None else Place(datetime.fromisoformat(row[2]), row[3])


def _touched(turn: Turn, changes: Sequence[PlanChange]) -> dict[PairKey, Meeting]:
    pairs = {change.pair for change in changes}
    meetings = turn.session.scalars(
        select(Meeting)
        .where(Meeting.event_id == turn.event.id, Meeting.need_side_id.in_({need for need, _ in pairs}))
        .execution_options(populate_existing=True)
    )
    return {pair_of(meeting): meeting for meeting in meetings if pair_of(meeting) in pairs}
