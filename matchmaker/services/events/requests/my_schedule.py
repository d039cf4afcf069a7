"""What the people of a participant see of an event: their own schedule, what changed in it, and their requests.

Nothing here tells of others' calendars.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from matchmaker.domain.base import now
from matchmaker.domain.errors import NotFound
from matchmaker.domain.events.event import Event, Meeting, Participant, PlanVersion
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.postings.visibility import Detail, detail_for
from matchmaker.domain.vocabulary import EventStatus, MeetingStatus, ParticipantStatus, RequestStatus
from matchmaker.i18n import N_
from matchmaker.services.cooperation.interests import contact_granted
from matchmaker.services.events.participation.participants import own_participant, own_participants
from matchmaker.services.events.plan.changes import (
    ChangeKind,
    MeetingChange,
    as_expected,
    in_time_order,
    plan_difference,
)
from matchmaker.services.events.plan.placements import EXPECTED, Placement, placements_in, published_placements
from matchmaker.services.events.plan.versions import published_version, version_if_any
from matchmaker.services.events.requests.rules import hidden_from
from matchmaker.services.events.timing import is_over, local_time

_FRESH = timedelta(days=1)
"""How long a change is pointed out on the participant's page."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """One meeting in a participant's schedule. ``meeting`` holds score, reason and postings; ``None`` when the pair is
    no longer in the organizers' working state. ``change`` says that it is new or was moved lately.
    """

    partner: Participant
    place: Placement
    status: MeetingStatus
    meeting: Meeting | None
    change: MeetingChange | None

    @property
    def day(self) -> date:
        """The day it takes place on."""
        return self.place.starts_at.date()

    def posting_of_partner(self) -> Posting | None:
        """What the partner's side of the match is about."""
        return None if self.meeting is None else self.meeting.posting(self.partner.side)

    @property
    def stands(self) -> bool:
        """Whether it takes place, or took place."""
        return self.status in (MeetingStatus.PLANNED, MeetingStatus.HELD)


@dataclass(frozen=True)
class OwnSchedule:
    """A participant's meetings in order of time, as of the published ``version``; ``removed`` are those that were there
    until lately, with the partner; ``since`` is the version that all this is new to.
    """

    participant: Participant
    version: PlanVersion | None
    appointments: Sequence[Appointment]
    removed: Sequence[tuple[MeetingChange, Participant | None]]
    present: datetime
    """Local time."""
    since: PlanVersion | None = None

    @cached_property
    def next(self) -> Appointment | None:
        """The meeting that is on or comes next; ``None`` before the first day and after the last meeting."""
        length = self.participant.event.slot_length
        coming = [a for a in self.appointments if a.stands and a.place.starts_at + length > self.present]
        days = {appointment.day for appointment in self.appointments}
        return coming[0] if coming and self.present.date() in days else None

    @property
    def changed(self) -> int:
        """How many changes are pointed out."""
        return len(self.changes)

    @cached_property
    def changes(self) -> Sequence[MeetingChange]:
        """All that are pointed out, in order of time."""
        standing = [appointment.change for appointment in self.appointments if appointment.change]
        return in_time_order([*standing, *(change for change, _ in self.removed)])

    @property
    def partners(self) -> dict[int, Participant]:
        """Participants who meet this participant, or no longer do, by id."""
        partners = [
            *(appointment.partner for appointment in self.appointments),
            *(partner for _, partner in self.removed),
        ]
        return {partner.id: partner for partner in partners if partner is not None}


@dataclass(frozen=True, slots=True)
class Attended:
    """An event that somebody attends, with the participants they act for, how many requests these can answer, and how
    many of their own requests were lately not answered in time.
    """

    event: Event
    participants: Sequence[Participant]
    waiting: int
    unanswered: int


def get_attending(session: Session, person: User, participant_id: int) -> Participant:
    """One of the person's own participants. Raises :class:`NotFound` for anybody else's, and while the event is not
    announced.
    """
    participant = own_participant(session, person, participant_id)
    if participant.event.status is EventStatus.PREPARING:
        raise NotFound(N_("没有这个活动，或您不参加"))
    return participant


def attending_at(session: Session, person: User, event_id: int) -> Sequence[Participant]:
    """The person's own participants in an announced event: first for whom they come as a delegate, and who is
    confirmed. Raises :class:`NotFound` when there is none.
    """
    event = session.get(Event, event_id)
    own = [] if event is None or event.status is EventStatus.PREPARING else own_participants(session, person, event)
    if not own:
        raise NotFound(N_("没有这个活动，或您不参加"))

    def rank(participant: Participant) -> tuple[bool, bool, int]:
        comes = any(delegate.user_id == person.id for delegate in participant.delegates)
        return participant.status is not ParticipantStatus.CONFIRMED, not comes, participant.id

    return sorted(own, key=rank)


def attended_events(session: Session, person: User, at: datetime | None = None) -> list[Attended]:
    """The announced events that the person attends, the latest first."""
    own = [p for p in own_participants(session, person) if p.event.status is not EventStatus.PREPARING]
    by_event: defaultdict[Event, list[Participant]] = defaultdict(list)
    for participant in own:
        by_event[participant.event].append(participant)
    at = at or now()
    attended = [
        Attended(
            event,
            theirs,
            sum(waiting_for(session, participant, at) for participant in theirs),
            sum(len(unanswered_requests(session, participant, at)) for participant in theirs),
        )
        for event, theirs in by_event.items()
    ]
    return sorted(attended, key=lambda attending: attending.event.starts_at or datetime.min, reverse=True)


def coming_events(session: Session, person: User, at: datetime | None = None) -> list[Attended]:
    """The announced events that the person attends and that are not over, the next first."""
    at = at or now()
    attended = attended_events(session, person, at)
    return [a for a in attended if a.event.ends_at is not None and a.event.ends_at > local_time(a.event, at)][::-1]


def own_schedule(
    session: Session, participant: Participant, at: datetime | None = None, since: int | None = None
) -> OwnSchedule:
    """The participant's schedule as published, with what became of each meeting since.

    A meeting's live status counts while pair, time and table are still those that were published: what the organizers
    have moved in their draft is not shown. What changed is told from the version ``since``, which the reader saw last;
    where that is not known, changes are pointed out for a day, those of the last version always.
    """
    at = at or now()
    event = participant.event
    version = published_version(session, event)
    present = local_time(event, at)
    if version is None:
        return OwnSchedule(participant, None, (), (), present)
    earlier = version_if_any(session, event, since) or _baseline(session, version, at)
    difference = None if earlier is None else plan_difference(earlier, version, as_expected)
    changes = [] if difference is None else difference.by_participant().get(participant.id, [])
    by_partner = {change.partner_of(participant.id): change for change in changes}
    partners = _partners(session, event)
    statuses = _own_statuses(version, participant)
    meetings = _meetings(session, participant)
    appointments = [
        Appointment(
            partner=partners[partner_id],
            place=place,
            status=_live_status(meetings.get(partner_id), place, statuses[partner_id]),
            meeting=meetings.get(partner_id),
            change=by_partner.get(partner_id),
        )
        for partner_id, place in _own_places(version, participant).items()
        if partner_id in partners
    ]
    removed = [
        (change, partners.get(change.partner_of(participant.id)))
        for change in changes
        if change.kind is ChangeKind.REMOVED
    ]
    return OwnSchedule(
        participant, version, sorted(appointments, key=lambda a: a.place.starts_at), removed, present, earlier
    )


def partner_detail(session: Session, person: User, posting: Posting) -> Detail:
    """How much of a partner's posting the person may see; all of it, with the contact, once both agreed to be in touch.

    That two are to meet opens nothing by itself.
    """
    if contact_granted(session, person, posting):
        return Detail.FULL
    return detail_for(person, posting, date.today())


def both_sides_named() -> tuple[ExecutableOption, ...]:
    """What has to be loaded together with requests of which both sides are named."""
    return tuple(
        joinedload(side).joinedload(part)
        for side in (MeetingRequest.need_side, MeetingRequest.offer_side)
        for part in (Participant.organization, Participant.team)
    )


def own_requests(session: Session, participant: Participant) -> Sequence[MeetingRequest]:
    """What the participant asked and was asked, the latest first; not what was asked by somebody it is not to meet."""
    hidden = hidden_from(session, participant.event, participant)
    requests = session.scalars(
        select(MeetingRequest)
        .where(
            MeetingRequest.event_id == participant.event_id,
            or_(MeetingRequest.need_side_id == participant.id, MeetingRequest.offer_side_id == participant.id),
        )
        .options(*both_sides_named())
        .order_by(MeetingRequest.id.desc())
    ).all()
    return [request for request in requests if request.asking is participant or request.asking.id not in hidden]


def waiting_for(session: Session, participant: Participant, at: datetime | None = None) -> int:
    """How many requests the participant can answer."""
    unanswered = session.scalars(
        select(MeetingRequest).where(
            MeetingRequest.event_id == participant.event_id,
            or_(MeetingRequest.need_side_id == participant.id, MeetingRequest.offer_side_id == participant.id),
            MeetingRequest.status == RequestStatus.REQUESTED,
            MeetingRequest.expires_at > (at or now()),
        )
    )
    asking = [request.asking.id for request in unanswered if request.asked.id == participant.id]
    return len(set(asking) - hidden_from(session, participant.event, participant)) if asking else 0


def unanswered_requests(
    session: Session, participant: Participant, at: datetime | None = None
) -> Sequence[MeetingRequest]:
    """What the participant asked and nobody answered in time, pointed out for a day: unless the two meet anyway, or
    either of them has asked again.
    """
    at = at or now()
    event = participant.event
    if is_over(event, at):
        return []
    lately = session.scalars(
        select(MeetingRequest)
        .where(
            MeetingRequest.event_id == event.id,
            or_(MeetingRequest.need_side_id == participant.id, MeetingRequest.offer_side_id == participant.id),
            MeetingRequest.side == participant.side,
            MeetingRequest.status.in_((RequestStatus.REQUESTED, RequestStatus.EXPIRED)),
            MeetingRequest.expires_at > at - _FRESH,
            MeetingRequest.expires_at <= at,
        )
        .order_by(MeetingRequest.id)
    ).all()
    if not lately:
        return []
    asked_again = {
        pair_of(request)
        for request in own_requests(session, participant)
        if standing(request, at) is not RequestStatus.EXPIRED
    }
    settled = asked_again | published_placements(session, event).keys()
    return [request for request in lately if pair_of(request) not in settled]


def standing(request: MeetingRequest, at: datetime) -> RequestStatus:
    """Where a request stands at that instant, also before somebody marked it as expired."""
    lapsed = request.status is RequestStatus.REQUESTED and not request.waits(at)
    return RequestStatus.EXPIRED if lapsed else request.status


def _own_places(version: PlanVersion, participant: Participant) -> dict[int, Placement]:
    """The participant's places in a version, by the partner's id."""
    return {
        partner_id: place
        for pair, place in placements_in(version, EXPECTED).items()
        if participant.id in pair
        for partner_id in pair
        if partner_id != participant.id
    }


def _own_statuses(version: PlanVersion, participant: Participant) -> dict[int, MeetingStatus]:
    """What a version says became of the participant's meetings, by the partner's id."""
    return {
        partner_id: row.status
        for row in version.schedule
        if participant.id in row.pair
        for partner_id in row.pair
        if partner_id != participant.id
    }


def _live_status(meeting: Meeting | None, place: Placement, published: MeetingStatus) -> MeetingStatus:
    """The meeting's present status; the published one while the organizers' draft has the meeting elsewhere."""
    if meeting is not None and Placement.of(meeting) == place:
        return meeting.status
    return published


def _published_before(session: Session, version: PlanVersion) -> Sequence[tuple[int, datetime]]:
    """Number and time of the versions that were published earlier, the latest first."""
    rows = session.execute(
        select(PlanVersion.version, PlanVersion.published_at)
        .where(
            PlanVersion.event_id == version.event_id,
            PlanVersion.published_at.is_not(None),
            PlanVersion.version < version.version,
        )
        .order_by(PlanVersion.version.desc())
    )
    return [(number, published_at) for number, published_at in rows if published_at is not None]


def _baseline(session: Session, version: PlanVersion, at: datetime) -> PlanVersion | None:
    """What the published version is compared with: what was published a day ago (or first, if that is later), but at
    least the version before it; ``None`` for the first.
    """
    earlier = _published_before(session, version)
    if not earlier:
        return None
    number = next(
        (version_number for version_number, published_at in earlier if published_at <= at - _FRESH), earlier[-1][0]
    )
    return session.scalar(
        select(PlanVersion).where(PlanVersion.event_id == version.event_id, PlanVersion.version == number)
    )


def _partners(session: Session, event: Event) -> dict[int, Participant]:
    return {
        participant.id: participant
        for participant in session.scalars(
            select(Participant)
            .where(Participant.event_id == event.id)
            .options(joinedload(Participant.organization), joinedload(Participant.team))
        )
    }


def _meetings(session: Session, participant: Participant) -> dict[int, Meeting]:
    """The participant's meetings in the working state, by the partner's id."""
    meetings = session.scalars(
        select(Meeting)
        .where(
            Meeting.event_id == participant.event_id,
            or_(Meeting.need_side_id == participant.id, Meeting.offer_side_id == participant.id),
        )
        .options(joinedload(Meeting.need), joinedload(Meeting.offer))
    )
    return {m.offer_side_id if m.need_side_id == participant.id else m.need_side_id: m for m in meetings}
