"""Requests for a meeting: who may ask whom, for how long a request waits, and what becomes of it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from matchmaker.domain.events.event import Meeting, PlanVersion
from matchmaker.domain.events.meeting_request import WORDS_LENGTH
from matchmaker.domain.events.pair import pair_key
from matchmaker.domain.vocabulary import MeetingStatus, RequestStatus, Role, Side
from matchmaker.services.events.plan.placements import Placement, placements_in
from matchmaker.services.events.plan.versions import record_version
from matchmaker.services.events.requests import requests as service
from matchmaker.services.events.requests.my_schedule import own_requests, own_schedule
from matchmaker.services.events.requests.requests import Reply
from matchmaker.services.events.requests.rules import free_slots
from tests.docking import DAY, SLOTS, WEEK_BEFORE, plan_meeting, publish_plan
from tests.factories import make_user
from tests.services.events.requests.scene import Scene

ON_THE_DAY = datetime(2030, 5, 18, 1, 5, tzinfo=UTC)
"""Five past nine in Shanghai: the first slot has begun."""


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
        assert places == [Placement(SLOTS[0], 1), Placement(SLOTS[2], meeting.table)]

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
        versions = {v.version: placements_in(v) for v in session.scalars(select(PlanVersion))}
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
