"""Posting needs and offers: drafting, submitting, publishing, editing, withdrawing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from matchmaker.domain.corpus import CorpusRevision
from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.people import Organization, Team, User
from matchmaker.domain.postings.fields import clean_text, letters_in
from matchmaker.domain.postings.lifecycle import may_become, move
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.postings.posting_rules import check_complete, check_dates, check_valid
from matchmaker.domain.postings.visibility import Detail, detail_for
from matchmaker.domain.vocabulary import OfferKind, OrganizationKind, PostingStatus, Side
from matchmaker.i18n import N_
from matchmaker.services.activity import log
from matchmaker.services.posting.values import apply_values, content_hash, values_of

REASON_LENGTH = 500
LARGEST_ID = 2**31 - 1

POSTING_TYPES: Mapping[Side, type[Need] | type[Offer]] = {Side.NEED: Need, Side.OFFER: Offer}


class EditConflict(Conflict):
    """Someone else saved the posting since the person opened it. ``posting`` is as it stands now."""

    def __init__(self, posting: Posting) -> None:
        super().__init__(
            N_("“%(title)s”在您编辑期间已被他人修改。您填写的内容仍在下面，请对照现在的版本后再保存"),
            title=posting.title,
        )
        self.posting = posting


def get_posting(session: Session, viewer: User | None, side: Side, posting_id: int) -> tuple[Posting, Detail]:
    """The posting and how much of it the viewer sees; raises :class:`NotFound` when that is nothing."""
    posting = _find(session, side, posting_id)
    detail = Detail.NOTHING if posting is None else detail_for(viewer, posting, date.today())
    if posting is None or detail is Detail.NOTHING:
        raise NotFound(N_("没有这条信息，或您无权查看"))
    return posting, detail


def get_own_posting(session: Session, person: User, side: Side, posting_id: int) -> Posting:
    """A posting the person may change: their organization's, or any for an organizer. Raises :class:`NotFound`."""
    posting = _find(session, side, posting_id)
    if posting is None or not (person.organizes or person.organization_id == posting.organization_id):
        raise NotFound(N_("没有这条信息，或您无权修改"))
    return posting


def own_postings(session: Session, person: User, side: Side) -> Sequence[Posting]:
    """All postings of the person's organization, the last changed first."""
    model = POSTING_TYPES[side]
    return session.scalars(
        select(model)
        .where(model.organization_id == person.organization_id)
        .order_by(model.updated_at.desc(), model.id.desc())
    ).all()


def create_posting(
    session: Session,
    author: User,
    side: Side,
    values: Mapping[str, Any],
    kind: OfferKind | None = None,
    *,
    submitting: bool = False,
    review: bool = True,
) -> Posting:
    """Save a draft for the author's organization; with ``submitting`` hand it in at once, as :func:`submit` does.

    ``values`` come from :func:`matchmaker.domain.postings.fields.read_value`, by field name; missing ones stay empty.
    ``kind`` is needed for offers. Raises :class:`NotAllowed` for people without an organization, and before anything is
    saved the :class:`InvalidInput` of :func:`submit`.
    """
    organization = author.organization
    if organization is None:
        raise NotAllowed(N_("请先加入一个单位，再发布信息"))
    if submitting:
        _check_ready(side, values)
    check_dates(values, date.today())
    posting = POSTING_TYPES[side](organization=organization, author=author)
    if isinstance(posting, Offer):
        if kind is None:
            raise InvalidInput(N_("请选择供给类型"), field="kind")
        posting.kind = kind
        posting.team = _team_of(session, organization, values.get("team"))
    apply_values(posting, values)
    session.add(posting)
    bump_revision(session, posting)
    session.flush()
    log(session, author, posting.__tablename__, posting.id, "created")
    if submitting:
        _hand_in(session, author, posting, review)
    session.commit()
    return posting


def update_posting(
    session: Session,
    editor: User,
    posting: Posting,
    values: Mapping[str, Any],
    edition: str,
    *,
    submitting: bool = False,
    review: bool = True,
) -> Posting:
    """Save an edit of the posting as the editor saw it, in that :func:`content_hash` it.

    Raises :class:`EditConflict` when someone else edited it meanwhile, :class:`InvalidInput` when a published posting
    would become too thin. Publishing is not undone by an edit; what changed is logged. Without a change nothing is
    saved. With ``submitting`` the posting is handed in as :func:`submit` does, in the same transaction: either all of
    it happens, or nothing.
    """
    before = values_of(posting)
    if submitting:
        _check_ready(posting.side, before | dict(values))
    if edition != content_hash(posting):
        raise EditConflict(posting)
    check_dates(values, date.today(), unchanged=before)
    if posting.status in (PostingStatus.PUBLISHED, PostingStatus.SUBMITTED):
        check_complete(posting.side, before | dict(values))
    with _saving(session, posting):
        changed = _apply_and_compare(session, posting, values)
        if changed:
            bump_revision(session, posting)
            log(session, editor, posting.__tablename__, posting.id, "edited", ", ".join(changed))
        if submitting:
            _hand_in(session, editor, posting, review)
    return posting


def submit(session: Session, author: User, posting: Posting, *, review: bool = True) -> None:
    """Hand the posting in for review, or publish it at once where the operator asks for none.

    An organizer's own submission needs no second organizer; handing in twice changes nothing.
    Raises :class:`InvalidInput` when it says too little or its validity has ended.
    """
    _check_ready(posting.side, values_of(posting))
    with _saving(session, posting):
        _hand_in(session, author, posting, review)


def publish(session: Session, organizer: User, posting: Posting, version: int | None = None) -> None:
    """An organizer lets a submitted posting go before others.

    With the ``version`` that the organizer read, raises :class:`EditConflict` when it has changed since.
    """
    _check_organizer(organizer)
    _check_version(posting, version)
    _check_ready(posting.side, values_of(posting))
    with _saving(session, posting):
        _move(session, organizer, posting, PostingStatus.PUBLISHED)


def return_posting(
    session: Session, organizer: User, posting: Posting, reason: str, version: int | None = None
) -> None:
    """An organizer sends a posting back to its author; the reason is required, for the author must act on it.

    ``version`` as in :func:`publish`.
    """
    _check_organizer(organizer)
    _check_version(posting, version)
    words = _reason(reason)
    if not letters_in(words):
        raise InvalidInput(N_("请写明退回原因，作者才知道怎么改"), field="reason")
    with _saving(session, posting):
        _move(session, organizer, posting, PostingStatus.RETURNED, words)


def withdraw(session: Session, person: User, posting: Posting, reason: str = "") -> None:
    """Take the posting out of sight; it can be handed in again later."""
    words = _reason(reason)
    with _saving(session, posting):
        _move(session, person, posting, PostingStatus.WITHDRAWN, words)


def close(session: Session, person: User, posting: Posting) -> None:
    """The partnership was found: nothing more is sought."""
    with _saving(session, posting):
        _move(session, person, posting, PostingStatus.CLOSED)


def awaiting_review(session: Session) -> list[Posting]:
    """Submitted needs and offers, the longest waiting first."""
    waiting: list[Posting] = []
    for model in POSTING_TYPES.values():
        waiting.extend(session.scalars(select(model).where(model.status == PostingStatus.SUBMITTED)))
    return sorted(waiting, key=lambda posting: (posting.updated_at, posting.side, posting.id))


def any_lapsed(session: Session, today: date) -> bool:
    """Whether :func:`expire_postings` has anything to do."""
    return any(
        session.scalar(select(exists().where(model.status == PostingStatus.PUBLISHED, model.valid_until < today)))
        for model in POSTING_TYPES.values()
    )


def expire_postings(session: Session, today: date) -> int:
    """Mark published postings whose validity ended before today; returns how many.

    None when someone else changes one of them at the same moment: the next call finds what is left.
    """
    expired = 0
    for model in POSTING_TYPES.values():
        rows = select(model).where(model.status == PostingStatus.PUBLISHED, model.valid_until < today)
        for posting in session.scalars(rows).all():
            with session.no_autoflush:
                _move(session, None, posting, PostingStatus.EXPIRED)
            expired += 1
    try:
        session.commit()
    except StaleDataError:
        session.rollback()
        return 0
    return expired


def bump_revision(session: Session, *postings: Posting) -> None:
    """Give the postings the next corpus revision, so that every running matcher learns of the change."""
    session.execute(update(CorpusRevision).values(value=CorpusRevision.value + 1))
    revision = session.scalar(select(CorpusRevision.value)) or 0
    for posting in postings:
        posting.revision = revision


def may_submit(posting: Posting) -> bool:
    """Whether the posting is in a state from which its people can hand it in."""
    return may_become(posting, PostingStatus.SUBMITTED)


def _find(session: Session, side: Side, posting_id: int) -> Posting | None:
    # A greater number fits no key; some databases would not even compare it.
    return session.get(POSTING_TYPES[side], posting_id) if posting_id <= LARGEST_ID else None


def _check_version(posting: Posting, version: int | None) -> None:
    if version is not None and posting.version != version:
        raise EditConflict(posting)


@contextmanager
def _saving(session: Session, posting: Posting) -> Iterator[None]:
    """Commit what the block changes; :class:`EditConflict` when another transaction changed the posting first."""
    try:
        with session.no_autoflush:
            yield
        session.commit()
    except StaleDataError as error:
        session.rollback()
        session.refresh(posting)
        raise EditConflict(posting) from error


def _apply_and_compare(session: Session, posting: Posting, values: Mapping[str, Any]) -> list[str]:
    """Write the values, and return the names of the fields that are different now."""
    before = values_of(posting)
    apply_values(posting, values)
    changed = [name for name, value in values_of(posting).items() if value != before[name]]
    if isinstance(posting, Offer) and "team" in values:
        team = _team_of(session, posting.organization, values["team"])
        if team is not posting.team:
            posting.team = team
            changed.append("team")
    return changed


def _reason(words: str) -> str:
    reason = clean_text(words)
    if len(reason) > REASON_LENGTH:
        raise InvalidInput(
            N_("原因最多 %(limit)d 字，现有 %(length)d 字"), field="reason", limit=REASON_LENGTH, length=len(reason)
        )
    return reason


def _move(session: Session, actor: User | None, posting: Posting, status: PostingStatus, reason: str = "") -> None:
    move(posting, status, reason)
    bump_revision(session, posting)
    log(session, actor, posting.__tablename__, posting.id, status.value, reason)


def _check_ready(side: Side, values: Mapping[str, Any]) -> None:
    check_complete(side, values)
    check_valid(values.get("valid_until"), date.today())


def _hand_in(session: Session, author: User, posting: Posting, review: bool) -> None:
    """Submit the posting, or publish it where no review is needed; does not commit."""
    wanted = PostingStatus.SUBMITTED if review and not author.organizes else PostingStatus.PUBLISHED
    if posting.status not in (wanted, PostingStatus.PUBLISHED):
        _move(session, author, posting, wanted)


def _check_organizer(person: User) -> None:
    if not person.organizes:
        raise NotAllowed(N_("只有组织方可以审核"))


def _team_of(session: Session, organization: Organization, name: str | None) -> Team | None:
    """The organization's team of that name, made when new. Enterprises offer without teams."""
    cleaned = (name or "").strip()
    if not cleaned or organization.kind is OrganizationKind.ENTERPRISE:
        return None
    team = session.scalar(select(Team).where(Team.organization_id == organization.id, Team.name == cleaned))
    if team is None:
        team = Team(organization=organization, name=cleaned)
        session.add(team)
    return team
