"""Ratings of meetings: each side says how good it was, in one tap, and which next step it means to take, in another.

A participant's people rate it, or an organizer for them; what a side said last stands. A rating tells that the two did
meet. The feedback that the ranker learns from follows the meeting's ratings, side by side; a next step begins a
cooperation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

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
from matchmaker.services.learning.feedback import Pair, record, take_back


@dataclass(frozen=True, slots=True)
class MeetingRating:
    """One side's rating and next step after a meeting; both ``None`` until it says them."""

    meeting: Meeting
    side: Side

    @property
    def own(self) -> Participant:
        return self.meeting.participant(self.side)

    @property
    def partner(self) -> Participant:
        return self.meeting.participant(self.side.other)

    @property
    def rating(self) -> int | None:
        return self.meeting.rating_of(self.side)

    @property
    def next_step(self) -> NextStep | None:
        return self.meeting.next_step_of(self.side)


def own_ratings(session: Session, person: User, event: Event, at: datetime | None = None) -> list[MeetingRating]:
    """The meetings of the person's own participants that have begun, as published, the latest first.

    Raises :class:`NotFound` for people who have no part in the event.
    """
    own_ids = _own_participants(session, person, event)
    if not own_ids:
        raise NotFound(N_("没有您可以评价的洽谈"))
    published = published_placements(session, event, ANY_STATUS)
    ratings = [
        rating
        for meeting in scheduled_meetings(session, event)
        if meeting.status in OCCUPYING and has_begun(event, meeting, at) and _is_published(meeting, published)
        for rating in _of_both_sides(meeting)
        if rating.own.id in own_ids
    ]
    return sorted(
        ratings, key=lambda rating: (rating.meeting.starts_at or datetime.min, -rating.meeting.id), reverse=True
    )


def ratings_of(session: Session, person: User, meeting_id: int) -> list[MeetingRating]:
    """What the person can say about one meeting: for their own side, if it was published; an organizer for both.

    Raises :class:`NotFound` for others, as if there were no such meeting.
    """
    meeting = session.get(Meeting, meeting_id)
    ratings = [] if meeting is None else _of_both_sides(meeting)
    if meeting is not None and not person.organizes:
        own_ids = _own_participants(session, person, meeting.event)
        published = bool(own_ids) and _is_published(meeting, published_placements(session, meeting.event, ANY_STATUS))
        ratings = [rating for rating in ratings if published and rating.own.id in own_ids]
    if not ratings:
        raise NotFound(N_("没有您可以评价的洽谈"))
    return ratings


def rate_meeting(
    session: Session, person: User, meeting_id: int, side: Side, rating: int, at: datetime | None = None
) -> MeetingRating:
    """Say how good a meeting was, from 1 to 5; rating it again, also by a colleague, replaces the rating.

    Raises :class:`NotFound` for meetings of others, :class:`Conflict` before it began or when it did not take place.
    """
    if not 1 <= rating <= HIGHEST_RATING:
        raise InvalidInput(N_("评分应为 1 到 %(highest)d"), field="rating", highest=HIGHEST_RATING)
    rated = _locked(session, person, meeting_id, side, at)
    meeting = rated.meeting
    if side is Side.NEED:
        meeting.need_rating = rating
    else:
        meeting.offer_rating = rating
    meeting.status = MeetingStatus.HELD
    remember_met(session, person, meeting, side)
    _update_feedback(session, person, rated)
    log(session, person, "meeting", meeting.id, "rated", f"{side.value}: {rating}")
    session.commit()
    return rated


def choose_next_step(
    session: Session, person: User, meeting_id: int, side: Side, step: NextStep, at: datetime | None = None
) -> MeetingRating:
    """Say what the side means to do next; saying it again changes it. Who wants to go on has begun a cooperation.

    Raises as :func:`rate_meeting` does.
    """
    rating = _locked(session, person, meeting_id, side, at)
    if side is Side.NEED:
        rating.meeting.need_next_step = step
    else:
        rating.meeting.offer_next_step = step
    follow_next_steps(session, person, rating.meeting, at)
    log(session, person, "meeting", rating.meeting.id, "next step", f"{side.value}: {step.value}")
    session.commit()
    return rating


def withdraw_rating(
    session: Session, person: User, meeting_id: int, side: Side, at: datetime | None = None
) -> MeetingRating:
    """Take back a side's rating and next step, whoever of it gave them; taking back twice changes nothing."""
    withdrawn = _locked(session, person, meeting_id, side, at)
    meeting = withdrawn.meeting
    if side is Side.NEED:
        meeting.need_rating = meeting.need_next_step = None
    else:
        meeting.offer_rating = meeting.offer_next_step = None
    follow_next_steps(session, person, meeting, at)
    _update_feedback(session, person, withdrawn)
    log(session, person, "meeting", meeting.id, "rating withdrawn", side.value)
    session.commit()
    return withdrawn


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


def _of_both_sides(meeting: Meeting) -> list[MeetingRating]:
    return [MeetingRating(meeting, side) for side in Side]


def _own_participants(session: Session, person: User, event: Event) -> frozenset[int]:
    """Ids of the participants whose organization the person is a member of, or whose delegate."""
    is_delegate = Participant.delegates.any(Delegate.user_id == person.id)
    own = or_(Participant.organization_id == person.organization_id, is_delegate)
    return frozenset(session.scalars(select(Participant.id).where(Participant.event_id == event.id, own)))


def _is_published(meeting: Meeting, published: Mapping[PairKey, Placement]) -> bool:
    """Whether participants know of the meeting at that time: drafts are the organizers' business."""
    place = published.get(pair_of(meeting))
    return place is not None and place.starts_at == meeting.starts_at


def _locked(session: Session, person: User, meeting_id: int, side: Side, at: datetime | None) -> MeetingRating:
    """The side's rating with the event locked, after checking that the person may change it and that the meeting took
    place.
    """
    known = next((rating for rating in ratings_of(session, person, meeting_id) if rating.side is side), None)
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


def _update_feedback(session: Session, person: User, rating: MeetingRating) -> None:
    """Let the feedback say of need and offer what the side's last rated meeting about them says, and nothing else."""
    pair = posting_pair(rating.meeting, rating.side)
    if pair is None:
        return
    session.flush()
    figure = _last_rating(session, pair, rating.side)
    this_side = Feedback.side == rating.side
    if figure is None:
        take_back(session, pair.need_id, pair.offer_id, FeedbackKind.RATED, this_side)
    else:
        of_others = Feedback.person_id != person.id
        take_back(session, pair.need_id, pair.offer_id, FeedbackKind.RATED, this_side, of_others)
        record(session, person, pair, FeedbackKind.RATED, rating=figure)


def _last_rating(session: Session, pair: Pair, side: Side) -> int | None:
    """What the side said of the last meeting about that need and offer that it rated; of several events, the last."""
    rating = Meeting.need_rating if side is Side.NEED else Meeting.offer_rating
    return session.scalar(
        select(rating)
        .where(Meeting.need_id == pair.need_id, Meeting.offer_id == pair.offer_id, rating.is_not(None))
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .limit(1)
    )
