"""Checking in at the door: by the code on a badge, typed or scanned, or by name for those who forgot theirs.

A code belongs to a participant or to one of its delegates. Checking in a delegate checks in its participant too, at the
same moment, so that ``Participant.checked_in_at`` says since when somebody is there for it. Saying it twice changes
nothing: a reply that was lost, or two doors, do no harm.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.domain.base import now
from matchmaker.domain.codes import CODE_LENGTH, read_code
from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.domain.events.event import Delegate, Event, Participant
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventStatus, ParticipantStatus, Side
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.events.editing import check_organizer

LATEST_SHOWN = 10
FOUND_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a code belongs to: a participant, or one of its delegates."""

    participant: Participant
    delegate: Delegate | None = None

    @property
    def name(self) -> str:
        """The person with whom they come for, or the participant alone."""
        if self.delegate is None:
            return self.participant.name
        return f"{self.delegate.name} · {self.participant.name}"

    @property
    def code(self) -> str:
        return self._record.code

    @property
    def checked_in_at(self) -> datetime | None:
        return self._record.checked_in_at

    @property
    def _record(self) -> Participant | Delegate:
        return self.delegate or self.participant


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Who was checked in, since when, and whether they had been before."""

    holder: Holder
    at: datetime
    again: bool


@dataclass(frozen=True, slots=True)
class Attendance:
    """The confirmed participants of each side, and how many of them have arrived; the same of their delegates."""

    expected: Mapping[Side, int]
    arrived: Mapping[Side, int]
    people_expected: int
    people_arrived: int


def badge_content(base_url: str, code: str) -> str:
    """What the QR code of a badge says: the address of the page that checks its holder in.

    An address, because then the camera of every phone can read it: organizers who are logged in check the holder in
    with one tap, anyone else is asked to log in and refused. The door page reads the code off its end, whatever host
    the badge was printed for. Badges print the code itself below, for typing.
    """
    return f"{base_url.rstrip('/')}/organizer/check-in/{code}"


def find_holder(session: Session, text: str) -> Holder:
    """Whom the typed or scanned code belongs to, at whatever event. Only for organizers' eyes.

    Raises :class:`InvalidInput` when nothing was typed, :class:`NotFound` when nobody has the code.
    """
    code = read_code(text)
    if not code:
        raise InvalidInput(N_("请扫描胸卡，或输入上面的代码"), field="code")
    if looks_like_code(text):
        delegate = session.scalar(select(Delegate).where(Delegate.code == code))
        if delegate is not None:
            return Holder(delegate.participant, delegate)
        participant = session.scalar(select(Participant).where(Participant.code == code))
        if participant is not None:
            return Holder(participant)
    raise NotFound(N_("没有“%(code)s”这个代码，请核对；忘带胸卡的可以按姓名或单位查找"), code=code[:20])


def looks_like_code(text: str) -> bool:
    """Whether the text can be a code, and is no name."""
    code = read_code(text)
    return len(code) == CODE_LENGTH and code.isascii() and code.isalnum()


def check_in(session: Session, actor: User | None, event: Event, text: str, at: datetime | None = None) -> CheckIn:
    """Record that the holder of this code has arrived; a second time, the answer says since when.

    ``at`` is when they stood at the door, which may be a while ago where the network failed. Raises what
    :func:`find_holder` does, and :class:`Conflict` for a code of another event and for participants who are not
    confirmed.
    """
    check_organizer(actor)
    holder = _locked(session, event, find_holder(session, text))
    participant, delegate = holder.participant, holder.delegate
    _check_welcome(event, participant)
    known = holder.checked_in_at
    if known is not None:
        session.commit()
        return CheckIn(holder, known, again=True)
    moment = at or now()
    if delegate is not None:
        delegate.checked_in_at = moment
    if participant.checked_in_at is None:
        participant.checked_in_at = moment
    log(session, actor, "participant", participant.id, "checked in", "" if delegate is None else delegate.name)
    session.commit()
    return CheckIn(holder, moment, again=False)


def undo_check_in(session: Session, actor: User | None, event: Event, text: str) -> Holder:
    """Take back a check-in made by mistake; taking back twice changes nothing.

    A participant stays checked in while another of its delegates is, or where its own code had been shown before.
    """
    check_organizer(actor)
    holder = _locked(session, event, find_holder(session, text))
    participant, delegate = holder.participant, holder.delegate
    if holder.checked_in_at is None:
        session.commit()
        return holder
    brought_it_in = delegate is None or delegate.checked_in_at == participant.checked_in_at
    if delegate is not None:
        delegate.checked_in_at = None
    if brought_it_in:
        present = [known.checked_in_at for known in participant.delegates if known.checked_in_at is not None]
        participant.checked_in_at = min(present, default=None)
    log(session, actor, "participant", participant.id, "check-in undone", "" if delegate is None else delegate.name)
    session.commit()
    return holder


def attendance(session: Session, event: Event) -> Attendance:
    """How many are expected, and how many have arrived."""
    confirmed = (Participant.event_id == event.id, Participant.status == ParticipantStatus.CONFIRMED)
    expected: Counter[Side] = Counter()
    arrived: Counter[Side] = Counter()
    by_side = select(Participant.side, func.count(), func.count(Participant.checked_in_at))
    for side, everyone, present in session.execute(by_side.where(*confirmed).group_by(Participant.side)):
        expected[side], arrived[side] = everyone, present
    people = select(func.count(), func.count(Delegate.checked_in_at)).join(Delegate.participant).where(*confirmed)
    people_expected, people_arrived = session.execute(people).one()
    return Attendance(expected, arrived, people_expected, people_arrived)


def latest_check_ins(session: Session, event: Event, most: int = LATEST_SHOWN) -> list[Holder]:
    """Who arrived last, the latest first. A participant is named by its delegate where one brought it in."""
    participants = session.scalars(
        select(Participant)
        .where(Participant.event_id == event.id, Participant.checked_in_at.is_not(None))
        .options(*_NAMED)
        .order_by(Participant.checked_in_at.desc(), Participant.id.desc())
        .limit(most)
    ).all()
    delegates = session.scalars(
        select(Delegate)
        .join(Delegate.participant)
        .where(Participant.event_id == event.id, Delegate.checked_in_at.is_not(None))
        .options(joinedload(Delegate.participant).options(*_NAMED))
        .order_by(Delegate.checked_in_at.desc(), Delegate.id.desc())
        .limit(most)
    ).all()
    holders = [Holder(p) for p in participants if all(d.checked_in_at != p.checked_in_at for d in p.delegates)]
    holders += [Holder(delegate.participant, delegate) for delegate in delegates]
    return sorted(holders, key=lambda holder: holder.checked_in_at or datetime.min, reverse=True)[:most]


def find_by_name(session: Session, event: Event, text: str) -> list[Holder]:
    """Delegates, and participants that named none, of whose name this is a part; at most :data:`FOUND_AT_MOST`, those
    who have not arrived first.
    """
    wanted = "".join(text.split()).casefold()
    if not wanted:
        return []
    found = [holder for holder in _everyone(session, event) if wanted in "".join(holder.name.split()).casefold()]
    return sorted(found, key=lambda holder: holder.checked_in_at is not None)[:FOUND_AT_MOST]


_NAMED = (joinedload(Participant.organization), joinedload(Participant.team), selectinload(Participant.delegates))


def _everyone(session: Session, event: Event) -> list[Holder]:
    participants: Sequence[Participant] = session.scalars(
        select(Participant)
        .where(Participant.event_id == event.id, Participant.status == ParticipantStatus.CONFIRMED)
        .options(*_NAMED)
        .order_by(Participant.id)
    ).all()
    return [holder for p in participants for holder in [Holder(p, named) for named in p.delegates] or [Holder(p)]]


def _locked(session: Session, event: Event, holder: Holder) -> Holder:
    """The holder, fresh and locked for a change. Raises :class:`Conflict` for a code of another event."""
    participant, delegate = holder.participant, holder.delegate
    if participant.event_id != event.id:
        raise Conflict(
            N_("这是“%(other)s”的胸卡（%(name)s），不是“%(event)s”的"),
            other=participant.event.name,
            name=holder.name,
            event=event.name,
        )
    session.refresh(participant, with_for_update=True)
    for known in participant.delegates:
        session.refresh(known)
    return Holder(participant, delegate)


def _check_welcome(event: Event, participant: Participant) -> None:
    if event.status is EventStatus.FINISHED:
        raise Conflict(N_("“%(name)s”已经结束，不能再签到"), name=event.name)
    if participant.status is not ParticipantStatus.CONFIRMED:
        raise Conflict(
            N_("“%(name)s”不能签到：参会状态是“%(status)s”，请先在参会方里确认"),
            name=participant.name,
            status=participant.status,
        )
