"""Building a schedule, its certificate, and what cannot be planned."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.block import Block
from matchmaker.domain.errors import Conflict, MatchmakerError, NotAllowed
from matchmaker.domain.events.event import Event, EventSession, Meeting, Participant, PlanVersion
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.vocabulary import EventKind, MeetingStatus, ParticipantStatus, RequestStatus, Role, Side
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.scheduling import Plan, Rule
from matchmaker.services.database import Database
from matchmaker.services.events.pairing.partnerships import exclude_pair, pin_pair, score_partnerships
from matchmaker.services.events.plan.versions import latest_version
from matchmaker.services.events.scheduling import build as scheduling_service
from matchmaker.services.events.scheduling.build import build_schedule
from matchmaker.services.events.scheduling.certificate import certify, verify
from matchmaker.services.events.scheduling.constraints import load_constraints
from matchmaker.services.events.scheduling.match_list_state import match_list_state, meetings_of
from matchmaker.services.events.scheduling.problem import candidates_of, scheduling_problem
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.platform import Platform
from tests.factories import make_user
from tests.services.fairs import limit, make_fair, needs_of, offers_of, send, text_of

pytestmark = pytest.mark.slow


@pytest.fixture
def search_index(platform: Platform) -> SearchIndex:
    return platform.search_index


@pytest.fixture
def fair(session: Session, search_index: SearchIndex) -> Event:
    return make_fair(session, search_index)


def accept(session: Session, event: Event, pair: tuple[int, int], starts_at: datetime | None = None) -> None:
    """A request that the other side said yes to."""
    session.add(
        MeetingRequest(
            event_id=event.id,
            need_side_id=pair[0],
            offer_side_id=pair[1],
            side=Side.NEED,
            status=RequestStatus.ACCEPTED,
            starts_at=starts_at,
            expires_at=now(),
        )
    )
    session.commit()


def place(session: Session, meeting: Meeting, slot: datetime, table: int, *, locked: bool = True) -> None:
    meeting.starts_at, meeting.table, meeting.locked = slot, table, locked
    session.commit()


def meeting_with(session: Session, event: Event, participant_id: int) -> Meeting:
    return next(m for m in meetings_of(session, event) if participant_id in pair_of(m))


def violated(session: Session, event: Event) -> set[Rule]:
    return {violation.rule for violation in verify(session, event).violations}


# --- one click


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

    assert json.dumps(first.schedule) == json.dumps(second.schedule)
    assert json.dumps(first.certificate) == json.dumps(second.certificate)
    assert first.input_hash == second.input_hash


def test_calendars_fixed_tables_and_people_who_stand_for_two_are_respected(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    needs, offers = needs_of(session, fair), offers_of(session, fair)
    needs[0].unavailable = [text_of(slot) for slot in fair.slots[1:]]
    offers[1].table = 7
    send(session, offers[0], "same@example.com")
    send(session, offers[2], "Same@example.com")
    build_schedule(session, search_index, fair)
    meetings = meetings_of(session, fair)

    assert {m.starts_at for m in meetings if m.need_side_id == needs[0].id} <= {fair.slots[0]}
    assert {m.table for m in meetings if m.offer_side_id == offers[1].id} == {7}
    shared = [m.starts_at for m in meetings if m.offer_side_id in (offers[0].id, offers[2].id)]
    assert len(shared) == len(set(shared)) >= 2
    assert verify(session, fair).valid


def test_agreed_slots_stand_and_agreed_pairs_come_before_score(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=1)
    needs, offers = needs_of(session, fair), offers_of(session, fair)
    agreed, wished = (needs[0].id, offers[1].id), (needs[1].id, offers[2].id)
    accept(session, fair, agreed, fair.slots[3])
    accept(session, fair, wished)
    build_schedule(session, search_index, fair)
    meetings = {pair_of(m): m for m in meetings_of(session, fair)}
    certificate = verify(session, fair)

    assert {agreed, wished} <= meetings.keys()
    assert meetings[agreed].starts_at == fair.slots[3]
    assert meetings[agreed].locked
    assert (certificate.wishes, certificate.wishes_met) == (2, 2)


def test_pins_meet_even_where_coverage_would_leave_them_out(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    """With one table and two slots, the first enterprise's two pins leave both other enterprises unserved."""
    fair.sessions = [EventSession(starts_at=fair.slots[0], ends_at=fair.slots[2])]
    fair.table_count = 1
    session.commit()
    need, offers = needs_of(session, fair)[0], offers_of(session, fair)
    for offer in offers[:2]:
        pin_pair(session, None, fair, (need.id, offer.id))
    version = build_schedule(session, search_index, fair)

    assert {pair_of(m) for m in meetings_of(session, fair)} == {(need.id, offer.id) for offer in offers[:2]}
    assert all(m.pinned for m in meetings_of(session, fair))
    assert verify(session, fair).valid
    assert not version.proven, "more could be served without the pins"


def test_pins_without_a_place_are_named(session: Session, search_index: SearchIndex, fair: Event) -> None:
    need, offer = needs_of(session, fair)[0], offers_of(session, fair)[0]
    need.unavailable = [text_of(slot) for slot in fair.slots]
    session.commit()
    pin_pair(session, None, fair, (need.id, offer.id))

    with pytest.raises(Conflict, match="锁定的配对排不进日程：“示例企业1号”与“示例理工大学 · 第1团队”"):
        build_schedule(session, search_index, fair)
    assert latest_version(session, fair) is None


def test_who_is_barred_or_excluded_is_kept_apart(session: Session, search_index: SearchIndex, fair: Event) -> None:
    needs, offers = needs_of(session, fair), offers_of(session, fair)
    session.add(Block(organization_id=needs[0].organization_id, blocked_id=offers[0].organization_id))
    session.commit()
    exclude_pair(session, None, fair, (needs[1].id, offers[1].id), "竞争对手")
    build_schedule(session, search_index, fair)
    pairs = {pair_of(m) for m in meetings_of(session, fair)}

    assert needs[0].id not in {need for need, _ in pairs}
    assert (needs[1].id, offers[1].id) not in pairs


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


# --- bad input


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("table_count", 0, "还没有桌位"), ("sessions", [], "还没有时段"), ("kind", EventKind.EXPO, "是博览会")],
)
def test_an_event_without_tables_or_slots_is_refused(
    session: Session, search_index: SearchIndex, fair: Event, field: str, value: object, words: str
) -> None:
    setattr(fair, field, value)
    session.commit()
    with pytest.raises(Conflict, match=words):
        build_schedule(session, search_index, fair)


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


def test_a_locked_meeting_that_somebody_cannot_come_to_is_named(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    build_schedule(session, search_index, fair)
    need = needs_of(session, fair)[0]
    meeting = meeting_with(session, fair, need.id)
    assert meeting.starts_at is not None
    meeting.locked, need.unavailable = True, [text_of(meeting.starts_at)]
    session.commit()

    with pytest.raises(Conflict, match="“示例企业1号”这个时段不能参加"):
        build_schedule(session, search_index, fair)


def test_a_locked_table_that_is_gone_is_named(session: Session, search_index: SearchIndex, fair: Event) -> None:
    build_schedule(session, search_index, fair)
    meeting = meetings_of(session, fair)[0]
    meeting.locked, meeting.table = True, 21
    session.commit()

    with pytest.raises(Conflict, match="21 号桌，但只有 20 张桌"):
        build_schedule(session, search_index, fair)


def test_more_agreed_slots_than_somebody_wants_meetings_are_named(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=1)
    need, offers = needs_of(session, fair)[0], offers_of(session, fair)
    accept(session, fair, (need.id, offers[0].id), fair.slots[0])
    accept(session, fair, (need.id, offers[1].id), fair.slots[1])

    with pytest.raises(Conflict, match="最多洽谈 1 场，已定下 2 场"):
        build_schedule(session, search_index, fair)


def test_two_who_agreed_on_the_slot_of_the_same_person_clash(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    needs, offers = needs_of(session, fair), offers_of(session, fair)
    accept(session, fair, (needs[0].id, offers[0].id), fair.slots[0])
    accept(session, fair, (needs[0].id, offers[1].id), fair.slots[0])
    with pytest.raises(Conflict, match="要用同一方、同一人或同一张桌"):
        build_schedule(session, search_index, fair)


def test_a_fixed_table_that_does_not_exist_is_named(session: Session, search_index: SearchIndex, fair: Event) -> None:
    needs_of(session, fair)[0].table = 99
    session.commit()
    with pytest.raises(Conflict, match="“示例企业1号”固定在 99 号桌，但只有 20 张桌"):
        build_schedule(session, search_index, fair)


def test_an_event_in_the_past_is_not_planned(session: Session, search_index: SearchIndex, fair: Event) -> None:
    after = (fair.slots[-1] + timedelta(hours=1)).replace(tzinfo=fair.zone)
    with pytest.raises(Conflict, match="已经结束"):
        build_schedule(session, search_index, fair, at=after)


def test_what_has_begun_is_too_late_for_a_new_plan(session: Session, search_index: SearchIndex, fair: Event) -> None:
    during = (fair.slots[2] + timedelta(minutes=1)).replace(tzinfo=fair.zone)
    build_schedule(session, search_index, fair, at=during)

    assert {m.starts_at for m in meetings_of(session, fair)} <= set(fair.slots[3:])


@pytest.mark.parametrize(
    ("zone", "day", "offsets", "skipped"),
    [
        ("Europe/Berlin", datetime(2031, 3, 30), ["+01:00", "+02:00"], 3),
        ("Europe/Berlin", datetime(2031, 10, 26), ["+02:00", "+01:00"], 0),
        ("Asia/Shanghai", datetime(2031, 3, 30), ["+08:00"], 0),
    ],
)
def test_slots_are_instants_also_in_the_night_when_clocks_change(
    session: Session, search_index: SearchIndex, zone: str, day: datetime, offsets: list[str], skipped: int
) -> None:
    night = (day + timedelta(hours=1), day + timedelta(hours=4))
    event = make_fair(session, search_index, sessions=(night,))
    event.time_zone = zone
    session.commit()
    constraints = load_constraints(session, event)
    problem = scheduling_problem(
        constraints, candidates_of(constraints, score_partnerships(session, search_index, event))
    )
    instants = [datetime.fromisoformat(slot).astimezone(UTC) for slot in problem.slots]

    assert len(problem.slots) == 9 - skipped
    assert instants == sorted(set(instants))
    assert list(dict.fromkeys(slot[-6:] for slot in problem.slots)) == offsets
    build_schedule(session, search_index, event)
    assert verify(session, event).valid


# --- the certificate of what was changed by hand


def test_the_certificate_finds_what_a_hand_did_wrong(session: Session, search_index: SearchIndex, fair: Event) -> None:
    limit(session, fair, most=1)
    build_schedule(session, search_index, fair)
    meetings = meetings_of(session, fair)
    needs, offers = needs_of(session, fair), offers_of(session, fair)
    assert violated(session, fair) == set()
    assert certify(session, fair).bounded

    def broken(row: Meeting | Participant, field: str, value: object, rule: Rule) -> None:
        before = getattr(row, field)
        setattr(row, field, value)
        session.commit()
        assert rule in violated(session, fair)
        setattr(row, field, before)
        session.commit()
        assert violated(session, fair) == set()

    first = meetings[0]
    slot = first.starts_at
    assert slot is not None
    broken(first, "starts_at", slot + timedelta(minutes=7), Rule.UNKNOWN_SLOT)
    broken(first, "table", 77, Rule.UNKNOWN_TABLE)
    broken(needs[0], "unavailable", [text_of(slot)], Rule.NOT_AVAILABLE)
    broken(needs[0], "table", 19, Rule.AWAY_FROM_BOOTH)
    broken(needs[0], "max_meetings", 0, Rule.MAXIMUM_EXCEEDED)
    broken(offers[0], "status", ParticipantStatus.DECLINED, Rule.UNKNOWN_PARTICIPANT)


def test_a_pin_and_an_exclusion_made_after_the_plan_are_missed(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=1)
    build_schedule(session, search_index, fair)
    listed = {pair_of(m) for m in meetings_of(session, fair)}
    new = next(
        (n.id, o.id) for n in needs_of(session, fair) for o in offers_of(session, fair) if (n.id, o.id) not in listed
    )
    pin_pair(session, None, fair, new)
    assert violated(session, fair) == {Rule.LOCKED_MISSING}

    exclude_pair(session, None, fair, new, "改了主意")
    assert violated(session, fair) == set()
    exclude_pair(session, None, fair, min(listed), "改了主意")
    assert violated(session, fair) == {Rule.NOT_A_CANDIDATE}
    told = certify(session, fair).violations()
    assert told == [f"这一对已排除、已取消或不能相见：{_names(session, fair, min(listed))}"]


def _names(session: Session, event: Event, pair: tuple[int, int]) -> str:
    names = {p.id: p.name for p in (*needs_of(session, event), *offers_of(session, event))}
    return f"{names[pair[0]]} — {names[pair[1]]}"


def test_the_bound_is_not_claimed_once_conditions_were_loosened(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=1)
    build_schedule(session, search_index, fair)
    meeting = meetings_of(session, fair)[0]
    free = next(s for s in fair.slots if s not in {m.starts_at for m in meetings_of(session, fair)})
    place(session, meeting, free, 3, locked=True)
    assert certify(session, fair).proven, "moving a meeting costs nothing"

    limit(session, fair, most=2)
    state = certify(session, fair)
    assert state.valid
    assert not state.bounded


def test_what_was_held_stays_whatever_changes(session: Session, search_index: SearchIndex, fair: Event) -> None:
    build_schedule(session, search_index, fair)
    meeting = meetings_of(session, fair)[0]
    meeting.status = MeetingStatus.HELD
    assert meeting.starts_at is not None
    meeting.need_side.unavailable = [text_of(meeting.starts_at)]
    meeting.offer_side.status = ParticipantStatus.WITHDRAWN
    for other in meetings_of(session, fair):
        if other.id != meeting.id and other.offer_side_id == meeting.offer_side_id:
            other.status = MeetingStatus.CANCELLED
    session.commit()

    assert verify(session, fair).valid


# --- two at once


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
