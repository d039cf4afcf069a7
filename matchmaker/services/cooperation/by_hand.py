"""A cooperation that an organizer heard of: between which organizations, about what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import CLOSED, FIRST_STAGES, NOTE_LENGTH, ChangeCause, Cooperation, Stage
from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, raise_if_any
from matchmaker.domain.events.event import Event
from matchmaker.domain.people import Organization, User
from matchmaker.domain.postings.fields import letters_in, limited_words, one_line
from matchmaker.domain.postings.posting import TITLE_LENGTH, Need, Offer
from matchmaker.i18n import N_
from matchmaker.services.cooperation.beginning import begin, open_cooperation, title_for

_Posting = TypeVar("_Posting", Need, Offer)


class AlreadyBegun(Conflict):
    """The two are at it already; ``cooperation`` is theirs."""

    def __init__(self, cooperation: Cooperation) -> None:
        super().__init__(N_("这一对已有进行中的合作，请在原来的合作里继续"))
        self.cooperation = cooperation


@dataclass(frozen=True, slots=True)
class _Parties:
    need_organization: Organization
    offer_organization: Organization
    need: Need | None
    offer: Offer | None


def begin_by_hand(session: Session, organizer: User, words: Mapping[str, str]) -> Cooperation:
    """Begin a cooperation as the form says: ``need_organization`` and ``offer_organization`` by name, ``need`` and
    ``offer`` by number or title (may be blank), ``title`` (blank: the posting's), ``stage``, ``event`` by id, ``note``.

    Raises :class:`NotAllowed` for others than organizers, :class:`AlreadyBegun`, and
    :class:`~matchmaker.domain.errors.ValidationErrors`.
    """
    if not organizer.organizes:
        raise NotAllowed(N_("只有组织方可以登记合作"))
    problems: list[InvalidInput] = []
    parties = _read_parties(session, words, problems)
    title = _read_title(words.get("title", ""), parties, problems)
    raise_if_any(problems)
    assert parties is not None
    note = limited_words(words.get("note", ""), "note", NOTE_LENGTH)
    _check_new(session, parties, title)
    cooperation = Cooperation(
        title=title,
        need_organization_id=parties.need_organization.id,
        offer_organization_id=parties.offer_organization.id,
        need_id=None if parties.need is None else parties.need.id,
        offer_id=None if parties.offer is None else parties.offer.id,
        event_id=_event_id(session, words.get("event", "")),
    )
    begun = begin(session, organizer, cooperation, _stage(words.get("stage", "")), ChangeCause.HAND, note)
    session.commit()
    return begun


def _read_parties(session: Session, words: Mapping[str, str], problems: list[InvalidInput]) -> _Parties | None:
    firm = _organization(session, words.get("need_organization", ""), "need_organization", problems)
    supplier = _organization(session, words.get("offer_organization", ""), "offer_organization", problems)
    if firm is None or supplier is None:
        return None
    if firm is supplier:
        problems.append(InvalidInput(N_("双方是同一个单位，请改其中一方"), field="offer_organization"))
        return None
    return _Parties(
        firm,
        supplier,
        _posting(session, Need, firm, words.get("need", ""), "need", problems),
        _posting(session, Offer, supplier, words.get("offer", ""), "offer", problems),
    )


def _organization(session: Session, text: str, field: str, problems: list[InvalidInput]) -> Organization | None:
    name = one_line(text)
    found = session.scalar(select(Organization).where(Organization.name == name)) if name else None
    if found is None:
        message = N_("平台上没有“%(name)s”，请从列表里选单位全称") if name else N_("请填写单位全称")
        problems.append(InvalidInput(message, field=field, name=name))
    return found


def _posting(
    session: Session,
    model: type[_Posting],
    organization: Organization,
    text: str,
    field: str,
    problems: list[InvalidInput],
) -> _Posting | None:
    """The organization's posting of that number or title; of several the latest."""
    words = one_line(text)
    if not words:
        return None
    found = session.scalars(
        select(model)
        .where(model.organization_id == organization.id, or_(model.code == words, model.title == words))
        .order_by(model.id.desc())
    ).first()
    if found is None:
        message = N_("“%(organization)s”没有编号或名称为“%(text)s”的信息，请照原样填写，或留空")
        problems.append(InvalidInput(message, field=field, organization=organization.name, text=words))
    return found


def _read_title(text: str, parties: _Parties | None, problems: list[InvalidInput]) -> str:
    title = one_line(text)
    if not title and parties is not None:
        title = title_for(parties.need, parties.offer)
    if parties is not None and not letters_in(title):
        problems.append(InvalidInput(N_("请用一句话写明合作内容"), field="title"))
    if len(title) > TITLE_LENGTH:
        problems.append(InvalidInput(N_("合作内容最多 %(limit)d 字"), field="title", limit=TITLE_LENGTH))
    return title


def _check_new(session: Session, parties: _Parties, title: str) -> None:
    if parties.need is not None and parties.offer is not None:
        standing = open_cooperation(session, parties.need.id, parties.offer.id)
    else:
        standing = session.scalars(
            select(Cooperation).where(
                Cooperation.need_organization_id == parties.need_organization.id,
                Cooperation.offer_organization_id == parties.offer_organization.id,
                Cooperation.title == title,
                Cooperation.stage.not_in(CLOSED),
            )
        ).first()
    if standing is not None:
        raise AlreadyBegun(standing)


def _stage(text: str) -> Stage:
    return next((stage for stage in FIRST_STAGES if stage.value == text), Stage.CONTACT)


def _event_id(session: Session, text: str) -> int | None:
    """What names no event is none: the list that it is chosen from has only known ones."""
    known = session.get(Event, int(text)) if text.isdecimal() and len(text) < 10 else None
    return None if known is None else known.id
