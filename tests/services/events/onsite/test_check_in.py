"""At the door: who may come in, what is said twice, and a hundred badges at once from two processes."""

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing.synchronize import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.activity import Activity
from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.events.event import Delegate, Event, Participant
from matchmaker.domain.people import Organization
from matchmaker.domain.vocabulary import EventKind, EventStatus, OrganizationKind, ParticipantStatus, Role, Side
from matchmaker.printing.sheets.badges import LONGEST_QR_PAYLOAD
from matchmaker.services.database import Database
from matchmaker.services.events.onsite.check_in import (
    attendance,
    badge_content,
    check_in,
    find_by_name,
    find_holder,
    latest_check_ins,
    undo_check_in,
)
from tests.factories import make_user
from tests.services.running_event import Fair, add_delegate, make_fair


@pytest.fixture
def late(fair: Fair) -> Participant:
    """A firm that has not arrived."""
    return fair.firms[2]


def test_a_typed_or_scanned_code_checks_its_participant_in(session: Session, fair: Fair, late: Participant) -> None:
    for text in (f" {late.code[:4].lower()}-{late.code[4:]} ", badge_content("https://example.org/", late.code)):
        assert find_holder(session, text).participant is late
    done = check_in(session, fair.organizer, fair.event, badge_content("https://example.org", late.code), fair.at(2))
    assert (done.holder.participant, done.at, done.again) == (late, fair.at(2), False)
    assert late.checked_in_at == fair.at(2)


def test_the_address_on_a_badge_fits_its_qr_code() -> None:
    assert len(badge_content("https://matchmaking.events.city.example.org.cn", "A" * 8)) < LONGEST_QR_PAYLOAD / 2


def test_twice_says_since_when_and_changes_nothing(session: Session, fair: Fair, late: Participant) -> None:
    check_in(session, fair.organizer, fair.event, late.code, fair.at(2))
    again = check_in(session, fair.organizer, fair.event, late.code, fair.at(30))
    assert (again.again, again.at, late.checked_in_at) == (True, fair.at(2), fair.at(2))
    assert session.scalar(select(func.count()).select_from(Activity).where(Activity.action == "checked in")) == 1


def test_a_delegate_brings_its_participant_in(session: Session, fair: Fair, late: Participant) -> None:
    first, second = add_delegate(session, late), add_delegate(session, late, name="示例·赵工")
    check_in(session, fair.organizer, fair.event, first.code, fair.at(1))
    check_in(session, fair.organizer, fair.event, second.code, fair.at(3))
    assert (first.checked_in_at, second.checked_in_at, late.checked_in_at) == (fair.at(1), fair.at(3), fair.at(1))
    names = [holder.name for holder in latest_check_ins(session, fair.event)]
    assert {f"示例·赵工 · {late.name}", f"示例·李工 · {late.name}"} < set(names)
    assert late.name not in names, "whom a delegate brought in is not named twice"
    counted = attendance(session, fair.event)
    assert (counted.arrived[Side.NEED], counted.expected[Side.NEED]) == (3, 3)
    assert (counted.arrived[Side.OFFER], counted.expected[Side.OFFER]) == (2, 3)
    assert (counted.people_arrived, counted.people_expected) == (2, 2)


def test_undoing_leaves_who_else_is_there(session: Session, fair: Fair, late: Participant) -> None:
    first, second = add_delegate(session, late), add_delegate(session, late, name="示例·赵工")
    for minute, delegate in enumerate((first, second)):
        check_in(session, fair.organizer, fair.event, delegate.code, fair.at(minute))
    undo_check_in(session, fair.organizer, fair.event, first.code)
    assert (first.checked_in_at, late.checked_in_at) == (None, fair.at(1))
    undo_check_in(session, fair.organizer, fair.event, second.code)
    undo_check_in(session, fair.organizer, fair.event, second.code)
    assert late.checked_in_at is None
    assert not check_in(session, fair.organizer, fair.event, late.code).again


def test_undoing_a_delegate_keeps_what_the_participants_own_badge_said(
    session: Session, fair: Fair, late: Participant
) -> None:
    delegate = add_delegate(session, late)
    check_in(session, fair.organizer, fair.event, late.code, fair.at(0))
    check_in(session, fair.organizer, fair.event, delegate.code, fair.at(1))
    undo_check_in(session, fair.organizer, fair.event, delegate.code)
    assert (delegate.checked_in_at, late.checked_in_at) == (None, fair.at(0))


@pytest.mark.parametrize("text", ["", "  ", "A2B3C4D", "A2B3C4D5", "代码八个字的样子", "x" * 5000, "A2B3\0C4D", "/"])
def test_what_is_no_code_is_refused(session: Session, fair: Fair, text: str) -> None:
    with pytest.raises((InvalidInput, NotFound)):
        check_in(session, fair.organizer, fair.event, text)


def test_a_badge_of_another_event_names_it(session: Session, fair: Fair) -> None:
    other = make_fair(session, "隔壁博览会")
    with pytest.raises(Conflict, match="隔壁博览会") as refused:
        check_in(session, fair.organizer, fair.event, other.firms[2].code)
    assert other.firms[2].name in refused.value.text()
    assert other.firms[2].checked_in_at is None
    with pytest.raises(Conflict, match="隔壁博览会"):
        undo_check_in(session, fair.organizer, fair.event, other.firms[0].code)


@pytest.mark.parametrize(
    "status", [status for status in ParticipantStatus if status is not ParticipantStatus.CONFIRMED]
)
def test_only_the_confirmed_are_checked_in(
    session: Session, fair: Fair, late: Participant, status: ParticipantStatus
) -> None:
    late.status = status
    session.commit()
    with pytest.raises(Conflict, match=status.zh):
        check_in(session, fair.organizer, fair.event, late.code)
    assert late.checked_in_at is None


def test_nobody_is_checked_in_after_the_end(session: Session, fair: Fair, late: Participant) -> None:
    fair.event.status = EventStatus.FINISHED
    session.commit()
    with pytest.raises(Conflict, match="已经结束"):
        check_in(session, fair.organizer, fair.event, late.code)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ORGANIZER, Role.ADMIN)])
def test_only_organizers_check_in(session: Session, fair: Fair, late: Participant, role: Role) -> None:
    other = make_fair(session, "隔壁博览会")
    for code in (late.code, other.firms[0].code, "A2B3C4D5"):
        with pytest.raises(NotAllowed) as refused:
            check_in(session, make_user(session, role), fair.event, code)
        assert "隔壁" not in refused.value.text()


def test_who_forgot_the_badge_is_found_by_name(session: Session, fair: Fair, late: Participant) -> None:
    delegate = add_delegate(session, late)
    assert [holder.code for holder in find_by_name(session, fair.event, "企业 3")] == [delegate.code]
    assert [holder.code for holder in find_by_name(session, fair.event, "李工")] == [delegate.code]
    found = find_by_name(session, fair.event, "企业")
    assert [holder.participant for holder in found] == [late, *fair.firms[:2]], "who is missing comes first"
    assert find_by_name(session, fair.event, " ") == []
    late.status = ParticipantStatus.WITHDRAWN
    assert find_by_name(session, fair.event, "企业3") == []


DOORS, BADGES = 2, 100


@pytest.fixture
def crowded(database: Database) -> Iterator[tuple[Database, int, list[str]]]:
    """An event with a hundred badges: fifty participants with two delegates each."""
    with database.writing() as session:
        event = Event(kind=EventKind.DOCKING, name="百人对接会", status=EventStatus.PUBLISHED)
        for number in range(BADGES // 2):
            firm = Organization(name=f"示例企业{number}", kind=OrganizationKind.ENTERPRISE)
            participant = Participant(side=Side.NEED, organization=firm)
            participant.delegates += [Delegate(name=f"示例·人{number}"), Delegate(name=f"示例·助手{number}")]
            event.participants.append(participant)
        session.add(event)
        session.commit()
        codes = [delegate.code for p in event.participants for delegate in p.delegates]
        yield database, event.id, codes


@pytest.mark.slow
def test_a_hundred_badges_at_once_from_two_processes(crowded: tuple[Database, int, list[str]]) -> None:
    opened, event_id, codes = crowded
    context = multiprocessing.get_context("spawn")
    started = context.Barrier(DOORS)
    answers = context.SimpleQueue()
    doors = [
        context.Process(target=check_all_in, args=(opened.url, event_id, codes[:: 1 - 2 * door], started, answers))
        for door in range(DOORS)
    ]
    for door in doors:
        door.start()
    said = [answers.get() for _ in doors]
    for door in doors:
        door.join()
    assert [door.exitcode for door in doors] == [0] * DOORS
    firsts = Counter(code for of_door in said for code, again in of_door if not again)
    assert firsts == Counter(codes), "each badge was the first to be shown once, at one of the doors"
    assert sum(len(of_door) for of_door in said) == DOORS * BADGES, "each was answered at both"
    with opened.reading() as session:
        participants = session.scalars(select(Participant)).all()
        assert all(one.checked_in_at for p in participants for one in (p, *p.delegates))
        assert session.scalar(select(func.count()).select_from(Activity)) == BADGES
        assert max(p.checked_in_at for p in participants if p.checked_in_at) < now() + timedelta(seconds=1)


def check_all_in(
    url: str,
    event_id: int,
    codes: list[str],
    started: Barrier,
    answers: "multiprocessing.SimpleQueue[list[tuple[str, bool]]]",
) -> None:
    """One door, in a process of its own: shows every badge, then says what it was answered."""
    opened = Database(url)
    started.wait()
    said = []
    for code in codes:
        with opened.writing() as session:
            event = session.get_one(Event, event_id)
            said.append((code, check_in(session, None, event, code).again))
    answers.put(said)
    opened.engine.dispose()
