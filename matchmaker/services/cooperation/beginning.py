"""Where a cooperation begins: after a meeting, or when two agree to be in touch.

Of a pair of postings, and of a meeting, there is one open cooperation; beginning it again gives the one there is.
"""

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import CLOSED, STAGE_AFTER, ChangeCause, Cooperation, Stage
from matchmaker.domain.errors import NotFound
from matchmaker.domain.events.event import Meeting
from matchmaker.domain.interest import Interest
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import Visibility
from matchmaker.i18n import N_
from matchmaker.services.activity import log


def begin_from_meeting(session: Session, organizer: User, meeting_id: int, at: datetime | None = None) -> Cooperation:
    """An organizer follows up a meeting, at the stage that its next steps say.

    Raises :class:`NotFound` for other people and for a meeting that there is not.
    """
    meeting = session.get(Meeting, meeting_id)
    if meeting is None or not organizer.organizes:
        raise NotFound(N_("没有这场洽谈"))
    stage = _stage_said(meeting) or Stage.CONTACT
    cooperation = _begin_after(session, organizer, meeting, stage, ChangeCause.HAND, at)
    session.commit()
    return cooperation


def follow_next_steps(session: Session, person: User, meeting: Meeting, at: datetime | None = None) -> None:
    """Bring the meeting's cooperation to the stage that both sides' next steps say; does not commit.

    A cooperation begins as soon as a side wants to go on. Until somebody changes it by hand it follows changed next
    steps, and is deleted when neither side wants to go on; afterwards it only goes forward.
    """
    if meeting.need_side.organization_id == meeting.offer_side.organization_id:
        return
    said = _stage_said(meeting)
    cooperation = _of_meeting(session, meeting)
    if cooperation is None:
        if said is not None and not _closed_one(session, meeting):
            _begin_after(session, person, meeting, said, ChangeCause.MEETING, at)
    elif cooperation.meeting_id == meeting.id and cooperation.follows_ratings:
        _follow(session, person, cooperation, said, at)
    elif (cooperation.stage, said) == (Stage.CONTACT, Stage.NEGOTIATION):
        cooperation.change(person, Stage.NEGOTIATION, ChangeCause.MEETING, "", at)


def begin_from_interest(session: Session, person: User, interest: Interest, at: datetime | None = None) -> Cooperation:
    """Begin the cooperation of an accepted interest, at the stage of contact; does not commit."""
    cooperation = cooperation_about(interest.need, interest.offer)
    return begin(session, person, cooperation, Stage.CONTACT, ChangeCause.INTEREST, at=at)


def begin(
    session: Session,
    person: User | None,
    cooperation: Cooperation,
    stage: Stage,
    cause: ChangeCause,
    note: str = "",
    at: datetime | None = None,
) -> Cooperation:
    """Add the cooperation in the caller's transaction, or give the open one of the same pair or meeting."""
    standing = open_cooperation(session, cooperation.need_id, cooperation.offer_id, cooperation.meeting_id)
    if standing is not None:
        return standing
    cooperation.change(person, stage, cause, note, at)
    cooperation.begun_at = cooperation.changed_at
    try:
        with session.begin_nested():
            session.add(cooperation)
    except IntegrityError:
        # Somebody was faster by a moment.
        standing = open_cooperation(session, cooperation.need_id, cooperation.offer_id, cooperation.meeting_id)
        if standing is None:
            raise
        return standing
    return cooperation


def open_cooperation(
    session: Session, need_id: int | None, offer_id: int | None, meeting_id: int | None = None
) -> Cooperation | None:
    """The open cooperation about the pair of postings or the meeting, locked for a change."""
    same = [Cooperation.meeting_id == meeting_id] if meeting_id is not None else []
    if need_id is not None and offer_id is not None:
        same.append(and_(Cooperation.need_id == need_id, Cooperation.offer_id == offer_id))
    if not same:
        return None
    return session.scalars(
        select(Cooperation)
        .where(or_(*same), Cooperation.stage.not_in(CLOSED))
        .order_by(Cooperation.id)
        .with_for_update()
    ).first()


def cooperation_about(need: Need, offer: Offer) -> Cooperation:
    """A cooperation of the two who posted these, not begun yet."""
    return Cooperation(
        title=title_for(need, offer),
        need_organization_id=need.organization_id,
        offer_organization_id=offer.organization_id,
        need_id=need.id,
        offer_id=offer.id,
    )


def title_for(need: Need | None, offer: Offer | None) -> str:
    """What a cooperation about the two is called: both sides read it, so what is only for organizers names nothing."""
    for posting in (need, offer):
        if posting is not None and posting.visibility is not Visibility.PRIVATE:
            return posting.title
    return ""


def _begin_after(
    session: Session, person: User, meeting: Meeting, stage: Stage, cause: ChangeCause, at: datetime | None
) -> Cooperation:
    cooperation = Cooperation(
        title=title_for(meeting.need, meeting.offer),
        need_organization_id=meeting.need_side.organization_id,
        offer_organization_id=meeting.offer_side.organization_id,
        need_id=meeting.need_id,
        offer_id=meeting.offer_id,
        event_id=meeting.event_id,
        meeting_id=meeting.id,
    )
    return begin(session, person, cooperation, stage, cause, at=at)


def _follow(session: Session, person: User, cooperation: Cooperation, said: Stage | None, at: datetime | None) -> None:
    if said is None:
        log(session, person, "cooperation", cooperation.id, "taken back with the rating")
        session.delete(cooperation)
    elif cooperation.stage is not said:
        cooperation.change(person, said, ChangeCause.MEETING, "", at)


def _of_meeting(session: Session, meeting: Meeting) -> Cooperation | None:
    return open_cooperation(session, meeting.need_id, meeting.offer_id, meeting.id)


def _closed_one(session: Session, meeting: Meeting) -> bool:
    """Whether the meeting's cooperation has come to its end: a rating does not begin it anew."""
    return session.scalar(select(Cooperation.id).where(Cooperation.meeting_id == meeting.id).limit(1)) is not None


def _stage_said(meeting: Meeting) -> Stage | None:
    """The stage of the furthest next step that either side named; ``None`` when neither wants to go on."""
    said = (meeting.need_next_step, meeting.offer_next_step)
    return next((stage for step, stage in STAGE_AFTER.items() if step in said), None)
