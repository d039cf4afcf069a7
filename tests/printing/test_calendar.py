from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar
from icalendar import Event as Entry

from matchmaker.printing.calendar import personal_calendar_ics
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.schedules import PersonalSchedule, ScheduledMeeting

START = datetime(2026, 11, 26, 9, 0)


def schedule(start: datetime = START, table: str = "12") -> PersonalSchedule:
    meeting = ScheduledMeeting(
        start, start + timedelta(minutes=20), table, "张垚", "河南科技大学", "轴承；寿命, 润滑", 80
    )
    return PersonalSchedule("李镕", "示例公司", (meeting,))


def only_entry(ics: bytes) -> Entry:
    (entry,) = Calendar.from_ical(ics).walk("VEVENT")
    return entry


def test_a_meeting_becomes_an_entry_in_china_time(event: EventHeader) -> None:
    entry = only_entry(personal_calendar_ics(event, schedule()))

    assert entry["summary"] == "洽谈：河南科技大学 · 张垚"
    assert entry["location"] == "洛阳国际会展中心三号厅 · 12 号桌"
    assert "轴承；寿命, 润滑" in entry["description"]
    assert entry.decoded("dtstart").astimezone(UTC) == datetime(2026, 11, 26, 1, 0, tzinfo=UTC)
    assert entry.decoded("dtend") - entry.decoded("dtstart") == timedelta(minutes=20)


def test_the_file_brings_its_time_zone_along(event: EventHeader) -> None:
    calendar = Calendar.from_ical(personal_calendar_ics(event, schedule()))

    assert [zone["tzid"] for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]


def test_times_with_a_zone_keep_it(event: EventHeader) -> None:
    in_tokyo = START.replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    entry = only_entry(personal_calendar_ics(event, schedule(in_tokyo)))

    assert entry.decoded("dtstart").astimezone(UTC) == datetime(2026, 11, 26, 0, 0, tzinfo=UTC)


def test_a_moved_meeting_replaces_its_earlier_entry(event: EventHeader) -> None:
    before = only_entry(personal_calendar_ics(event, schedule()))
    later_plan = replace(event, version=4)
    after = only_entry(personal_calendar_ics(later_plan, schedule(START + timedelta(hours=2), table="7")))

    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]


def test_two_delegates_have_different_entries(event: EventHeader) -> None:
    colleague = replace(schedule(), name="王旸")

    assert (
        only_entry(personal_calendar_ics(event, schedule()))["uid"]
        != only_entry(personal_calendar_ics(event, colleague))["uid"]
    )
