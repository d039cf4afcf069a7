import random
import threading
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, NotAllowed
from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import Role
from matchmaker.services.database import Database
from matchmaker.services.events.board.edit_lock import BoardConflict
from matchmaker.services.events.board.edits import move_meeting
from tests.factories import make_user
from tests.scheduled import make_fair, slot
from tests.services.events.board.fair import Fair, on_both_databases


def test_only_organizers_change_a_plan(fair: Fair) -> None:
    enterprise = make_user(fair.session)
    fair.session.commit()
    with pytest.raises(NotAllowed):
        fair.move(1, to=1, table=1, by=enterprise)


def test_who_comes_second_is_told_what_the_first_changed(fair: Fair) -> None:
    fair.move(1, to=1, table=1, by=fair.colleague)
    changed = fair.move(2, to=2, table=2, seen=1)

    assert (fair.place(1), fair.place(2)) == ((slot(1), 1), (slot(2), 2))
    assert changed.concurrent_changes is not None
    told = changed.concurrent_changes.text()
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
    assert fair.move(1, to=2, table=2, seen=1).concurrent_changes is None


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
