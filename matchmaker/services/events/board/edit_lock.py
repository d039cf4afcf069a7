"""Changing a plan by hand under a lock: from waiting for the lock to the version that the change leaves.

Every change by hand happens inside an edit session, so that the changes of two organizers come one after the other,
each learns what the other changed, and neither undoes the other's work unawares.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, NotFound
from matchmaker.domain.events.event import Event, Meeting, PlanVersion
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventKind
from matchmaker.i18n import N_, translate
from matchmaker.services.activity import log
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.plan.changes import MeetingChange, Names, in_words, plan_difference, shortened
from matchmaker.services.events.plan.occupancy import Occupancy, load_occupancy, lock_event
from matchmaker.services.events.plan.placements import Placement
from matchmaker.services.events.plan.version_notes import changes_note
from matchmaker.services.events.plan.versions import latest_version, record_version, version_if_any
from matchmaker.services.events.timing import check_not_over

MOST_LINES = 5
"""How many changes of others a message names."""


class Step(StrEnum):
    """What an organizer does at the board, as the version that it makes keeps it."""

    MOVE = "move"
    SWAP = "swap"
    PLACE = "place"
    TAKE_OFF = "take off"
    CANCEL = "cancel"
    LOCK = "lock"
    UNLOCK = "unlock"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class ConcurrentChanges:
    """What others changed since a board was drawn, and who they are."""

    event: Event
    people: tuple[str, ...]
    changes: tuple[MeetingChange, ...]
    names: Names

    def text(self, language: str = "zh") -> str:
        """In one sentence; a long list is cut."""
        lines = in_words(self.changes, self.names, self.event, language)
        people = "、".join(self.people) or translate(N_("参会方"), language)
        if not lines:
            return translate(N_("其间%(people)s改过计划，又改了回来"), language, people=people)
        return translate(
            N_("其间%(people)s改了：%(changes)s"),
            language,
            people=people,
            changes=shortened(lines, MOST_LINES, language),
        )


class BoardConflict(Conflict):
    """A change that cannot be made: what stands in the way, and what others have changed since the board was drawn."""

    def __init__(self, obstacles: Sequence[Conflict], concurrent_changes: ConcurrentChanges | None) -> None:
        super().__init__(obstacles[0].message, **obstacles[0].params)
        self.obstacles = tuple(obstacles)
        self.concurrent_changes = concurrent_changes

    def text(self, language: str = "zh") -> str:
        texts = dict.fromkeys(obstacle.text(language) for obstacle in self.obstacles)
        if self.concurrent_changes is not None:
            texts[self.concurrent_changes.text(language)] = None
        return "；".join(texts)


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that was made: its version, what it changed, and what others have changed since the board was drawn."""

    version: PlanVersion | None
    changes: tuple[MeetingChange, ...]
    concurrent_changes: ConcurrentChanges | None
    names: Names


@dataclass(frozen=True)
class EditSession:
    """The plan as it stands while nobody else can change it. ``latest`` is its last version."""

    session: Session
    actor: User | None
    event: Event
    occupancy: Occupancy
    latest: PlanVersion | None
    concurrent_changes: ConcurrentChanges | None
    names: Names

    def meeting(self, meeting_id: int) -> Meeting:
        """The meeting, fresh from the database. Raises :class:`Conflict` when another organizer has changed this very
        meeting since the board was drawn, :class:`NotFound` when there is none.
        """
        meeting = self.session.get(Meeting, meeting_id, populate_existing=True)
        if meeting is None and self.concurrent_changes is not None:
            raise BoardConflict([Conflict(N_("这一场已不在计划里"))], self.concurrent_changes)
        if meeting is None or meeting.event_id != self.event.id:
            raise NotFound(N_("这一场已不在计划里"))
        if self.concurrent_changes is not None and any(
            pair_of(meeting) == change.pair for change in self.concurrent_changes.changes
        ):
            raise BoardConflict([Conflict(N_("这一场刚被别人改过，请看过后再改"))], self.concurrent_changes)
        return meeting

    def raise_if_any(self, obstacles: Sequence[Conflict]) -> None:
        """Raise :class:`BoardConflict` if anything stands in the way."""
        if obstacles:
            raise BoardConflict(obstacles, self.concurrent_changes)

    def place_for(self, pair: PairKey, starts_at: datetime, table: int | None, *, ignoring: Iterable[int]) -> Placement:
        """That slot and table, or the table that suits best. Raises :class:`BoardConflict`."""
        ignored = frozenset(ignoring)
        self.raise_if_any(self.occupancy.obstacles(pair, starts_at, table, ignoring=ignored))
        if table is None:
            table = self.occupancy.table_for(pair, starts_at, ignoring=ignored)
        return Placement(starts_at, table)

    def put(self, places: Sequence[tuple[Meeting, Placement | None]]) -> None:
        """Give the meetings their slots and tables. All leave the old ones first, so that no table is taken twice."""
        for meeting, _ in places:
            meeting.starts_at = meeting.table = None
        self.session.flush()
        for meeting, place in places:
            if place is not None:
                meeting.starts_at, meeting.table = place.starts_at, place.table
        self.session.flush()

    def record(self, step: Step, *, why: str = "", acts_on: int | None = None) -> Changed:
        """Make what was changed the next version, with a note that says what and ``why``, and commit.

        Undoing and redoing name the version whose step they act on.
        """
        version = record_version(self.session, self.actor, self.event)
        version.step, version.acts_on = step.value, acts_on
        changes = plan_difference(self.latest, version).changes
        version.note = changes_note(changes, repeated=step.value if step in (Step.UNDO, Step.REDO) else "", why=why)
        detail = why if acts_on is None else str(acts_on)
        log(self.session, self.actor, "assignment", version.id, step.value, detail)
        self.session.commit()
        return Changed(version, changes, self.concurrent_changes, self.names)

    def nothing(self) -> Changed:
        """The answer to a change that changes nothing."""
        self.session.rollback()
        return Changed(self.latest, (), self.concurrent_changes, self.names)


@contextmanager
def edit_session(session: Session, actor: User | None, event: Event, expected_version: int) -> Iterator[EditSession]:
    """Wait for the event's lock and take it; ``expected_version`` is the plan that the organizer was looking at.

    Raises :class:`Conflict` for an event whose plan cannot be changed. Whatever is raised inside undoes everything.
    """
    check_organizer(actor)
    lock_event(session, event)
    try:
        _check_changeable(event)
        occupancy = load_occupancy(session, event)
        names = {participant.id: participant.name for participant in occupancy.participants.values()}
        latest = latest_version(session, event)
        concurrent_changes = _concurrent_changes(session, actor, event, names, latest, expected_version)
        yield EditSession(session, actor, event, occupancy, latest, concurrent_changes, names)
    except IntegrityError as error:
        session.rollback()
        raise Conflict(N_("刚刚有人占用了这个时段或桌位，请刷新页面后再试")) from error
    except BaseException:
        session.rollback()
        raise


def _check_changeable(event: Event) -> None:
    if event.kind is not EventKind.DOCKING:
        raise Conflict(N_("“%(name)s”没有洽谈桌，不排日程"), name=event.name)
    check_not_over(event)


def _concurrent_changes(
    session: Session, actor: User | None, event: Event, names: Names, latest: PlanVersion | None, expected: int
) -> ConcurrentChanges | None:
    if latest is None or expected >= latest.version:
        return None
    made = session.execute(
        select(PlanVersion.made_by_id, User.name)
        .outerjoin(User, User.id == PlanVersion.made_by_id)
        .where(PlanVersion.event_id == event.id, PlanVersion.version > expected)
        .order_by(PlanVersion.version)
    ).all()
    actor_id = None if actor is None else actor.id
    if all(made_by_id == actor_id for made_by_id, _ in made):
        return None
    people = tuple(dict.fromkeys(name for made_by_id, name in made if made_by_id != actor_id and name))
    difference = plan_difference(version_if_any(session, event, expected), latest)
    return ConcurrentChanges(event, people, difference.changes, names)
