"""Making meetings: what a pair talks about and why, and moving a whole plan into the table."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.postings.match_reason import Reason
from matchmaker.domain.vocabulary import MeetingStatus
from matchmaker.services.events.pairing.partnerships import PairScores, best_matches
from matchmaker.services.events.pairing.reasons import reason_for
from matchmaker.services.events.plan.placements import Placement
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.indexing.search_index import SearchIndex


def new_meeting(
    session: Session, search_index: SearchIndex, event: Event, scores: PairScores, pair: PairKey
) -> Meeting:
    """A meeting of the pair without a slot, with what it is about. Not yet added to the session."""
    (meeting,) = new_meetings(session, search_index, event, scores, [pair])
    return meeting


def new_meetings(
    session: Session, search_index: SearchIndex, event: Event, scores: PairScores, pairs: Iterable[PairKey]
) -> list[Meeting]:
    """A meeting for each of the pairs, as :func:`new_meeting` makes one."""
    meetings = [_blank(event, pair) for pair in pairs]
    describe_meetings(session, search_index, scores, meetings)
    return meetings


def describe_meetings(
    session: Session, search_index: SearchIndex, scores: PairScores, meetings: Sequence[Meeting]
) -> None:
    """Give meetings, new or not, the postings of their pairs that fit best, with score and reason. The caller has
    refreshed the index.
    """
    cells = [scores.cell(pair_of(meeting)) for meeting in meetings]
    matches = best_matches(session, scores, cells)
    for meeting, cell, match in zip(meetings, cells, matches, strict=True):
        meeting.need_id, meeting.offer_id = (match[0].id, match[1].id) if match else (None, None)
        meeting.score = scores.shown(cell)
        meeting.reason = reason_for(search_index, *match) if match else Reason()


def store_meetings(
    session: Session,
    search_index: SearchIndex,
    event: Event,
    scores: PairScores,
    placements: Mapping[PairKey, Placement | None],
) -> dict[PairKey, Meeting]:
    """Make the planned meetings of the event those of ``placements``, with ``None`` for a pair without a slot; what was
    held, cancelled or missed stays as it is.

    A pair that was to meet before keeps its row, and with it what is known of the meeting. Part of the caller's
    transaction.
    """
    known = {pair_of(meeting): meeting for meeting in meetings_of(session, event)}
    planned = {pair: meeting for pair, meeting in known.items() if meeting.status is MeetingStatus.PLANNED}
    for pair, meeting in planned.items():
        if pair not in placements:
            session.delete(meeting)
        elif placements[pair] != Placement.of(meeting):
            # All that move leave their slots before any of them takes a new one.
            meeting.starts_at = meeting.table = None
    session.flush()
    stored = {
        pair: planned.get(pair) or _blank(event, pair) for pair in placements if pair in planned or pair not in known
    }
    describe_meetings(session, search_index, scores, list(stored.values()))
    for pair, meeting in stored.items():
        placement = placements[pair]
        meeting.starts_at, meeting.table = (placement.starts_at, placement.table) if placement else (None, None)
    session.add_all(stored.values())
    session.flush()
    return stored


def _blank(event: Event, pair: PairKey) -> Meeting:
    return Meeting(event_id=event.id, need_side_id=pair[0], offer_side_id=pair[1], status=MeetingStatus.PLANNED)
