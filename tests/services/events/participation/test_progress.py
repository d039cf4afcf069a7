"""Who has done what, and reminders."""

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from matchmaker.domain.errors import NotAllowed
from matchmaker.domain.events.event import Event, Participant
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventKind, ParticipantStatus, RequestStatus, Role, Side
from matchmaker.services.events.participation.availability import set_availability
from matchmaker.services.events.participation.delegates import DelegateValues, add_delegate
from matchmaker.services.events.participation.progress import (
    REMINDER_PAUSE,
    Progress,
    ProgressFilter,
    RequestCounts,
    SortOrder,
    Task,
    dashboard,
    progress_table,
    remind,
)
from matchmaker.services.platform import Platform
from tests.factories import make_need, make_offer, make_organization, make_user
from tests.fairs import at, instant, letters, make_fair, make_meeting, make_participant

BEFORE = instant(9, days_before=3)


@pytest.fixture
def fair(session: Session) -> Event:
    return make_fair(session)


def row_of(session: Session, participant: Participant, **when: object) -> Progress:
    rows = dashboard(session, participant.event, **({"at": BEFORE} | when)).rows  # type: ignore[arg-type]
    return next(row for row in rows if row.participant is participant)


def request(
    session: Session, need_side: Participant, offer_side: Participant, status: RequestStatus, side: Side = Side.NEED
) -> None:
    session.add(
        MeetingRequest(
            event_id=need_side.event_id,
            need_side=need_side,
            offer_side=offer_side,
            side=side,
            status=status,
            expires_at=BEFORE + timedelta(hours=1),
        )
    )
    session.commit()


def address_of(participant: Participant) -> str:
    return f"https://match.example.com/{participant.id}"


def test_every_step_is_open_until_it_is_taken(session: Session, fair: Event) -> None:
    person = make_user(session)
    participant = make_participant(session, fair, organization=person.organization)
    offer_side = make_participant(session, fair, Side.OFFER)
    assert row_of(session, participant).open_tasks == (Task.POSTINGS, Task.DELEGATES, Task.AVAILABILITY, Task.WISHES)
    make_need(session, person.organization)
    add_delegate(session, person, participant.id, DelegateValues("示例·甲"))
    set_availability(session, person, participant.id, fair.slots, 1, 6, at=BEFORE)
    request(session, participant, offer_side, RequestStatus.REQUESTED)
    row = row_of(session, participant)
    assert (row.open_tasks, row.postings, row.requests) == ((), 1, RequestCounts(made=1))
    assert row.participant.availability_at is not None
    assert row_of(session, offer_side).requests == RequestCounts(waiting=1)
    assert Task.REQUESTS in row_of(session, offer_side).open_tasks
    assert row_of(session, offer_side, at=BEFORE + timedelta(hours=2)).requests == RequestCounts(), "its time is over"


def test_answers_are_counted_for_who_was_asked(session: Session, fair: Event) -> None:
    need_side = make_participant(session, fair)
    for status in (RequestStatus.ACCEPTED, RequestStatus.DECLINED, RequestStatus.WITHDRAWN):
        request(session, need_side, make_participant(session, fair, Side.OFFER), status, Side.OFFER)
    assert row_of(session, need_side).requests == RequestCounts(made=0, answered=2, waiting=0)


def test_what_is_asked_depends_on_status_kind_and_time(session: Session, fair: Event) -> None:
    invited = make_participant(session, fair, status=ParticipantStatus.INVITED)
    applied = make_participant(session, fair, status=ParticipantStatus.APPLIED)
    declined = make_participant(session, fair, status=ParticipantStatus.DECLINED)
    coming = make_participant(session, fair)
    assert row_of(session, invited).open_tasks == (Task.ANSWER,)
    assert row_of(session, applied).open_tasks == (Task.DECISION, Task.POSTINGS, Task.DELEGATES)
    assert row_of(session, declined).open_tasks == ()
    on_the_day = row_of(session, coming, at=instant(9)).open_tasks
    assert Task.CHECK_IN in on_the_day
    assert Task.AVAILABILITY not in on_the_day
    exhibitor = make_participant(session, make_fair(session, name="示例博览会", kind=EventKind.EXPO), Side.OFFER)
    assert row_of(session, exhibitor).open_tasks == (Task.POSTINGS, Task.DELEGATES)


def test_a_meeting_in_a_slot_that_became_impossible_asks_for_a_new_plan(session: Session, fair: Event) -> None:
    need_side, offer_side = make_participant(session, fair), make_participant(session, fair, Side.OFFER)
    make_meeting(session, need_side, offer_side)
    set_availability(session, None, offer_side.id, fair.slots[1:], 1, 6)
    assert Task.REPLAN in row_of(session, offer_side).open_tasks
    assert Task.REPLAN not in row_of(session, need_side).open_tasks


def test_rows_are_filtered_sorted_and_counted(session: Session, fair: Event) -> None:
    for name, side, status in (
        ("乙厂", Side.NEED, ParticipantStatus.INVITED),
        ("甲厂", Side.NEED, ParticipantStatus.CONFIRMED),
        ("丙大学", Side.OFFER, ParticipantStatus.CONFIRMED),
    ):
        make_participant(session, fair, side, make_organization(session, name=name), status)
    found = dashboard(session, fair, BEFORE)
    assert found.statuses == {ParticipantStatus.INVITED: 1, ParticipantStatus.CONFIRMED: 2}
    assert found.tasks[Task.DELEGATES] == 2
    assert found.checked_in == 0

    def names(**wanted: object) -> list[str]:
        return [row.participant.name for row in found.shown(ProgressFilter(**wanted))]  # type: ignore[arg-type]

    assert names(side=Side.OFFER) == ["丙大学"]
    assert names(status=ParticipantStatus.INVITED) == ["乙厂"]
    assert names(task=Task.ANSWER) == ["乙厂"]
    assert names(text=" 厂 ", order=SortOrder.NAME) == ["乙厂", "甲厂"]
    assert names(order=SortOrder.STATUS) == ["乙厂", "丙大学", "甲厂"]
    assert names()[-1] == "乙厂", "who has most to do comes first"
    assert len(names(order=SortOrder.REMINDED)) == 3


def test_a_reminder_says_what_is_open_once(session: Session, platform: Platform, fair: Event, organizer: User) -> None:
    person = make_user(session, Role.RESEARCHER)
    lacking = make_participant(session, fair, Side.OFFER, person.organization)
    make_offer(session, person.organization)
    done = make_participant(session, fair, status=ParticipantStatus.WITHDRAWN)
    silent = make_participant(session, fair)
    others = make_participant(session, fair)
    chosen = {lacking.id, done.id, silent.id}

    reminded = remind(session, organizer, fair, chosen, address_of, BEFORE)
    assert (reminded.written, reminded.spared, reminded.unreached) == (1, 1, (silent,))
    assert (lacking.reminded_at, silent.reminded_at, others.reminded_at) == (BEFORE, None, None)
    ((to, subject, text),) = letters(platform)
    assert (to, subject) == (person.email, "“示例对接会”：还有几件事请您办")
    assert "· 请填写参会代表\n· 请选择能来的时段" in text
    assert "请发布需求或成果" not in text
    assert f"https://match.example.com/{lacking.id}" in text

    again = remind(session, organizer, fair, chosen, address_of, BEFORE + timedelta(minutes=1))
    assert (again.written, again.spared) == (0, 2), "a page sent twice writes once"
    later = remind(session, organizer, fair, {lacking.id}, address_of, BEFORE + REMINDER_PAUSE)
    assert later.written == 1
    assert len(letters(platform)) == 2


def test_a_reminder_speaks_its_readers_language(
    session: Session, platform: Platform, fair: Event, organizer: User
) -> None:
    person = make_user(session)
    person.language = "en"
    participant = make_participant(session, fair, organization=person.organization)
    delegate = add_delegate(session, None, participant.id, DelegateValues("示例·甲", email="jia@example.com"))
    remind(session, organizer, fair, {participant.id}, address_of, BEFORE)
    assert [to for to, _, _ in letters(platform)] == [person.email, delegate.email]


def test_only_organizers_remind(session: Session, platform: Platform, fair: Event) -> None:
    participant = make_participant(session, fair)
    with pytest.raises(NotAllowed):
        remind(session, make_user(session), fair, {participant.id}, address_of)


def test_the_list_is_a_workbook(session: Session, fair: Event) -> None:
    participant = make_participant(session, fair, organization=make_organization(session, name="=甲厂"))
    add_delegate(session, None, participant.id, DelegateValues("示例·甲", "总工", "13800000000"))
    set_availability(session, None, participant.id, fair.slots[:2], 1, 6)
    participant.checked_in_at = instant(9)
    session.commit()
    sheet = load_workbook(BytesIO(progress_table(dashboard(session, fair, BEFORE).rows)))["报名进度"]
    heading, row = ([cell.value for cell in cells] for cells in sheet.iter_rows())
    found = dict(zip(heading, row, strict=True))
    assert found["参会方"] == "=甲厂"
    assert found["主谈"] == "示例·甲 总工 13800000000"
    assert found["时间"] == "2/6"
    assert found["签到"] == f"{at(9):%Y-%m-%d %H:%M}"
    assert found["未办事项"] == "无有效信息、未约见"
