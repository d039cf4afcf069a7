"""The rules for changes by hand, in addition to the calendars of ``plan/occupancy.py``."""

from collections import Counter
from collections.abc import Collection

from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import OCCUPYING, Event, Meeting
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.vocabulary import MeetingStatus, PairDecisionKind
from matchmaker.i18n import N_
from matchmaker.services.events.pairing.partnerships import check_pair, decisions_of, score_partnerships
from matchmaker.services.events.plan.occupancy import Occupancy
from matchmaker.services.events.scheduling.meetings import new_meeting
from matchmaker.services.indexing.search_index import SearchIndex


def has_place(meeting: Meeting) -> bool:
    """Whether it keeps a slot and a table."""
    return meeting.starts_at is not None and meeting.status in OCCUPYING


def fixed(meeting: Meeting) -> list[Conflict]:
    """Why the meeting cannot be changed: it is over, or it is locked."""
    if meeting.status is MeetingStatus.HELD:
        return [Conflict(N_("这一场已经洽谈，不能再改"))]
    if meeting.status is not MeetingStatus.PLANNED:
        return [Conflict(N_("这一场%(status)s，需要时请重新安排"), status=meeting.status)]
    return [Conflict(N_("这一场已锁定，请先解锁"))] if meeting.locked else []


def swap_obstacles(occupancy: Occupancy, first: Meeting, second: Meeting) -> list[Conflict]:
    """What stands in the way of the two meetings exchanging slot and table."""
    found = [*fixed(first), *fixed(second)]
    both = (first.id, second.id)
    for meeting, target in ((first, second), (second, first)):
        if target.starts_at is None:
            found.append(Conflict(N_("只有已排好的洽谈可以互换")))
        else:
            found += occupancy.obstacles(pair_of(meeting), target.starts_at, target.table, ignoring=both)
    return found


def full(occupancy: Occupancy, pair: PairKey, *, ignoring: Collection[int] = ()) -> list[Conflict]:
    """Which of the two already has as many meetings as it wants at most."""
    counted = [meeting for meeting in occupancy.meetings if meeting.id not in ignoring]
    met = Counter(participant_id for meeting in counted for participant_id in pair_of(meeting))
    participants = (occupancy.participants[participant_id] for participant_id in pair)
    return [
        Conflict(N_("“%(name)s”已有 %(met)d 场，达到上限；请先移除一场或提高上限"), name=p.name, met=met[p.id])
        for p in participants
        if met[p.id] >= p.max_meetings
    ]


def check_not_excluded(session: Session, event: Event, pair: PairKey) -> None:
    """Raises :class:`Conflict` for a pair that an organizer excluded."""
    decision = decisions_of(session, event).get(pair)
    if decision is not None and decision.decision is PairDecisionKind.EXCLUDE:
        raise Conflict(N_("这一对已排除（%(reason)s）；请先在候选配对里取消排除"), reason=decision.reason or "—")


def new_meeting_by_hand(session: Session, search_index: SearchIndex, event: Event, pair: PairKey) -> Meeting:
    """A meeting without a slot of a pair that was not on the match list. The caller has refreshed the index. Raises
    :class:`Conflict` for a pair that must not meet.
    """
    need_side, offer_side = check_pair(session, event, pair)
    check_not_excluded(session, event, pair)
    scores = score_partnerships(session, search_index, event)
    if pair not in scores:
        raise Conflict(N_("只有已确认参会的双方可以安排洽谈"))
    compared = scores.without_postings.isdisjoint(pair)
    if need_side.organization_id == offer_side.organization_id or (compared and scores.score(pair) < 0):
        raise Conflict(N_("这两个参会方不能互相洽谈（同一单位、同一集团，或其中一方不愿与另一方见面）"))
    return new_meeting(session, search_index, event, scores, pair)
