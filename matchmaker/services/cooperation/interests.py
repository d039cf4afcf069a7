"""Interests (对接意向): asking to be put in touch, answering, and who may then see whose contact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.interest import (
    ASKERS_ACTIONS,
    MOVES,
    WORDS_LENGTH,
    Interest,
    InterestAction,
    InterestStatus,
    InterestStep,
)
from matchmaker.domain.learning.feedback import FeedbackKind
from matchmaker.domain.people import Membership, Organization, User
from matchmaker.domain.postings.fields import limited_words
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.postings.visibility import Detail, VisiblePosting
from matchmaker.domain.vocabulary import MembershipStatus, Side, Visibility
from matchmaker.i18n import N_, translate
from matchmaker.services.cooperation.beginning import begin_from_interest
from matchmaker.services.learning.feedback import Pair, Shown, record
from matchmaker.services.mailing.letters import Letter, Recipient, letter, send
from matchmaker.services.organizations.members import active_users, organizing_users
from matchmaker.services.posting.postings import get_own_posting, get_posting

WORDS_NEEDED: Mapping[InterestAction, str] = {
    InterestAction.DECLINE: N_("请写一句婉拒的理由，对方才知道不必再等"),
    InterestAction.QUESTION: N_("请写明想先问清楚的问题"),
    InterestAction.ANSWER: N_("请写下您的回复"),
}
"""Actions that are worth nothing without words, and what to say to someone who gives none."""

_STANDING = (InterestStatus.ASKED, InterestStatus.QUESTIONED, InterestStatus.ACCEPTED)

_NEWS: Mapping[InterestAction, str] = {
    InterestAction.ACCEPT: N_("%(who)s 同意与您对接"),
    InterestAction.DECLINE: N_("%(who)s 婉拒了您的对接意向"),
    InterestAction.QUESTION: N_("%(who)s 想先问清楚"),
    InterestAction.ANSWER: N_("%(who)s 回复了您的问题"),
    InterestAction.WITHDRAW: N_("%(who)s 撤回了对接意向"),
}


@dataclass(frozen=True, slots=True)
class InterestCase:
    """An interest as somebody's page shows it, from the side of ``own``.

    ``actions`` are what they can do now; ``on_behalf`` says that they do it for an organization without members.
    ``contact`` is the posting whose contact they may use, once both sides agreed.
    """

    interest: Interest
    own: Posting
    other: Posting
    actions: tuple[InterestAction, ...]
    on_behalf: bool = False

    @property
    def contact(self) -> Posting | None:
        return self.other if self.interest.status is InterestStatus.ACCEPTED else None

    @property
    def seen(self) -> VisiblePosting | None:
        """All of :attr:`contact`, since both sides agreed."""
        return None if self.contact is None else VisiblePosting(self.contact, Detail.FULL)


def get_contactable_pair(session: Session, person: User, side: Side, own_id: int, other_id: int) -> Pair:
    """The pair that the person can ask about, or why they cannot.

    Raises :class:`NotFound` for postings that are not theirs or not visible, :class:`InvalidInput` for a pair within
    one organization or a posting that the other side could not read, :class:`Conflict` when there is an interest.
    """
    own = get_own_posting(session, person, side, own_id)
    other, _ = get_posting(session, person, side.other, other_id)
    if own.organization_id != person.organization_id:
        raise NotAllowed(N_("对接意向只能以本单位的名义发起"))
    if own.organization_id == other.organization_id:
        raise InvalidInput(N_("这是本单位自己的信息，不需要对接"))
    for posting in (own, other):
        if not posting.open_on(date.today()):
            raise InvalidInput(N_("“%(title)s”没有发布或已过有效期，不能发起对接"), title=posting.title)
    if own.visibility is Visibility.PRIVATE:
        raise InvalidInput(N_("“%(title)s”仅组织方可见，对方看不到它；请先更改公开范围"), title=own.title)
    pair = Pair(own, other)
    _check_not_asked(session, pair)
    return pair


def ask(session: Session, person: User, pair: Pair, message: str, address: str, shown: Shown | None = None) -> Interest:
    """Ask the other side to be put in touch. ``pair`` comes from :func:`get_contactable_pair`.

    ``address`` is where they answer, for the mail. Raises :class:`InvalidInput` without a message, and
    :class:`Conflict` when somebody asked about the pair in the same moment.
    """
    words = limited_words(message, "words", WORDS_LENGTH, N_("请写几句话：您是谁、想解决什么、希望怎样合作"))
    _check_not_asked(session, pair)
    interest = Interest(need_id=pair.need_id, offer_id=pair.offer_id, side=pair.own.side)
    interest.steps.append(InterestStep(person_id=person.id, words=words))
    session.add(interest)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict(N_("这一对刚刚已有人发起对接，请在“对接意向”里查看")) from error
    record(session, person, pair, FeedbackKind.INTEREST, shown=shown)
    letters = _letters(session, interest, pair.other.organization, N_("%(who)s 希望与您对接"), person, words, address)
    send(session, letters)
    session.commit()
    return interest


def get_interest(session: Session, person: User, interest_id: int) -> InterestCase:
    """An interest that concerns the person; raises :class:`NotFound`."""
    interest = session.get(Interest, interest_id)
    case = None if interest is None else _case(session, person, interest)
    if case is None:
        raise NotFound(N_("没有这条对接意向，或与您的单位无关"))
    return case


def act(session: Session, person: User, interest_id: int, action: InterestAction, words: str, address: str) -> Interest:
    """Accept, decline, ask back, answer or withdraw, with the words that go with it. Accepting begins a cooperation.

    Raises :class:`NotFound` for other people's interests, :class:`NotAllowed` when it is the other side's turn,
    :class:`Conflict` when the interest is past it, :class:`InvalidInput` when words are needed and missing.
    """
    # Locked first: of two colleagues who answer at once the later is told.
    session.get(Interest, interest_id, with_for_update=True)
    case = get_interest(session, person, interest_id)
    interest = case.interest
    if (case.own is interest.asking) is not (action in ASKERS_ACTIONS):
        raise NotAllowed(N_("这一步要由对方来做"))
    said = limited_words(words, "words", WORDS_LENGTH, WORDS_NEEDED.get(action))
    interest.move(action)
    interest.steps.append(InterestStep(person_id=person.id, action=action, words=said))
    if action is InterestAction.ACCEPT:
        record(session, person, Pair(case.own, case.other), FeedbackKind.ACCEPTED)
        begin_from_interest(session, person, interest)
    letters = _letters(session, interest, case.other.organization, _NEWS[action], person, said, address)
    send(session, letters)
    session.commit()
    return interest


def received(session: Session, person: User) -> list[InterestCase]:
    """Interests of others in the person's organization, the waiting ones first; for organizers also those that nobody
    can answer."""
    return [case for case in _cases(session, person) if case.own is case.interest.asked]


def sent(session: Session, person: User) -> list[InterestCase]:
    """What the person's organization asked others, the last changed first."""
    return [case for case in _cases(session, person) if case.own is case.interest.asking]


def waiting_for(session: Session, person: User) -> int:
    """How many interests wait for something that the person can do: for the navigation."""
    return sum(bool(set(case.actions) - {InterestAction.WITHDRAW}) for case in _cases(session, person, only_open=True))


def contact_granted(session: Session, viewer: User | None, posting: Posting) -> bool:
    """Whether the viewer's organization and the posting's agreed to be in touch about it, so that its contact (and,
    of a posting of which only a summary is public, its text) is theirs to see.

    Only about this posting: agreeing about one says nothing about the organization's others.
    """
    if viewer is None or not viewer.active or viewer.organization_id is None:
        return False
    own, column, own_column = (
        (Offer, Interest.need_id, Interest.offer_id)
        if posting.side is Side.NEED
        else (Need, Interest.offer_id, Interest.need_id)
    )
    agreed = exists().where(
        column == posting.id,
        Interest.status == InterestStatus.ACCEPTED,
        own_column == own.id,
        own.organization_id == viewer.organization_id,
    )
    return bool(session.scalar(select(agreed)))


def standing_interests(session: Session, posting: Posting) -> dict[int, Interest]:
    """Interests about a posting that are open or accepted, by id of the other posting: for marking its matches."""
    own_column = posting.side.choose(Interest.need_id, Interest.offer_id)
    rows = session.scalars(select(Interest).where(own_column == posting.id, Interest.status.in_(_STANDING)))
    return {posting.side.other.choose(interest.need_id, interest.offer_id): interest for interest in rows}


def _check_not_asked(session: Session, pair: Pair) -> None:
    last = session.scalar(
        select(Interest)
        .where(Interest.need_id == pair.need_id, Interest.offer_id == pair.offer_id)
        .order_by(Interest.id.desc())
    )
    if last is None or last.status is InterestStatus.WITHDRAWN:
        return
    if last.status is InterestStatus.ACCEPTED:
        raise Conflict(N_("双方已经同意对接，联系方式在“对接意向”里"))
    if last.status is InterestStatus.DECLINED:
        if last.side is pair.own.side:
            raise Conflict(N_("对方已经婉拒过这一对的对接，不能再次发起；情况有变时由对方发起"))
        return
    if last.side is pair.own.side:
        raise Conflict(N_("本单位已经就这一对发起过对接，正在等对方答复"))
    raise Conflict(N_("对方已经向您发起对接，请在“对接意向”里直接答复"))


def _cases(session: Session, person: User, *, only_open: bool = False) -> list[InterestCase]:
    need, offer = aliased(Need), aliased(Offer)
    concerned: list[ColumnElement[bool]] = []
    if person.organization_id is not None:
        own = person.organization_id
        concerned.append(or_(need.organization_id == own, offer.organization_id == own))
    if person.organizes:
        asked_need = and_(Interest.side == Side.OFFER, ~_has_members(need.organization_id))
        asked_offer = and_(Interest.side == Side.NEED, ~_has_members(offer.organization_id))
        concerned.append(or_(asked_need, asked_offer))
    if not concerned:
        return []
    rows = (
        select(Interest)
        .join(need, Interest.need_id == need.id)
        .join(offer, Interest.offer_id == offer.id)
        .where(or_(*concerned))
        .options(
            joinedload(Interest.need).joinedload(Need.organization),
            joinedload(Interest.offer).joinedload(Offer.organization),
            joinedload(Interest.offer).joinedload(Offer.team),
            selectinload(Interest.steps).joinedload(InterestStep.person),
        )
        .order_by(Interest.changed_at.desc(), Interest.id.desc())
    )
    if only_open:
        rows = rows.where(Interest.status.in_((InterestStatus.ASKED, InterestStatus.QUESTIONED)))
    found = (_case(session, person, interest) for interest in session.scalars(rows))
    cases = [case for case in found if case is not None]
    return sorted(cases, key=lambda case: not case.actions)


def _case(session: Session, person: User, interest: Interest) -> InterestCase | None:
    """The interest from the person's side; ``None`` when it is none of their business."""
    own = interest.posting_of(person.organization_id) if person.organization_id is not None else None
    on_behalf = own is None and person.organizes and not active_users(session, interest.asked.organization)
    if on_behalf:
        own = interest.asked
    if own is None:
        return None
    asker = own is interest.asking
    actions = tuple(action for action in MOVES[interest.status] if (action in ASKERS_ACTIONS) is asker)
    return InterestCase(interest, own, interest.counterpart(own), actions, on_behalf)


def _has_members(organization_id: object) -> ColumnElement[bool]:
    return exists().where(
        Membership.organization_id == organization_id,
        Membership.status == MembershipStatus.ACTIVE,
        Membership.user_id == User.id,
        User.active,
    )


def _letters(
    session: Session,
    interest: Interest,
    organization: Organization,
    news: str,
    person: User,
    words: str,
    address: str,
) -> list[Letter]:
    """To an organization's members, or to the organizers, who then pass it on, when it has none."""
    sender = next(p for p in (interest.need, interest.offer) if p.organization_id != organization.id).organization
    return [
        letter(
            Recipient.of(reader),
            news,
            N_(
                "%(reader)s，您好：\n\n%(news)s。\n\n需求：%(need)s\n供给：%(offer)s\n\n%(words)s\n\n——%(person)s\n\n"
                "请在这里查看和答复：\n%(address)s"
            ),
            who=sender.name,
            news=translate(news, reader.language, who=sender.name),
            need=interest.need.title,
            offer=interest.offer.title,
            words=words or "—",
            person=person.name,
            address=address,
        )
        for reader in active_users(session, organization) or organizing_users(session)
    ]
