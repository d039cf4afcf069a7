"""Requests for a meeting: who may ask whom, for how long a request waits, and what becomes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.block import Block
from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.events.event import Delegate, Meeting, PairDecision, Participant, PlanVersion
from matchmaker.domain.events.meeting_request import WORDS_LENGTH, MeetingRequest
from matchmaker.domain.events.pair import pair_key
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import (
    EventKind,
    EventStatus,
    MeetingStatus,
    PairDecisionKind,
    ParticipantStatus,
    RequestStatus,
    Role,
    Side,
)
from matchmaker.services.activity import history
from matchmaker.services.events.participation.registration import withdraw as leave_event
from matchmaker.services.events.plan.placements import Place, places_of
from matchmaker.services.events.plan.versions import record_version
from matchmaker.services.events.requests import requests as service
from matchmaker.services.events.requests.expiry import expire_everywhere, expire_requests
from matchmaker.services.events.requests.my_schedule import own_requests, own_schedule, standing, unanswered_requests
from matchmaker.services.events.requests.on_behalf import proxy_requests
from matchmaker.services.events.requests.partners import Shown, list_partners, matched_postings, partner_statuses
from matchmaker.services.events.requests.requests import Acting, Reply
from matchmaker.services.events.requests.rules import Phase, free_slots, phase_of, waits_until
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.platform import Platform
from tests.docking import DAY, SLOTS, WEEK_BEFORE, Docking, Outbox, make_docking, plan_meeting, publish_plan
from tests.factories import make_user

ADDRESS = "https://match.example/attending/events/1/requests"
ON_THE_DAY = datetime(2030, 5, 18, 1, 5, tzinfo=UTC)
"""Five past nine in Shanghai: the first slot has begun."""


@dataclass
class Scene(Docking):
    session: Session
    search_index: SearchIndex
    outbox: Outbox

    def acting(self, who: Participant | User, at: datetime = WEEK_BEFORE) -> Acting:
        person = self.people[who.id] if isinstance(who, Participant) else who
        return Acting(person, self.outbox, ADDRESS, at)

    def ask(
        self,
        own: Participant,
        other: Participant,
        slot: datetime | None = None,
        at: datetime = WEEK_BEFORE,
        words: str = "想谈轴承寿命",
    ) -> MeetingRequest:
        return service.ask(self.session, self.acting(own, at), own.id, other.id, Reply(words, slot))

    def accept(self, request: MeetingRequest, at: datetime = WEEK_BEFORE, slot: datetime | None = None) -> None:
        acting = self.acting(request.asked, at)
        service.accept(self.session, self.search_index, acting, request.id, Reply("好的", slot))

    def plan(self) -> None:
        """A first version: the first two meet at nine."""
        plan_meeting(self.session, self.needs[0], self.offers[0], SLOTS[0], 1)
        publish_plan(self.session, self.event)


@pytest.fixture
def scene(session: Session, platform: Platform) -> Scene:
    docking = make_docking(session, 3, 3, [("高铁轴箱轴承寿命不足", "轴承接触疲劳寿命预测")])
    # What it has to encode it stores in a session of its own, so before any test's transaction is open.
    platform.search_index.refresh()
    return Scene(**vars(docking), session=session, search_index=platform.search_index, outbox=Outbox())


def test_a_request_reaches_everybody_of_the_other_side(session: Session, scene: Scene) -> None:
    other = scene.offers[0]
    colleague = make_user(session, Role.RESEARCHER, other.organization, owner=False)
    request = scene.ask(scene.needs[0], other, SLOTS[1])
    assert (request.status, request.side, request.starts_at) == (RequestStatus.REQUESTED, Side.NEED, SLOTS[1])
    assert sorted(scene.outbox.readers) == sorted([scene.person(other).email, colleague.email])
    _, subject, text = scene.outbox.sent[0]
    assert scene.needs[0].name in subject
    for words in ("想谈轴承寿命", "05-18 09:20–09:40", scene.event.name, ADDRESS):
        assert words in text


def test_the_mail_speaks_its_readers_language(session: Session, scene: Scene) -> None:
    scene.person(scene.offers[0]).language = "en"
    session.commit()
    scene.ask(scene.needs[0], scene.offers[0])
    assert scene.outbox.sent[0][0] == scene.person(scene.offers[0]).email


def test_where_nobody_could_answer_the_organizers_are_told(session: Session, scene: Scene) -> None:
    organizer = make_user(session, Role.ORGANIZER)
    scene.person(scene.offers[0]).active = False
    session.commit()
    scene.ask(scene.needs[0], scene.offers[0])
    assert scene.outbox.readers == [organizer.email]


@pytest.mark.parametrize("words", ["", "……", "😀"])
def test_a_request_says_what_it_is_about(scene: Scene, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        scene.ask(scene.needs[0], scene.offers[0], words=words)
    assert caught.value.field == "words"


def test_words_are_cleaned_and_limited(scene: Scene) -> None:
    assert scene.ask(scene.needs[0], scene.offers[0], words="  您好\u202e \r\n谈谈 ").message == "您好\n谈谈"
    with pytest.raises(InvalidInput, match="500"):
        scene.ask(scene.needs[0], scene.offers[1], words="长" * (WORDS_LENGTH + 1))


@pytest.mark.parametrize(
    "slot", [DAY - timedelta(minutes=20), DAY + timedelta(minutes=7), datetime(2031, 1, 1, 9)], ids=str
)
def test_only_slots_of_the_event_can_be_asked_for(scene: Scene, slot: datetime) -> None:
    with pytest.raises(InvalidInput) as caught:
        scene.ask(scene.needs[0], scene.offers[0], slot)
    assert caught.value.field == "starts_at"


def test_a_hold_blocks_both_calendars(session: Session, scene: Scene) -> None:
    scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
    with pytest.raises(InvalidInput):
        scene.ask(scene.needs[0], scene.offers[1], SLOTS[1])
    with pytest.raises(InvalidInput):
        scene.ask(scene.offers[0], scene.needs[1], SLOTS[1])
    scene.ask(scene.needs[1], scene.offers[1], SLOTS[1])


def test_the_refusal_names_nobody(scene: Scene) -> None:
    scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
    with pytest.raises(InvalidInput) as caught:
        scene.ask(scene.needs[1], scene.offers[0], SLOTS[1])
    assert scene.needs[0].name not in str(caught.value)


def test_holds_take_no_more_slots_than_there_are_tables(session: Session, scene: Scene) -> None:
    scene.event.table_count = 1
    session.commit()
    scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
    with pytest.raises(InvalidInput):
        scene.ask(scene.needs[1], scene.offers[1], SLOTS[1])


class TestTheClock:
    """How long an unanswered request holds its slot."""

    @pytest.mark.parametrize(
        ("at", "slot", "expires_at"),
        [
            pytest.param(WEEK_BEFORE, SLOTS[1], WEEK_BEFORE + timedelta(hours=24), id="a week before"),
            pytest.param(
                datetime(2030, 5, 17, 14, tzinfo=UTC), SLOTS[5], datetime(2030, 5, 18, 1, 15, tzinfo=UTC), id="at night"
            ),
            pytest.param(
                datetime(2030, 5, 17, 14, tzinfo=UTC), SLOTS[0], datetime(2030, 5, 18, 1, tzinfo=UTC), id="first slot"
            ),
            pytest.param(ON_THE_DAY, SLOTS[3], ON_THE_DAY + timedelta(minutes=15), id="on the day"),
            pytest.param(
                ON_THE_DAY + timedelta(minutes=10), SLOTS[1], datetime(2030, 5, 18, 1, 20, tzinfo=UTC), id="just before"
            ),
            pytest.param(WEEK_BEFORE, None, datetime(2030, 5, 18, 1, tzinfo=UTC), id="a wish"),
        ],
    )
    def test_when_it_runs_out(self, scene: Scene, at: datetime, slot: datetime | None, expires_at: datetime) -> None:
        assert waits_until(scene.event, slot, at) == expires_at

    def test_wishes_wait_for_their_deadline(self, scene: Scene) -> None:
        scene.event.requests_until = datetime(2030, 5, 15, 18)
        assert waits_until(scene.event, None, WEEK_BEFORE) == datetime(2030, 5, 15, 10, tzinfo=UTC)

    def test_after_it_both_calendars_are_free(self, session: Session, scene: Scene) -> None:
        request = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        after = request.expires_at
        assert SLOTS[1] not in free_slots(session, scene.event, pair_key(scene.needs[0], scene.offers[1]), WEEK_BEFORE)
        assert SLOTS[1] in free_slots(session, scene.event, pair_key(scene.needs[0], scene.offers[1]), after)
        assert request.status is RequestStatus.REQUESTED
        assert standing(request, after) is RequestStatus.EXPIRED
        scene.ask(scene.needs[0], scene.offers[1], SLOTS[1], at=after)
        session.refresh(request)
        assert request.status is RequestStatus.EXPIRED

    def test_who_answers_too_late_is_told(self, scene: Scene) -> None:
        request = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        with pytest.raises(Conflict, match="时限"):
            scene.accept(request, at=request.expires_at)

    def test_it_can_be_asked_again(self, scene: Scene) -> None:
        first = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        assert scene.ask(scene.needs[0], scene.offers[0], SLOTS[1], at=first.expires_at).id != first.id


class TestRunOut:
    """Both sides are told of a request that nobody answered, once, whoever or whatever finds it."""

    @pytest.fixture
    def request_made(self, scene: Scene) -> MeetingRequest:
        made = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        scene.outbox.sent.clear()
        return made

    def expire(self, scene: Scene, at: datetime) -> int:
        return expire_requests(scene.session, scene.outbox, scene.event, ADDRESS, at)

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
        scene.outbox.sent.clear()
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
        assert expire_everywhere(session, scene.outbox, "https://match.example", after) == 1
        assert expire_everywhere(session, scene.outbox, "https://match.example", after) == 0
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


class TestBeforeThePlan:
    """Wishes, with a slot or without."""

    def test_an_accepted_wish_keeps_its_slot(self, session: Session, scene: Scene) -> None:
        scene.accept(scene.ask(scene.needs[0], scene.offers[0], SLOTS[1]))
        later = WEEK_BEFORE + timedelta(days=3)
        with pytest.raises(InvalidInput):
            scene.ask(scene.needs[1], scene.offers[0], SLOTS[1], at=later)
        assert session.scalars(select(Meeting)).all() == []

    def test_a_wish_without_a_slot_leaves_it_to_the_organizers(self, session: Session, scene: Scene) -> None:
        request = scene.ask(scene.needs[0], scene.offers[0])
        scene.accept(request)
        assert (request.status, request.starts_at, request.answer) == (RequestStatus.ACCEPTED, None, "好的")

    def test_a_draft_binds_nobody_but_what_is_locked_does(self, session: Session, scene: Scene) -> None:
        meeting = plan_meeting(session, scene.needs[0], scene.offers[0], SLOTS[1], 1)
        scene.ask(scene.needs[0], scene.offers[1], SLOTS[1])
        meeting.locked = True
        session.commit()
        with pytest.raises(InvalidInput):
            scene.ask(scene.needs[1], scene.offers[0], SLOTS[1])

    def test_after_the_deadline_only_answers_are_taken(self, session: Session, scene: Scene) -> None:
        scene.event.requests_until = datetime(2030, 5, 11, 11)
        session.commit()
        request = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        after = WEEK_BEFORE + timedelta(hours=2)
        with pytest.raises(Conflict, match="截止"):
            scene.ask(scene.needs[1], scene.offers[1], at=after)
        scene.accept(request, at=after)
        assert request.status is RequestStatus.ACCEPTED

    def test_either_side_can_take_back_what_was_agreed(self, session: Session, scene: Scene) -> None:
        request = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        scene.accept(request)
        service.withdraw(session, scene.acting(scene.offers[0]), request.id, Reply())
        assert request.status is RequestStatus.WITHDRAWN
        assert scene.outbox.readers[-1] == scene.person(scene.needs[0]).email
        scene.ask(scene.needs[0], scene.offers[1], SLOTS[1])

    def test_agreeing_on_more_than_the_maximum_is_refused(self, session: Session, scene: Scene) -> None:
        scene.offers[0].max_meetings = 1
        session.commit()
        first, second = scene.ask(scene.needs[0], scene.offers[0]), scene.ask(scene.needs[1], scene.offers[0])
        scene.accept(first)
        with pytest.raises(Conflict, match="上限"):
            scene.accept(second)
        with pytest.raises(Conflict, match="约满"):
            scene.ask(scene.needs[2], scene.offers[0])

    def test_nobody_waits_for_more_answers_than_it_may_have_meetings(self, session: Session, scene: Scene) -> None:
        scene.needs[0].max_meetings = 2
        session.commit()
        first = scene.ask(scene.needs[0], scene.offers[0])
        scene.ask(scene.needs[0], scene.offers[1])
        with pytest.raises(Conflict, match="等答复"):
            scene.ask(scene.needs[0], scene.offers[2])
        service.withdraw(session, scene.acting(scene.needs[0]), first.id, Reply())
        scene.ask(scene.needs[0], scene.offers[2])


class TestWithAPlan:
    """After publication: free slots only, and accepting makes the meeting."""

    def test_accepting_makes_the_meeting_at_once(self, session: Session, scene: Scene) -> None:
        scene.plan()
        request = scene.ask(scene.needs[0], scene.offers[1], SLOTS[2])
        scene.accept(request)
        meeting = session.scalars(select(Meeting).where(Meeting.offer_side_id == scene.offers[1].id)).one()
        assert (meeting.starts_at, meeting.locked, meeting.status) == (SLOTS[2], True, MeetingStatus.PLANNED)
        assert scene.event.published_version == scene.event.plan_version == 2
        places = [a.place for a in own_schedule(session, scene.needs[0], WEEK_BEFORE).appointments]
        assert places == [Place(SLOTS[0], 1), Place(SLOTS[2], meeting.table)]

    def test_the_meeting_says_why(self, session: Session, scene: Scene) -> None:
        publish_plan(session, scene.event)
        scene.accept(scene.ask(scene.needs[0], scene.offers[0], SLOTS[2]))
        meeting = session.scalars(select(Meeting)).one()
        assert meeting.score > 20
        assert "轴承" in "".join(meeting.reason.terms)
        assert meeting.need is not None
        assert meeting.offer is not None

    def test_a_slot_must_be_named(self, scene: Scene) -> None:
        scene.plan()
        with pytest.raises(InvalidInput, match="日程已经公布"):
            scene.ask(scene.needs[0], scene.offers[1])

    def test_a_wish_from_before_gets_its_slot_from_the_answer(self, session: Session, scene: Scene) -> None:
        request = scene.ask(scene.needs[1], scene.offers[1])
        scene.plan()
        with pytest.raises(InvalidInput, match="日程已经公布"):
            scene.accept(request)
        scene.accept(request, slot=SLOTS[3])
        assert own_schedule(session, scene.offers[1], WEEK_BEFORE).appointments[0].place.starts_at == SLOTS[3]

    def test_a_wish_that_the_plan_fulfilled_moves_nothing(self, session: Session, scene: Scene) -> None:
        request = scene.ask(scene.needs[0], scene.offers[0], SLOTS[4])
        scene.plan()
        scene.accept(request)
        assert (request.status, request.starts_at) == (RequestStatus.ACCEPTED, SLOTS[0])
        assert scene.event.published_version == scene.event.plan_version == 1

    @pytest.mark.parametrize("busy", ["asking", "asked"])
    def test_whoever_is_in_a_meeting_is_not_free(self, session: Session, scene: Scene, busy: str) -> None:
        scene.plan()
        pair = (scene.needs[0], scene.offers[1]) if busy == "asking" else (scene.needs[1], scene.offers[0])
        with pytest.raises(InvalidInput):
            scene.ask(*pair, SLOTS[0])

    def test_unavailable_slots_cannot_be_asked_for(self, session: Session, scene: Scene) -> None:
        scene.plan()
        scene.offers[1].unavailable = [SLOTS[2].isoformat(timespec="minutes")]
        session.commit()
        with pytest.raises(InvalidInput):
            scene.ask(scene.needs[0], scene.offers[1], SLOTS[2])

    def test_a_slot_that_has_begun_is_past(self, scene: Scene) -> None:
        scene.plan()
        with pytest.raises(InvalidInput):
            scene.ask(scene.needs[1], scene.offers[1], SLOTS[0], at=ON_THE_DAY)
        scene.ask(scene.needs[1], scene.offers[1], SLOTS[1], at=ON_THE_DAY)

    def test_a_pair_of_the_plan_needs_no_asking(self, scene: Scene) -> None:
        scene.plan()
        with pytest.raises(Conflict, match="已经在日程里"):
            scene.ask(scene.needs[0], scene.offers[0], SLOTS[3])

    def test_a_cancelled_pair_meets_after_all_in_its_row(self, session: Session, scene: Scene) -> None:
        request = scene.ask(scene.needs[0], scene.offers[0], SLOTS[4])
        scene.accept(request)
        meeting = plan_meeting(
            session, scene.needs[0], scene.offers[0], SLOTS[4], 2, status=MeetingStatus.CANCELLED, score=70.0
        )
        publish_plan(session, scene.event)
        again = scene.ask(scene.offers[0], scene.needs[0], SLOTS[5])
        assert again.id == request.id
        scene.accept(again)
        assert session.scalars(select(Meeting.id)).all() == [meeting.id]
        assert (meeting.starts_at, meeting.status, meeting.score) == (SLOTS[5], MeetingStatus.PLANNED, 70.0)

    def test_the_organizers_draft_stays_a_draft(self, session: Session, scene: Scene) -> None:
        scene.plan()
        drafted = plan_meeting(session, scene.needs[1], scene.offers[1], SLOTS[3], 1)
        record_version(session, None, scene.event)
        session.commit()
        scene.accept(scene.ask(scene.needs[2], scene.offers[2], SLOTS[3]))
        versions = {v.version: places_of(v.schedule) for v in session.scalars(select(PlanVersion))}
        published = versions[scene.event.published_version or 0]
        pairs = [pair_key(scene.needs[n], scene.offers[n]) for n in range(3)]
        assert set(published) == {pairs[0], pairs[2]}
        assert set(versions[scene.event.plan_version]) == set(pairs)
        assert published[pairs[2]].table != drafted.table
        assert own_schedule(session, scene.needs[1], WEEK_BEFORE).appointments == []

    def test_neither_the_draft_nor_what_is_published_collides(self, session: Session, scene: Scene) -> None:
        """The organizers moved a meeting in their draft: until they publish, its old place is taken as well."""
        meeting = plan_meeting(session, scene.needs[0], scene.offers[0], SLOTS[0], 1)
        scene.event.table_count = 1
        publish_plan(session, scene.event)
        meeting.starts_at = SLOTS[2]
        session.commit()
        for slot in (SLOTS[0], SLOTS[2]):
            with pytest.raises(InvalidInput):
                scene.ask(scene.needs[0], scene.offers[1], slot)
            with pytest.raises(InvalidInput):
                scene.ask(scene.needs[1], scene.offers[1], slot)

    def test_every_request_finds_its_table(self, session: Session, scene: Scene) -> None:
        publish_plan(session, scene.event)
        scene.event.table_count = 2
        session.commit()
        first, second = (scene.ask(scene.needs[n], scene.offers[n], SLOTS[1]) for n in (1, 2))
        with pytest.raises(InvalidInput):
            scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        scene.accept(first)
        scene.accept(second)
        tables = session.scalars(select(Meeting.table).where(Meeting.starts_at == SLOTS[1])).all()
        assert sorted(table for table in tables if table) == [1, 2]


class TestAnswering:
    """Accepting, declining, proposing, moving, withdrawing: whose turn it is."""

    def test_declining_reaches_the_asker_and_is_final_for_them(self, session: Session, scene: Scene) -> None:
        request = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        service.decline(session, scene.acting(scene.offers[0]), request.id, Reply("暂无合作计划"))
        assert "暂无合作计划" in scene.outbox.sent[-1][2]
        assert scene.outbox.readers[-1] == scene.person(scene.needs[0]).email
        with pytest.raises(Conflict, match="谢绝"):
            scene.ask(scene.needs[0], scene.offers[0])
        scene.ask(scene.offers[0], scene.needs[0], SLOTS[1])

    def test_a_counter_proposal_turns_the_request_around(self, session: Session, scene: Scene) -> None:
        request = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        later = WEEK_BEFORE + timedelta(hours=5)
        service.propose(session, scene.acting(scene.offers[0], later), request.id, Reply("下午更好", SLOTS[4]))
        assert (request.side, request.starts_at) == (Side.OFFER, SLOTS[4])
        assert request.expires_at == later + timedelta(hours=24)
        assert SLOTS[1] in free_slots(session, scene.event, pair_key(scene.needs[0], scene.offers[1]), later)
        with pytest.raises(NotAllowed):
            service.accept(session, scene.search_index, scene.acting(scene.offers[0]), request.id, Reply())
        scene.accept(request, at=later)
        assert (request.status, request.starts_at) == (RequestStatus.ACCEPTED, SLOTS[4])

    def test_moving_keeps_the_request(self, session: Session, scene: Scene) -> None:
        request = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        service.move(session, scene.acting(scene.needs[0]), request.id, Reply("", SLOTS[2]))
        assert (request.side, request.starts_at, request.message) == (Side.NEED, SLOTS[2], "想谈轴承寿命")
        assert SLOTS[1] in free_slots(session, scene.event, pair_key(scene.needs[0], scene.offers[1]), WEEK_BEFORE)
        assert scene.outbox.readers[-1] == scene.person(scene.offers[0]).email

    def test_a_move_goes_somewhere_else(self, session: Session, scene: Scene) -> None:
        request = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        with pytest.raises(InvalidInput, match="不同"):
            service.move(session, scene.acting(scene.needs[0]), request.id, Reply("", SLOTS[1]))

    def test_withdrawing_frees_the_slot(self, session: Session, scene: Scene) -> None:
        request = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        service.withdraw(session, scene.acting(scene.needs[0]), request.id, Reply())
        scene.ask(scene.needs[1], scene.offers[0], SLOTS[1])
        with pytest.raises(Conflict):
            scene.accept(request)

    def test_whose_turn_it_is(self, session: Session, scene: Scene) -> None:
        request = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        asking, asked = scene.acting(scene.needs[0]), scene.acting(scene.offers[0])
        with pytest.raises(NotAllowed):
            service.decline(session, asking, request.id, Reply())
        with pytest.raises(NotAllowed):
            service.propose(session, asking, request.id, Reply("", SLOTS[2]))
        for verb in (service.move, service.withdraw):
            with pytest.raises(NotAllowed):
                verb(session, asked, request.id, Reply("", SLOTS[2]))

    def test_it_is_nobody_elses_business(self, session: Session, scene: Scene) -> None:
        request = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        for stranger in (scene.needs[1], scene.offers[1], make_user(session, Role.ORGANIZER)):
            acting = scene.acting(stranger)
            for verb in (service.decline, service.propose, service.move, service.withdraw):
                with pytest.raises(NotFound):
                    verb(session, acting, request.id, Reply("", SLOTS[2]))
            with pytest.raises(NotFound):
                service.accept(session, scene.search_index, acting, request.id, Reply())
            with pytest.raises(NotFound):
                service.get_request(session, acting.person, request.id)
        assert own_requests(session, scene.needs[1]) == []

    def test_nobody_asks_in_anothers_name(self, session: Session, scene: Scene) -> None:
        acting = scene.acting(scene.needs[1])
        with pytest.raises(NotFound):
            service.ask(session, acting, scene.needs[0].id, scene.offers[0].id, Reply("您好"))

    def test_asking_twice_is_refused_from_either_side(self, scene: Scene) -> None:
        scene.ask(scene.needs[0], scene.offers[0])
        with pytest.raises(Conflict, match="正在等答复"):
            scene.ask(scene.needs[0], scene.offers[0])
        with pytest.raises(Conflict, match="直接答复"):
            scene.ask(scene.offers[0], scene.needs[0])


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


class TestWhoCanBeAsked:
    """Those of the other side who come; who is barred looks like somebody who is not there."""

    @pytest.fixture(params=["block", "blocked by", "group", "organizers"])
    def barred(self, request: pytest.FixtureRequest, session: Session, scene: Scene) -> Callable[[], None]:
        need, offer = scene.needs[0], scene.offers[0]

        def bar() -> None:
            match request.param:
                case "block":
                    session.add(Block(organization_id=need.organization_id, blocked_id=offer.organization_id))
                case "blocked by":
                    session.add(Block(organization_id=offer.organization_id, blocked_id=need.organization_id))
                case "group":
                    need.organization.group_name = offer.organization.group_name = "示例集团"
                case "organizers":
                    session.add(
                        PairDecision(
                            event_id=scene.event.id,
                            need_side_id=need.id,
                            offer_side_id=offer.id,
                            decision=PairDecisionKind.EXCLUDE,
                        )
                    )
            session.commit()

        return bar

    def test_the_barred_are_not_there(self, session: Session, scene: Scene, barred: Callable[[], None]) -> None:
        barred()
        with pytest.raises(NotFound) as hidden:
            scene.ask(scene.needs[0], scene.offers[0])
        with pytest.raises(NotFound) as missing:
            service.ask(session, scene.acting(scene.needs[0]), scene.needs[0].id, 10**6, Reply("您好"))
        assert str(hidden.value) == str(missing.value)
        page = list_partners(
            session, scene.search_index, scene.person(scene.needs[0]), scene.needs[0], "", Shown.ALL, 0, 20, WEEK_BEFORE
        )
        assert {line.participant.id for line in page.lines} == {scene.offers[1].id, scene.offers[2].id}
        assert page.total == 2

    def test_who_bars_later_sees_and_answers_nothing_more(
        self, session: Session, scene: Scene, barred: Callable[[], None]
    ) -> None:
        request = scene.ask(scene.needs[0], scene.offers[0], SLOTS[1])
        barred()
        with pytest.raises(NotFound):
            scene.accept(request)
        assert own_requests(session, scene.offers[0]) == []
        assert own_requests(session, scene.needs[0]) == [request]

    @pytest.mark.parametrize("status", [s for s in ParticipantStatus if s is not ParticipantStatus.CONFIRMED])
    def test_only_who_comes(self, session: Session, scene: Scene, status: ParticipantStatus) -> None:
        scene.offers[0].status = status
        session.commit()
        with pytest.raises(NotFound):
            scene.ask(scene.needs[0], scene.offers[0])

    def test_who_withdrew_asks_nobody_and_cannot_be_met(self, session: Session, scene: Scene) -> None:
        request = scene.ask(scene.needs[0], scene.offers[0])
        scene.needs[0].status = ParticipantStatus.WITHDRAWN
        session.commit()
        with pytest.raises(Conflict, match="不参会"):
            scene.accept(request)
        with pytest.raises(Conflict, match="确认参会后"):
            scene.ask(scene.needs[0], scene.offers[1])

    def test_ones_own_side_and_other_events_are_not_there(self, session: Session, scene: Scene) -> None:
        elsewhere = make_docking(session, name="另一场对接会")
        for other in (scene.needs[1], elsewhere.offers[0]):
            with pytest.raises(NotFound):
                scene.ask(scene.needs[0], other)

    def test_the_best_come_first_with_a_reason(self, session: Session, scene: Scene) -> None:
        need = scene.needs[0]
        page = list_partners(session, scene.search_index, scene.person(need), need, "", Shown.ALL, 0, 20, WEEK_BEFORE)
        first = page.lines[0]
        assert first.participant is scene.offers[0]
        assert first.reason is not None
        assert "轴承" in first.reason.label()
        assert [line.score for line in page.lines[1:]] == [None, None]
        (matched,) = matched_postings(session, scene.search_index, scene.person(need), need, scene.offers[0])
        assert matched.explanation is not None
        assert matched.explanation.evidence

    def test_searching_by_name_or_by_what_they_can_do(self, session: Session, scene: Scene) -> None:
        need = scene.needs[0]

        def found(text: str) -> list[Participant]:
            page = list_partners(
                session, scene.search_index, scene.person(need), need, text, Shown.ALL, 0, 20, WEEK_BEFORE
            )
            return [line.participant for line in page.lines]

        assert found(scene.offers[2].organization.name) == [scene.offers[2]]
        assert found("轴承疲劳") == [scene.offers[0]]
        assert found("没有这样的单位 zzzz") == []

    def test_marks(self, session: Session, scene: Scene) -> None:
        earlier = make_docking(session, 0, 0, name="去年的对接会")
        others = [
            Participant(event=earlier.event, side=p.side, organization=p.organization)
            for p in (scene.needs[0], scene.offers[2])
        ]
        session.add_all(others)
        session.commit()
        plan_meeting(session, *others, SLOTS[0], 1, status=MeetingStatus.HELD)
        request = scene.ask(scene.offers[1], scene.needs[0], SLOTS[2])
        scene.plan()
        marks = partner_statuses(session, scene.needs[0], WEEK_BEFORE)
        assert marks[scene.offers[0].id].planned
        assert (marks[scene.offers[1].id].request, marks[scene.offers[1].id].asked_by_us) == (request, False)
        assert marks[scene.offers[1].id].status is RequestStatus.REQUESTED
        assert marks[scene.offers[2].id].met_before
        need = scene.needs[0]
        for shown, expected in ((Shown.OPEN, [2]), (Shown.ASKED, [1]), (Shown.NEW, [0, 1])):
            page = list_partners(session, scene.search_index, scene.person(need), need, "", shown, 0, 20, WEEK_BEFORE)
            assert [line.participant for line in page.lines] == [scene.offers[n] for n in expected], shown


@pytest.mark.parametrize(
    ("values", "published", "at", "phase"),
    [
        ({}, None, WEEK_BEFORE, Phase.WISHES),
        ({"requests_until": datetime(2030, 5, 11, 10)}, None, WEEK_BEFORE, Phase.CLOSED),
        ({"requests_until": datetime(2030, 5, 11, 10)}, 1, WEEK_BEFORE, Phase.LIVE),
        ({"status": EventStatus.PREPARING}, None, WEEK_BEFORE, Phase.CLOSED),
        ({"kind": EventKind.EXPO}, None, WEEK_BEFORE, Phase.VISITS),
        ({}, 1, ON_THE_DAY, Phase.LIVE),
        ({"status": EventStatus.FINISHED}, 1, WEEK_BEFORE, Phase.OVER),
        ({}, 1, datetime(2030, 5, 18, 2, 40, tzinfo=UTC), Phase.OVER),
        ({"time_zone": "Europe/Berlin"}, 1, datetime(2030, 5, 18, 2, 40, tzinfo=UTC), Phase.LIVE),
    ],
)
def test_the_phases(
    session: Session, values: dict[str, object], published: int | None, at: datetime, phase: Phase
) -> None:
    event = make_docking(session, 1, 1, **values).event
    event.published_version = published
    assert phase_of(event, at) is phase
