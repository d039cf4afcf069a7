"""Requests for a meeting (约见请求): asking, answering, proposing another slot, moving and taking back.

Every verb waits for the event's row first, so that of two that want the same slot the later is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.events.event import OCCUPYING, Event, Meeting, Participant
from matchmaker.domain.events.meeting_request import WORDS_LENGTH, MeetingRequest
from matchmaker.domain.events.pair import PairKey, pair_key, pair_of
from matchmaker.domain.people import User
from matchmaker.domain.postings.fields import limited_words
from matchmaker.domain.vocabulary import EventKind, MeetingStatus, ParticipantStatus, RequestStatus, Term
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.events.pairing.partnerships import score_partnerships
from matchmaker.services.events.participation.participants import acts_for
from matchmaker.services.events.participation.recipients import people_of
from matchmaker.services.events.plan.occupancy import lock_event
from matchmaker.services.events.plan.placements import published_placements
from matchmaker.services.events.plan.queries import meeting_of_pair
from matchmaker.services.events.plan.versions import note_message
from matchmaker.services.events.requests.expiry import expire_requests
from matchmaker.services.events.requests.my_schedule import get_attending
from matchmaker.services.events.requests.notifications import request_letters
from matchmaker.services.events.requests.rules import (
    Phase,
    calendars,
    check_attending,
    check_limits,
    check_slot,
    free_tables,
    hidden_from,
    phase_of,
    waits_until,
)
from matchmaker.services.events.scheduling.meetings import new_meeting
from matchmaker.services.events.scheduling.single_change import publish_single_change
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.mailing.letters import send

SUBJECT = "meeting_request"
"""Of a request's lines in the log of activities, which tell its story."""


class RequestAction(Term):
    """What can be done with a request."""

    ASK = "ask", "约见", "Ask for a meeting"
    ACCEPT = "accept", "接受", "Accept"
    PROPOSE = "propose", "改提时段", "Propose another time"
    DECLINE = "decline", "谢绝", "Decline"
    MOVE = "move", "换时段", "Move"
    WITHDRAW = "withdraw", "撤回", "Withdraw"


_NEWS: Mapping[RequestAction, str] = {
    RequestAction.ASK: N_("%(who)s 约您洽谈"),
    RequestAction.ACCEPT: N_("%(who)s 接受了约见"),
    RequestAction.PROPOSE: N_("%(who)s 提议另一个时段"),
    RequestAction.DECLINE: N_("%(who)s 谢绝了约见"),
    RequestAction.MOVE: N_("%(who)s 把约见换了时段"),
    RequestAction.WITHDRAW: N_("%(who)s 撤回了约见"),
}


class Reply(NamedTuple):
    """What somebody says to a request: words, and the slot they choose, if any."""

    words: str = ""
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts, when, and the ``address`` where requests are answered, for the mail to the other side."""

    person: User
    address: str
    at: datetime = field(default_factory=now)


def get_requestable_partner(session: Session, own: Participant, other_id: int) -> Participant:
    """The participant with that id, if it comes, is of the other side and may meet ``own``. Raises :class:`NotFound`,
    also for a pair that is never to meet, as if the other did not take part.
    """
    other = session.get(Participant, other_id)
    if (
        other is None
        or other.event_id != own.event_id
        or other.side is not own.side.other
        or other.status is not ParticipantStatus.CONFIRMED
        or other.id in hidden_from(session, own.event, own)
    ):
        raise NotFound(N_("活动里没有这个参会方，请刷新页面"))
    return other


def speaks_for(session: Session, person: User, participant: Participant) -> bool:
    """Whether the person answers for the participant: as one of its people or, if none of them has an account, as an
    organizer.
    """
    return acts_for(person, participant) or (
        person.organizes and person.active and not people_of(session, [participant])[participant.id]
    )


def get_request(session: Session, person: User, request_id: int) -> MeetingRequest:
    """A request that concerns the person or that they answer for another, to be read. Raises :class:`NotFound`."""
    request = session.get(MeetingRequest, request_id)
    if request is None or not _concerns(session, person, request):
        raise NotFound(N_("没有这个约见请求，或与您无关"))
    return request


def ask(session: Session, acting: Acting, own_id: int, other_id: int, reply: Reply) -> MeetingRequest:
    """Ask another participant for a meeting, in the name of the person's own participant.

    Raises :class:`NotFound` for a participant that is not theirs or not there to be asked, :class:`InvalidInput`
    without words or for a slot that is not free, :class:`Conflict` where it cannot be asked now.
    """
    own = get_attending(session, acting.person, own_id)
    event = _lock(session, acting, own.event)
    other = get_requestable_partner(session, own, other_id)
    _check_phase(phase_of(event, acting.at), event)
    check_attending(own, other)
    words = limited_words(reply.words, "words", WORDS_LENGTH, N_("请写一句话：想谈什么"))
    request = _request_to_make(session, own, other)
    check_limits(session, event, own, other, asking=True)
    _check_choice(session, event, pair_key(own, other), reply.starts_at, acting.at)
    request.side, request.status, request.message, request.answer = own.side, RequestStatus.REQUESTED, words, ""
    request.starts_at, request.expires_at = reply.starts_at, waits_until(event, reply.starts_at, acting.at)
    request.made_at, request.made_by = acting.at, acting.person
    request.answered_at = request.answered_by = None
    session.add(request)
    session.flush()
    return _finish(session, acting, request, other, RequestAction.ASK, words)


def accept(
    session: Session, search_index: SearchIndex, acting: Acting, request_id: int, reply: Reply
) -> MeetingRequest:
    """Agree to meet. Once a plan is published the meeting stands immediately, and both see it; a request without a slot
    then gets the slot that the reply chooses.

    Raises :class:`NotFound` for other people's requests, :class:`NotAllowed` when it is the other side's turn,
    :class:`Conflict` when the request is past it or one of the two is full, :class:`InvalidInput` when the slot is no
    longer free.
    """
    # Encoding new texts takes time and a lock of its own: not while this transaction holds one.
    session.commit()
    search_index.refresh_async()
    request = _request_to_answer(session, acting, request_id)
    event, own, other = request.event, request.asked, request.asking
    check_attending(own, other)
    words = limited_words(reply.words, "words", WORDS_LENGTH)
    planned = published_placements(session, event).get(pair_of(request))
    if planned is not None:
        # The plan has brought the two together: the meeting stays where it is.
        request.starts_at = planned.starts_at
    else:
        _agree(session, search_index, acting, request, request.starts_at or reply.starts_at)
    _answer(request, acting, RequestStatus.ACCEPTED, words)
    return _finish(session, acting, request, other, RequestAction.ACCEPT, words)


def decline(session: Session, acting: Acting, request_id: int, reply: Reply) -> MeetingRequest:
    """Refuse to meet; the words, if there are any, reach the other side. Raises as :func:`accept`."""
    request = _request_to_answer(session, acting, request_id)
    words = limited_words(reply.words, "words", WORDS_LENGTH)
    _answer(request, acting, RequestStatus.DECLINED, words)
    return _finish(session, acting, request, request.asking, RequestAction.DECLINE, words)


def propose(session: Session, acting: Acting, request_id: int, reply: Reply) -> MeetingRequest:
    """Answer with another slot: the request moves there, and now the other side has to answer it."""
    request = _request_to_answer(session, acting, request_id)
    own, other = request.asked, request.asking
    check_attending(own, other)
    words = limited_words(reply.words, "words", WORDS_LENGTH)
    _move_to(session, request, reply.starts_at, acting.at)
    request.side, request.message, request.made_by = own.side, words, acting.person
    return _finish(session, acting, request, other, RequestAction.PROPOSE, words)


def move(session: Session, acting: Acting, request_id: int, reply: Reply) -> MeetingRequest:
    """Move an unanswered request of the person's own to another slot; the time to answer it starts anew."""
    request = _load(session, acting, request_id)
    _check_side(session, acting, request.asking)
    _check_waits(request, acting.at)
    check_attending(request.asking, request.asked)
    words = limited_words(reply.words, "words", WORDS_LENGTH)
    _move_to(session, request, reply.starts_at, acting.at)
    return _finish(session, acting, request, request.asked, RequestAction.MOVE, words)


def withdraw(session: Session, acting: Acting, request_id: int, reply: Reply) -> MeetingRequest:
    """Take back an unanswered request; until a plan is published, either side can also take back an agreed one."""
    request = _load(session, acting, request_id)
    if not (request.status is RequestStatus.ACCEPTED and request.event.published_version is None):
        _check_waits(request, acting.at)
        _check_side(session, acting, request.asking)
    other = request.asked if speaks_for(session, acting.person, request.asking) else request.asking
    words = limited_words(reply.words, "words", WORDS_LENGTH)
    _answer(request, acting, RequestStatus.WITHDRAWN, request.answer)
    return _finish(session, acting, request, other, RequestAction.WITHDRAW, words)


def _lock(session: Session, acting: Acting, event: Event) -> Event:
    """Expire what is too late, then lock the event and read it anew."""
    expire_requests(session, event, acting.address, acting.at)
    session.expire_all()
    lock_event(session, event)
    return event


def _load(session: Session, acting: Acting, request_id: int) -> MeetingRequest:
    """A request that concerns a participant the person speaks for, with the event locked. Raises :class:`NotFound`;
    also to the side that was asked, when the two are not to meet.
    """
    request = session.get(MeetingRequest, request_id)
    if request is not None:
        _lock(session, acting, request.event)
        if _concerns(session, acting.person, request):
            return request
    raise NotFound(N_("没有这个约见请求，或与您无关"))


def _concerns(session: Session, person: User, request: MeetingRequest) -> bool:
    if speaks_for(session, person, request.asking):
        return True
    hidden = hidden_from(session, request.event, request.asked)
    return speaks_for(session, person, request.asked) and request.asking.id not in hidden


def _request_to_answer(session: Session, acting: Acting, request_id: int) -> MeetingRequest:
    request = _load(session, acting, request_id)
    _check_side(session, acting, request.asked)
    _check_waits(request, acting.at)
    return request


def _check_side(session: Session, acting: Acting, participant: Participant) -> None:
    if not speaks_for(session, acting.person, participant):
        raise NotAllowed(N_("这一步要由对方来做"))


def _answer(request: MeetingRequest, acting: Acting, status: RequestStatus, words: str) -> None:
    request.status, request.answer = status, words
    request.answered_at, request.answered_by = acting.at, acting.person


def _check_waits(request: MeetingRequest, at: datetime) -> None:
    if phase_of(request.event, at) is Phase.OVER:
        raise Conflict(N_("“%(name)s”的洽谈时段已经过去"), name=request.event.name)
    if request.status is RequestStatus.EXPIRED:
        raise Conflict(N_("这个约见请求没有在时限内答复，时段已经放开；可以重新约"))
    if not request.waits(at):
        raise Conflict(N_("这个约见请求现在是“%(status)s”，请刷新页面"), status=request.status)


def _check_phase(phase: Phase, event: Event) -> None:
    match phase:
        case Phase.OVER:
            raise Conflict(N_("“%(name)s”的洽谈时段已经过去"), name=event.name)
        case Phase.CLOSED:
            raise Conflict(N_("现在不能约见：约见已截止，日程公布后可以再约空闲时段"))


def _request_to_make(session: Session, own: Participant, other: Participant) -> MeetingRequest:
    """A new request of the pair; or their last request, if both agreed on it and the meeting did not come about.

    Raises :class:`Conflict` where there is nothing left to ask.
    """
    event, pair = own.event, pair_key(own, other)
    if event.published_version is not None and _is_planned(session, event, pair):
        raise Conflict(N_("与“%(name)s”的洽谈已经在日程里"), name=other.name)
    last = last_request(session, event, pair)
    if last is None:
        return MeetingRequest(event=event, need_side_id=pair[0], offer_side_id=pair[1])
    by_own = last.side is own.side
    match last.status:
        case RequestStatus.REQUESTED if by_own:
            raise Conflict(N_("已经约过“%(name)s”，正在等答复"), name=other.name)
        case RequestStatus.REQUESTED:
            raise Conflict(N_("“%(name)s”已经约您，请直接答复"), name=other.name)
        case RequestStatus.DECLINED if by_own:
            raise Conflict(N_("“%(name)s”已经谢绝；情况有变时由对方来约"), name=other.name)
        case RequestStatus.ACCEPTED if event.published_version is None:
            raise Conflict(N_("已经与“%(name)s”约好，等组织方排出日程"), name=other.name)
        case RequestStatus.ACCEPTED:
            return last
    return MeetingRequest(event=event, need_side_id=pair[0], offer_side_id=pair[1])


def last_request(session: Session, event: Event, pair: PairKey) -> MeetingRequest | None:
    """The latest request of the pair, whoever asked."""
    return session.scalar(
        select(MeetingRequest)
        .where(
            MeetingRequest.event_id == event.id,
            MeetingRequest.need_side_id == pair[0],
            MeetingRequest.offer_side_id == pair[1],
        )
        .order_by(MeetingRequest.id.desc())
        .limit(1)
    )


def _is_planned(session: Session, event: Event, pair: PairKey) -> bool:
    """Whether the two meet already, in what participants see or in the organizers' draft."""
    meeting = meeting_of_pair(session, event, pair)
    drafted = meeting is not None and meeting.starts_at is not None and meeting.status in OCCUPYING
    return drafted or pair in published_placements(session, event)


def _move_to(session: Session, request: MeetingRequest, starts_at: datetime | None, at: datetime) -> None:
    if starts_at == request.starts_at:
        raise InvalidInput(N_("请选一个与原来不同的时段"), field="starts_at")
    _check_choice(session, request.event, pair_of(request), starts_at, at, request.id)
    request.starts_at, request.expires_at = starts_at, waits_until(request.event, starts_at, at)


def _check_choice(
    session: Session,
    event: Event,
    pair: PairKey,
    starts_at: datetime | None,
    at: datetime,
    held_by: int | None = None,
) -> None:
    """Raise :class:`InvalidInput` unless the slot is free. There may be no slot while the organizers can still choose
    it; at an expo there is none.
    """
    if event.kind is EventKind.EXPO:
        if starts_at is not None:
            raise InvalidInput(N_("博览会按展位来访，不约时段"), field="starts_at")
    elif starts_at is not None:
        check_slot(session, event, pair, starts_at, at, held_by)
    elif event.published_version is not None:
        raise InvalidInput(N_("日程已经公布，请选一个双方都有空的时段"), field="starts_at")


def _agree(
    session: Session, search_index: SearchIndex, acting: Acting, request: MeetingRequest, slot: datetime | None
) -> None:
    """Let the request have the slot, and with a published plan its meeting at once."""
    event, own, other = request.event, request.asked, request.asking
    check_limits(session, event, own, other, asking=False)
    _check_choice(session, event, pair_of(request), slot, acting.at, request.id)
    if slot is not None and phase_of(event, acting.at) is Phase.BOOKING:
        meeting = _place(session, search_index, request, slot, acting.at)
        publish_single_change(session, acting.person, event, meeting, _agreed_note(request))
    request.starts_at = slot


def _agreed_note(request: MeetingRequest) -> str:
    pair = f"{request.need_side.name} — {request.offer_side.name}"
    return note_message(N_("双方约好：%(pair)s"), pair=pair)


def _place(
    session: Session, search_index: SearchIndex, request: MeetingRequest, slot: datetime, at: datetime
) -> Meeting:
    """The meeting that both agreed on, at a table, locked: a later plan leaves it where it is."""
    event, pair = request.event, pair_of(request)
    table = _table(session, event, pair, slot, at, request.id)
    meeting = meeting_of_pair(session, event, pair)
    if meeting is None:
        scores = score_partnerships(session, search_index, event)
        meeting = new_meeting(session, search_index, event, scores, pair)
        session.add(meeting)
    meeting.starts_at, meeting.table = slot, table
    meeting.status, meeting.locked = MeetingStatus.PLANNED, True
    session.flush()
    return meeting


def _table(session: Session, event: Event, pair: PairKey, slot: datetime, at: datetime, held_by: int) -> int:
    """Where they sit: free as the organizers' draft stands, and in what participants see."""
    occupancy = calendars(session, event, at)
    free = free_tables(occupancy, published_placements(session, event), slot)
    best = occupancy.table_for(pair, slot)
    for table in sorted(free, key=lambda table: table != best):
        if not occupancy.obstacles(pair, slot, table, held_by=held_by):
            return table
    raise InvalidInput(N_("这个时段没有空桌，请另选一个时段"), field="starts_at")


def _finish(
    session: Session, acting: Acting, request: MeetingRequest, to: Participant, action: RequestAction, words: str
) -> MeetingRequest:
    """Keep the step in the request's story, commit, and tell the other side."""
    log(session, acting.person, SUBJECT, request.id, action.value, words)
    letters = request_letters(session, request, to, _NEWS[action], acting.person, words, acting.address)
    send(session, letters)
    session.commit()
    return request
