import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.block import Block
from matchmaker.domain.errors import NotAllowed, NotFound
from matchmaker.domain.events.event import Delegate
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import RequestStatus, Role, Side
from matchmaker.services.activity import history
from matchmaker.services.events.requests import requests as service
from matchmaker.services.events.requests.on_behalf import proxy_requests
from matchmaker.services.events.requests.requests import Reply
from tests.docking import SLOTS, WEEK_BEFORE
from tests.factories import make_user
from tests.services.events.requests.scene import Scene


class TestOnBehalf:
    """Organizers answer for participants whose people have no account, and only for those."""

    @pytest.fixture
    def organizer(self, session: Session, scene: Scene) -> User:
        organizer = make_user(session, Role.ORGANIZER)
        scene.person(scene.offers[0]).active = False
        session.commit()
        return organizer

    def test_the_answer_reaches_the_other_side_and_says_whose_it_is(
        self, session: Session, scene: Scene, organizer: User
    ) -> None:
        scene.plan()
        request = scene.ask(scene.needs[1], scene.offers[0], SLOTS[1])
        assert [one.to_answer for one in proxy_requests(session, scene.event, WEEK_BEFORE)] == [True]
        service.accept(session, scene.search_index, scene.acting(organizer), request.id, Reply("电话里说好了"))
        assert (request.status, request.answered_by) == (RequestStatus.ACCEPTED, organizer)
        to, _, text = scene.outbox.sent[-1]
        assert to == scene.person(scene.needs[1]).email
        assert f"——{organizer.name}（组织方代办）" in text
        assert [step.actor for step in history(session, service.SUBJECT, request.id)][-1] is organizer
        assert [one.to_answer for one in proxy_requests(session, scene.event, WEEK_BEFORE)] == [False]

    def test_another_slot_is_proposed_and_a_request_declined(
        self, session: Session, scene: Scene, organizer: User
    ) -> None:
        first = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        service.propose(session, scene.acting(organizer), first.id, Reply("", SLOTS[3]))
        assert (first.side, first.starts_at, first.made_by) == (Side.OFFER, SLOTS[3], organizer)
        scene.accept(first)
        second = scene.ask(scene.needs[1], scene.offers[0], SLOTS[1])
        service.decline(session, scene.acting(organizer), second.id, Reply("那天有课"))
        assert second.status is RequestStatus.DECLINED

    def test_who_has_an_account_answers_for_itself(self, session: Session, scene: Scene, organizer: User) -> None:
        request = scene.ask(scene.needs[0], scene.offers[1], SLOTS[1])
        with pytest.raises(NotFound):
            service.decline(session, scene.acting(organizer), request.id, Reply())
        theirs = scene.ask(scene.needs[0], scene.offers[0], SLOTS[2])
        with pytest.raises(NotAllowed):
            service.withdraw(session, scene.acting(organizer), theirs.id, Reply())
        session.add(Delegate(participant=scene.offers[0], user_id=make_user(session, Role.RESEARCHER).id, name="李"))
        session.commit()
        with pytest.raises(NotFound):
            service.decline(session, scene.acting(organizer), theirs.id, Reply())
        assert proxy_requests(session, scene.event, WEEK_BEFORE) == []

    def test_what_the_barred_asked_is_not_there(self, session: Session, scene: Scene, organizer: User) -> None:
        need, offer = scene.needs[0], scene.offers[0]
        request = scene.ask(need, offer, SLOTS[1])
        session.add(Block(organization_id=offer.organization_id, blocked_id=need.organization_id))
        session.commit()
        assert proxy_requests(session, scene.event, WEEK_BEFORE) == []
        with pytest.raises(NotFound):
            service.decline(session, scene.acting(organizer), request.id, Reply())
