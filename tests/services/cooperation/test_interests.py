"""Asking to be put in touch: who may, what becomes of it, who is told, and whose contact is seen then."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.interest import Interest, InterestAction, InterestStatus
from matchmaker.domain.learning.feedback import Feedback, FeedbackKind
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import MembershipStatus, PostingStatus, Role, Side, Visibility
from matchmaker.services.cooperation import interests as service
from tests.docking import Outbox
from tests.factories import make_need, make_offer, make_organization, make_user

ADDRESS = "https://match.example/feedback/interests"


@dataclass
class Scene:
    session: Session
    outbox: Outbox
    engineer: User
    researcher: User
    need: Need
    offer: Offer

    def ask(self, message: str = "我们是做柱塞泵的，想请教滑靴偏磨") -> Interest:
        pair = service.get_contactable_pair(self.session, self.engineer, Side.NEED, self.need.id, self.offer.id)
        return service.ask(self.session, self.engineer, pair, message, ADDRESS)

    def act(self, person: User, interest: Interest, action: InterestAction, words: str = "") -> Interest:
        return service.act(self.session, person, interest.id, action, words, ADDRESS)


@pytest.fixture
def scene(session: Session) -> Scene:
    engineer, researcher = make_user(session), make_user(session, Role.RESEARCHER)
    need = make_need(session, engineer.organization)
    offer = make_offer(session, researcher.organization, visibility=Visibility.SUMMARY)
    return Scene(session, Outbox(session), engineer, researcher, need, offer)


def test_asking_tells_every_member_of_the_other_organization(session: Session, scene: Scene) -> None:
    colleague = make_user(session, Role.RESEARCHER, scene.researcher.organization, owner=False)
    waiting = make_user(session, Role.RESEARCHER, scene.researcher.organization, owner=False)
    assert waiting.membership is not None
    waiting.membership.status = MembershipStatus.PENDING
    session.commit()
    interest = scene.ask()
    assert (interest.status, interest.side) == (InterestStatus.ASKED, Side.NEED)
    assert sorted(scene.outbox.readers) == sorted([scene.researcher.email, colleague.email])
    _, subject, text = scene.outbox.sent[0]
    assert scene.need.organization.name in subject
    for words in ("滑靴偏磨", scene.need.title, scene.offer.title, ADDRESS, scene.engineer.name):
        assert words in text


def test_asking_is_feedback(session: Session, scene: Scene) -> None:
    interest = scene.ask()
    scene.act(scene.researcher, interest, InterestAction.ACCEPT)
    said = session.execute(select(Feedback.person_id, Feedback.kind, Feedback.side).order_by(Feedback.id)).all()
    assert [tuple(row) for row in said] == [
        (scene.engineer.id, FeedbackKind.INTEREST, Side.NEED),
        (scene.researcher.id, FeedbackKind.ACCEPTED, Side.OFFER),
    ]


def test_the_whole_talk_is_kept(scene: Scene) -> None:
    interest = scene.ask("想合作")
    scene.act(scene.researcher, interest, InterestAction.QUESTION, "压力多少？")
    scene.act(scene.engineer, interest, InterestAction.ANSWER, "42 MPa")
    scene.act(scene.researcher, interest, InterestAction.ACCEPT, "欢迎来看台架")
    assert [(step.person.name, step.action, step.words) for step in interest.steps] == [
        (scene.engineer.name, None, "想合作"),
        (scene.researcher.name, InterestAction.QUESTION, "压力多少？"),
        (scene.engineer.name, InterestAction.ANSWER, "42 MPa"),
        (scene.researcher.name, InterestAction.ACCEPT, "欢迎来看台架"),
    ]
    to = [scene.researcher.email, scene.engineer.email, scene.researcher.email, scene.engineer.email]
    assert scene.outbox.readers == to


def test_contacts_are_granted_to_both_sides_only_once_accepted(session: Session, scene: Scene) -> None:
    interest = scene.ask()
    assert not service.contact_granted(session, scene.engineer, scene.offer)
    scene.act(scene.researcher, interest, InterestAction.ACCEPT)
    assert service.contact_granted(session, scene.engineer, scene.offer)
    assert service.contact_granted(session, scene.researcher, scene.need)
    assert service.get_interest(session, scene.engineer, interest.id).contact is scene.offer
    assert service.get_interest(session, scene.researcher, interest.id).contact is scene.need


def test_contacts_are_granted_to_nobody_else_and_for_nothing_else(session: Session, scene: Scene) -> None:
    other_offer = make_offer(session, scene.researcher.organization, visibility=Visibility.SUMMARY)
    scene.act(scene.researcher, scene.ask(), InterestAction.ACCEPT)
    waiting = make_user(session, organization=scene.engineer.organization, owner=False)
    assert waiting.membership is not None
    waiting.membership.status = MembershipStatus.PENDING
    gone = make_user(session, organization=scene.engineer.organization, owner=False)
    gone.active = False
    session.commit()
    for viewer in (None, make_user(session), make_user(session, Role.BROKER), waiting, gone):
        assert not service.contact_granted(session, viewer, scene.offer)
    assert not service.contact_granted(session, scene.engineer, other_offer)


@pytest.mark.parametrize("action", [InterestAction.DECLINE, InterestAction.QUESTION])
@pytest.mark.parametrize("words", ["", "  ", "。。。", "长" * 1001])
def test_words_that_the_other_side_must_have(
    session: Session, scene: Scene, action: InterestAction, words: str
) -> None:
    interest = scene.ask()
    with pytest.raises(InvalidInput) as refused:
        scene.act(scene.researcher, interest, action, words)
    assert refused.value.field == "words"
    session.rollback()
    session.refresh(interest)
    assert interest.status is InterestStatus.ASKED


@pytest.mark.parametrize("message", ["", "　", "？！", "长" * 1001])
def test_asking_needs_a_message(session: Session, scene: Scene, message: str) -> None:
    with pytest.raises(InvalidInput):
        scene.ask(message)
    assert session.scalars(select(Interest)).all() == []
    assert scene.outbox.sent == []


def test_asking_twice_is_refused_whoever_asks(session: Session, scene: Scene) -> None:
    scene.ask()
    with pytest.raises(Conflict, match="已经就这一对发起过"):
        scene.ask()
    with pytest.raises(Conflict, match="直接答复"):
        service.get_contactable_pair(session, scene.researcher, Side.OFFER, scene.offer.id, scene.need.id)


def test_after_acceptance_nobody_need_ask(scene: Scene) -> None:
    scene.act(scene.researcher, scene.ask(), InterestAction.ACCEPT)
    with pytest.raises(Conflict, match="已经同意"):
        scene.ask()


def test_after_a_refusal_only_the_side_that_refused_may_ask(session: Session, scene: Scene) -> None:
    scene.act(scene.researcher, scene.ask(), InterestAction.DECLINE, "人手不够")
    with pytest.raises(Conflict, match="婉拒过"):
        scene.ask()
    pair = service.get_contactable_pair(session, scene.researcher, Side.OFFER, scene.offer.id, scene.need.id)
    assert service.ask(session, scene.researcher, pair, "现在有空了", ADDRESS).side is Side.OFFER


def test_after_withdrawing_one_may_ask_again(session: Session, scene: Scene) -> None:
    first = scene.ask()
    scene.act(scene.engineer, first, InterestAction.WITHDRAW)
    assert first.status is InterestStatus.WITHDRAWN
    assert scene.ask().id != first.id


def test_the_database_itself_refuses_a_second_interest(session: Session, scene: Scene) -> None:
    scene.ask()
    session.add(Interest(need_id=scene.need.id, offer_id=scene.offer.id, side=Side.OFFER))
    with pytest.raises(IntegrityError):
        session.flush()


def test_each_side_does_only_what_is_its_own(scene: Scene) -> None:
    interest = scene.ask()
    for action in (InterestAction.ACCEPT, InterestAction.DECLINE, InterestAction.QUESTION):
        with pytest.raises(NotAllowed):
            scene.act(scene.engineer, interest, action, "自己来")
    for action in (InterestAction.WITHDRAW, InterestAction.ANSWER):
        with pytest.raises(NotAllowed):
            scene.act(scene.researcher, interest, action, "自己来")
    assert interest.status is InterestStatus.ASKED


def test_third_parties_know_nothing_of_it(session: Session, scene: Scene) -> None:
    interest = scene.ask()
    for person in (make_user(session), make_user(session, Role.ORGANIZER), make_user(session, Role.BROKER)):
        with pytest.raises(NotFound):
            service.get_interest(session, person, interest.id)
        assert service.received(session, person) == service.sent(session, person) == []


def test_lists_show_each_side_what_it_can_do(session: Session, scene: Scene) -> None:
    interest = scene.ask()
    (received,) = service.received(session, scene.researcher)
    (sent,) = service.sent(session, scene.engineer)
    assert service.received(session, scene.engineer) == service.sent(session, scene.researcher) == []
    assert received.own is scene.offer
    assert set(received.actions) == {InterestAction.ACCEPT, InterestAction.DECLINE, InterestAction.QUESTION}
    assert sent.actions == (InterestAction.WITHDRAW,)
    assert (service.waiting_for(session, scene.researcher), service.waiting_for(session, scene.engineer)) == (1, 0)
    scene.act(scene.researcher, interest, InterestAction.QUESTION, "哪种油？")
    assert service.waiting_for(session, scene.engineer) == 1


def test_organizers_pass_on_what_nobody_could_answer(session: Session, scene: Scene) -> None:
    offer = make_offer(session)
    organizer, member = make_user(session, Role.ORGANIZER), make_user(session)
    pair = service.get_contactable_pair(session, scene.engineer, Side.NEED, scene.need.id, offer.id)
    interest = service.ask(session, scene.engineer, pair, "请转达", ADDRESS)
    assert scene.outbox.readers == [organizer.email]
    (case,) = service.received(session, organizer)
    assert case.on_behalf
    with pytest.raises(NotFound):
        scene.act(member, interest, InterestAction.ACCEPT)
    scene.act(organizer, interest, InterestAction.ACCEPT, "电话问过，愿意")
    assert service.contact_granted(session, scene.engineer, offer)


def own_offer(session: Session, scene: Scene) -> tuple[int, int]:
    return scene.need.id, make_offer(session, scene.engineer.organization).id


def draft_need(session: Session, scene: Scene) -> tuple[int, int]:
    return make_need(session, scene.engineer.organization, status=PostingStatus.DRAFT).id, scene.offer.id


def private_need(session: Session, scene: Scene) -> tuple[int, int]:
    return make_need(session, scene.engineer.organization, visibility=Visibility.PRIVATE).id, scene.offer.id


@pytest.mark.parametrize(
    ("make", "words"), [(own_offer, "本单位自己"), (draft_need, "没有发布"), (private_need, "仅组织方")]
)
def test_pairs_that_cannot_be_asked_about(
    session: Session, scene: Scene, make: Callable[[Session, Scene], tuple[int, int]], words: str
) -> None:
    need_id, offer_id = make(session, scene)
    with pytest.raises(InvalidInput, match=words):
        service.get_contactable_pair(session, scene.engineer, Side.NEED, need_id, offer_id)


def test_nobody_asks_in_the_name_of_another_organization(session: Session, scene: Scene) -> None:
    with pytest.raises(NotFound):
        service.get_contactable_pair(session, make_user(session), Side.NEED, scene.need.id, scene.offer.id)
    with pytest.raises(NotAllowed):
        service.get_contactable_pair(
            session, make_user(session, Role.ORGANIZER), Side.NEED, scene.need.id, scene.offer.id
        )
    hidden = make_offer(session, make_organization(session), visibility=Visibility.PRIVATE)
    with pytest.raises(NotFound):
        service.get_contactable_pair(session, scene.engineer, Side.NEED, scene.need.id, hidden.id)


def test_matches_can_be_marked_with_their_interest(session: Session, scene: Scene) -> None:
    interest = scene.ask()
    assert service.standing_interests(session, scene.need) == {scene.offer.id: interest}
    assert service.standing_interests(session, scene.offer) == {scene.need.id: interest}
    scene.act(scene.engineer, interest, InterestAction.WITHDRAW)
    assert service.standing_interests(session, scene.need) == {}
