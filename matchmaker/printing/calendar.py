"""Personal calendars: a delegate's meetings as an iCalendar file for phone or desktop."""

from datetime import UTC, datetime, tzinfo
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.schedules import PersonalSchedule, ScheduledMeeting
from matchmaker.printing.typesetting import single_line
from matchmaker.printing.wording import Language, wording

CHINA = ZoneInfo("Asia/Shanghai")


def personal_calendar_ics(
    event: EventHeader,
    *schedules: PersonalSchedule,
    language: Language = "zh",
    time_zone: tzinfo = CHINA,
    owner: str = "",
) -> bytes:
    """The meetings of a person as ICS. A person who comes for several participants has several schedules.

    With an `owner`, the calendar's name contains it, and each entry names its participant and delegates. Times without
    a zone are in `time_zone`. A meeting has the same UID in all versions of the plan, and the version is its SEQUENCE:
    importing a newer file moves the entries of an older file.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Matchmaker//Docking event//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _joined(event.name, owner))
    for schedule in schedules:
        participant = _joined(schedule.organization, schedule.name, schedule.people) if owner else ""
        for meeting in schedule.in_time_order:
            calendar.add_component(_entry(event, schedule, meeting, participant, language, time_zone))
    calendar.add_missing_timezones()
    ics: bytes = calendar.to_ical()
    return ics


def _entry(
    event: EventHeader,
    schedule: PersonalSchedule,
    meeting: ScheduledMeeting,
    participant: str,
    language: Language,
    time_zone: tzinfo,
) -> Event:
    words = wording(language)
    partner = _joined(meeting.partner_organization, meeting.partner)
    table = words["table_number"] % {"table": meeting.table} if meeting.table else ""
    entry = Event()
    entry.add("uid", _uid(event, schedule, meeting))
    entry.add("sequence", event.version)
    entry.add("dtstamp", _in_zone(event.printed_at, time_zone).astimezone(UTC))
    entry.add("dtstart", _in_zone(meeting.start, time_zone))
    entry.add("dtend", _in_zone(meeting.end, time_zone))
    entry.add("summary", words["meeting_with"] % {"partner": partner})
    entry.add("location", _joined(event.place, table))
    lines = [single_line(meeting.topic), _joined(event.name, event.organizer), *([participant] if participant else [])]
    entry.add("description", "\n".join(lines))
    return entry


def _uid(event: EventHeader, schedule: PersonalSchedule, meeting: ScheduledMeeting) -> str:
    identity = (
        event.name,
        event.dates,
        schedule.organization,
        schedule.name,
        meeting.partner_organization,
        meeting.partner,
        meeting.topic,
    )
    return f"{uuid5(NAMESPACE_URL, '|'.join(identity))}@matchmaker"


def _in_zone(moment: datetime, time_zone: tzinfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=time_zone)


def _joined(*parts: str) -> str:
    return " · ".join(dict.fromkeys(single_line(part) for part in parts if part))
