"""Changing a plan by hand, on both databases: what is allowed, what is told, and that nothing is lost."""

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.events.event import Delegate, Event, Meeting, PairDecision, Participant, PlanVersion
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import (
    EventStatus,
    MeetingStatus,
    PairDecisionKind,
    ParticipantStatus,
    PlanOrigin,
    Role,
    Side,
)
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.services.database import Database
from matchmaker.services.events.board.edit_lock import BoardConflict
from matchmaker.services.events.board.edits import (
    cancel_meeting,
    lock_meeting,
    move_meeting,
    place_meeting,
    swap_meetings,
    take_off,
    unlock_meeting,
)
from matchmaker.services.events.board.undo import redo, steps_of, undo
from matchmaker.services.events.board.view import board_state, preview
from matchmaker.services.events.plan.plan_changes import PlanChangeKind, in_words
from matchmaker.services.events.plan.version_notes import note_text
from matchmaker.services.events.plan.versions import record_version
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.vocabularies import load_reference
from tests.factories import make_need, make_offer, make_user
from tests.scheduled import make_fair, slot

ON_POSTGRES = pytest.param("postgres", marks=[pytest.mark.slow, pytest.mark.xdist_group("postgres")])

on_both_databases = pytest.mark.parametrize("database", ["sqlite", ON_POSTGRES], indirect=True)
"""For what depends on the order of writes, on locks or on indexes."""


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path, prepared_database: Path) -> Iterator[Database]:
    """A database with tables and reference vocabularies; on SQLite unless the test says otherwise."""
    if getattr(request, "param", "sqlite") == "sqlite":
        path = tmp_path / "board.sqlite"
        path.write_bytes(prepared_database.read_bytes())
        opened = Database(f"sqlite:///{path}")
    else:
        opened = Database(request.getfixturevalue("postgres_url"))
        with opened.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        opened.upgrade()
        with opened.writing() as session:
            load_reference(session)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as opened:
        yield opened


@dataclass
class Fair:
    """A fair of three enterprises and three teams who meet in slot 0, and two organizers at it."""

    session: Session
    search_index: SearchIndex
    event: Event
    organizer: User
    colleague: User
    meetings: list[Meeting] = field(default_factory=list)

    def place(self, number: int) -> tuple[datetime | None, int | None]:
        """Where the meeting of that number takes place."""
        meeting = self.meetings[number - 1]
        self.session.refresh(meeting)
        return meeting.starts_at, meeting.table

    def move(self, number: int, to: int, table: int | None, *, by: User | None = None, seen: int | None = None):
        seen = self.event.plan_version if seen is None else seen
        meeting_id = self.meetings[number - 1].id
        return move_meeting(self.session, by or self.organizer, self.event, meeting_id, slot(to), table, seen)

    def do(self, verb: Callable, *args: object, by: User | None = None, seen: int | None = None):
        seen = self.event.plan_version if seen is None else seen
        return verb(self.session, by or self.organizer, self.event, *args, seen)

    def with_corpus(self, verb: Callable, *args: object, by: User | None = None, seen: int | None = None):
        seen = self.event.plan_version if seen is None else seen
        return verb(self.session, self.search_index, by or self.organizer, self.event, *args, seen)

    def pair(self, enterprise: int, team: int) -> tuple[int, int]:
        """The participants of these numbers."""
        needs = [p.id for p in self.event.participants if p.side is Side.NEED]
        offers = [p.id for p in self.event.participants if p.side is Side.OFFER]
        return needs[enterprise - 1], offers[team - 1]

    def participant(self, id_: int) -> Participant:
        return self.session.get_one(Participant, id_)


@pytest.fixture
def fair(session: Session, database: Database, encoder: Encoder) -> Fair:
    event = make_fair(session)
    meetings = list(session.scalars(select(Meeting).order_by(Meeting.id)))
    people = [make_user(session, Role.ORGANIZER) for _ in range(2)]
    session.commit()
    return Fair(session, SearchIndex(database, encoder), event, *people, meetings)


def last_version(fair: Fair) -> PlanVersion:
    return fair.session.scalars(select(PlanVersion).order_by(PlanVersion.version.desc()).limit(1)).one()


def last_words(fair: Fair, language: str = "zh") -> str:
    """The note of the last version."""
    names = {participant.id: participant.name for participant in fair.event.participants}
    return note_text(last_version(fair).note, names, fair.event, language)


# --- each change


@on_both_databases
def test_a_meeting_moves_and_the_plan_gets_a_version(fair: Fair) -> None:
    changed = fair.move(1, to=2, table=3)

    assert fair.place(1) == (slot(2), 3)
    assert changed.meanwhile is None
    version = last_version(fair)
    assert (version.version, version.origin, version.made_by) == (2, PlanOrigin.CHANGED, fair.organizer)
    assert last_words(fair) == "移动：示例对接会示例企业1号 — 示例对接会示例大学1号，09:00 1 号桌 → 09:40 3 号桌"
    row = next(row for row in version.schedule if (row[0], row[1]) == fair.pair(1, 1))
    assert list(row[2:4]) == ["2031-05-18T09:40", 3]


def test_without_a_table_the_first_free_one_is_taken(fair: Fair) -> None:
    fair.move(1, to=1, table=None)
    fair.move(2, to=1, table=None)
    assert (fair.place(1), fair.place(2)) == ((slot(1), 1), (slot(1), 2))


def test_moving_to_where_it_is_makes_no_version(fair: Fair) -> None:
    fair.move(1, to=0, table=1)
    assert fair.event.plan_version == 1


@on_both_databases
def test_two_meetings_swap_slots_and_tables(fair: Fair) -> None:
    fair.move(2, to=1, table=2)
    fair.do(swap_meetings, fair.meetings[0].id, fair.meetings[1].id)
    assert (fair.place(1), fair.place(2)) == ((slot(1), 2), (slot(0), 1))


@on_both_databases
def test_tables_swap_within_a_slot(fair: Fair) -> None:
    fair.do(swap_meetings, fair.meetings[0].id, fair.meetings[2].id)
    assert (fair.place(1), fair.place(3)) == ((slot(0), 3), (slot(0), 1))


def test_a_meeting_is_taken_off_and_placed_again(fair: Fair) -> None:
    fair.do(take_off, fair.meetings[0].id)
    assert fair.place(1) == (None, None)
    state = board_state(fair.session, fair.event)
    assert [meeting.id for meeting in state.waiting] == [fair.meetings[0].id]

    fair.with_corpus(place_meeting, fair.pair(1, 1), slot(3), 2)
    assert fair.place(1) == (slot(3), 2)


@on_both_databases
def test_a_cancelled_meeting_frees_its_place_and_can_be_placed_again(fair: Fair) -> None:
    fair.do(cancel_meeting, fair.meetings[0].id, "企业临时来不了")
    assert last_words(fair).endswith("（企业临时来不了）")
    assert fair.meetings[0].status is MeetingStatus.CANCELLED

    fair.with_corpus(place_meeting, fair.pair(1, 2), slot(1), 1)
    fair.with_corpus(place_meeting, fair.pair(1, 1), slot(0), 1)
    assert fair.place(1) == (slot(0), 1)
    assert fair.meetings[0].status is MeetingStatus.PLANNED


def test_cancelling_needs_a_reason(fair: Fair) -> None:
    with pytest.raises(InvalidInput, match="理由") as caught:
        fair.do(cancel_meeting, fair.meetings[0].id, " …")
    assert caught.value.field == "reason"


@pytest.mark.slow
def test_a_new_pair_is_placed_with_its_score_and_reason(fair: Fair) -> None:
    need_side, offer_side = (fair.participant(one) for one in fair.pair(1, 2))
    make_need(fair.session, need_side.organization, title="高铁轴承接触疲劳寿命不足")
    make_offer(fair.session, offer_side.organization, title="高速铁路轴承接触疲劳试验与寿命预测")

    fair.with_corpus(place_meeting, fair.pair(1, 2), slot(2), None)

    meeting = fair.session.scalars(select(Meeting).order_by(Meeting.id.desc()).limit(1)).one()
    assert (meeting.starts_at, meeting.table, meeting.status) == (slot(2), 1, MeetingStatus.PLANNED)
    assert meeting.score > 50
    assert "轴承" in "".join(meeting.reason.terms)


# --- what is refused, and that nothing changes then


def unavailable(fair: Fair) -> None:
    fair.participant(fair.pair(1, 1)[0]).unavailable = ["2031-05-18T09:20"]


def withdrawn(fair: Fair) -> None:
    fair.participant(fair.pair(1, 1)[1]).status = ParticipantStatus.WITHDRAWN


def table_taken(fair: Fair) -> None:
    fair.meetings[1].starts_at, fair.meetings[1].table = slot(1), 2


def partner_busy(fair: Fair) -> None:
    pair = fair.pair(1, 2)
    fair.session.add(Meeting(event=fair.event, need_side_id=pair[0], offer_side_id=pair[1], score=1, starts_at=slot(1)))


def same_person(fair: Fair) -> None:
    for one in (fair.pair(1, 1)[0], fair.pair(2, 1)[0]):
        fair.participant(one).delegates.append(Delegate(name="李工", email="li@example.com", leads=True))
    fair.meetings[1].starts_at, fair.meetings[1].table = slot(1), 1


def kept_table(fair: Fair) -> None:
    fair.participant(fair.pair(1, 1)[1]).table = 1


def held_slot(fair: Fair) -> None:
    need_side, offer_side = fair.pair(1, 3)
    fair.session.add(
        MeetingRequest(
            event=fair.event,
            need_side_id=need_side,
            offer_side_id=offer_side,
            side=Side.NEED,
            starts_at=slot(1),
            expires_at=datetime(2031, 1, 1).astimezone(),
        )
    )


def locked(fair: Fair) -> None:
    fair.meetings[0].locked = True


def held(fair: Fair) -> None:
    fair.meetings[0].status = MeetingStatus.HELD


def cancelled(fair: Fair) -> None:
    fair.meetings[0].status = MeetingStatus.CANCELLED


def finished(fair: Fair) -> None:
    fair.event.status = EventStatus.FINISHED


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (unavailable, "这个时段不能参加"),
        (withdrawn, "不参会（已退出）"),
        (table_taken, "2 号桌这个时段已有洽谈"),
        (partner_busy, "示例企业1号”这个时段已与“示例对接会示例大学2号”洽谈"),
        (same_person, "由同一人洽谈"),
        (kept_table, "固定在 1 号桌"),
        (held_slot, "待答复的约见请求"),
        (locked, "已锁定，请先解锁"),
        (held, "已经洽谈"),
        (cancelled, "已取消"),
        (finished, "已经结束"),
    ],
)
def test_a_move_that_clashes_is_refused_with_reason(fair: Fair, prepare: Callable[[Fair], None], words: str) -> None:
    prepare(fair)
    fair.session.commit()
    with pytest.raises(Conflict, match=words):
        fair.move(1, to=1, table=2)
    assert fair.place(1) == (slot(0), 1)
    assert fair.event.plan_version == 1


@pytest.mark.parametrize(
    ("to", "table", "words"),
    [(0, 2, "已有洽谈"), (9, 1, "不是这个活动的时段"), (1, 99, "没有 99 号桌"), (1, 0, "没有 0 号桌")],
)
def test_places_that_do_not_exist_or_are_taken(fair: Fair, to: int, table: int, words: str) -> None:
    with pytest.raises(BoardConflict, match=words):
        fair.move(1, to=to, table=table)


def test_a_swap_that_breaks_a_calendar_is_refused(fair: Fair) -> None:
    fair.move(2, to=1, table=2)
    fair.participant(fair.pair(1, 1)[0]).unavailable = ["2031-05-18T09:20"]
    fair.session.commit()
    with pytest.raises(BoardConflict, match="不能参加"):
        fair.do(swap_meetings, fair.meetings[0].id, fair.meetings[1].id)
    assert (fair.place(1), fair.place(2)) == ((slot(0), 1), (slot(1), 2))


def excluded(fair: Fair, pair: tuple[int, int]) -> None:
    fair.session.add(
        PairDecision(
            event=fair.event,
            need_side_id=pair[0],
            offer_side_id=pair[1],
            decision=PairDecisionKind.EXCLUDE,
            reason="合作过",
        )
    )


def one_organization(fair: Fair, pair: tuple[int, int]) -> None:
    fair.participant(pair[1]).organization = fair.participant(pair[0]).organization


def full_participant(fair: Fair, pair: tuple[int, int]) -> None:
    fair.participant(pair[0]).max_meetings = 1


@pytest.mark.parametrize(
    ("prepare", "words"),
    [(excluded, "已排除（合作过）"), (one_organization, "不能互相洽谈"), (full_participant, "达到上限")],
)
def test_pairs_that_must_not_meet(fair: Fair, prepare: Callable[[Fair, tuple[int, int]], None], words: str) -> None:
    pair = fair.pair(1, 2)
    prepare(fair, pair)
    fair.session.commit()
    with pytest.raises(Conflict, match=words):
        fair.with_corpus(place_meeting, pair, slot(2), 1)
    assert len(board_state(fair.session, fair.event).meetings) == 3


def test_a_pair_that_has_a_place_is_not_placed_twice(fair: Fair) -> None:
    with pytest.raises(Conflict, match="已经排好"):
        fair.with_corpus(place_meeting, fair.pair(1, 1), slot(2), 1)


def test_a_meeting_of_another_event_is_not_found(fair: Fair) -> None:
    other = make_fair(fair.session, name="另一场对接会")
    foreign = other.meetings[0]
    with pytest.raises(NotFound):
        fair.do(take_off, foreign.id)
    with pytest.raises(NotFound):
        fair.with_corpus(place_meeting, (foreign.need_side_id, foreign.offer_side_id), slot(2), 1)


def test_only_organizers_change_a_plan(fair: Fair) -> None:
    enterprise = make_user(fair.session)
    fair.session.commit()
    with pytest.raises(NotAllowed):
        fair.move(1, to=1, table=1, by=enterprise)


def test_locked_meetings_stand_until_unlocked(fair: Fair) -> None:
    fair.do(lock_meeting, fair.meetings[0].id)
    for refused in (
        lambda: fair.move(1, to=1, table=1),
        lambda: fair.do(swap_meetings, fair.meetings[0].id, fair.meetings[1].id),
        lambda: fair.do(swap_meetings, fair.meetings[1].id, fair.meetings[0].id),
        lambda: fair.do(take_off, fair.meetings[0].id),
        lambda: fair.do(cancel_meeting, fair.meetings[0].id, "来不了"),
    ):
        with pytest.raises(BoardConflict, match="已锁定"):
            refused()
    fair.do(unlock_meeting, fair.meetings[0].id)
    fair.move(1, to=1, table=1)
    assert fair.place(1) == (slot(1), 1)


# --- two organizers


def test_who_comes_second_is_told_what_the_first_changed(fair: Fair) -> None:
    fair.move(1, to=1, table=1, by=fair.colleague)
    changed = fair.move(2, to=2, table=2, seen=1)

    assert (fair.place(1), fair.place(2)) == ((slot(1), 1), (slot(2), 2))
    assert changed.meanwhile is not None
    told = changed.meanwhile.text()
    assert fair.colleague.name in told
    assert "示例企业1号" in told
    assert "09:00 1 号桌 → 09:20 1 号桌" in told


@on_both_databases
def test_a_clash_tells_both_facts(fair: Fair) -> None:
    fair.move(1, to=1, table=1, by=fair.colleague)
    with pytest.raises(BoardConflict) as caught:
        fair.move(2, to=1, table=1, seen=1)
    told = caught.value.text()
    assert "1 号桌这个时段已有洽谈" in told
    assert f"其间{fair.colleague.name}改了：移动：示例对接会示例企业1号" in told


def test_nobody_moves_on_what_another_has_just_moved(fair: Fair) -> None:
    fair.move(1, to=1, table=1, by=fair.colleague)
    with pytest.raises(BoardConflict, match="刚被别人改过"):
        fair.move(1, to=2, table=2, seen=1)
    assert fair.place(1) == (slot(1), 1)


def test_ones_own_steps_are_no_news(fair: Fair) -> None:
    fair.move(1, to=1, table=1)
    assert fair.move(1, to=2, table=2, seen=1).meanwhile is None


@on_both_databases
def test_two_organizers_at_once_lose_nothing_and_nobody_sits_twice(database: Database, session: Session) -> None:
    event = make_fair(session, enterprises=8, teams=8, slots=4, tables=8)
    people = [make_user(session, Role.ORGANIZER).id for _ in range(2)]
    ids = list(session.scalars(select(Meeting.id)))
    session.commit()
    done: list[tuple[int, int, datetime, int]] = []
    refused: list[str] = []
    failures: list[Exception] = []
    together = threading.Barrier(2)

    def work(organizer_id: int) -> None:
        mine = Database(str(database.url))
        chance = random.Random(organizer_id)
        together.wait()
        for _ in range(25):
            meeting_id, starts_at, table = chance.choice(ids), slot(chance.randrange(2)), chance.randint(1, 8)
            with mine.writing() as own:
                actor, plan = own.get_one(User, organizer_id), own.get_one(Event, event.id)
                try:
                    made = move_meeting(own, actor, plan, meeting_id, starts_at, table, plan.plan_version)
                except Conflict as error:
                    refused.append(error.text())
                except Exception as error:
                    failures.append(error)
                    return
                else:
                    if made.changes and made.version is not None:
                        done.append((made.version.version, meeting_id, starts_at, table))
        mine.engine.dispose()

    threads = [threading.Thread(target=work, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert refused
    assert sorted(version for version, *_ in done) == list(range(2, len(done) + 2))
    expected = {meeting_id: (slot(0), number) for number, meeting_id in enumerate(ids, start=1)}
    expected |= {meeting_id: (starts_at, table) for _, meeting_id, starts_at, table in sorted(done)}
    with database.reading() as after:
        places = {m.id: (m.starts_at, m.table) for m in after.scalars(select(Meeting))}
    assert places == expected
    assert len(set(places.values())) == len(places)


# --- undo


@on_both_databases
def test_several_steps_are_undone_and_done_again(fair: Fair) -> None:
    fair.move(1, to=1, table=1)
    fair.do(swap_meetings, fair.meetings[1].id, fair.meetings[2].id)
    fair.do(lock_meeting, fair.meetings[0].id)
    fair.do(cancel_meeting, fair.meetings[2].id, "来不了")
    assert fair.event.plan_version == 5

    places = [fair.place(number) for number in (1, 2, 3)]
    for _ in range(4):
        fair.with_corpus(undo)
    assert [fair.place(number) for number in (1, 2, 3)] == [(slot(0), number) for number in (1, 2, 3)]
    assert not fair.meetings[0].locked
    assert fair.meetings[2].status is MeetingStatus.PLANNED
    assert fair.event.plan_version == 9
    with pytest.raises(Conflict, match="没有可以撤销的步骤"):
        fair.with_corpus(undo)

    for _ in range(4):
        fair.with_corpus(redo)
    assert [fair.place(number) for number in (1, 2, 3)] == places
    assert fair.meetings[0].locked
    assert fair.meetings[2].status is MeetingStatus.CANCELLED
    with pytest.raises(Conflict, match="没有可以重做的步骤"):
        fair.with_corpus(redo)


def test_a_new_step_forgets_what_was_undone(fair: Fair) -> None:
    fair.move(1, to=1, table=1)
    fair.with_corpus(undo)
    fair.move(2, to=1, table=1)
    assert steps_of(fair.session, fair.organizer, fair.event).undone == []
    fair.with_corpus(undo)
    assert fair.place(2) == (slot(0), 2)


def test_a_placed_new_pair_is_undone_and_done_again(fair: Fair) -> None:
    pair = fair.pair(1, 2)
    fair.with_corpus(place_meeting, pair, slot(2), 1)
    fair.with_corpus(undo)
    assert len(board_state(fair.session, fair.event).meetings) == 3
    fair.with_corpus(redo)
    state = board_state(fair.session, fair.event)
    assert (state.placed[slot(2), 1].need_side_id, state.placed[slot(2), 1].offer_side_id) == pair


def test_nobody_undoes_what_another_did(fair: Fair) -> None:
    fair.move(1, to=1, table=1)
    fair.move(2, to=2, table=2, by=fair.colleague)
    changed = fair.with_corpus(undo, seen=2)
    assert (fair.place(1), fair.place(2)) == ((slot(0), 1), (slot(2), 2))
    assert changed.meanwhile is not None


def test_what_was_changed_since_is_not_undone(fair: Fair) -> None:
    fair.move(1, to=1, table=1)
    fair.move(1, to=2, table=2, by=fair.colleague)
    with pytest.raises(BoardConflict, match="又被别人改过"):
        fair.with_corpus(undo)
    assert fair.place(1) == (slot(2), 2)


def test_a_step_whose_old_place_was_given_away_is_not_undone(fair: Fair) -> None:
    fair.move(1, to=1, table=1)
    fair.do(swap_meetings, fair.meetings[1].id, fair.meetings[2].id, by=fair.colleague)
    fair.move(2, to=0, table=1, by=fair.colleague)
    with pytest.raises(BoardConflict, match="1 号桌这个时段已有洽谈"):
        fair.with_corpus(undo)


def test_a_meeting_that_was_held_since_stays(fair: Fair) -> None:
    fair.move(1, to=1, table=1)
    fair.meetings[0].status = MeetingStatus.HELD
    fair.session.commit()
    with pytest.raises(BoardConflict, match="已经洽谈"):
        fair.with_corpus(undo)


def test_a_rebuilt_plan_is_a_new_beginning(fair: Fair) -> None:
    fair.move(1, to=1, table=1)
    record_version(fair.session, fair.organizer, fair.event, origin=PlanOrigin.BUILT, reasons={})
    fair.session.commit()
    assert steps_of(fair.session, fair.organizer, fair.event).done == []


# --- looking before changing


def test_the_preview_agrees_with_what_a_drop_does(fair: Fair) -> None:
    fair.participant(fair.pair(1, 1)[1]).unavailable = ["2031-05-18T09:40"]
    fair.session.commit()
    fair.move(3, to=1, table=3)
    fair.do(lock_meeting, fair.meetings[2].id)
    fair.session.commit()
    clashes = preview(fair.session, fair.event, fair.pair(1, 1))

    at = {(m.starts_at, m.table): m.id for m in fair.meetings}
    met_with: dict[tuple[datetime, int], list[str]] = {}
    for place in [(slot(number), table) for number in range(4) for table in range(1, 4)]:
        there = at.get(place, fair.meetings[0].id)
        try:
            if there == fair.meetings[0].id:
                made = fair.do(move_meeting, there, *place)
            else:
                made = fair.do(swap_meetings, fair.meetings[0].id, there)
        except BoardConflict as error:
            met_with[place] = [obstacle.text() for obstacle in error.obstacles]
        else:
            if made.changes:
                fair.with_corpus(undo)
    assert met_with == {place: [one.text() for one in obstacles] for place, obstacles in clashes.items()}
    assert {place for place in clashes if place[0] == slot(2)} == {(slot(2), table) for table in (1, 2, 3)}
    assert (slot(1), 3) in clashes


def test_a_full_participant_can_be_dropped_nowhere(fair: Fair) -> None:
    fair.participant(fair.pair(1, 1)[0]).max_meetings = 1
    fair.session.commit()
    clashes = preview(fair.session, fair.event, fair.pair(1, 2))
    assert len(clashes) == 4 * 3
    assert "达到上限" in clashes[slot(3), 3][0].text()


@on_both_databases
def test_the_difference_to_what_participants_see(fair: Fair) -> None:
    fair.event.published_version = 1
    fair.session.commit()
    fair.move(1, to=1, table=1)
    fair.do(cancel_meeting, fair.meetings[1].id, "来不了")
    fair.do(take_off, fair.meetings[2].id)
    fair.with_corpus(place_meeting, fair.pair(1, 2), slot(3), 1)

    state = board_state(fair.session, fair.event)
    kinds = {change.pair: change.kind for change in state.unpublished}
    assert kinds == {
        fair.pair(1, 1): PlanChangeKind.MOVED,
        fair.pair(2, 2): PlanChangeKind.CANCELLED,
        fair.pair(3, 3): PlanChangeKind.TAKEN_OFF,
        fair.pair(1, 2): PlanChangeKind.PLACED,
    }
    lines = in_words(state.unpublished, state.names, fair.event)
    assert "安排：示例对接会示例企业1号 — 示例对接会示例大学2号，10:00 1 号桌" in lines
