"""Which pairs have met before, at another event, and how it went: for organizers only."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from matchmaker.domain.events.event import Event, Meeting, Participant
from matchmaker.domain.events.pair import PairKey
from matchmaker.domain.vocabulary import MeetingStatus, NextStep


@dataclass(frozen=True, slots=True)
class EarlierMeeting:
    """A meeting that was held at another event. Ratings are the enterprise's and the other side's, 1 to 5."""

    event: str
    on: date | None
    need_rating: int | None
    offer_rating: int | None
    next_steps: tuple[NextStep, ...]


def met_before(
    session: Session, event: Event, pairs: Collection[PairKey]
) -> Mapping[PairKey, tuple[EarlierMeeting, ...]]:
    """For each of the pairs that met at another event, their meetings, latest first.

    Participants are recognized by organization and team; an organization that came without a team counts as any of its
    teams.
    """
    ids = {participant_id for pair in pairs for participant_id in pair}
    present = {p.id: p for p in session.scalars(select(Participant).where(Participant.id.in_(ids)))}
    known = _held_elsewhere(session, event, {p.organization_id for p in present.values()})
    found = {}
    for pair in pairs:
        need_side, offer_side = present.get(pair[0]), present.get(pair[1])
        if need_side is None or offer_side is None:
            continue
        organizations = frozenset({need_side.organization_id, offer_side.organization_id})
        earlier = [
            meeting
            for meeting in known[organizations]
            if _same_teams((need_side, offer_side), (meeting.need_side, meeting.offer_side))
        ]
        if earlier:
            found[pair] = tuple(_described(meeting) for meeting in earlier)
    return found


def _held_elsewhere(
    session: Session, event: Event, organization_ids: Collection[int]
) -> defaultdict[frozenset[int], list[Meeting]]:
    """Meetings held at other events between any two of the organizations, by the two, latest first."""
    need_side, offer_side = aliased(Participant), aliased(Participant)
    rows = session.scalars(
        select(Meeting)
        .join(need_side, Meeting.need_side_id == need_side.id)
        .join(offer_side, Meeting.offer_side_id == offer_side.id)
        .where(
            Meeting.status == MeetingStatus.HELD,
            Meeting.event_id != event.id,
            need_side.organization_id.in_(organization_ids),
            offer_side.organization_id.in_(organization_ids),
        )
        .options(joinedload(Meeting.event), joinedload(Meeting.need_side), joinedload(Meeting.offer_side))
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    )
    held: defaultdict[frozenset[int], list[Meeting]] = defaultdict(list)
    for meeting in rows:
        held[frozenset({meeting.need_side.organization_id, meeting.offer_side.organization_id})].append(meeting)
    return held


def _same_teams(present: tuple[Participant, Participant], earlier: tuple[Participant, Participant]) -> bool:
    """Whether no organization came with another team then. The two organizations are the same on both occasions."""
    teams = {p.organization_id: p.team_id for p in earlier}
    return all(None in (p.team_id, teams[p.organization_id]) or p.team_id == teams[p.organization_id] for p in present)


def _described(meeting: Meeting) -> EarlierMeeting:
    steps = (meeting.need_next_step, meeting.offer_next_step)
    on = meeting.starts_at or meeting.event.starts_at
    return EarlierMeeting(
        event=meeting.event.name,
        on=None if on is None else on.date(),
        need_rating=meeting.need_rating,
        offer_rating=meeting.offer_rating,
        next_steps=tuple(dict.fromkeys(step for step in steps if step is not None and step is not NextStep.NONE)),
    )
