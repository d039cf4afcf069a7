"""Who comes to an event: invitations and their answers, applications and their approval, and who withdraws.

An organization is invited by the organizers, or applies by itself while registration is open; any of its members
answers for it. A participant keeps its row whatever it answers: after declining or withdrawing it may come after all.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import ceil

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.events.event import Event, Meeting, Participant
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.people import Organization, Team, User
from matchmaker.domain.postings.fields import letters_in, limited_words
from matchmaker.domain.vocabulary import EventKind, MeetingStatus, ParticipantStatus, RequestStatus, Side
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.participation.availability import check_wishes, record_availability
from matchmaker.services.events.participation.delegates import DelegateValues, new_delegate
from matchmaker.services.events.participation.participants import (
    PartyKey,
    add_participants,
    changeable_participant,
    everyone_of,
    own_participant,
)
from matchmaker.services.events.participation.recipients import AddressOf, recipients_of
from matchmaker.services.events.plan.occupancy import lock_event
from matchmaker.services.events.plan.versions import note_message, record_version
from matchmaker.services.events.timing import has_begun, is_over, registration_is_open
from matchmaker.services.mailing.letters import Letter, letter, send

NOTE_LENGTH = 500

_MAY_APPLY_AGAIN = (ParticipantStatus.DECLINED, ParticipantStatus.WITHDRAWN)

WITHDRAWABLE = (ParticipantStatus.APPLIED, ParticipantStatus.CONFIRMED)

_ADMISSIBLE = frozenset(ParticipantStatus) - {ParticipantStatus.CONFIRMED}
"""Organizers can admit every participant that is not confirmed: also on the phone, after an invitation or a refusal."""

_APPLYING_IS_USELESS: Mapping[ParticipantStatus, str] = {
    ParticipantStatus.INVITED: N_("本单位已收到邀请，直接确认参加即可"),
    ParticipantStatus.APPLIED: N_("本单位已经报名，正在等组织方审核"),
    ParticipantStatus.CONFIRMED: N_("本单位已确认参加"),
    ParticipantStatus.REJECTED: N_("组织方没有通过本单位的报名；情况有变请直接联系组织方"),
}


@dataclass(frozen=True, slots=True)
class Application:
    """What an organization says when it applies. ``free`` are the slots in which it can meet, local time."""

    side: Side
    team_id: int | None = None
    delegates: tuple[DelegateValues, ...] = ()
    free: frozenset[datetime] = frozenset()
    min_meetings: int = 1
    max_meetings: int = 6
    note: str = ""


@dataclass(frozen=True, slots=True)
class Invited:
    """Who was invited, and for which of them there is nobody to write to."""

    participants: tuple[Participant, ...]
    unreached: tuple[Participant, ...]


@dataclass(frozen=True, slots=True)
class Capacity:
    """Whether slots and tables suffice: ``needed`` meetings if everybody gets their minimum, ``wished`` if the scarcer
    side gets its maximum, and how many there is room for. ``None`` for an expo, which has no tables.
    """

    confirmed: Mapping[Side, int]
    needed: int
    wished: int
    room: int | None
    tables_advised: int | None

    @property
    def too_small(self) -> bool:
        """Whether not even the minima fit."""
        return self.room is not None and self.needed > self.room


SPARE_PERCENT = 15
"""So many more tables are advised than the meetings would just fill, so that people with few free slots find one:
organizers of such events advise 10–20 %."""


def invite(
    session: Session,
    actor: User | None,
    event: Event,
    side: Side,
    keys: Collection[PartyKey],
    address_of: AddressOf,
    at: datetime | None = None,
) -> Invited:
    """Invite organizations and teams and write to their people; who is there already stays as is.

    Raises :class:`NotFound` for one that does not exist, :class:`Conflict` once the event has begun.
    """
    check_organizer(actor)
    if has_begun(event, at):
        raise Conflict(N_("“%(name)s”已经开始，请直接添加到场的参会方"), name=event.name)
    added = add_participants(session, actor, event, side, keys, status=ParticipantStatus.INVITED)
    return _write_invitations(session, added, address_of)


def invite_again(
    session: Session, actor: User | None, event: Event, ids: Collection[int], address_of: AddressOf
) -> Invited:
    """Write once more to the invited ones among the participants, and to those who declined or withdrew."""
    check_organizer(actor)
    chosen = [
        participant
        for participant in _chosen(session, event, ids)
        if participant.status in (ParticipantStatus.INVITED, *_MAY_APPLY_AGAIN)
    ]
    for participant in chosen:
        _move(session, actor, participant, ParticipantStatus.INVITED)
    return _write_invitations(session, chosen, address_of)


def answer_invitation(
    session: Session, person: User, participant_id: int, accept: bool, note: str = "", at: datetime | None = None
) -> Participant:
    """Somebody of the organization says whether it comes; a no can be turned into a yes later.

    Raises :class:`NotFound` for other people's invitations, :class:`Conflict` for what is no open invitation.
    """
    participant = _locked(session, own_participant(session, person, participant_id))
    if has_begun(participant.event, at):
        raise Conflict(N_("“%(name)s”已经开始，请联系组织方"), name=participant.event.name)
    answerable = (ParticipantStatus.INVITED, ParticipantStatus.DECLINED)
    if participant.status not in answerable[: 2 if accept else 1]:
        raise Conflict(N_("这份邀请现在是“%(status)s”，不能再这样答复"), status=participant.status)
    participant.note = limited_words(note, "note", NOTE_LENGTH)
    target = ParticipantStatus.CONFIRMED if accept else ParticipantStatus.DECLINED
    _move(session, person, participant, target, participant.note)
    session.commit()
    return participant


def check_may_apply(session: Session, person: User, event: Event, at: datetime | None = None) -> Organization:
    """The organization that the person can apply for. Raises :class:`NotAllowed` otherwise, saying why."""
    if not registration_is_open(event, at):
        raise NotAllowed(N_("“%(name)s”现在不能自行报名，请联系组织方"), name=event.name)
    if person.organization is None:
        raise NotAllowed(N_("先加入一个单位，才能报名"))
    return person.organization


def apply(
    session: Session, person: User, event: Event, application: Application, at: datetime | None = None
) -> Participant:
    """Apply for the person's organization, or for a team of it; the organizers decide.

    Raises :class:`NotAllowed` when it cannot apply by itself, :class:`Conflict` when it has, :class:`InvalidInput` with
    the field to mend: ``team``, ``delegates-N-name``, ``free``, ``min_meetings``, ``max_meetings``, ``note``.
    """
    organization = check_may_apply(session, person, event, at)
    lock_event(session, event)
    team = _own_team(session, organization, application)
    check_wishes(event, application.free, application.min_meetings, application.max_meetings)
    participant = _standing(session, event, application, organization) or Participant(
        event=event, side=application.side, organization=organization, team=team
    )
    participant.min_meetings, participant.max_meetings = application.min_meetings, application.max_meetings
    participant.note = limited_words(application.note, "note", NOTE_LENGTH)
    session.add(participant)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict(_APPLYING_IS_USELESS[ParticipantStatus.APPLIED]) from error
    _name_delegates(session, participant, application.delegates)
    _move(session, person, participant, ParticipantStatus.APPLIED, participant.note)
    if event.kind is EventKind.DOCKING:
        record_availability(session, person, participant, application.free, at)
    session.commit()
    return participant


def decide_applications(
    session: Session,
    actor: User | None,
    event: Event,
    ids: Collection[int],
    accept: bool,
    reason: str,
    address_of: AddressOf,
) -> list[Participant]:
    """Admit or refuse the chosen participants and tell their people; returns those that changed.

    Applications can be refused, with a reason; whoever is not in yet can be admitted. Raises :class:`InvalidInput`
    (``reason``) and :class:`NotFound` when nobody is chosen.
    """
    check_organizer(actor)
    lock_event(session, event)
    why = limited_words(reason, "note", NOTE_LENGTH)
    if not accept and not letters_in(why):
        raise InvalidInput(N_("请写明不通过的理由，对方会看到"), field="reason")
    possible = _ADMISSIBLE if accept else {ParticipantStatus.APPLIED}
    target = ParticipantStatus.CONFIRMED if accept else ParticipantStatus.REJECTED
    decided = [participant for participant in _chosen(session, event, ids) if participant.status in possible]
    for participant in decided:
        _move(session, actor, participant, target, why)
    letters = [
        message for participant in decided for message in _decision_letters(session, participant, why, address_of)
    ]
    send(session, letters)
    session.commit()
    return decided


def withdraw(
    session: Session, actor: User | None, participant_id: int, note: str = "", at: datetime | None = None
) -> list[Meeting]:
    """Withdraw a participant, as one of its people or as an organizer. Returns the meetings that fall through.

    Published meetings are cancelled, so that the partners see it; unpublished ones are deleted. Slots and tables are
    free again, and no request of the participant holds a slot. Raises :class:`NotFound` and :class:`Conflict`.
    """
    participant = _locked(session, changeable_participant(session, actor, participant_id))
    event = participant.event
    if participant.status not in WITHDRAWABLE:
        raise Conflict(N_("“%(name)s”现在是“%(status)s”，不用退出"), name=participant.name, status=participant.status)
    if is_over(event, at):
        raise Conflict(N_("“%(name)s”已经结束"), name=event.name)
    participant.note = limited_words(note, "note", NOTE_LENGTH)
    _move(session, actor, participant, ParticipantStatus.WITHDRAWN, participant.note)
    _end_requests(session, participant, at or now())
    meetings = _planned(session, participant)
    for meeting in meetings:
        if event.published_version is None:
            session.delete(meeting)
        else:
            meeting.status, meeting.locked = MeetingStatus.CANCELLED, False
    if meetings:
        left = note_message(N_("“%(name)s”退出，取消 %(count)d 场"), name=participant.name, count=len(meetings))
        record_version(session, actor, event, note=left)
    session.commit()
    return meetings


def capacity(session: Session, event: Event) -> Capacity:
    """Whether the event has room for those who are confirmed."""
    confirmed = [p for p in everyone_of(session, event) if p.status is ParticipantStatus.CONFIRMED]
    sides = {side: [p for p in confirmed if p.side is side] for side in Side}
    needed = max(sum(p.min_meetings for p in side) for side in sides.values())
    wished = min(sum(p.max_meetings for p in side) for side in sides.values())
    slots = event.most_meetings_each
    advised = ceil(Fraction(wished * (100 + SPARE_PERCENT), 100 * slots)) if slots else None
    return Capacity({side: len(sides[side]) for side in Side}, needed, wished, event.most_meetings, advised)


def _move(
    session: Session, actor: User | None, participant: Participant, status: ParticipantStatus, why: str = ""
) -> None:
    participant.status, participant.status_reason = status, why
    log(session, actor, "participant", participant.id, status.value, why)


def _locked(session: Session, participant: Participant) -> Participant:
    """The participant as it stands now that nobody else can change it."""
    lock_event(session, participant.event)
    session.refresh(participant)
    return participant


def _chosen(session: Session, event: Event, ids: Collection[int]) -> list[Participant]:
    chosen = [participant for participant in everyone_of(session, event) if participant.id in set(ids)]
    if not chosen:
        raise NotFound(N_("没有选中任何参会方，请刷新页面后再选"))
    return chosen


def _own_team(session: Session, organization: Organization, application: Application) -> Team | None:
    if application.team_id is None:
        return None
    team = session.get(Team, application.team_id)
    if team is None or team.organization_id != organization.id or application.side is not Side.OFFER:
        raise InvalidInput(N_("请从本单位的团队里选"), field="team")
    return team


def _standing(
    session: Session, event: Event, application: Application, organization: Organization
) -> Participant | None:
    """The party's row at the event, if it declined or withdrew. Raises :class:`Conflict` if it stands otherwise."""
    participant = session.scalar(
        select(Participant).where(
            Participant.event_id == event.id,
            Participant.side == application.side,
            Participant.organization_id == organization.id,
            Participant.team_id.is_(None)
            if application.team_id is None
            else Participant.team_id == application.team_id,
        )
    )
    if participant is not None and participant.status not in _MAY_APPLY_AGAIN:
        raise Conflict(_APPLYING_IS_USELESS[participant.status])
    return participant


def _name_delegates(session: Session, participant: Participant, delegates: Sequence[DelegateValues]) -> None:
    participant.delegates.clear()
    for number, values in enumerate(delegates):
        try:
            new_delegate(session, participant, values)
        except InvalidInput as error:
            session.rollback()
            error.field = f"delegates-{number}-{error.field}"
            raise


def _planned(session: Session, participant: Participant) -> list[Meeting]:
    own = or_(Meeting.need_side_id == participant.id, Meeting.offer_side_id == participant.id)
    return list(
        session.scalars(
            select(Meeting)
            .where(Meeting.event_id == participant.event_id, own, Meeting.status == MeetingStatus.PLANNED)
            .order_by(Meeting.starts_at)
        )
    )


def _end_requests(session: Session, participant: Participant, at: datetime) -> None:
    """Unanswered requests by and to the participant hold no slot any more. Who asked it is told when they are marked
    as expired.
    """
    own = or_(MeetingRequest.need_side_id == participant.id, MeetingRequest.offer_side_id == participant.id)
    for request in session.scalars(select(MeetingRequest).where(own, MeetingRequest.status == RequestStatus.REQUESTED)):
        request.expires_at = min(request.expires_at, at)
        if request.asking is participant:
            request.status = RequestStatus.WITHDRAWN


def _write_invitations(session: Session, participants: Sequence[Participant], address_of: AddressOf) -> Invited:
    letters: list[Letter] = []
    unreached = []
    for participant in participants:
        readers = recipients_of(session, participant)
        if not readers:
            unreached.append(participant)
        for reader in readers:
            letters.append(
                letter(
                    reader,
                    N_("邀请参加“%(event)s”"),
                    _INVITATION if reader.member else _INVITATION_TO_STRANGERS,
                    event=participant.event.name,
                    who=participant.name,
                    organization=participant.organization.name,
                    time=_time_of(participant.event),
                    place=participant.event.place or "—",
                    address=address_of(participant),
                )
            )
    send(session, letters)
    session.commit()
    return Invited(tuple(participants), tuple(unreached))


def _decision_letters(session: Session, participant: Participant, why: str, address_of: AddressOf) -> list[Letter]:
    admitted = participant.status is ParticipantStatus.CONFIRMED
    return [
        letter(
            reader,
            N_("“%(event)s”：已确认参加") if admitted else N_("“%(event)s”：报名未通过"),
            _ADMITTED if admitted else _REFUSED,
            event=participant.event.name,
            who=participant.name,
            time=_time_of(participant.event),
            place=participant.event.place or "—",
            why=why,
            address=address_of(participant),
        )
        for reader in recipients_of(session, participant)
    ]


_INVITATION = N_(
    "%(reader)s，您好：\n\n组织方邀请“%(who)s”参加“%(event)s”。\n时间：%(time)s\n地点：%(place)s\n\n"
    "请在这里确认参加或婉拒，并填写代表和时间：\n%(address)s"
)
_INVITATION_TO_STRANGERS = N_(
    "%(reader)s，您好：\n\n组织方邀请“%(who)s”参加“%(event)s”。\n时间：%(time)s\n地点：%(place)s\n\n"
    "请打开下面的链接，用单位全称“%(organization)s”注册；加入单位后即可确认参加或婉拒：\n%(address)s"
)
_ADMITTED = N_(
    "%(reader)s，您好：\n\n“%(who)s”已确认参加“%(event)s”。\n时间：%(time)s\n地点：%(place)s\n\n"
    "请在这里填写代表和时间：\n%(address)s"
)
_REFUSED = N_("%(reader)s，您好：\n\n“%(who)s”报名参加“%(event)s”没有通过。\n理由：%(why)s\n\n详情见：\n%(address)s")


def _time_of(event: Event) -> str:
    return "—" if event.starts_at is None else f"{event.starts_at:%Y-%m-%d %H:%M}"
