"""What both sides say after a meeting: how good it was, in one tap, and the next step they mean to take, in another.

Said by the people of a participant, or by an organizer for them; the last word of a side stands. A rating tells that
the two did meet, and goes into the feedback that the ranker learns from; a next step begins a cooperation.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.domain.events.event import OCCUPYING, Delegate, Event, Meeting, Participant
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.learning.feedback import HIGHEST_RATING, Feedback, FeedbackKind
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import MeetingStatus, NextStep, Side
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.cooperation.beginning import follow_next_steps
from matchmaker.services.events.onsite.attendance import has_begun, posting_pair, remember_met
from matchmaker.services.events.plan.occupancy import lock_event
from matchmaker.services.events.plan.placements import ANY_STATUS, Placement, published_placements
from matchmaker.services.learning.feedback import record


@dataclass(frozen=True, slots=True)
class MeetingRating:
    """What one side said, or can say, of a meeting."""

    meeting: Meeting
    side: Side

    @property
    def own(self) -> Participant:
        return self.meeting.need_side if self.side is Side.NEED else self.meeting.offer_side

    @property
    def partner(self) -> Participant:
        return self.meeting.offer_side if self.side is Side.NEED else self.meeting.need_side

    @property
    def rating(self) -> int | None:
        return self.meeting.need_rating if self.side is Side.NEED else self.meeting.offer_rating

    @property
    def next_step(self) -> NextStep | None:
        return self.meeting.need_next_step if self.side is Side.NEED else self.meeting.offer_next_step


def own_ratings(session: Session, person: User, event: Event, at: datetime | None = None) -> list[MeetingRating]:
    """The meetings of the person's own participants that have begun, as published, the latest first.

    Raises :class:`NotFound` for people who have no part in the event.
    """
    own_ids = _own_participants(session, person, event)
    if not own_ids:
        raise NotFound(N_("没有您可以评价的洽谈"))
    told = published_placements(session, event, ANY_STATUS)
    words = [
        word
        for meeting in scheduled_meetings(session, event)
        if meeting.status in OCCUPYING and has_begun(event, meeting, at) and _as_told(meeting, told)
        for word in _both_words(meeting)
        if word.own.id in own_ids
    ]
    return sorted(words, key=lambda word: (word.meeting.starts_at or datetime.min, -word.meeting.id), reverse=True)


def ratings_of(session: Session, person: User, meeting_id: int) -> list[MeetingRating]:
    """What the person can say about one meeting: for their own side, if it was published; an organizer for both.

    Raises :class:`NotFound` for others, as if there were no such meeting.
    """
    meeting = session.get(Meeting, meeting_id)
    words = [] if meeting is None else _both_words(meeting)
    if meeting is not None and not person.organizes:
        own_ids = _own_participants(session, person, meeting.event)
        told = bool(own_ids) and _as_told(meeting, published_placements(session, meeting.event, ANY_STATUS))
        words = [word for word in words if told and word.own.id in own_ids]
    if not words:
        raise NotFound(N_("没有您可以评价的洽谈"))
    return words


def rate_meeting(
    session: Session, person: User, meeting_id: int, side: Side, rating: int, at: datetime | None = None
) -> MeetingRating:
    """Say how good a meeting was, from 1 to 5; saying it again changes it.

    Raises :class:`NotFound` for meetings of others, :class:`Conflict` before it began or when it did not take place.
    """
    if not 1 <= rating <= HIGHEST_RATING:
        raise InvalidInput(N_("评分应为 1 到 %(highest)d"), field="rating", highest=HIGHEST_RATING)
    word = _locked(session, person, meeting_id, side, at)
    meeting = word.meeting
    if side is Side.NEED:
        meeting.need_rating = rating
    else:
        meeting.offer_rating = rating
    meeting.status = MeetingStatus.HELD
    remember_met(session, person, meeting, side)
    _remember_rating(session, person, word)
    log(session, person, "meeting", meeting.id, "rated", f"{side.value}: {rating}")
    session.commit()
    return word


def choose_next_step(
    session: Session, person: User, meeting_id: int, side: Side, step: NextStep, at: datetime | None = None
) -> MeetingRating:
    """Say what the side means to do next; saying it again changes it. Who wants to go on has begun a cooperation.

    Raises as :func:`rate_meeting` does.
    """
    word = _locked(session, person, meeting_id, side, at)
    if side is Side.NEED:
        word.meeting.need_next_step = step
    else:
        word.meeting.offer_next_step = step
    follow_next_steps(session, person, word.meeting, at)
    log(session, person, "meeting", word.meeting.id, "next step", f"{side.value}: {step.value}")
    session.commit()
    return word


def withdraw_rating(
    session: Session, person: User, meeting_id: int, side: Side, at: datetime | None = None
) -> MeetingRating:
    """Take back what a side said, rating and next step; taking back twice changes nothing."""
    word = _locked(session, person, meeting_id, side, at)
    meeting = word.meeting
    if side is Side.NEED:
        meeting.need_rating = meeting.need_next_step = None
    else:
        meeting.offer_rating = meeting.offer_next_step = None
    follow_next_steps(session, person, meeting, at)
    for feedback in session.scalars(
        select(Feedback).where(
            Feedback.person_id == person.id,
            Feedback.need_id == meeting.need_id,
            Feedback.offer_id == meeting.offer_id,
            Feedback.kind == FeedbackKind.RATED,
            Feedback.undone_at.is_(None),
        )
    ):
        feedback.undone_at = now()
    log(session, person, "meeting", meeting.id, "rating withdrawn", side.value)
    session.commit()
    return word


def scheduled_meetings(session: Session, event: Event) -> Sequence[Meeting]:
    """The meetings that have a slot, whatever became of them, with all that a page names."""
    sides = [
        joinedload(side).options(joinedload(Participant.organization), joinedload(Participant.team))
        for side in (Meeting.need_side, Meeting.offer_side)
    ]
    query = select(Meeting).where(Meeting.event_id == event.id, Meeting.starts_at.is_not(None))
    return session.scalars(
        query.options(*sides, selectinload(Meeting.need), selectinload(Meeting.offer)).order_by(Meeting.id)
    ).all()


def _both_words(meeting: Meeting) -> list[MeetingRating]:
    return [MeetingRating(meeting, side) for side in Side]


def _own_participants(session: Session, person: User, event: Event) -> frozenset[int]:
    """Ids of the participants whose organization the person is a member of, or whose delegate."""
    is_delegate = Participant.delegates.any(Delegate.user_id == person.id)
    own = or_(Participant.organization_id == person.organization_id, is_delegate)
    return frozenset(session.scalars(select(Participant.id).where(Participant.event_id == event.id, own)))


def _as_told(meeting: Meeting, told: Mapping[PairKey, Placement]) -> bool:
    """Whether participants know of the meeting at that time: drafts are the organizers' business."""
    return pair_of(meeting) in told and told[pair_of(meeting)].starts_at == meeting.starts_at


def _locked(session: Session, person: User, meeting_id: int, side: Side, at: datetime | None) -> MeetingRating:
    """The word, once it is one's turn to change it. Checks that the person may and that the meeting took place."""
    known = next((word for word in ratings_of(session, person, meeting_id) if word.side is side), None)
    if known is None:
        raise NotFound(N_("没有您可以评价的洽谈"))
    event = known.meeting.event
    lock_event(session, event)
    session.refresh(known.meeting)
    _check_took_place(event, known.meeting, at)
    return known


def _check_took_place(event: Event, meeting: Meeting, at: datetime | None) -> None:
    if meeting.status not in OCCUPYING or meeting.starts_at is None:
        raise Conflict(N_("这一场没有举行（%(status)s），不能评价"), status=meeting.status)
    if not has_begun(event, meeting, at):
        raise Conflict(N_("这一场 %(time)s 才开始，开始后就可以评价"), time=f"{meeting.starts_at:%m-%d %H:%M}")


def _remember_rating(session: Session, person: User, word: MeetingRating) -> None:
    """Into the feedback: what the side said, or, as an organizer's own word on the pair, the mean of both sides'."""
    pair = posting_pair(word.meeting, word.side)
    if pair is None:
        return
    said: Collection[int | None] = [word.rating]
    if word.own.id not in _own_participants(session, person, word.meeting.event):
        said = (word.meeting.need_rating, word.meeting.offer_rating)
    figures = [rating for rating in said if rating is not None]
    record(session, person, pair, FeedbackKind.RATED, rating=round(sum(figures) / len(figures)))
