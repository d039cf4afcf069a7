"""A participant's schedule as a file for the calendar of a phone."""

from dataclasses import replace

from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.event import Participant
from matchmaker.domain.people import User
from matchmaker.domain.visibility import Detail
from matchmaker.i18n import N_
from matchmaker.printing.calendar import personal_calendar_ics
from matchmaker.printing.schedules import PersonalSchedule, ScheduledMeeting
from matchmaker.printing.wording import Language
from matchmaker.services.events.personal import Appointment, own_schedule, partner_detail
from matchmaker.services.events.printing import event_header


def personal_calendar(session: Session, person: User, participant: Participant, language: str) -> bytes:
    """The meetings that stand, as iCalendar. A later file moves the entries of an earlier one.

    Raises :class:`Conflict` before a plan is published.
    """
    schedule = own_schedule(session, participant)
    if schedule.version is None:
        raise Conflict(N_("“%(name)s”的日程还没有公布"), name=participant.event.name)
    spoken: Language = "en" if language == "en" else "zh"
    header = replace(event_header(participant.event, spoken), version=schedule.version.version)
    meetings = tuple(_entry(session, person, one) for one in schedule.appointments if one.stands)
    own = PersonalSchedule(participant.name, participant.organization.name, meetings)
    return personal_calendar_ics(header, own, spoken, participant.event.zone)


def _entry(session: Session, person: User, appointment: Appointment) -> ScheduledMeeting:
    partner, start = appointment.partner, appointment.place.starts_at
    posting = appointment.posting_of_partner()
    seen = posting is not None and partner_detail(session, person, posting) > Detail.NOTHING
    return ScheduledMeeting(
        start=start,
        end=start + partner.event.slot_length,
        table=str(appointment.place.table or ""),
        partner=partner.team.name if partner.team else "",
        partner_organization=partner.organization.name,
        topic=posting.title if seen and posting is not None else "",
        score=round(appointment.meeting.score) if appointment.meeting else 0,
    )
