"""The match list of an event: building it, and changing it by hand."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.event import Assignment, Event, Meeting
from matchmaker.domain.people import User
from matchmaker.domain.reason import Reason
from matchmaker.domain.vocabulary import EventStatus, MeetingStatus, PlanOrigin, Side
from matchmaker.i18n import N_
from matchmaker.scheduling.assignment import AssignedPair, assign
from matchmaker.services.activity import log
from matchmaker.services.corpus import Corpus
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.history import record_version
from matchmaker.services.events.participants import participants_of
from matchmaker.services.events.partnerships import (
    PairKey,
    PairScores,
    best_matches,
    check_pair,
    decide_exclusion,
    decide_pin,
    decisions_of,
    score_partnerships,
)
from matchmaker.services.events.problem import assignment_problem, shown_score
from matchmaker.services.events.reasons import reason_for
from matchmaker.services.events.state import NO_POSTINGS, meetings_of, pair_of


def build_match_list(session: Session, corpus: Corpus, event: Event, actor: User | None = None) -> Assignment:
    """Choose who meets whom: most participants served, then the greatest total score, under every maximum.

    Pins stay, exclusions stay out, and meetings that are chosen again keep their slot and table. The same participants,
    postings and decisions give the same list. Raises :class:`Conflict` when one side is empty or meetings were held.
    """
    check_organizer(actor)
    # Encoding new texts takes time and a lock of its own: not while this transaction holds one.
    session.commit()
    corpus.refresh()
    session.refresh(event, with_for_update=True)
    _check_buildable(session, event)
    scores = score_partnerships(session, corpus, event)
    assignment = assign(assignment_problem(event, scores, decisions_of(session, event).values()))
    _store(session, corpus, event, scores, assignment.pairs)
    reasons = {
        int(left.id): NO_POSTINGS if int(left.id) in scores.silent else left.reason.value
        for left in assignment.unserved
    }
    version = record_version(session, actor, event, origin=PlanOrigin.BUILT, reasons=reasons, proven=assignment.proven)
    log(session, actor, "event", event.id, "match list built", f"{version.version}: {len(assignment.pairs)}")
    session.commit()
    return version


def add_pair(
    session: Session, corpus: Corpus, actor: User | None, event: Event, pair: PairKey, reason: str = ""
) -> None:
    """Put a pair on the match list by hand and pin it. Raises :class:`Conflict` when one of the two is full."""
    session.commit()
    corpus.refresh()
    session.refresh(event, with_for_update=True)
    _check_changeable(event)
    sides = check_pair(session, event, pair)
    if _find_meeting(session, event, pair) is not None:
        raise Conflict(N_("这一对已在匹配表里"))
    met = Counter(side_id for meeting in meetings_of(session, event) for side_id in pair_of(meeting))
    for participant in sides:
        if met[participant.id] >= participant.max_meetings:
            raise Conflict(
                N_("“%(name)s”已有 %(met)d 场，达到上限；请先移除一场或提高上限"),
                name=participant.name,
                met=met[participant.id],
            )
    scores = score_partnerships(session, corpus, event)
    decide_pin(session, actor, event, pair, reason)
    row, column = scores.rows.index(sides[0]), scores.columns.index(sides[1])
    chosen = AssignedPair(
        str(pair[0]), str(pair[1]), shown_score(scores, row, column) / 100, requested=False, pinned=True
    )
    session.add_all(_meetings(session, corpus, event, scores, [chosen]))
    record_version(session, actor, event)
    session.commit()


def remove_pair(session: Session, actor: User | None, event: Event, pair: PairKey, reason: str) -> None:
    """Take a pair off the match list by hand and exclude it. Raises :class:`InvalidInput` without a reason."""
    _check_changeable(event)
    check_pair(session, event, pair)
    meeting = _find_meeting(session, event, pair)
    if meeting is not None and meeting.status is not MeetingStatus.PLANNED:
        raise Conflict(N_("这一场已有洽谈记录，不能移除"))
    decide_exclusion(session, actor, event, pair, reason)
    if meeting is not None:
        session.delete(meeting)
        record_version(session, actor, event)
    session.commit()


def _check_changeable(event: Event) -> None:
    if event.status is EventStatus.FINISHED:
        raise Conflict(N_("“%(name)s”已经结束，匹配表不能再改"), name=event.name)


def _check_buildable(session: Session, event: Event) -> None:
    _check_changeable(event)
    sides = {participant.side for participant in participants_of(session, event)}
    for side, message in (
        (Side.NEED, N_("还没有需求方参会，请先添加企业")),
        (Side.OFFER, N_("还没有供给方参会，请先添加科研团队")),
    ):
        if side not in sides:
            raise Conflict(message)
    if any(meeting.status is not MeetingStatus.PLANNED for meeting in meetings_of(session, event)):
        raise Conflict(N_("已有洽谈记录，不能重新生成匹配表；可以手工增减"))


def _store(session: Session, corpus: Corpus, event: Event, scores: PairScores, pairs: Sequence[AssignedPair]) -> None:
    """Make the event's meetings those of the pairs; who was to meet before keeps their slot and table."""
    before = {pair_of(meeting): meeting for meeting in meetings_of(session, event)}
    chosen = _meetings(session, corpus, event, scores, pairs)
    for meeting in chosen:
        known = before.pop(pair_of(meeting), None)
        if known is None:
            session.add(meeting)
        else:
            known.need_id, known.offer_id = meeting.need_id, meeting.offer_id
            known.score, known.reason, known.pinned = meeting.score, meeting.reason, meeting.pinned
    for meeting in before.values():
        session.delete(meeting)


def _meetings(
    session: Session, corpus: Corpus, event: Event, scores: PairScores, pairs: Sequence[AssignedPair]
) -> list[Meeting]:
    """The pairs as new meetings, with the postings that fit best and the reason."""
    rows = {str(participant.id): row for row, participant in enumerate(scores.rows)}
    columns = {str(participant.id): column for column, participant in enumerate(scores.columns)}
    places = [(rows[pair.need], columns[pair.offer]) for pair in pairs]
    return [
        Meeting(
            event_id=event.id,
            need_side_id=int(pair.need),
            offer_side_id=int(pair.offer),
            need_id=match[0].id if match else None,
            offer_id=match[1].id if match else None,
            score=shown_score(scores, *place),
            reason=reason_for(corpus, *match) if match else Reason(),
            pinned=pair.pinned,
        )
        for pair, place, match in zip(pairs, places, best_matches(session, scores, places), strict=True)
    ]


def _find_meeting(session: Session, event: Event, pair: PairKey) -> Meeting | None:
    return session.scalar(
        select(Meeting).where(
            Meeting.event_id == event.id, Meeting.need_side_id == pair[0], Meeting.offer_side_id == pair[1]
        )
    )
