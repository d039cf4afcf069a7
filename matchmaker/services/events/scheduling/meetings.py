"""Meetings as rows: what a pair talks about and why, and moving a whole plan into the table."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.postings.match_reason import Reason
from matchmaker.domain.vocabulary import MeetingStatus
from matchmaker.services.events.pairing.partnerships import PairScores, best_matches
from matchmaker.services.events.pairing.reasons import reason_for
from matchmaker.services.events.plan.placements import Placement
from matchmaker.services.events.scheduling.match_list_state import meetings_of
from matchmaker.services.events.scheduling.problem import shown_score
from matchmaker.services.indexing.search_index import SearchIndex


def draft_meetings(
    session: Session, search_index: SearchIndex, event: Event, scores: PairScores, pairs: Sequence[PairKey]
) -> list[Meeting]:
    """The pairs as new meetings without a place, with the postings that fit best and the reason. Not yet added."""
    rows = {participant.id: row for row, participant in enumerate(scores.rows)}
    columns = {participant.id: column for column, participant in enumerate(scores.columns)}
    places = [(rows[need], columns[offer]) for need, offer in pairs]
    return [
        Meeting(
            event_id=event.id,
            need_side_id=pair[0],
            offer_side_id=pair[1],
            need_id=match[0].id if match else None,
            offer_id=match[1].id if match else None,
            score=shown_score(scores, *place),
            reason=reason_for(search_index, *match) if match else Reason(),
        )
        for pair, place, match in zip(pairs, places, best_matches(session, scores, places), strict=True)
    ]


def store_meetings(
    session: Session,
    search_index: SearchIndex,
    event: Event,
    scores: PairScores,
    placements: Mapping[PairKey, Placement | None],
) -> dict[PairKey, Meeting]:
    """Make the planned meetings of the event those of ``placements``, with ``None`` for a pair without a slot; what was
    held, cancelled or missed stays as it is.

    Who was to meet before keeps the row, and with it what is known of the meeting. Part of the caller's transaction.
    """
    known = {pair_of(meeting): meeting for meeting in meetings_of(session, event)}
    planned = {pair: meeting for pair, meeting in known.items() if meeting.status is MeetingStatus.PLANNED}
    for pair, meeting in planned.items():
        if pair not in placements:
            session.delete(meeting)
        elif placements[pair] != Placement.of(meeting):
            # All who move leave their places before anybody takes a new one.
            meeting.starts_at = meeting.table = None
    session.flush()
    to_place = [pair for pair in placements if pair in planned or pair not in known]
    stored = {}
    for draft in draft_meetings(session, search_index, event, scores, to_place):
        meeting = planned.get(pair_of(draft), draft)
        if meeting is draft:
            session.add(draft)
        else:
            meeting.need_id, meeting.offer_id = draft.need_id, draft.offer_id
            meeting.score, meeting.reason = draft.score, draft.reason
        placement = placements[pair_of(draft)]
        meeting.starts_at, meeting.table = (placement.starts_at, placement.table) if placement else (None, None)
        stored[pair_of(draft)] = meeting
    session.flush()
    return stored
