"""Reading the meetings of an event."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.domain.events.event import Event, Meeting, Participant
from matchmaker.domain.events.pair import PairKey
from matchmaker.domain.postings.posting import Need, Offer


def meetings_of(session: Session, event: Event) -> Sequence[Meeting]:
    """All meetings, by enterprise in the order of the participants, the best of each enterprise first."""
    return session.scalars(
        select(Meeting)
        .where(Meeting.event_id == event.id)
        .options(
            joinedload(Meeting.need_side).joinedload(Participant.organization),
            joinedload(Meeting.offer_side).joinedload(Participant.organization),
            joinedload(Meeting.offer_side).joinedload(Participant.team),
            joinedload(Meeting.need).load_only(Need.title),
            joinedload(Meeting.offer).load_only(Offer.title),
        )
        .order_by(Meeting.need_side_id, Meeting.score.desc(), Meeting.offer_side_id)
    ).all()


def meeting_of_pair(session: Session, event: Event, pair: PairKey, *, fresh: bool = False) -> Meeting | None:
    """The meeting of the two, whatever its status: an event has one at most. With ``fresh`` it is read from the
    database even if the session knew it before it got the event's lock.
    """
    return session.scalar(
        select(Meeting)
        .where(Meeting.event_id == event.id, Meeting.need_side_id == pair[0], Meeting.offer_side_id == pair[1])
        .execution_options(populate_existing=fresh)
    )
