"""Each participant's meetings: on paper, as a workbook, and for the calendar on their phone."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Meeting, Participant
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.vocabulary import Side
from matchmaker.printing.calendar import personal_calendar_ics
from matchmaker.printing.sheets.schedules import (
    AgendaEntry,
    PersonalSchedule,
    ScheduledMeeting,
    personal_schedules_pdf,
    personal_schedules_xlsx,
)
from matchmaker.services.events.printing.files import zip_of
from matchmaker.services.events.printing.job import (
    Format,
    Language,
    PrintJob,
    PrintOptions,
    people_of,
    room_name,
    start_job,
)
from matchmaker.services.events.printing.plan import expected_participants, place_text, scheduled_meetings
from matchmaker.services.visibility import printed_title


def schedules_sheet(job: PrintJob, form: Format) -> bytes:
    """One schedule for each participant, also for those who meet nobody: they should be told."""
    schedules = [schedule for _, schedule in personal_schedules(job)]
    if form is Format.XLSX:
        return personal_schedules_xlsx(job.header, schedules, job.language, job.columns)
    return personal_schedules_pdf(job.header, schedules, job.language, job.columns)


def print_calendars(job: PrintJob) -> bytes:
    """A ZIP with one calendar for each delegate, and one for each participant that has named nobody."""
    return zip_of(calendar_files(job), job.header.printed_at)


def calendar_files(job: PrintJob) -> list[tuple[str, bytes]]:
    """The calendars of those who have meetings, by the name of the file."""
    files: list[tuple[str, bytes]] = []
    for participant, schedule in personal_schedules(job):
        if not schedule.meetings:
            continue
        people = [delegate.name for delegate in participant.delegates] or [""]
        files += [
            (" ".join(part for part in (participant.name, person) if part), _calendar(job, schedule, person))
            for person in people
        ]
    return [(f"{name}.ics", content) for name, content in files]


def personal_calendar(session: Session, event: Event, participant: Participant, language: Language = "zh") -> bytes:
    """One participant's meetings as ICS, from the working plan. Raises :class:`Conflict` while there is none."""
    job = start_job(session, event, PrintOptions(language=language))
    own = [m for m in scheduled_meetings(session, event) if participant.id in pair_of(m)]
    return _calendar(job, _schedule(job, participant, own))


def personal_schedules(job: PrintJob) -> list[tuple[Participant, PersonalSchedule]]:
    """Everybody's schedule. Raises :class:`Conflict` while nobody has a meeting."""
    meetings: defaultdict[int, list[Meeting]] = defaultdict(list)
    for meeting in scheduled_meetings(job.session, job.event):
        meetings[meeting.need_side_id].append(meeting)
        meetings[meeting.offer_side_id].append(meeting)
    return [
        (participant, _schedule(job, participant, meetings[participant.id]))
        for participant in expected_participants(job.session, job.event)
    ]


def meeting_as_seen(job: PrintJob, participant: Participant, meeting: Meeting) -> ScheduledMeeting:
    """A placed meeting as it stands in the schedule of one of the two; the topic is the other's posting."""
    on_need_side = participant.side is Side.NEED
    partner = meeting.offer_side if on_need_side else meeting.need_side
    assert meeting.starts_at is not None
    return ScheduledMeeting(
        start=meeting.starts_at,
        end=meeting.starts_at + job.event.slot_length,
        table=place_text(meeting),
        room=room_name(job.event, meeting.table),
        partner=partner.team.name if partner.team else partner.organization.name,
        partner_organization=partner.organization.name,
        people=people_of(job, partner),
        topic=partners_topic(job, participant, meeting),
        score=round(meeting.score),
    )


def partners_topic(job: PrintJob, participant: Participant, meeting: Meeting) -> str:
    """What the other of the two comes to talk about, as the participant may read it."""
    return printed_title(meeting.posting(participant.side.other), job.language)


def _schedule(job: PrintJob, participant: Participant, meetings: Sequence[Meeting]) -> PersonalSchedule:
    return PersonalSchedule(
        name=participant.team.name if participant.team else participant.organization.name,
        organization=participant.organization.name if participant.team else "",
        people=people_of(job, participant),
        meetings=tuple(meeting_as_seen(job, participant, meeting) for meeting in meetings),
        agenda=tuple(AgendaEntry(item.starts_at, item.ends_at, item.title, item.room) for item in job.event.agenda),
    )


def _calendar(job: PrintJob, schedule: PersonalSchedule, owner: str = "") -> bytes:
    return personal_calendar_ics(job.header, schedule, language=job.language, time_zone=job.event.zone, owner=owner)
