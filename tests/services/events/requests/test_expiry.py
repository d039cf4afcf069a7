from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.block import Block
from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.services.events.participation.registration import withdraw as leave_event
from matchmaker.services.events.requests.expiry import expire_everywhere, expire_requests
from matchmaker.services.events.requests.my_schedule import unanswered_requests
from tests.docking import SLOTS, WEEK_BEFORE
from tests.services.events.requests.scene import ADDRESS, Scene


class TestRunOut:
    """Both sides are told of a request that nobody answered, once, whoever or whatever finds it."""

    @pytest.fixture
    def request_made(self, scene: Scene) -> MeetingRequest:
        made = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        scene.outbox.clear()
        return made

    def expire(self, scene: Scene, at: datetime) -> int:
        return expire_requests(scene.session, scene.event, ADDRESS, at)

    def test_both_sides_are_written_to_once(self, scene: Scene, request_made: MeetingRequest) -> None:
        assert self.expire(scene, request_made.expires_at - timedelta(seconds=1)) == 0
        assert self.expire(scene, request_made.expires_at) == 1
        assert self.expire(scene, request_made.expires_at) == 0
        texts = {to: text for to, _, text in scene.outbox.sent}
        assert len(scene.outbox.sent) == len(texts) == 2
        asker, asked = texts[scene.person(scene.needs[0]).email], texts[scene.person(scene.offers[0]).email]
        assert "对方没有答复" in asker
        assert "请求已撤下" in asked
        for text in (asker, asked):
            assert "05-18 09:20–09:40" in text
            assert ADDRESS in text

    def test_whoever_does_something_next_finds_it(self, scene: Scene, request_made: MeetingRequest) -> None:
        after = request_made.expires_at
        with pytest.raises(Conflict, match="时限"):
            scene.accept(request_made, at=after)
        assert len(scene.outbox.sent) == 2
        scene.ask(scene.needs[1], scene.offers[1], SLOTS[1], at=after)
        assert len(scene.outbox.sent) == 3

    def test_one_letter_lists_all(self, scene: Scene, request_made: MeetingRequest) -> None:
        scene.ask(scene.needs[0], scene.offers[1], SLOTS[2])
        scene.outbox.clear()
        assert self.expire(scene, request_made.expires_at) == 2
        (text,) = [text for to, _, text in scene.outbox.sent if to == scene.person(scene.needs[0]).email]
        assert scene.offers[0].name in text
        assert scene.offers[1].name in text

    def test_who_bars_the_other_is_not_reminded_of_them(
        self, session: Session, scene: Scene, request_made: MeetingRequest
    ) -> None:
        need, offer = scene.needs[0], scene.offers[0]
        session.add(Block(organization_id=offer.organization_id, blocked_id=need.organization_id))
        session.commit()
        self.expire(scene, request_made.expires_at)
        assert scene.outbox.readers == [scene.person(need).email]

    def test_a_wish_that_the_plan_fulfilled_needs_no_answer(self, scene: Scene, request_made: MeetingRequest) -> None:
        scene.plan()
        assert self.expire(scene, request_made.expires_at) == 1
        assert scene.outbox.sent == []
        assert unanswered_requests(scene.session, scene.needs[0], request_made.expires_at) == []

    def test_an_event_that_is_over_bothers_nobody(self, scene: Scene, request_made: MeetingRequest) -> None:
        assert self.expire(scene, datetime(2030, 5, 19, tzinfo=UTC)) == 1
        assert scene.outbox.sent == []

    def test_who_withdraws_lets_the_others_know(
        self, session: Session, scene: Scene, request_made: MeetingRequest
    ) -> None:
        leave_event(session, scene.person(scene.offers[0]), scene.offers[0].id, at=WEEK_BEFORE)
        assert self.expire(scene, WEEK_BEFORE) == 1
        ((to, _, text),) = scene.outbox.sent
        assert to == scene.person(scene.needs[0]).email
        assert "不参会了" in text

    def test_every_announced_event_is_looked_through(
        self, session: Session, scene: Scene, request_made: MeetingRequest
    ) -> None:
        after = request_made.expires_at
        assert expire_everywhere(session, "https://match.example", after) == 1
        assert expire_everywhere(session, "https://match.example", after) == 0
        assert f"https://match.example/attending/events/{scene.event.id}/requests" in scene.outbox.sent[0][2]

    def test_it_is_pointed_out_for_a_day_or_until_they_ask_again(
        self, scene: Scene, request_made: MeetingRequest
    ) -> None:
        session, need, after = scene.session, scene.needs[0], request_made.expires_at
        assert unanswered_requests(session, need, after - timedelta(seconds=1)) == []
        assert unanswered_requests(session, need, after) == [request_made]
        assert unanswered_requests(session, scene.offers[0], after) == []
        assert unanswered_requests(session, need, after + timedelta(days=1)) == []
        scene.ask(need, scene.offers[0], SLOTS[1], at=after)
        assert unanswered_requests(session, need, after) == []
