"""Grading pairs, so that a city can build its own test set: which pair to read next, and keeping its grade.

For each need the pool is what the matcher puts first and some offers picked at random, in an order that has nothing to
do with the score: a grader who knew the rank would follow it. The order depends on the ids alone, so two graders read
the same pairs in the same order and their agreement is known early.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from matchmaker.domain.base import now
from matchmaker.domain.errors import InvalidInput, NotAllowed, NotFound
from matchmaker.domain.learning.judgment import Grade, Judgment
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import Side
from matchmaker.i18n import N_
from matchmaker.services.indexing.search_index import Access, SearchIndex
from matchmaker.services.posting.documents import document_of

TOP = 10
"""How many offers of a need's pool the matcher puts first."""

RANDOM = 5
"""How many more are picked at random: without these, what the matcher overlooks is never judged."""

HIGHEST_GRADE = len(Grade) - 1


@dataclass(frozen=True, slots=True)
class PairToGrade:
    """A pair to read. ``place`` and ``pool`` count within its need: this is pair 3 of 15."""

    need: Need
    offer: Offer
    place: int
    pool: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a grader is: ``graded`` pairs of some ``pairs`` of ``needs`` needs."""

    graded: int
    needs: int
    pairs: int


def next_pair(session: Session, search_index: SearchIndex, grader: User) -> PairToGrade | None:
    """The pair the grader should read next; ``None`` when everything in the pools is graded."""
    return next(next_pairs(session, search_index, grader), None)


def next_pairs(
    session: Session, search_index: SearchIndex, grader: User, among: int | None = None
) -> Iterator[PairToGrade]:
    """The pairs the grader should read next, need by need, at most ``among`` of them.

    Needs that the grader is through with cost nothing. Raises :class:`NotAllowed` for who is no organizer.
    """
    _check_organizer(grader)
    search_index.refresh_async()
    return islice(_ungraded(session, search_index, grader), among)


def judge(session: Session, grader: User, need_id: int, offer_id: int, grade: int) -> Judgment:
    """Keep the grader's grade; grading the same pair again changes it.

    Raises :class:`InvalidInput` for a grade that is not 0 to 3, :class:`NotFound` for an unknown posting.
    """
    _check_organizer(grader)
    if not 0 <= grade <= HIGHEST_GRADE:
        raise InvalidInput(N_("等级应为 0 到 %(highest)d"), field="grade", highest=HIGHEST_GRADE)
    if session.get(Need, need_id) is None or session.get(Offer, offer_id) is None:
        raise NotFound(N_("没有这条需求或供给"))
    try:
        judgment = _recorded(session, grader, need_id, offer_id, grade)
        session.commit()
    except IntegrityError:
        # A double click: the other one was first.
        session.rollback()
        judgment = _recorded(session, grader, need_id, offer_id, grade)
        session.commit()
    return judgment


def undo(session: Session, grader: User, judgment_id: int | None = None) -> Judgment:
    """Take back one of the grader's judgments, the last one when none is named; the pair is then asked again.

    Raises :class:`NotFound` when there is none.
    """
    judgment = (
        next(iter(recent(session, grader, 1)), None) if judgment_id is None else session.get(Judgment, judgment_id)
    )
    if judgment is None or judgment.grader_id != grader.id:
        raise NotFound(N_("没有可以撤销的评定"))
    session.delete(judgment)
    session.commit()
    return judgment


def recent(session: Session, grader: User, count: int = 10) -> Sequence[Judgment]:
    """What the grader judged last, the latest first."""
    return session.scalars(
        select(Judgment)
        .where(Judgment.grader_id == grader.id)
        .options(joinedload(Judgment.need), joinedload(Judgment.offer))
        .order_by(Judgment.at.desc(), Judgment.id.desc())
        .limit(count)
    ).all()


def progress(session: Session, search_index: SearchIndex, grader: User) -> Progress:
    """How far the grader is."""
    search_index.refresh_async()
    graded = session.scalar(select(func.count()).where(Judgment.grader_id == grader.id)) or 0
    needs, offers = _open(search_index, Side.NEED), _open(search_index, Side.OFFER)
    foreign = _offers_of_others(needs, offers)
    pools = (min(TOP + RANDOM, foreign[access.organization_id]) for access in needs.values())
    return Progress(graded, len(needs), sum(pools))


def _recorded(session: Session, grader: User, need_id: int, offer_id: int, grade: int) -> Judgment:
    judgment = session.scalar(
        select(Judgment).where(
            Judgment.grader_id == grader.id, Judgment.need_id == need_id, Judgment.offer_id == offer_id
        )
    )
    if judgment is None:
        judgment = Judgment(grader_id=grader.id, need_id=need_id, offer_id=offer_id)
        session.add(judgment)
    judgment.grade, judgment.at = grade, now()
    session.flush()
    return judgment


def _ungraded(session: Session, search_index: SearchIndex, grader: User) -> Iterator[PairToGrade]:
    needs, offers = _open(search_index, Side.NEED), _open(search_index, Side.OFFER)
    foreign = _offers_of_others(needs, offers)
    graded: defaultdict[int, set[int]] = defaultdict(set)
    for need_id, offer_id in session.execute(
        select(Judgment.need_id, Judgment.offer_id).where(Judgment.grader_id == grader.id)
    ):
        graded[need_id].add(offer_id)
    for need_id in sorted(needs, key=lambda need_id: _shuffled(need_id)):
        if len(graded[need_id]) >= min(TOP + RANDOM, foreign[needs[need_id].organization_id]):
            continue
        need = session.get(Need, need_id)
        if need is None:
            continue
        pool = _pool(session, search_index, need, offers)
        for place, offer_id in enumerate(pool, start=1):
            offer = session.get(Offer, offer_id) if offer_id not in graded[need_id] else None
            if offer is not None:
                yield PairToGrade(need, offer, place, len(pool))


def _pool(session: Session, search_index: SearchIndex, need: Need, offers: Mapping[int, Access]) -> list[int]:
    """The offers to grade for a need, in an order that tells nothing.

    What another grader has judged already belongs to it, even if the matcher would no longer put it first.
    """
    allowed = {offer_id for offer_id, access in offers.items() if access.organization_id != need.organization_id}
    best = {match.offer_id for match in search_index.matcher.match(document_of(need), TOP, among=allowed)}
    others = sorted(allowed - best, key=lambda offer_id: _shuffled("random", need.id, offer_id))
    judged = session.scalars(select(Judgment.offer_id).where(Judgment.need_id == need.id))
    pool = {offer_id for offer_id in best if offer_id is not None} | set(others[:RANDOM]) | set(judged)
    return sorted(pool, key=lambda offer_id: _shuffled(need.id, offer_id))


def _open(search_index: SearchIndex, side: Side) -> dict[int, Access]:
    today = date.today()
    return {
        posting_id: access
        for posting_id, access in search_index.accesses(side).items()
        if access.valid_until is None or access.valid_until >= today
    }


def _offers_of_others(needs: Mapping[int, Access], offers: Mapping[int, Access]) -> dict[int, int]:
    """For each organization with a need, how many offers are not its own."""
    own: defaultdict[int, int] = defaultdict(int)
    for access in offers.values():
        own[access.organization_id] += 1
    return {access.organization_id: len(offers) - own[access.organization_id] for access in needs.values()}


def _shuffled(*ids: object) -> bytes:
    """Sorting by this gives an order that is always the same and looks random."""
    return sha256(repr(ids).encode()).digest()


def _check_organizer(person: User) -> None:
    if not person.organizes:
        raise NotAllowed(N_("只有组织方可以评定"))
