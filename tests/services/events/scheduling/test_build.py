"""Building a schedule, its certificate, and what cannot be planned."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, MatchmakerError, NotAllowed
from matchmaker.domain.events.event import Event, Participant, PlanVersion
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.vocabulary import ParticipantStatus, Role
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.scheduling import Plan
from matchmaker.services.database import Database
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.plan.versions import latest_version
from matchmaker.services.events.scheduling import build as scheduling_service
from matchmaker.services.events.scheduling.build import build_schedule
from matchmaker.services.events.scheduling.certificate import verify
from matchmaker.services.events.scheduling.match_list_state import match_list_state
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.platform import Platform
from tests.factories import make_user
from tests.services.fairs import make_fair, needs_of, offers_of, text_of

pytestmark = pytest.mark.slow


def test_one_click_gives_pairs_times_tables_and_a_valid_certificate(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    version = build_schedule(session, search_index, fair)
    certificate = verify(session, fair)

    assert certificate.valid
    assert (certificate.collisions_of_people, certificate.collisions_of_tables) == (0, 0)
    assert certificate.availability_breaches == 0
    assert len(certificate.served) == 6
    assert all(m.starts_at in fair.slots and m.table in range(1, 21) for m in meetings_of(session, fair))
    assert version.proven
    assert (version.seed, len(version.input_hash or "")) == (0, 64)
    stored = json.loads(json.dumps(version.certificate))
    assert stored["valid"]
    assert stored["bounded"]
    assert stored["meetings"] == len(version.schedule)
    assert stored["bound"]["served"] == 6


def test_the_same_event_gives_the_same_plan_byte_for_byte(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    first, second = (build_schedule(session, search_index, fair) for _ in range(2))
    for version in (first, second):
        session.refresh(version)

    assert first.schedule == second.schedule
    assert json.dumps(first.certificate) == json.dumps(second.certificate)
    assert first.input_hash == second.input_hash


def test_only_the_confirmed_are_planned_and_only_by_organizers(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    waiting = needs_of(session, fair)[2]
    waiting.status = ParticipantStatus.APPLIED
    session.commit()
    build_schedule(session, search_index, fair)

    assert waiting.id not in {m.need_side_id for m in meetings_of(session, fair)}
    assert waiting.id not in {one for one, _ in (latest_version(session, fair) or PlanVersion()).unserved}
    with pytest.raises(NotAllowed):
        build_schedule(session, search_index, fair, make_user(session, Role.ENTERPRISE))


def test_another_seed_is_another_plan_of_the_same_worth(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    first = build_schedule(session, search_index, fair)
    second = build_schedule(session, search_index, fair, seed=5)

    assert second.seed == 5
    assert second.total_score == pytest.approx(first.total_score)


def test_more_meetings_wanted_than_slots_is_told_with_the_plan(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    need = needs_of(session, fair)[0]
    need.min_meetings, need.max_meetings = 9, 9
    session.commit()
    build_schedule(session, search_index, fair)

    left = {one.participant.id: one for one in match_list_state(session, fair).unserved}
    assert left[need.id].reason() == "能参加的时段少于要求的场数"
    assert verify(session, fair).valid


def test_when_nobody_can_come_the_plan_is_empty_and_says_why(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    for participant in (*needs_of(session, fair), *offers_of(session, fair)):
        participant.unavailable = [text_of(slot) for slot in fair.slots]
    session.commit()
    build_schedule(session, search_index, fair)

    assert meetings_of(session, fair) == []
    assert {one.reason("zh") for one in match_list_state(session, fair).unserved} == {"所有时段都不能参加"}


def test_an_event_in_the_past_is_not_planned(session: Session, search_index: SearchIndex, fair: Event) -> None:
    after = (fair.slots[-1] + timedelta(hours=1)).replace(tzinfo=fair.zone)
    with pytest.raises(Conflict, match="已经结束"):
        build_schedule(session, search_index, fair, at=after)


def test_what_has_begun_is_too_late_for_a_new_plan(session: Session, search_index: SearchIndex, fair: Event) -> None:
    during = (fair.slots[2] + timedelta(minutes=1)).replace(tzinfo=fair.zone)
    build_schedule(session, search_index, fair, at=during)

    assert {m.starts_at for m in meetings_of(session, fair)} <= set(fair.slots[3:])


def _databases(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'two.sqlite'}")
    else:
        database = Database(request.getfixturevalue("postgres_url"))
        with database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    database.upgrade()
    yield database
    database.engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.xdist_group("postgres"))])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    yield from _databases(tmp_path, request)


def test_two_builds_at_once_lose_nothing(database: Database, encoder: Encoder) -> None:
    corpora = [SearchIndex(database, encoder) for _ in range(2)]
    with database.writing() as session:
        event_id = make_fair(session, corpora[0]).id
    start, failures = threading.Barrier(2), list[MatchmakerError]()

    def build(search_index: SearchIndex) -> None:
        start.wait()
        with database.writing() as session:
            try:
                build_schedule(session, search_index, session.get_one(Event, event_id))
            except MatchmakerError as error:
                failures.append(error)

    threads = [threading.Thread(target=build, args=(search_index,)) for search_index in corpora]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as session:
        event = session.get_one(Event, event_id)
        versions = session.scalars(select(PlanVersion).order_by(PlanVersion.version)).all()
        assert failures == []
        assert [version.version for version in versions] == [1, 2] == list(range(1, event.plan_version + 1))
        assert versions[0].schedule == versions[1].schedule
        assert [pair_of(m) for m in meetings_of(session, event)]
        assert verify(session, event).valid


def test_a_change_while_the_solver_thinks_is_taken_in(
    platform: Platform, session: Session, search_index: SearchIndex, fair: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody says that it can only come to the last slot, in the moment before the plan is stored."""
    need, slots = needs_of(session, fair)[0].id, fair.slots
    session.commit()
    planned = scheduling_service.schedule
    plans: list[Plan] = []

    def interrupted(*args: Any, **options: Any) -> Plan:
        plans.append(planned(*args, **options))
        if len(plans) == 1:
            with platform.database.writing() as other:
                other.get_one(Participant, need).unavailable = [text_of(slot) for slot in slots[:5]]
                other.commit()
        return plans[-1]

    monkeypatch.setattr(scheduling_service, "schedule", interrupted)
    build_schedule(session, search_index, fair)

    assert {m.starts_at for m in meetings_of(session, fair) if m.need_side_id == need} == {fair.slots[5]}
    assert fair.plan_version == 1
    assert verify(session, fair).valid
