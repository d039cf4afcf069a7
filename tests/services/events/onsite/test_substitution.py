import multiprocessing
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing.synchronize import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict, MatchmakerError, NotAllowed, NotFound
from matchmaker.domain.events.event import Event, Meeting, PairDecision
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.vocabulary import (
    EventStatus,
    MeetingStatus,
    PairDecisionKind,
    ParticipantStatus,
    RequestStatus,
    Side,
)
from matchmaker.matching.encoding.encoder import create_encoder
from matchmaker.services.database import Database
from matchmaker.services.events.onsite.attendance import mark_meeting
from matchmaker.services.events.onsite.hall_screen import hall_screen
from matchmaker.services.events.onsite.substitution import Refill, substitute, substitutes
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.running_event import Fair, make_fair, mark

pytestmark = pytest.mark.slow


@pytest.fixture
def missed(session: Session, fair: Fair) -> Meeting:
    """The first team did not come, so the first firm waits; the second team's firm did not come either."""
    mark(session, fair, 1, MeetingStatus.NO_SHOW, Side.NEED)
    return mark(session, fair, 0, MeetingStatus.NO_SHOW, Side.OFFER)


def offered(session: Session, search_index: SearchIndex, fair: Fair, meeting: Meeting) -> list[Refill]:
    session.commit()
    search_index.refresh()
    return substitutes(session, search_index, fair.event, [meeting])[meeting.id]


def make_free(session: Session, fair: Fair) -> None:
    """Cancel the second slot's meeting, so that its two have not met yet."""
    session.delete(fair.meetings[3])
    session.commit()


def test_who_is_there_and_free_is_offered(
    session: Session, search_index: SearchIndex, fair: Fair, missed: Meeting
) -> None:
    assert offered(session, search_index, fair, missed) == [], (
        "team two meets the firm later anyway, team three is not there"
    )
    make_free(session, fair)
    ask(session, fair, 1)
    (only,) = offered(session, search_index, fair, missed)
    assert (only.waiting, only.partner, only.requested) == (fair.firms[0], fair.teams[1], True)
    assert 0 <= only.score <= 100


def test_the_better_comes_first_and_the_agreed_before_all(
    session: Session, search_index: SearchIndex, fair: Fair, missed: Meeting
) -> None:
    make_free(session, fair)
    fair.teams[2].checked_in_at = now()
    fair.meetings[2].status = MeetingStatus.CANCELLED
    for number in (1, 2):
        ask(session, fair, number)
    first, second = offered(session, search_index, fair, missed)
    assert first.requested
    assert first.score >= second.score
    assert {first.partner.id, second.partner.id} == {fair.teams[1].id, fair.teams[2].id}
    assert first.waiting is fair.firms[0]
    (kept,) = substitutes(session, search_index, fair.event, [missed], most=1)[missed.id]
    assert kept == first


def ask(session: Session, fair: Fair, team: int) -> None:
    """The first firm and that team have agreed to meet, at no time in particular."""
    session.add(
        MeetingRequest(
            event_id=fair.event.id,
            need_side_id=fair.firms[0].id,
            offer_side_id=fair.teams[team].id,
            side=Side.NEED,
            status=RequestStatus.ACCEPTED,
            expires_at=now() + timedelta(hours=1),
        )
    )
    session.commit()


def test_one_click_makes_the_meeting_and_publishes_it(
    session: Session, search_index: SearchIndex, fair: Fair, missed: Meeting
) -> None:
    make_free(session, fair)
    ask(session, fair, 1)
    made = substitute(session, search_index, fair.organizer, fair.event, missed.id, fair.teams[1].id)
    assert (made.need_side_id, made.offer_side_id) == (fair.firms[0].id, fair.teams[1].id)
    assert (made.starts_at, made.table, made.status) == (missed.starts_at, 1, MeetingStatus.PLANNED)
    assert made.need_id == fair.meetings[0].need_id
    assert fair.event.published_version == fair.event.plan_version == 2
    again = substitute(session, search_index, fair.organizer, fair.event, missed.id, fair.teams[1].id)
    assert again.id == made.id
    assert fair.event.plan_version == 2, "a lost reply makes no second meeting"
    seats = hall_screen(session, fair.event, fair.at(1)).seats
    assert [(seat.need_side, seat.offer_side) for seat in seats if seat.table == 1] == [(fair.firms[0], fair.teams[1])]
    assert substitutes(session, search_index, fair.event, fair.meetings[:2]) == {}, "nobody waits any more"


def test_a_pair_that_missed_each_other_before_keeps_its_row(
    session: Session, search_index: SearchIndex, fair: Fair, missed: Meeting
) -> None:
    ask(session, fair, 1)
    later = mark(session, fair, 3, MeetingStatus.CANCELLED)
    made = substitute(session, search_index, fair.organizer, fair.event, missed.id, fair.teams[1].id)
    assert made.id == later.id
    assert (made.starts_at, made.status) == (missed.starts_at, MeetingStatus.PLANNED)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("planned", "已有安排"),
        ("not there", "还没有签到"),
        ("busy", "已与"),
        ("full", "最多 1 场"),
        ("withdrawn", "不参会"),
        ("unavailable", "不能参加"),
        ("excluded", "不能安排在一起"),
        ("over", "已经结束"),
        ("finished", "已经结束"),
        ("absent", "没有到场"),
        ("not missed", "没有标记未到场"),
        ("nobody waits", "也没有到场"),
    ],
)
def test_what_stands_in_the_way_is_said(
    session: Session, search_index: SearchIndex, fair: Fair, missed: Meeting, what: str, words: str
) -> None:
    partner = fair.teams[1]
    at = None
    ask(session, fair, 1)
    if what != "planned":
        make_free(session, fair)
    match what:
        case "not there":
            partner.checked_in_at = None
        case "absent":
            mark(session, fair, 1, MeetingStatus.NO_SHOW, *Side)
        case "busy":
            fair.meetings[1].status = MeetingStatus.PLANNED
        case "full":
            partner.max_meetings = fair.firms[0].max_meetings = 1
            session.add(
                Meeting(
                    event_id=fair.event.id,
                    need_side_id=fair.firms[2].id,
                    offer_side_id=partner.id,
                    score=50,
                    starts_at=fair.event.slots[2],
                    table=4,
                )
            )
        case "withdrawn":
            partner.status = ParticipantStatus.WITHDRAWN
        case "unavailable":
            partner.unavailable = [fair.event.slots[0].isoformat(timespec="minutes")]
        case "excluded":
            session.add(
                PairDecision(
                    event_id=fair.event.id,
                    need_side_id=fair.firms[0].id,
                    offer_side_id=partner.id,
                    decision=PairDecisionKind.EXCLUDE,
                )
            )
        case "over":
            at = fair.at(20)
        case "finished":
            fair.event.status = EventStatus.FINISHED
        case "not missed":
            missed.status = MeetingStatus.PLANNED
        case "nobody waits":
            mark(session, fair, 0, MeetingStatus.NO_SHOW, *Side)
    session.commit()
    before = fair.event.plan_version
    with pytest.raises(MatchmakerError, match=words):
        substitute(session, search_index, fair.organizer, fair.event, missed.id, partner.id, at)
    assert fair.event.plan_version == before
    assert partner.id not in [
        one.partner.id for one in substitutes(session, search_index, fair.event, [missed], at).get(missed.id, [])
    ]


def test_strangers_refill_nothing(session: Session, search_index: SearchIndex, fair: Fair, missed: Meeting) -> None:
    with pytest.raises(NotAllowed):
        substitute(session, search_index, fair.researcher, fair.event, missed.id, fair.teams[1].id)
    with pytest.raises(NotFound):
        substitute(session, search_index, fair.organizer, fair.event, missed.id, 999_999)


@pytest.fixture
def contested(database: Database) -> Iterator[tuple[Database, Fair]]:
    """Two firms wait in the same slot, and only team two is free for either."""
    with database.writing() as session:
        fair = make_fair(session)
        fair.meetings[2].status = MeetingStatus.CANCELLED
        session.delete(fair.meetings[3])
        fair.teams[1].checked_in_at = now()
        session.flush()
        for number, team in ((0, 0), (1, 1)):
            mark_meeting(session, None, fair.event, fair.meetings[number].id, MeetingStatus.NO_SHOW, {Side.OFFER})
            fair.teams[team].max_meetings = 6
        fair.firms[1].checked_in_at = now()
        fair.teams[2].checked_in_at = now()
        for firm in fair.firms[:2]:
            session.add(
                MeetingRequest(
                    event_id=fair.event.id,
                    need_side_id=firm.id,
                    offer_side_id=fair.teams[2].id,
                    side=Side.NEED,
                    status=RequestStatus.ACCEPTED,
                    expires_at=now() + timedelta(hours=1),
                )
            )
        session.commit()
        yield database, fair


def test_two_who_want_the_same_partner_at_once(contested: tuple[Database, Fair]) -> None:
    opened, fair = contested
    context = multiprocessing.get_context("spawn")
    started, answers = context.Barrier(2), context.SimpleQueue()
    staff = [
        context.Process(
            target=refill_one, args=(opened.url, fair.event.id, meeting.id, fair.teams[2].id, started, answers)
        )
        for meeting in fair.meetings[:2]
    ]
    for person in staff:
        person.start()
    said = sorted(answers.get() for _ in staff)
    for person in staff:
        person.join()
    assert said[0] == "made", said
    assert "这个时段已与" in said[1]
    with opened.reading() as session:
        event = session.get_one(Event, fair.event.id)
        meetings = session.scalars(
            select(Meeting).where(
                Meeting.offer_side_id == fair.teams[2].id,
                Meeting.starts_at == event.slots[0],
                Meeting.status == MeetingStatus.PLANNED,
            )
        ).all()
        assert len(meetings) == 1
        assert event.published_version == event.plan_version == 2


def refill_one(
    url: str,
    event_id: int,
    meeting_id: int,
    partner_id: int,
    started: Barrier,
    answers: "multiprocessing.SimpleQueue[str]",
) -> None:
    """One of the staff, in a process of its own; a click whose answer was lost is repeated."""
    opened = Database(url)
    search_index = SearchIndex(opened, create_encoder("e5"))
    search_index.refresh()
    started.wait()
    said = "made"
    for _ in range(2):
        try:
            with opened.writing() as session:
                substitute(session, search_index, None, session.get_one(Event, event_id), meeting_id, partner_id)
        except Conflict as error:
            said = error.text()
    answers.put(said)
    opened.engine.dispose()
