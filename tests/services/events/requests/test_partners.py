from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.block import Block
from matchmaker.domain.errors import Conflict, NotFound
from matchmaker.domain.events.event import PairDecision, Participant
from matchmaker.domain.vocabulary import MeetingStatus, PairDecisionKind, ParticipantStatus, RequestStatus
from matchmaker.services.events.requests import requests as service
from matchmaker.services.events.requests.my_schedule import own_requests
from matchmaker.services.events.requests.partners import (
    PartnerFilter,
    list_partners,
    matched_postings,
    partner_statuses,
)
from matchmaker.services.events.requests.requests import Reply
from tests.docking import SLOTS, WEEK_BEFORE, make_docking, plan_meeting
from tests.services.events.requests.scene import Scene


class TestWhoCanBeAsked:
    """Participants of the other side who come. Somebody who is excluded looks like somebody who is not there."""

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
            session,
            scene.search_index,
            scene.person(scene.needs[0]),
            scene.needs[0],
            "",
            PartnerFilter.ALL,
            0,
            20,
            WEEK_BEFORE,
        )
        assert {line.participant.id for line in page.rows} == {scene.offers[1].id, scene.offers[2].id}
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
        page = list_partners(
            session, scene.search_index, scene.person(need), need, "", PartnerFilter.ALL, 0, 20, WEEK_BEFORE
        )
        first = page.rows[0]
        assert first.participant is scene.offers[0]
        assert first.reason is not None
        assert "轴承" in first.reason.label()
        assert [line.score for line in page.rows[1:]] == [None, None]
        (matched,) = matched_postings(session, scene.search_index, scene.person(need), need, scene.offers[0])
        assert matched.explanation is not None
        assert matched.explanation.evidence

    def test_searching_by_name_or_by_what_they_can_do(self, session: Session, scene: Scene) -> None:
        need = scene.needs[0]

        def found(text: str) -> list[Participant]:
            page = list_partners(
                session, scene.search_index, scene.person(need), need, text, PartnerFilter.ALL, 0, 20, WEEK_BEFORE
            )
            return [line.participant for line in page.rows]

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
        statuses = partner_statuses(session, scene.needs[0], WEEK_BEFORE)
        assert statuses[scene.offers[0].id].planned
        assert (statuses[scene.offers[1].id].request, statuses[scene.offers[1].id].asked_by_us) == (request, False)
        assert statuses[scene.offers[1].id].request_status is RequestStatus.REQUESTED
        assert statuses[scene.offers[2].id].met_before
        need = scene.needs[0]
        for shown, expected in ((PartnerFilter.OPEN, [2]), (PartnerFilter.ASKED, [1]), (PartnerFilter.NEW, [0, 1])):
            page = list_partners(session, scene.search_index, scene.person(need), need, "", shown, 0, 20, WEEK_BEFORE)
            assert [line.participant for line in page.rows] == [scene.offers[n] for n in expected], shown
