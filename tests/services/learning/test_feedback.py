"""What people say about matches: kept once, taken back, read by nobody else."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.domain.errors import InvalidInput, NotFound
from matchmaker.domain.learning.feedback import DismissalCause, Feedback, FeedbackKind
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import PostingStatus, Role, Side, Visibility
from matchmaker.services.activity import history, log
from matchmaker.services.database import Database
from matchmaker.services.learning import feedback as service
from matchmaker.services.learning.feedback import Pair, Shown
from tests.factories import make_need, make_offer, make_user


@dataclass
class Scene:
    person: User
    need: Need
    offer: Offer

    @property
    def pair(self) -> Pair:
        return Pair(self.need, self.offer)


@pytest.fixture
def scene(session: Session) -> Scene:
    person = make_user(session)
    return Scene(person, make_need(session, person.organization), make_offer(session))


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Feedback)) or 0


def test_saving_keeps_who_what_and_where_it_was_shown(session: Session, scene: Scene) -> None:
    kept = service.save(session, scene.person, scene.pair, Shown(3, 81.25))
    assert (kept.person_id, kept.need_id, kept.offer_id) == (scene.person.id, scene.need.id, scene.offer.id)
    assert (kept.kind, kept.side, kept.position, kept.score) == (FeedbackKind.SAVED, Side.NEED, 3, 81.25)
    assert kept.own is scene.need
    assert kept.other is scene.offer


def test_saying_it_again_keeps_the_first_place(session: Session, scene: Scene) -> None:
    first = service.save(session, scene.person, scene.pair, Shown(3, 81.0))
    again = service.save(session, scene.person, scene.pair, Shown(1, 90.0))
    assert again.id == first.id
    assert again.position == 3
    assert count(session) == 1


def test_a_dismissal_can_get_another_cause(session: Session, scene: Scene) -> None:
    service.dismiss(session, scene.person, scene.pair, DismissalCause.BUDGET)
    changed = service.dismiss(session, scene.person, scene.pair, DismissalCause.MATURITY, " 只有样机 ")
    assert (changed.cause, changed.note) == (DismissalCause.MATURITY, "只有样机")
    assert count(session) == 1


def test_saving_takes_back_a_dismissal_and_the_other_way_round(session: Session, scene: Scene) -> None:
    dismissed = service.dismiss(session, scene.person, scene.pair, DismissalCause.REGION)
    service.save(session, scene.person, scene.pair)
    assert dismissed.undone_at is not None
    assert service.dismissed_ids(session, scene.person, scene.need) == frozenset()
    service.dismiss(session, scene.person, scene.pair, DismissalCause.REGION)
    assert [one.kind for one in service.own_feedback(session, scene.person)] == [FeedbackKind.DISMISSED]


def test_dismissed_offers_are_those_of_this_person_and_this_need(session: Session, scene: Scene) -> None:
    colleague = make_user(session, organization=scene.person.organization, owner=False)
    other_need = make_need(session, scene.person.organization)
    service.dismiss(session, scene.person, scene.pair, DismissalCause.IRRELEVANT)
    assert service.dismissed_ids(session, scene.person, scene.need) == {scene.offer.id}
    assert service.dismissed_ids(session, colleague, scene.need) == frozenset()
    assert service.dismissed_ids(session, scene.person, other_need) == frozenset()


def test_dismissed_needs_of_an_offer(session: Session) -> None:
    researcher = make_user(session, Role.RESEARCHER)
    offer, need = make_offer(session, researcher.organization), make_need(session)
    service.dismiss(session, researcher, Pair(offer, need), DismissalCause.SUPPLIED)
    assert service.dismissed_ids(session, researcher, offer) == {need.id}
    said = service.feedback_on(session, researcher, offer)
    assert said[need.id][FeedbackKind.DISMISSED].side is Side.OFFER


def test_undone_counts_for_nothing_and_can_be_said_again(session: Session, scene: Scene) -> None:
    saved = service.save(session, scene.person, scene.pair)
    service.undo(session, scene.person, saved.id)
    undone_at = saved.undone_at
    service.undo(session, scene.person, saved.id)
    assert saved.undone_at == undone_at
    assert service.own_feedback(session, scene.person) == []
    assert service.save(session, scene.person, scene.pair).id != saved.id
    assert count(session) == 2, "what was taken back stays on record"


def test_nobody_undoes_what_another_said(session: Session, scene: Scene) -> None:
    saved = service.save(session, scene.person, scene.pair)
    with pytest.raises(NotFound):
        service.undo(session, make_user(session, organization=scene.person.organization, owner=False), saved.id)
    with pytest.raises(NotFound):
        service.undo(session, scene.person, 999_999)


@pytest.mark.parametrize("kind", [FeedbackKind.MET, FeedbackKind.RATED])
def test_what_follows_from_a_meeting_is_not_undone_here(session: Session, scene: Scene, kind: FeedbackKind) -> None:
    rating = 4 if kind is FeedbackKind.RATED else None
    said = service.record(session, scene.person, scene.pair, kind, rating=rating)
    session.commit()
    with pytest.raises(InvalidInput, match="对接过程"):
        service.undo(session, scene.person, said.id)
    assert said.undone_at is None


@pytest.mark.parametrize("rating", [0, 6, -1])
def test_ratings_out_of_range_are_refused(session: Session, scene: Scene, rating: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        service.record(session, scene.person, scene.pair, FeedbackKind.RATED, rating=rating)
    assert refused.value.field == "rating"
    assert count(session) == 0


def test_a_rating_can_be_changed(session: Session, scene: Scene) -> None:
    service.record(session, scene.person, scene.pair, FeedbackKind.RATED, rating=2)
    changed = service.record(session, scene.person, scene.pair, FeedbackKind.RATED, rating=5, note="样件合格")
    assert (changed.rating, changed.note) == (5, "样件合格")
    assert count(session) == 1


def test_a_dismissal_needs_a_cause_and_a_short_note(session: Session, scene: Scene) -> None:
    with pytest.raises(InvalidInput, match="原因"):
        service.record(session, scene.person, scene.pair, FeedbackKind.DISMISSED)
    with pytest.raises(InvalidInput, match="200"):
        service.dismiss(session, scene.person, scene.pair, DismissalCause.OTHER, "长" * 201)
    assert count(session) == 0


def test_pairs_of_others_and_of_one_organization_are_unknown(session: Session, scene: Scene) -> None:
    stranger = make_user(session)
    own_offer = make_offer(session, scene.person.organization)
    hidden = make_offer(session, visibility=Visibility.PRIVATE)
    draft = make_offer(session, status=PostingStatus.DRAFT)
    assert service.get_pair(session, scene.person, Side.NEED, scene.need.id, scene.offer.id) == scene.pair
    with pytest.raises(NotFound):
        service.get_pair(session, stranger, Side.NEED, scene.need.id, scene.offer.id)
    for offer in (own_offer, hidden, draft):
        with pytest.raises(NotFound):
            service.get_pair(session, scene.person, Side.NEED, scene.need.id, offer.id)


def test_the_database_itself_keeps_one_word_on_a_pair(session: Session, scene: Scene) -> None:
    service.save(session, scene.person, scene.pair)
    twin = Feedback(
        person_id=scene.person.id,
        need_id=scene.need.id,
        offer_id=scene.offer.id,
        side=Side.NEED,
        kind=FeedbackKind.SAVED,
    )
    session.add(twin)
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.slow
def test_a_double_click_is_one_word_and_keeps_what_else_the_caller_did(postgres_url: str) -> None:
    database = Database(postgres_url)
    database.upgrade()
    with database.writing() as session:
        person = make_user(session)
        need, offer = make_need(session, person.organization), make_offer(session)

    def click(opened: Session) -> int:
        pair = Pair(opened.get_one(Need, need.id), opened.get_one(Offer, offer.id))
        return service.record(opened, opened.get_one(User, person.id), pair, FeedbackKind.SAVED).id

    with database.writing() as first, database.writing() as second, ThreadPoolExecutor(1) as other_thread:
        earlier = click(first)
        log(second, None, "user_account", person.id, "something else")
        second.flush()
        later = other_thread.submit(click, second)
        with database.reading() as watching:
            while not watching.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")) and not later.done():
                watching.rollback()
        first.commit()
        assert later.result() == earlier
        second.commit()
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Feedback.person_id == person.id)) == 1
        assert "something else" in [entry.action for entry in history(session, "user_account", person.id)]
    database.engine.dispose()


@pytest.mark.parametrize(
    ("position", "score", "shown"),
    [
        ("3", "81.256", Shown(3, 81.26)),
        ("0", "101", Shown(None, None)),
        ("1001", "-1", Shown(None, None)),
        ("三", "nan", Shown(None, None)),
        (None, None, Shown(None, None)),
        ("9" * 5000, "inf", Shown(None, None)),
        ("²", "1e1", Shown(None, 10.0)),
    ],
)
def test_claims_of_a_browser_are_checked(position: str | None, score: str | None, shown: Shown) -> None:
    assert Shown.claimed(position, score) == shown
