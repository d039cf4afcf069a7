"""An organization's private list of organizations that it will not meet (不见名单): competitors, former partners.

Only its own members see it; organizers do not either. What it does is in ``events/pairing/exclusions.py``.
"""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from matchmaker.domain.block import Block
from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.events.event import Meeting, Participant
from matchmaker.domain.people import Organization, User
from matchmaker.domain.postings.fields import one_line
from matchmaker.domain.vocabulary import MeetingStatus
from matchmaker.i18n import N_
from matchmaker.services.activity import log

NOTE_LENGTH = 200
FOUND = 20
"""Organizations that one search lists."""


def blocks_of(session: Session, person: User) -> Sequence[Block]:
    """The organizations that the person's organization will not meet, by name; empty without an organization."""
    return session.scalars(
        select(Block)
        .join(Block.blocked)
        .where(Block.organization_id == person.organization_id)
        .options(joinedload(Block.blocked), joinedload(Block.made_by))
        .order_by(Organization.name)
    ).all()


def blockable(session: Session, person: User, text: str) -> Sequence[Organization]:
    """Organizations with the text in their name that could still be put on the list; empty for a blank text."""
    wanted = one_line(text)
    if not wanted or person.organization_id is None:
        return []
    listed = select(Block.blocked_id).where(Block.organization_id == person.organization_id)
    return session.scalars(
        select(Organization)
        .where(
            Organization.name.icontains(wanted, autoescape=True),
            Organization.id != person.organization_id,
            Organization.id.not_in(listed),
        )
        .order_by(Organization.name)
        .limit(FOUND)
    ).all()


def block(session: Session, person: User, organization_id: int, note: str = "") -> Block:
    """Put an organization on the list. Raises :class:`NotFound`, :class:`Conflict` when it is listed already, and
    :class:`InvalidInput` for one's own organization or a note that is too long.
    """
    own = _organization_of(person)
    other = session.get(Organization, organization_id)
    if other is None:
        raise NotFound(N_("没有这个单位"))
    if other.id == own.id:
        raise InvalidInput(N_("本单位内部本来就不会配对"), field="organization_id")
    remark = one_line(note)
    if len(remark) > NOTE_LENGTH:
        raise InvalidInput(
            N_("最多 %(limit)d 字，现有 %(length)d 字"), field="note", limit=NOTE_LENGTH, length=len(remark)
        )
    made = Block(organization_id=own.id, blocked_id=other.id, note=remark, made_by_id=person.id)
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict(N_("“%(name)s”已在不见名单里"), name=other.name) from error
    log(session, person, "block", made.id, "blocked", other.name)
    session.commit()
    return made


def unblock(session: Session, person: User, block_id: int) -> str:
    """Take an organization off the list; returns its name. Raises :class:`NotFound` for other people's lists."""
    made = session.get(Block, block_id)
    if made is None or made.organization_id != person.organization_id:
        raise NotFound(N_("不见名单里没有这一项"))
    name = made.blocked.name
    log(session, person, "block", made.id, "unblocked", name)
    session.delete(made)
    session.commit()
    return name


def planned_with(session: Session, made: Block) -> int:
    """How many meetings of the two are planned. A block cancels none: that would tell the blocked."""
    own, other = made.organization_id, made.blocked_id
    sides = [select(Participant.id).where(Participant.organization_id == party) for party in (own, other)]
    return len(
        session.scalars(
            select(Meeting.id).where(
                Meeting.status == MeetingStatus.PLANNED,
                Meeting.starts_at.is_not(None),
                or_(
                    Meeting.need_side_id.in_(sides[0]) & Meeting.offer_side_id.in_(sides[1]),
                    Meeting.need_side_id.in_(sides[1]) & Meeting.offer_side_id.in_(sides[0]),
                ),
            )
        ).all()
    )


def _organization_of(person: User) -> Organization:
    if person.organization is None:
        raise NotAllowed(N_("先加入一个单位，才能使用不见名单"))
    return person.organization
