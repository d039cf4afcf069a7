"""Who may see and change a cooperation: the members of its two organizations, and organizers."""

from datetime import date

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import Cooperation
from matchmaker.domain.errors import Conflict, NotFound
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.postings.visibility import Detail, detail_for
from matchmaker.domain.vocabulary import Visibility
from matchmaker.i18n import N_
from matchmaker.services.cooperation.interests import contact_granted


class ChangedMeanwhile(Conflict):
    """Somebody changed the cooperation since the person opened it. Nothing of what they sent was kept."""

    def __init__(self, cooperation: Cooperation) -> None:
        last = cooperation.changes[-1]
        super().__init__(
            N_("%(who)s 刚改过这项合作（现在是“%(stage)s”），所以没有保存。您填写的内容仍在，请看过后再提交"),
            who="Matchmaker" if last.person is None else last.person.name,
            stage=cooperation.stage,
        )


def get_cooperation(session: Session, person: User, cooperation_id: int) -> Cooperation:
    """The cooperation, if the person may see it; raises :class:`NotFound`."""
    return _if_seen(person, session.get(Cooperation, cooperation_id))


def take_cooperation(session: Session, person: User, cooperation_id: int) -> Cooperation:
    """The cooperation, locked for a change. Raises :class:`NotFound` unless the person may see it."""
    return _if_seen(person, session.get(Cooperation, cooperation_id, with_for_update=True, populate_existing=True))


def check_version(cooperation: Cooperation, version: int) -> None:
    """Raise :class:`ChangedMeanwhile` unless the cooperation is as the person saw it."""
    if cooperation.version != version:
        raise ChangedMeanwhile(cooperation)


def seen_by(person: User) -> ColumnElement[bool]:
    """SQL condition: the cooperations that the person may see."""
    if person.organizes:
        return true()
    return own_of(person)


def own_of(person: User) -> ColumnElement[bool]:
    """SQL condition: the cooperations of the person's organization; without an organization there are none."""
    own = person.organization_id
    if own is None:
        return false()
    return or_(Cooperation.need_organization_id == own, Cooperation.offer_organization_id == own)


def sight_of(session: Session, person: User, cooperation: Cooperation, posting: Posting) -> Detail:
    """How much of a posting that the cooperation is about the person sees: nothing of what the other side shows to
    organizers only; all of it once the two have agreed on something; otherwise what they see of it elsewhere.
    """
    if withheld(person, posting):
        return Detail.NOTHING
    if cooperation.agreed or contact_granted(session, person, posting):
        return Detail.FULL
    return detail_for(person, posting, date.today())


def withheld(person: User, posting: Posting) -> bool:
    """Whether the person may not even know the posting's title."""
    others = posting.organization_id != person.organization_id and not person.organizes
    return others and posting.visibility is Visibility.PRIVATE


def commit(session: Session) -> None:
    """Commit; raises :class:`Conflict` when the pair has got another open cooperation."""
    try:
        session.commit()
    except IntegrityError as error:
        session.rollback()
        raise Conflict(N_("这一对供需已有另一项进行中的合作，不能再有一项")) from error


def _if_seen(person: User, cooperation: Cooperation | None) -> Cooperation:
    if cooperation is None or not (person.organizes or cooperation.side_of(person.organization_id)):
        raise NotFound(N_("没有这项合作，或与您的单位无关"))
    return cooperation
