"""Grading pairs: what comes next, what graders agree on, and that the export is what `evaluate` reads."""

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import InvalidInput, NotAllowed, NotFound
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import PostingStatus, Role
from matchmaker.services.learning import graded_set, judging
from matchmaker.services.platform import Platform
from tests.factories import make_need, make_offer, make_user

TOPICS = ("轴承", "齿轮", "液压泵", "电池", "牡丹籽油", "拖拉机", "焊接", "催化剂", "陶瓷", "传感器")


@pytest.fixture
def grader(session: Session) -> User:
    return make_user(session, Role.ORGANIZER)


@pytest.fixture
def city(session: Session) -> tuple[list[Need], list[Offer]]:
    """Two needs and twenty offers, two on each topic."""
    offers = [make_offer(session, title=f"{topic}技术{number}") for topic in TOPICS for number in "一二"]
    return [make_need(session, title=f"{topic}问题") for topic in TOPICS[:2]], offers


def all_pairs(platform: Platform, grader: User) -> list[tuple[int, int]]:
    with platform.database.reading() as reading:
        return [(pair.need.id, pair.offer.id) for pair in judging.next_pairs(reading, platform.search_index, grader)]


@pytest.mark.slow
def test_the_pool_is_the_best_and_some_others_in_an_order_that_tells_nothing(
    platform: Platform, session: Session, grader: User, city: tuple[list[Need], list[Offer]]
) -> None:
    needs, _ = city
    pairs = all_pairs(platform, grader)
    assert len(pairs) == len(set(pairs)) == 2 * (judging.TOP + judging.RANDOM)
    for need in needs:
        pool = [offer_id for need_id, offer_id in pairs if need_id == need.id]
        ranked = [
            match.offer_id for match in platform.search_index.matcher.match(judging.document_of(need), judging.TOP)
        ]
        assert set(ranked) <= set(pool)
        places = [pool.index(offer_id) for offer_id in ranked if offer_id is not None]
        assert places != sorted(places), "the best first would tell the grader the rank"
        assert max(places) >= judging.TOP, "nor do the random ones all come last"
    assert pairs == all_pairs(platform, make_user(session, Role.ORGANIZER)), "the second grader reads the same"


@pytest.mark.slow
def test_graded_pairs_do_not_come_again_until_undone(
    platform: Platform, session: Session, grader: User, city: tuple[list[Need], list[Offer]]
) -> None:
    pairs = all_pairs(platform, grader)
    for need_id, offer_id in pairs[:15]:
        judging.judge(session, grader, need_id, offer_id, 1)
    assert all_pairs(platform, grader) == pairs[15:]
    assert len({need_id for need_id, _ in pairs[:15]}) == 1, "need by need"
    undone = judging.undo(session, grader)
    assert (undone.need_id, undone.offer_id) == pairs[14]
    assert all_pairs(platform, grader) == pairs[14:]
    progress = judging.progress(session, platform.search_index, grader)
    assert (progress.graded, progress.needs, progress.pairs) == (14, 2, 30)


@pytest.mark.slow
def test_progress_counts_every_need_of_an_organization(platform: Platform, session: Session, grader: User) -> None:
    first = make_need(session)
    make_need(session, first.organization)
    make_offer(session, first.organization)
    for _ in range(3):
        make_offer(session)
    progress = judging.progress(session, platform.search_index, grader)
    assert (progress.needs, progress.pairs) == (2, 6)
    assert len(all_pairs(platform, grader)) == 6


@pytest.mark.slow
def test_what_another_graded_belongs_to_the_pool(
    platform: Platform, session: Session, grader: User, city: tuple[list[Need], list[Offer]]
) -> None:
    (need, _), offers = city
    outside = next(offer for offer in offers if (need.id, offer.id) not in all_pairs(platform, grader))
    judging.judge(session, make_user(session, Role.ADMIN), need.id, outside.id, 0)
    assert (need.id, outside.id) in all_pairs(platform, grader)


@pytest.mark.slow
def test_offers_of_the_same_organization_are_not_asked_about(
    platform: Platform, session: Session, grader: User
) -> None:
    need = make_need(session)
    make_offer(session, need.organization)
    other = make_offer(session)
    make_offer(session, status=PostingStatus.DRAFT)
    assert all_pairs(platform, grader) == [(need.id, other.id)]


def test_grading_again_changes_the_grade(session: Session, grader: User) -> None:
    need, offer = make_need(session), make_offer(session)
    first = judging.judge(session, grader, need.id, offer.id, 1)
    again = judging.judge(session, grader, need.id, offer.id, 3)
    assert (again.id, again.grade) == (first.id, 3)
    assert graded_set.judged_pairs(session) == {(need.id, offer.id): 3}


@pytest.mark.parametrize("grade", [-1, 4, 100])
def test_other_grades_are_refused(session: Session, grader: User, grade: int) -> None:
    need, offer = make_need(session), make_offer(session)
    with pytest.raises(InvalidInput):
        judging.judge(session, grader, need.id, offer.id, grade)
    with pytest.raises(NotFound):
        judging.judge(session, grader, need.id, 999_999, 1)
    assert graded_set.judged_pairs(session) == {}


def test_only_organizers_grade(platform: Platform, session: Session) -> None:
    person, need, offer = make_user(session), make_need(session), make_offer(session)
    with pytest.raises(NotAllowed):
        judging.judge(session, person, need.id, offer.id, 1)
    with pytest.raises(NotAllowed):
        judging.next_pairs(session, platform.search_index, person)


def test_nobody_undoes_the_grade_of_another(session: Session, grader: User) -> None:
    need, offer = make_need(session), make_offer(session)
    judgment = judging.judge(session, grader, need.id, offer.id, 2)
    other = make_user(session, Role.ORGANIZER)
    for judgment_id in (judgment.id, None, 999_999):
        with pytest.raises(NotFound):
            judging.undo(session, other, judgment_id)
