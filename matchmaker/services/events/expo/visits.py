"""What an expo holds for one participant's people: a visitor's booths, an exhibitor's visitors, and why.

They see of the other's postings what they may read anywhere, and of the reasons what is printed for everybody. Barred
partners, and those whom the organizers keep apart from them, are nowhere in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy.orm import Session

from matchmaker.domain.errors import NotFound
from matchmaker.domain.events.event import Participant
from matchmaker.domain.people import User
from matchmaker.domain.postings.match_reason import Reason
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.postings.visibility import Detail, detail_for
from matchmaker.domain.vocabulary import EventKind, ParticipantStatus, Side
from matchmaker.i18n import N_
from matchmaker.printing.sheets.hall_plan import ExpoPlan
from matchmaker.services.events.expo.booth_recommendations import (
    ExhibitSection,
    ExpoVisits,
    Visit,
    booth_order,
    exhibits_by_industry,
)
from matchmaker.services.events.expo.halls import expo_plan
from matchmaker.services.events.requests.my_schedule import get_attending
from matchmaker.services.events.requests.partners import PartnerStatus, partner_statuses
from matchmaker.services.events.requests.rules import hidden_from
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.visibility import disclosed_reason


@dataclass(frozen=True, slots=True)
class SuggestedVisit:
    """One line of a participant's list; ``rank`` counts from 1, best first. ``posting`` is the partner's: ``None``
    where the reader may not know of it, or where only the organizers' pin brings the two together.
    """

    rank: int
    partner: Participant
    exhibitor: Participant
    score: float
    own: Posting | None
    posting: Posting | None
    reason: Reason
    status: PartnerStatus


def get_expo_participant(session: Session, person: User, participant_id: int, side: Side | None = None) -> Participant:
    """One of the person's own participants in an announced expo, on that side. Raises :class:`NotFound`."""
    participant = get_attending(session, person, participant_id)
    if participant.event.kind is not EventKind.EXPO or (side is not None and participant.side is not side):
        raise NotFound(N_("没有这个页面"))
    return participant


def suggested_visits(
    session: Session, search_index: SearchIndex, person: User, own: Participant, at: datetime
) -> list[SuggestedVisit]:
    """Booths for a visitor, visitors for an exhibitor, best first; none before the participant is confirmed.

    Raises :class:`Conflict` while no exhibitor has a booth.
    """
    if own.status is not ParticipantStatus.CONFIRMED:
        return []
    search_index.refresh_async()
    visits = ExpoVisits(session, search_index, own.event, own)
    (suggestions,) = visits.booth_guides() if own.side is Side.NEED else visits.visitors_to_invite()
    statuses = partner_statuses(session, own, at)
    return [_line(person, own, rank, visit, statuses) for rank, visit in enumerate(suggestions.visits, start=1)]


def in_walking_order(visits: Sequence[SuggestedVisit]) -> list[tuple[str, list[SuggestedVisit]]]:
    """Suggested booths hall by hall, by booth number within a hall; a hall without a name is ``""``."""
    walk = sorted(visits, key=lambda visit: (booth_order(visit.exhibitor), visit.rank))
    return [(hall, list(stops)) for hall, stops in groupby(walk, key=lambda visit: _hall(visit.exhibitor))]


def own_catalogue(session: Session, person: User, own: Participant, text: str = "") -> list[ExhibitSection]:
    """The catalogue by industry as the participant's people may read it, without those whom it is never shown."""
    hidden = hidden_from(session, own.event, own)
    return exhibits_by_industry(session, own.event, person, date.today(), text, without=hidden)


def own_plan(
    session: Session, own: Participant, visits: Sequence[SuggestedVisit], language: str, page: str
) -> ExpoPlan:
    """The halls with a visitor's booths marked and linked to their lines on ``page``; without those whom the
    participant is never shown.
    """
    return expo_plan(
        session,
        own.event,
        language,
        ranks={visit.exhibitor.id: visit.rank for visit in visits},
        links={visit.exhibitor.id: f"{page}#partner-{visit.exhibitor.id}" for visit in visits},
        without=hidden_from(session, own.event, own),
    )


def _line(
    person: User, own: Participant, rank: int, visit: Visit, statuses: Mapping[int, PartnerStatus]
) -> SuggestedVisit:
    visiting = own.side is Side.NEED
    partner = visit.exhibitor if visiting else visit.visitor
    mine, theirs = (visit.need, visit.offer) if visiting else (visit.offer, visit.need)
    readable = theirs is not None and detail_for(person, theirs, date.today()) > Detail.NOTHING
    return SuggestedVisit(
        rank=rank,
        partner=partner,
        exhibitor=visit.exhibitor,
        score=visit.score,
        own=mine,
        posting=theirs if readable else None,
        reason=disclosed_reason(visit.reason, visit.need, visit.offer),
        status=statuses[partner.id],
    )


def _hall(participant: Participant) -> str:
    return participant.room.name if participant.room is not None else ""
