from io import BytesIO
from zipfile import ZipFile

import pytest
from icalendar import Calendar
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import MeetingStatus
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.printing import Sheet, personal_calendar, print_calendars, start_job
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.events.printing.printed_city import PHONE, first_meeting, printed, tabled

pytestmark = pytest.mark.slow


def test_a_schedule_says_when_where_with_whom_and_about_what(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    pages = printed(session, search_index, planned, Sheet.SCHEDULES)
    assert len(pages) == 6
    for meeting in meetings_of(session, planned):
        for own, partner, topic in (
            (meeting.need_side, meeting.offer_side, meeting.offer),
            (meeting.offer_side, meeting.need_side, meeting.need),
        ):
            (page,) = [page for page in pages if f"代表{own.id}·" in page.replace("洽谈日程", "")[:200]]
            assert meeting.starts_at is not None
            assert topic is not None
            assert f"{meeting.starts_at:%H:%M}" in page
            assert topic.title in page
            assert f"代表{partner.id}" in page
    rows = tabled(session, search_index, planned, Sheet.SCHEDULES)["洽谈日程"][1:]
    assert len(rows) == 2 * len(meetings_of(session, planned))


def test_a_cancelled_meeting_is_on_no_schedule(session: Session, search_index: SearchIndex, planned: Event) -> None:
    meeting = first_meeting(session, planned)
    meeting.status = MeetingStatus.CANCELLED
    session.commit()
    rows = tabled(session, search_index, planned, Sheet.SCHEDULES)["洽谈日程"][1:]
    pairs = {(row[0], row[5]) for row in rows}

    assert meeting.offer_side.team is not None
    assert (meeting.need_side.organization.name, meeting.offer_side.team.name) not in pairs


def test_everybody_has_a_calendar_in_the_time_of_the_event(session: Session, planned: Event) -> None:
    planned.time_zone = "Asia/Urumqi"
    session.commit()
    archive = ZipFile(BytesIO(print_calendars(start_job(session, planned))))
    assert len(archive.namelist()) == len(
        {pair for m in meetings_of(session, planned) for pair in (m.need_side_id, m.offer_side_id)}
    )
    meeting = first_meeting(session, planned)
    name = f"{meeting.need_side.name} 代表{meeting.need_side_id}.ics"
    entries = Calendar.from_ical(archive.read(name)).walk("VEVENT")

    assert meeting.starts_at is not None
    starts = {entry.decoded("dtstart") for entry in entries}
    assert meeting.starts_at.replace(tzinfo=planned.zone) in starts
    own = Calendar.from_ical(personal_calendar(session, planned, meeting.need_side)).walk("VEVENT")
    assert {entry["uid"] for entry in own} == {entry["uid"] for entry in entries}
    assert PHONE not in archive.read(name).decode()
