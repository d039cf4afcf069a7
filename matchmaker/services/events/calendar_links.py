"""A published schedule to take along: as a file for the calendar of a phone, and on paper.

Meetings belong to participants, not to their delegates: all of a participant's delegates come to the same table, where
the one who leads speaks. So each delegate's file holds all meetings of the participant; for the delegates themselves
and for organizers also those of the other participants whom the same person comes for.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, NotFound
from matchmaker.domain.events.event import Delegate, Event, Participant
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.postings.visibility import Detail
from matchmaker.domain.vocabulary import ParticipantStatus
from matchmaker.i18n import N_, translate
from matchmaker.printing.calendar import personal_calendar_ics
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.schedules import PersonalSchedule, ScheduledMeeting, personal_schedules_pdf
from matchmaker.printing.wording import Language
from matchmaker.services.events.participation.delegates import also_coming_for
from matchmaker.services.events.participation.participants import acts_for, changeable_participant
from matchmaker.services.events.printing import event_header
from matchmaker.services.events.requests.my_schedule import Appointment, get_attending, own_schedule, partner_detail
from matchmaker.services.visibility import printed_title


class TakenAlong(NamedTuple):
    """What a file holds: the head of its pages, and the schedules of all participants whom the person comes for."""

    event: Event
    header: EventHeader
    schedules: Sequence[PersonalSchedule]
    language: Language


def personal_calendar(session: Session, person: User, participant: Participant, language: str) -> bytes:
    """The participant's meetings that stand, as iCalendar. A later file moves the entries of an earlier one.

    Raises :class:`Conflict` before a plan is published.
    """
    taken = _taken_along(session, person, [participant], language)
    return personal_calendar_ics(taken.header, *taken.schedules, language=taken.language, time_zone=taken.event.zone)


def delegate_calendar(session: Session, person: User, delegate_id: int, language: str) -> bytes:
    """The meetings of all participants for whom the delegate comes, as iCalendar. Raises :class:`NotFound` for other
    people's delegates.
    """
    delegate = _delegate(session, person, delegate_id)
    taken = _of_delegate(session, person, delegate, language)
    return personal_calendar_ics(
        taken.header, *taken.schedules, language=taken.language, time_zone=taken.event.zone, owner=delegate.name
    )


def delegate_schedule_pdf(session: Session, person: User, delegate_id: int, language: str) -> bytes:
    """A delegate's meetings on paper, a page for each participant whom they come for. Raises as
    :func:`delegate_calendar`.
    """
    taken = _of_delegate(session, person, _delegate(session, person, delegate_id), language)
    return personal_schedules_pdf(taken.header, taken.schedules, taken.language)


def _delegate(session: Session, person: User, delegate_id: int) -> Delegate:
    delegate = session.get(Delegate, delegate_id)
    if delegate is None:
        raise NotFound(N_("没有这位代表，请刷新页面"))
    if person.organizes:
        changeable_participant(session, person, delegate.participant_id)
    else:
        get_attending(session, person, delegate.participant_id)
    return delegate


def _of_delegate(session: Session, person: User, delegate: Delegate, language: str) -> TakenAlong:
    own = delegate.participant
    sisters = also_coming_for(session, own.event).get(delegate.id, ())
    sees_all = person.organizes or delegate.user_id == person.id
    comes_for = [own, *(one for one in sisters if sees_all and one.status is ParticipantStatus.CONFIRMED)]
    taken = _taken_along(session, person, comes_for, language)
    leads = {one.participant_id: one.is_lead for one in _same_person(comes_for, delegate)}
    named = [
        replace(schedule, people=_named(delegate, leads.get(participant.id, False), language))
        for participant, schedule in zip(comes_for, taken.schedules, strict=True)
    ]
    return taken._replace(schedules=named)


def _same_person(participants: Sequence[Participant], delegate: Delegate) -> list[Delegate]:
    return [one for p in participants for one in p.delegates if one.identity == delegate.identity]


def _named(delegate: Delegate, leads: bool, language: str) -> str:
    return translate(N_("%(name)s（主谈）"), language, name=delegate.name) if leads else delegate.name


def _taken_along(session: Session, person: User, participants: Sequence[Participant], language: str) -> TakenAlong:
    event = participants[0].event
    spoken: Language = "en" if language == "en" else "zh"
    schedules, version = [], 0
    for participant in participants:
        schedule = own_schedule(session, participant)
        if schedule.version is None:
            raise Conflict(N_("“%(name)s”的日程还没有公布"), name=event.name)
        version = schedule.version.version
        theirs = acts_for(person, participant)
        meetings = tuple(_entry(session, person, one, theirs, spoken) for one in schedule.appointments if one.stands)
        schedules.append(PersonalSchedule(participant.name, participant.organization.name, meetings))
    return TakenAlong(event, replace(event_header(event, spoken), version=version), schedules, spoken)


def _entry(
    session: Session, person: User, appointment: Appointment, theirs: bool, language: Language
) -> ScheduledMeeting:
    partner, start = appointment.partner, appointment.place.starts_at
    return ScheduledMeeting(
        start=start,
        end=start + partner.event.slot_length,
        table=str(appointment.place.table or ""),
        partner=partner.team.name if partner.team else "",
        partner_organization=partner.organization.name,
        topic=_topic(session, person, appointment.posting_of_partner(), theirs, language),
        score=round(appointment.meeting.score) if appointment.meeting else 0,
    )


def _topic(session: Session, person: User, posting: Posting | None, theirs: bool, language: Language) -> str:
    """As far as the participant's people may know it: an organizer, who may know more, gives the file to them."""
    if posting is None:
        return ""
    if not theirs:
        return printed_title(posting, language)
    return posting.title if partner_detail(session, person, posting) > Detail.NOTHING else ""
