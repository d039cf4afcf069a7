"""Delegates (参会代表): who comes for a participant, and who of them sits in its meetings.

A person may come for several participants, but not sit in two meetings at once: whoever places a meeting asks
:mod:`matchmaker.services.events.plan.occupancy`, which knows people again by :attr:`Delegate.identity`.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.domain.events.event import Delegate, Event, Participant
from matchmaker.domain.people import User
from matchmaker.domain.postings.fields import letters_in, one_line, read_email
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.events.participation.participants import changeable_participant
from matchmaker.services.events.timing import is_over
from matchmaker.services.organizations.members import active_users

MOST_DELEGATES = 20
_LENGTHS = {"name": 60, "title": 60, "phone": 60, "email": 200}


@dataclass(frozen=True, slots=True)
class DelegateValues:
    """What is said of a delegate. With an e-mail address that an account has, they are that person."""

    name: str
    title: str = ""
    phone: str = ""
    email: str = ""


def add_delegate(session: Session, actor: User | None, participant_id: int, values: DelegateValues) -> Delegate:
    """Name one more person; the first one leads.

    Raises :class:`NotFound` for people who have nothing to do with the participant, :class:`InvalidInput` with the
    field to mend, :class:`Conflict` when the event is over or the list is full.
    """
    participant = _open_participant(session, actor, participant_id)
    delegate = new_delegate(session, participant, values)
    log(session, actor, "participant", participant.id, "delegate added", delegate.name)
    session.commit()
    return delegate


def add_members(session: Session, actor: User | None, participant_id: int, user_ids: Iterable[int]) -> list[Delegate]:
    """Name members of the organization as delegates; those who are named already stay as they are."""
    participant = _open_participant(session, actor, participant_id)
    wanted = set(user_ids)
    added = []
    for user in addable_members(session, participant):
        if user.id in wanted:
            added.append(new_delegate(session, participant, _of_account(user)))
    if added:
        log(
            session,
            actor,
            "participant",
            participant.id,
            "delegate added",
            "、".join(delegate.name for delegate in added),
        )
    session.commit()
    return added


def set_lead(session: Session, actor: User | None, delegate_id: int) -> Delegate:
    """Have this person sit in the participant's meetings."""
    delegate = _delegate(session, actor, delegate_id)
    for other in delegate.participant.delegates:
        other.is_lead = other is delegate
    log(session, actor, "participant", delegate.participant_id, "delegate leads", delegate.name)
    session.commit()
    return delegate


def remove_delegate(session: Session, actor: User | None, delegate_id: int) -> Participant:
    """Take a person off the list; a lead is followed by the next delegate."""
    delegate = _delegate(session, actor, delegate_id)
    participant = delegate.participant
    log(session, actor, "participant", participant.id, "delegate removed", delegate.name)
    participant.delegates.remove(delegate)
    if delegate.is_lead and participant.delegates:
        participant.delegates[0].is_lead = True
    session.commit()
    return participant


def addable_members(session: Session, participant: Participant) -> list[User]:
    """Members of the participant's organization who are not named yet."""
    named = {delegate.user_id for delegate in participant.delegates}
    return [user for user in active_users(session, participant.organization) if user.id not in named]


def also_coming_for(session: Session, event: Event) -> Mapping[int, Sequence[Participant]]:
    """For each delegate by id who comes for several participants of the event (同一人), the others."""
    delegates = session.scalars(
        select(Delegate)
        .join(Delegate.participant)
        .where(Participant.event_id == event.id)
        .options(joinedload(Delegate.participant).joinedload(Participant.organization))
        .order_by(Delegate.id)
    ).all()
    by_identity: defaultdict[str, list[Delegate]] = defaultdict(list)
    for delegate in delegates:
        by_identity[delegate.identity].append(delegate)
    return {
        delegate.id: [twin.participant for twin in twins if twin.participant_id != delegate.participant_id]
        for twins in by_identity.values()
        if len({twin.participant_id for twin in twins}) > 1
        for delegate in twins
    }


def new_delegate(session: Session, participant: Participant, values: DelegateValues) -> Delegate:
    """Add a delegate without committing or checking whether the actor may. Raises as :func:`add_delegate` does."""
    cleaned = clean_delegate(values)
    if len(participant.delegates) >= MOST_DELEGATES:
        raise Conflict(N_("一个参会方最多 %(most)d 位代表"), most=MOST_DELEGATES)
    account = session.scalar(select(User).where(User.email == cleaned.email, User.active)) if cleaned.email else None
    delegate = Delegate(
        user_id=None if account is None else account.id,
        name=cleaned.name,
        title=cleaned.title,
        phone=cleaned.phone,
        email=cleaned.email,
    )
    if any(_same_person(known, delegate) for known in participant.delegates):
        raise InvalidInput(N_("“%(name)s”已在代表名单里"), field="name", name=delegate.name)
    delegate.is_lead = not any(known.is_lead for known in participant.delegates)
    participant.delegates.append(delegate)
    session.flush()
    return delegate


def clean_delegate(values: DelegateValues) -> DelegateValues:
    """The values as they are stored. Raises :class:`InvalidInput` with the field to mend."""
    lines = {name: one_line(getattr(values, name)) for name in _LENGTHS}
    if not letters_in(lines["name"]):
        raise InvalidInput(N_("请填写姓名"), field="name")
    for name, limit in _LENGTHS.items():
        if len(lines[name]) > limit:
            raise InvalidInput(
                N_("最多 %(limit)d 字，现有 %(length)d 字"), field=name, limit=limit, length=len(lines[name])
            )
    try:
        email = read_email(lines["email"], lines["email"]) if lines["email"] else ""
    except InvalidInput as error:
        raise InvalidInput(N_("这不是邮箱地址"), field="email") from error
    return replace(values, **{**lines, "email": email, "phone": _phone(lines["phone"])})


def _phone(text: str) -> str:
    """The phone number without spaces, brackets and hyphens, so that equal numbers are equal texts."""
    return re.sub(r"[\s()\-]", "", unicodedata.normalize("NFKC", text))


def _same_person(known: Delegate, added: Delegate) -> bool:
    if known.user_id is not None and known.user_id == added.user_id:
        return True
    return known.name == added.name and (known.email, known.phone) == (added.email, added.phone)


def _of_account(user: User) -> DelegateValues:
    return DelegateValues(name=user.name, phone=user.phone, email=user.email)


def _open_participant(session: Session, actor: User | None, participant_id: int) -> Participant:
    participant = changeable_participant(session, actor, participant_id)
    if is_over(participant.event):
        raise Conflict(N_("“%(name)s”已经结束"), name=participant.event.name)
    return participant


def _delegate(session: Session, actor: User | None, delegate_id: int) -> Delegate:
    delegate = session.get(Delegate, delegate_id)
    if delegate is None:
        raise NotFound(N_("没有这位代表，请刷新页面"))
    _open_participant(session, actor, delegate.participant_id)
    return delegate
