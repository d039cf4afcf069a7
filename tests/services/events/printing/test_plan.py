"""Which meetings and participants a sheet is about."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import MeetingStatus, ParticipantStatus, Side
from matchmaker.services.events.printing.plan import (
    expected_participants,
    listed_meetings,
    place_text,
    placed_meetings,
    scheduled_meetings,
)
from tests.fairs import at, make_fair, make_meeting, make_participant


@pytest.fixture(scope="session")
def prepared_database(migrated_database: Path) -> Path:
    return migrated_database


@pytest.fixture
def fair(session: Session) -> Event:
    return make_fair(session)


def test_a_cancelled_meeting_is_on_no_list_and_one_without_a_slot_in_no_schedule(session: Session, fair: Event) -> None:
    firm, other = make_participant(session, fair), make_participant(session, fair)
    teams = [make_participant(session, fair, Side.OFFER) for _ in range(4)]

    def place(number: int, starts_at: datetime | None, table: int | None, **values: object) -> int:
        return make_meeting(session, firm, teams[number], starts_at=starts_at, table=table, **values).id

    late = place(0, at(10), 1, score=90)
    unplaced = place(1, None, None, score=70)
    missed = place(2, at(9), 2, score=60, status=MeetingStatus.NO_SHOW)
    place(3, at(9), 3, status=MeetingStatus.CANCELLED)
    early = make_meeting(session, other, teams[1], starts_at=at(9), table=1).id
    assert [m.id for m in listed_meetings(session, fair)] == [late, unplaced, missed, early]
    assert [m.id for m in placed_meetings(session, fair)] == [early, late], "by slot, then by table"
    assert [m.id for m in scheduled_meetings(session, fair)] == [early, late]


def test_a_sheet_that_needs_a_schedule_says_that_there_is_none(session: Session, fair: Event) -> None:
    with pytest.raises(Conflict, match="还没有排出日程"):
        scheduled_meetings(session, fair)


def test_only_the_confirmed_are_expected_enterprises_first(session: Session, fair: Event) -> None:
    team, firm = make_participant(session, fair, Side.OFFER), make_participant(session, fair)
    for status in set(ParticipantStatus) - {ParticipantStatus.CONFIRMED}:
        make_participant(session, fair, status=status)
    assert list(expected_participants(session, fair)) == [firm, team]


def test_where_there_is_no_table_the_booth_says_the_place(session: Session, fair: Event) -> None:
    meeting = make_meeting(session, make_participant(session, fair), make_participant(session, fair, Side.OFFER))
    meeting.offer_side.booth = "A2"
    assert place_text(meeting) == "1"
    meeting.table = None
    assert place_text(meeting) == "A2"
