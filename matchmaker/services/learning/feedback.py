"""What people said about matches: recording it, taking it back, reading it.

A verb that learns of something new about a pair (a meeting was held, a contract signed) calls :func:`record` in its
own transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from matchmaker.domain.base import now
from matchmaker.domain.errors import InvalidInput, NotFound
from matchmaker.domain.learning.feedback import (
    HIGHEST_RATING,
    LAST_POSITION,
    NOTE_LENGTH,
    DismissalCause,
    Feedback,
    FeedbackKind,
)
from matchmaker.domain.people import User
from matchmaker.domain.postings.fields import clean_text
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.postings.visibility import Detail, detail_for
from matchmaker.domain.vocabulary import Side
from matchmaker.i18n import N_
from matchmaker.services.posting.postings import get_own_posting, get_posting

OPPOSITES: Mapping[FeedbackKind, FeedbackKind] = {
    FeedbackKind.SAVED: FeedbackKind.DISMISSED,
    FeedbackKind.DISMISSED: FeedbackKind.SAVED,
}
"""What a person takes back by saying the other."""

SELF_SAID = frozenset({FeedbackKind.VIEWED, FeedbackKind.SAVED, FeedbackKind.DISMISSED})
"""What people may take back; the other kinds follow from interests, meetings and contracts, and end with these."""

SHOWN_AT_MOST = 500


class Pair(NamedTuple):
    """The posting that somebody looks from, and the one on the other side that they say something about."""

    own: Posting
    other: Posting

    @property
    def need_id(self) -> int:
        return self.own.id if self.own.side is Side.NEED else self.other.id

    @property
    def offer_id(self) -> int:
        return self.own.id if self.own.side is Side.OFFER else self.other.id


@dataclass(frozen=True, slots=True)
class Shown:
    """Where and how a match was shown: place in the list from 1, and score 0–100. Learning corrects for the place."""

    position: int | None = None
    score: float | None = None

    @classmethod
    def claimed(cls, position: str | None, score: str | None) -> "Shown":
        """As a form says it; what is no possible place or score is unknown."""
        place = int(position) if position is not None and position.isdecimal() and len(position) < 5 else 0
        try:
            figure = float(score or "nan")
        except ValueError:
            figure = float("nan")
        return cls(
            place if 1 <= place <= LAST_POSITION else None,
            round(figure, 2) if 0 <= figure <= 100 else None,
        )


def get_pair(session: Session, person: User, side: Side, own_id: int, other_id: int) -> Pair:
    """The pair as the person may speak of it: their own posting (or any, for an organizer), and one they can see.

    Raises :class:`NotFound`, also when both belong to the same organization: that is no match.
    """
    own = get_own_posting(session, person, side, own_id)
    other, _ = get_posting(session, person, side.other, other_id)
    if own.organization_id == other.organization_id:
        raise NotFound(N_("两条信息属于同一个单位，不是一对匹配"))
    return Pair(own, other)


def record(
    session: Session,
    person: User,
    pair: Pair,
    kind: FeedbackKind,
    *,
    cause: DismissalCause | None = None,
    rating: int | None = None,
    note: str = "",
    shown: Shown | None = None,
) -> Feedback:
    """Keep what the person did about the pair, in the caller's transaction.

    Doing the same again, even in the same moment (a double click), changes what was said (cause, note, rating), not
    when and where it was first done; but a rating is of one side, and an organizer can enter both. Saving takes back a
    dismissal and the other way round. A dismissal needs its ``cause``, a rating its figure from 1 to 5.
    """
    _check(kind, cause, rating)
    words = _note(note)
    if kind in OPPOSITES and (opposite := _standing(session, person, pair, OPPOSITES[kind])) is not None:
        opposite.undone_at = now()
    feedback = _standing(session, person, pair, kind)
    if feedback is None:
        feedback = _first_said(session, person, pair, kind, shown or Shown())
    feedback.cause, feedback.rating, feedback.note = cause, rating, words
    session.flush()
    return feedback


def save(session: Session, person: User, pair: Pair, shown: Shown | None = None) -> Feedback:
    """The match is worth coming back to."""
    return _committed(session, person, pair, FeedbackKind.SAVED, shown=shown)


def dismiss(
    session: Session, person: User, pair: Pair, cause: DismissalCause, note: str = "", shown: Shown | None = None
) -> Feedback:
    """The match is not suitable; it is left out of (or marked in) this person's lists until they take it back."""
    return _committed(session, person, pair, FeedbackKind.DISMISSED, cause=cause, note=note, shown=shown)


def view(session: Session, person: User, pair: Pair, shown: Shown | None = None) -> Feedback:
    """The person opened the match. Only the first time is kept."""
    return _committed(session, person, pair, FeedbackKind.VIEWED, shown=shown)


def undo(session: Session, person: User, feedback_id: int) -> Feedback:
    """Take back a feedback of the person; taking back twice changes nothing.

    Raises :class:`NotFound` for what somebody else said, :class:`InvalidInput` for what follows from an interest,
    a meeting or a contract.
    """
    feedback = session.get(Feedback, feedback_id)
    if feedback is None or feedback.person_id != person.id:
        raise NotFound(N_("没有这条反馈"))
    if feedback.kind not in SELF_SAID:
        raise InvalidInput(N_("“%(kind)s”来自对接过程，请在对接意向或活动里更改"), kind=feedback.kind)
    if feedback.undone_at is None:
        feedback.undone_at = now()
        session.commit()
    return feedback


def take_back(
    session: Session,
    need_id: int | None,
    offer_id: int | None,
    kind: FeedbackKind,
    *only: ColumnElement[bool],
) -> None:
    """Let what everybody did of that kind about the pair count no longer, in the caller's transaction: what it followed
    from is gone. Further conditions can say ``only`` which of it.
    """
    standing = select(Feedback).where(
        Feedback.need_id == need_id,
        Feedback.offer_id == offer_id,
        Feedback.kind == kind,
        Feedback.undone_at.is_(None),
        *only,
    )
    for feedback in session.scalars(standing):
        feedback.undone_at = now()


def own_feedback(session: Session, person: User, kind: FeedbackKind | None = None) -> Sequence[Feedback]:
    """What the person said and has not taken back, the latest first, at most :data:`SHOWN_AT_MOST`."""
    rows = (
        select(Feedback)
        .where(Feedback.person_id == person.id, Feedback.undone_at.is_(None))
        .options(
            joinedload(Feedback.need).joinedload(Need.organization),
            joinedload(Feedback.offer).joinedload(Offer.organization),
            joinedload(Feedback.offer).joinedload(Offer.team),
        )
        .order_by(Feedback.at.desc(), Feedback.id.desc())
        .limit(SHOWN_AT_MOST)
    )
    if kind is not None:
        rows = rows.where(Feedback.kind == kind)
    return session.scalars(rows).all()


def detail_of(person: User, posting: Posting) -> Detail:
    """How much of a posting somebody said something about they may still see: it may have been withdrawn since."""
    return detail_for(person, posting, date.today())


def feedback_on(session: Session, person: User, posting: Posting) -> dict[int, dict[FeedbackKind, Feedback]]:
    """What the person said about the matches of a posting: by id of the other posting, then by kind."""
    own_column, other_column = (
        (Feedback.need_id, Feedback.offer_id) if posting.side is Side.NEED else (Feedback.offer_id, Feedback.need_id)
    )
    rows = session.execute(
        select(other_column, Feedback).where(
            own_column == posting.id, Feedback.person_id == person.id, Feedback.undone_at.is_(None)
        )
    )
    said: dict[int, dict[FeedbackKind, Feedback]] = {}
    for other_id, feedback in rows:
        said.setdefault(other_id, {})[feedback.kind] = feedback
    return said


def dismissed_ids(session: Session, person: User, posting: Posting) -> frozenset[int]:
    """Ids of the other side's postings that the person found not suitable for this one."""
    said = feedback_on(session, person, posting)
    return frozenset(other_id for other_id, kinds in said.items() if FeedbackKind.DISMISSED in kinds)


def _committed(
    session: Session,
    person: User,
    pair: Pair,
    kind: FeedbackKind,
    *,
    cause: DismissalCause | None = None,
    rating: int | None = None,
    note: str = "",
    shown: Shown | None = None,
) -> Feedback:
    """Record and commit."""
    feedback = record(session, person, pair, kind, cause=cause, rating=rating, note=note, shown=shown)
    session.commit()
    return feedback


def _first_said(session: Session, person: User, pair: Pair, kind: FeedbackKind, shown: Shown) -> Feedback:
    """A new row, or the standing one that another transaction has just written."""
    feedback = Feedback(
        person_id=person.id,
        need_id=pair.need_id,
        offer_id=pair.offer_id,
        side=pair.own.side,
        kind=kind,
        position=shown.position,
        score=shown.score,
    )
    try:
        with session.begin_nested():
            session.add(feedback)
    except IntegrityError:
        standing = _standing(session, person, pair, kind)
        if standing is None:
            raise
        return standing
    return feedback


def _standing(session: Session, person: User, pair: Pair, kind: FeedbackKind) -> Feedback | None:
    standing = select(Feedback).where(
        Feedback.person_id == person.id,
        Feedback.need_id == pair.need_id,
        Feedback.offer_id == pair.offer_id,
        Feedback.kind == kind,
        Feedback.undone_at.is_(None),
    )
    return session.scalar(standing.where(Feedback.side == pair.own.side) if kind is FeedbackKind.RATED else standing)


def _check(kind: FeedbackKind, cause: DismissalCause | None, rating: int | None) -> None:
    if kind is FeedbackKind.DISMISSED and cause is None:
        raise InvalidInput(N_("请选择不合适的原因"), field="cause")
    if kind is FeedbackKind.RATED and (rating is None or not 1 <= rating <= HIGHEST_RATING):
        raise InvalidInput(N_("评分应为 1 到 %(highest)d"), field="rating", highest=HIGHEST_RATING)


def _note(note: str) -> str:
    words = clean_text(note)
    if len(words) > NOTE_LENGTH:
        raise InvalidInput(
            N_("说明最多 %(limit)d 字，现有 %(length)d 字"), field="note", limit=NOTE_LENGTH, length=len(words)
        )
    return words
