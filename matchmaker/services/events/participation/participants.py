"""Who takes part in an event, on both sides, and who could."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, null, or_, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound, raise_if_any
from matchmaker.domain.events.event import Delegate, Event, Meeting, PairDecision, Participant
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.people import Organization, Team, User
from matchmaker.domain.postings.fields import clean_text, one_line
from matchmaker.domain.postings.posting import Offer
from matchmaker.domain.vocabulary import (
    MeetingStatus,
    OrganizationKind,
    PairDecisionKind,
    ParticipantStatus,
    PostingStatus,
    Side,
)
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.events.editing import MOST_MEETINGS_EACH, check_organizer
from matchmaker.services.events.plan.versions import note_message, record_version
from matchmaker.services.posting.postings import POSTING_TYPES

PartyKey = tuple[int, int | None]
"""An organization's id and the id of its team, or ``None`` for the organization itself."""


@dataclass(frozen=True, slots=True)
class Party:
    """An organization or a team that could take part, with the ids of its open postings on that side."""

    organization: Organization
    team: Team | None
    posting_ids: tuple[int, ...] = ()

    @property
    def key(self) -> PartyKey:
        return self.organization.id, None if self.team is None else self.team.id


@dataclass(frozen=True, slots=True)
class PartyFilter:
    """Which parties an organizer looks for. ``text`` is a part of a name; ``industry`` that of the organization or of
    one of its open postings; ``without_postings`` also shows those who have none, for whom nothing can be matched."""

    text: str = ""
    industry: str = ""
    district: str = ""
    without_postings: bool = False


@dataclass(frozen=True, slots=True)
class ParticipantLimits:
    """What an organizer sets for one participant: how often it meets and where. ``table`` is the one that it keeps at a
    docking event, ``room_id`` and ``booth`` are its place at an expo.
    """

    min_meetings: int
    max_meetings: int
    booth: str = ""
    table: int | None = None
    room_id: int | None = None


def participants_of(session: Session, event: Event, side: Side | None = None) -> Sequence[Participant]:
    """Who takes part: the confirmed participants, of one side or both, in the order they were added."""
    return [p for p in everyone_of(session, event, side) if p.status is ParticipantStatus.CONFIRMED]


def everyone_of(session: Session, event: Event, side: Side | None = None) -> Sequence[Participant]:
    """All participants whatever their status: also who is invited, has applied, or has withdrawn."""
    query = (
        select(Participant)
        .where(Participant.event_id == event.id)
        .options(joinedload(Participant.organization), joinedload(Participant.team))
        .order_by(Participant.id)
    )
    return session.scalars(query if side is None else query.where(Participant.side == side)).all()


def open_posting_ids(session: Session, participants: Iterable[Participant]) -> dict[int, list[int]]:
    """For each participant by id, the ids of the open postings it is here for, in order.

    A team stands for its own offers; an organization for all of its offers that no team of its at the event stands for.
    """
    participants = list(participants)
    teams = {p.team_id for p in participants if p.team_id is not None}
    by_party = {(p.side, p.organization_id, p.team_id): p.id for p in participants}
    ids: dict[int, list[int]] = {participant.id: [] for participant in participants}
    for side in Side:
        for posting_id, organization_id, team_id, _ in session.execute(_open_postings(side)):
            party = (side, organization_id, team_id if team_id in teams else None)
            if party in by_party:
                ids[by_party[party]].append(posting_id)
    return ids


def addable_parties(session: Session, event: Event, side: Side, wanted: PartyFilter) -> list[Party]:
    """Who could still be added on that side, those with most open postings first."""
    taken = {(p.organization_id, p.team_id) for p in everyone_of(session, event, side)}
    postings: defaultdict[PartyKey, list[int]] = defaultdict(list)
    industries: defaultdict[PartyKey, set[str | None]] = defaultdict(set)
    for posting_id, organization_id, team_id, industry in session.execute(_open_postings(side)):
        postings[organization_id, team_id].append(posting_id)
        industries[organization_id, team_id].add(industry)
    keys = set(postings) | (_keys_without_postings(session, side) if wanted.without_postings else set())
    parties = _load_parties(session, keys - taken, postings)
    return [party for party in parties if _fits(party, industries[party.key], wanted)]


def add_participants(
    session: Session,
    actor: User | None,
    event: Event,
    side: Side,
    keys: Collection[PartyKey],
    status: ParticipantStatus = ParticipantStatus.CONFIRMED,
) -> list[Participant]:
    """Add these organizations and teams with the event's default maximum; who is there already stays as is.

    Raises :class:`NotFound` for an organization or a team that does not exist.
    """
    check_organizer(actor)
    known = {party.key for party in _load_parties(session, keys, {})}
    if set(keys) - known:
        raise NotFound(N_("有的单位或团队已不存在，请刷新页面后再选"))
    taken = {(p.organization_id, p.team_id) for p in everyone_of(session, event, side)}
    added = [
        Participant(
            event=event,
            side=side,
            organization_id=organization_id,
            team_id=team_id,
            min_meetings=1,
            max_meetings=event.default_max_meetings,
            status=status,
        )
        for organization_id, team_id in dict.fromkeys(keys)
        if (organization_id, team_id) not in taken
    ]
    session.add_all(added)
    session.flush()
    log(session, actor, "event", event.id, "participants added", f"{side.value}: {len(added)}")
    for participant in added:
        log(session, actor, "participant", participant.id, status.value)
    session.commit()
    return added


def set_limits(
    session: Session, actor: User | None, event: Event, limits: Mapping[int, ParticipantLimits]
) -> list[Participant]:
    """Set limits and places of participants by id; returns those that changed.

    Raises :class:`~matchmaker.domain.errors.ValidationErrors` with fields like ``max_meetings-12``.
    """
    check_organizer(actor)
    participants = {p.id: p for p in everyone_of(session, event) if p.id in limits}
    pins = pins_of(session, event)
    problems: list[InvalidInput] = []
    for participant in participants.values():
        problems += _limit_problems(event, participant, limits[participant.id], pins[participant.id])
    problems += _place_problems(event, everyone_of(session, event), limits)
    raise_if_any(problems)
    changed = [p for p in participants.values() if _set(p, limits[p.id])]
    if changed:
        log(session, actor, "event", event.id, "limits set", ", ".join(str(p.id) for p in changed))
    session.commit()
    return changed


def remove_participants(session: Session, actor: User | None, event: Event, ids: Collection[int]) -> int:
    """Take participants out, with their pins, exclusions and planned meetings; returns how many.

    Raises :class:`Conflict` when one of them has already met somebody.
    """
    check_organizer(actor)
    leaving = {p.id for p in everyone_of(session, event)} & set(ids)
    if not leaving:
        return 0
    meetings = session.scalars(_with(Meeting, event, leaving)).all()
    if any(meeting.status is not MeetingStatus.PLANNED for meeting in meetings):
        raise Conflict(N_("其中有的参会方已有洽谈记录，不能移出"))
    for row in (*meetings, *_decided_and_requested(session, event, leaving)):
        session.delete(row)
    session.flush()
    for participant_id in leaving:
        session.delete(session.get_one(Participant, participant_id))
    session.flush()
    session.expire(event, ["participants", "meetings", "decisions"])
    if meetings:
        record_version(session, actor, event, note=note_message(N_("移出 %(count)d 个参会方"), count=len(leaving)))
    log(session, actor, "event", event.id, "participants removed", str(len(leaving)))
    session.commit()
    return len(leaving)


def acts_for(person: User, participant: Participant) -> bool:
    """Whether the person is one of the participant's people: a member of its organization, or a delegate of it."""
    if not person.active:
        return False
    member = person.organization_id == participant.organization_id
    return member or any(delegate.user_id == person.id for delegate in participant.delegates)


def own_participant(session: Session, person: User, participant_id: int) -> Participant:
    """A participant whose people the person belongs to. Raises :class:`NotFound` for everybody else's."""
    participant = session.get(Participant, participant_id)
    if participant is None or not acts_for(person, participant):
        raise NotFound(N_("没有这个参会方，或与您的单位无关"))
    return participant


def own_participants(session: Session, person: User, event: Event | None = None) -> Sequence[Participant]:
    """All participants, at one event or at all, whose people the person belongs to; the latest added first."""
    named = select(Delegate.participant_id).where(Delegate.user_id == person.id)
    query = (
        select(Participant)
        .where(or_(Participant.organization_id == person.organization_id, Participant.id.in_(named)))
        .options(joinedload(Participant.organization), joinedload(Participant.team), joinedload(Participant.event))
        .order_by(Participant.id.desc())
    )
    return session.scalars(query if event is None else query.where(Participant.event_id == event.id)).all()


def changeable_participant(session: Session, actor: User | None, participant_id: int) -> Participant:
    """A participant that the actor may change: one of its people, or an organizer. Raises :class:`NotFound`."""
    if actor is not None and not actor.organizes:
        return own_participant(session, actor, participant_id)
    participant = session.get(Participant, participant_id)
    if participant is None:
        raise NotFound(N_("活动里没有这个参会方，请刷新页面"))
    return participant


def pins_of(session: Session, event: Event) -> Counter[int]:
    """How many pairs are pinned for each participant by id, with partners who come."""
    coming = select(Participant.id).where(
        Participant.event_id == event.id, Participant.status == ParticipantStatus.CONFIRMED
    )
    decisions = session.scalars(
        select(PairDecision).where(
            PairDecision.event_id == event.id,
            PairDecision.need_side_id.in_(coming),
            PairDecision.offer_side_id.in_(coming),
        )
    )
    pinned = [decision for decision in decisions if decision.decision is PairDecisionKind.PIN]
    return Counter(side_id for decision in pinned for side_id in (decision.need_side_id, decision.offer_side_id))


def _open_postings(side: Side) -> Select[Any]:
    """Id, organization, team and industry of every posting of the side that is published and valid today."""
    model = POSTING_TYPES[side]
    team: Any = Offer.team_id if side is Side.OFFER else null()
    return (
        select(model.id, model.organization_id, team, model.industry_code)
        .where(
            model.status == PostingStatus.PUBLISHED, or_(model.valid_until.is_(None), model.valid_until >= date.today())
        )
        .order_by(model.id)
    )


def _keys_without_postings(session: Session, side: Side) -> set[PartyKey]:
    """Enterprises; or teams, and organizations of the supply side that have none."""
    if side is Side.NEED:
        enterprises = select(Organization.id).where(Organization.kind == OrganizationKind.ENTERPRISE)
        return {(organization_id, None) for organization_id in session.scalars(enterprises)}
    teams: set[PartyKey] = {
        (row.organization_id, row.id) for row in session.execute(select(Team.organization_id, Team.id))
    }
    suppliers = select(Organization.id).where(
        Organization.kind != OrganizationKind.ENTERPRISE, ~Organization.id.in_(select(Team.organization_id))
    )
    return teams | {(organization_id, None) for organization_id in session.scalars(suppliers)}


def _load_parties(
    session: Session, keys: Collection[PartyKey], postings: Mapping[PartyKey, Sequence[int]]
) -> list[Party]:
    """The parties that exist among the keys, those with most postings first, then by name."""
    organizations = {row.id: row for row in session.scalars(select(Organization))}
    teams = {row.id: row for row in session.scalars(select(Team))}
    parties = []
    for organization_id, team_id in set(keys):
        organization, team = organizations.get(organization_id), teams.get(team_id or 0)
        if organization is None or (team_id is not None and (team is None or team.organization_id != organization_id)):
            continue
        parties.append(Party(organization, team, tuple(postings.get((organization_id, team_id), ()))))
    return sorted(parties, key=lambda p: (-len(p.posting_ids), p.organization.name, p.team.name if p.team else ""))


def _fits(party: Party, industries: set[str | None], wanted: PartyFilter) -> bool:
    names = f"{party.organization.name} {party.team.name if party.team else ''}".casefold()
    return (
        wanted.text.strip().casefold() in names
        and (not wanted.industry or wanted.industry in {party.organization.industry_code, *industries})
        and (not wanted.district or wanted.district == party.organization.district_code)
    )


def _limit_problems(
    event: Event, participant: Participant, limits: ParticipantLimits, pins: int
) -> Iterable[InvalidInput]:
    most, least = f"max_meetings-{participant.id}", f"min_meetings-{participant.id}"
    slots = event.most_meetings_each
    if not 1 <= limits.max_meetings <= MOST_MEETINGS_EACH:
        yield InvalidInput(N_("应为 %(least)d 到 %(most)d 的整数"), field=most, least=1, most=MOST_MEETINGS_EACH)
    elif limits.max_meetings < pins:
        yield InvalidInput(N_("已锁定 %(pins)d 个洽谈对象，最多场数不能更少"), field=most, pins=pins)
    if limits.min_meetings < 0:
        yield InvalidInput(N_("不能是负数"), field=least)
    elif limits.min_meetings > limits.max_meetings:
        yield InvalidInput(N_("至少场数不能大于最多场数"), field=least)
    elif slots is not None and limits.min_meetings > slots:
        yield InvalidInput(N_("这个活动只有 %(slots)d 个时段"), field=least, slots=slots)
    if len(clean_text(limits.booth)) > 20:
        yield InvalidInput(N_("展位号最多 20 字"), field=f"booth-{participant.id}")


def _place_problems(
    event: Event, everyone: Iterable[Participant], limits: Mapping[int, ParticipantLimits]
) -> Iterable[InvalidInput]:
    """Each table is kept by one participant at most, and so is each booth of a hall."""
    rooms = {room.id for room in event.rooms}
    at_table: dict[int, Participant] = {}
    at_booth: dict[tuple[int | None, str], Participant] = {}
    for participant in sorted(everyone, key=lambda participant: participant.id in limits):
        wanted = limits.get(participant.id) or _present(participant)
        table, booth = wanted.table, one_line(wanted.booth)
        if participant.id in limits and table is not None and not 1 <= table <= event.table_count:
            yield InvalidInput(
                N_("没有 %(table)d 号桌，共 %(count)d 张"),
                field=f"table-{participant.id}",
                table=table,
                count=event.table_count,
            )
        elif table is not None and (other := at_table.setdefault(table, participant)) is not participant:
            yield InvalidInput(
                N_("%(table)d 号桌已固定给“%(name)s”"), field=f"table-{participant.id}", table=table, name=other.name
            )
        if participant.id in limits and wanted.room_id is not None and wanted.room_id not in rooms:
            yield InvalidInput(N_("没有这个展馆，请刷新页面"), field=f"room-{participant.id}")
        place = (wanted.room_id, booth.casefold())
        if booth and (other := at_booth.setdefault(place, participant)) is not participant:
            yield InvalidInput(
                N_("展位 %(booth)s 已给“%(name)s”"), field=f"booth-{participant.id}", booth=booth, name=other.name
            )


def _present(participant: Participant) -> ParticipantLimits:
    return ParticipantLimits(
        participant.min_meetings, participant.max_meetings, participant.booth, participant.table, participant.room_id
    )


def _set(participant: Participant, limits: ParticipantLimits) -> bool:
    after = replace(limits, booth=one_line(limits.booth))
    if _present(participant) == after:
        return False
    participant.min_meetings, participant.max_meetings = after.min_meetings, after.max_meetings
    participant.booth, participant.table, participant.room_id = after.booth, after.table, after.room_id
    return True


def _decided_and_requested(session: Session, event: Event, leaving: Collection[int]) -> list[Any]:
    return [row for model in (PairDecision, MeetingRequest) for row in session.scalars(_with(model, event, leaving))]


def _with(model: type[Any], event: Event, participant_ids: Collection[int]) -> Select[Any]:
    """The event's meetings, decisions or requests in which one of the participants is."""
    either = or_(model.need_side_id.in_(participant_ids), model.offer_side_id.in_(participant_ids))
    return select(model).where(and_(model.event_id == event.id, either))
