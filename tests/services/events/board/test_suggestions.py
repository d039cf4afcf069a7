"""Who could fill a freed slot, and where a waiting pair could meet."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Meeting, PairDecision, Participant
from matchmaker.domain.vocabulary import MeetingStatus, PairDecisionKind, Side
from matchmaker.services.events.board.suggestions import suggest_partners, suggest_places
from matchmaker.services.events.board.view import board_state
from matchmaker.services.platform import Platform
from tests.factories import make_need, make_offer
from tests.scheduled import make_fair, slot

TOPICS = (
    ("高铁轴箱轴承接触疲劳寿命不足", "高速铁路轴承接触疲劳试验与寿命预测"),
    ("拖拉机动力换挡变速箱液压冲击", "动力换挡变速箱湿式离合器缓冲控制"),
    ("滚动轴承滚道早期剥落", "轴承滚道超声滚压强化与疲劳寿命提升"),
)


@pytest.fixture
def event(session: Session, platform: Platform) -> Event:
    """Everybody has a posting, so that each pair has a score; nothing is planned."""
    event = make_fair(session)
    for meeting, (problem, answer) in zip(list(event.meetings), TOPICS, strict=True):
        make_need(session, meeting.need_side.organization, title=problem)
        make_offer(session, meeting.offer_side.organization, title=answer)
        session.delete(meeting)
    session.commit()
    platform.search_index.refresh()
    return event


def sides(session: Session, event: Event) -> tuple[list[Participant], list[Participant]]:
    participants = session.scalars(
        select(Participant).where(Participant.event_id == event.id).order_by(Participant.id)
    ).all()
    return [p for p in participants if p.side is Side.NEED], [p for p in participants if p.side is Side.OFFER]


def suggested(session: Session, platform: Platform, event: Event, starts_at: datetime, **wanted: int) -> list[tuple]:
    found = suggest_partners(session, platform.search_index, event, starts_at, **wanted)
    return [(one.need_side.id, one.offer_side.id) for one in found]


def meet(session: Session, event: Event, need: Participant, offer: Participant, **values: object) -> Meeting:
    meeting = Meeting(event_id=event.id, need_side_id=need.id, offer_side_id=offer.id, score=50, **values)
    session.add(meeting)
    session.commit()
    return meeting


@pytest.mark.slow
def test_the_best_free_pairs_come_first_with_score_and_reason(
    session: Session, platform: Platform, event: Event
) -> None:
    needs, offers = sides(session, event)
    found = suggest_partners(session, platform.search_index, event, slot(1))

    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    pairs = [(one.need_side, one.offer_side) for one in found]
    assert {(needs[0], offers[0]), (needs[1], offers[1]), (needs[2], offers[2]), (needs[0], offers[2])} <= set(pairs)
    assert (needs[1], offers[0]) not in pairs
    best = found[pairs.index((needs[0], offers[0]))]
    assert "轴承" in "".join(best.reason.terms)
    assert best.short == (needs[0], offers[0])
    assert best.table == 1


@pytest.mark.slow
def test_pairs_that_cannot_or_must_not_meet_are_left_out(session: Session, platform: Platform, event: Event) -> None:
    needs, offers = sides(session, event)
    pair = (needs[0].id, offers[0].id)
    assert pair in suggested(session, platform, event, slot(1))

    meeting = meet(session, event, needs[0], offers[0], starts_at=slot(0), table=1)
    assert pair not in suggested(session, platform, event, slot(1))
    meeting.status = MeetingStatus.CANCELLED
    assert pair not in suggested(session, platform, event, slot(1))
    session.delete(meeting)
    session.flush()

    needs[0].unavailable = ["2031-05-18T09:20"]
    assert pair not in suggested(session, platform, event, slot(1))
    assert pair in suggested(session, platform, event, slot(2))
    needs[0].unavailable = []

    busy = meet(session, event, needs[1], offers[0], starts_at=slot(1), table=2)
    assert pair not in suggested(session, platform, event, slot(1))
    session.delete(busy)

    session.add(
        PairDecision(event_id=event.id, need_side_id=pair[0], offer_side_id=pair[1], decision=PairDecisionKind.EXCLUDE)
    )
    session.flush()
    assert pair not in suggested(session, platform, event, slot(1))


@pytest.mark.slow
def test_who_has_enough_is_left_alone(session: Session, platform: Platform, event: Event) -> None:
    needs, offers = sides(session, event)
    needs[0].max_meetings = 1
    meet(session, event, needs[0], offers[2], starts_at=slot(0), table=1)
    assert all(need != needs[0].id for need, _ in suggested(session, platform, event, slot(1)))


@pytest.mark.slow
def test_suggestions_for_one_participant_and_for_one_table(session: Session, platform: Platform, event: Event) -> None:
    _, offers = sides(session, event)
    only = suggested(session, platform, event, slot(1), participant_id=offers[0].id)
    assert only
    assert all(offer == offers[0].id for _, offer in only)
    offers[0].table = 2
    session.flush()
    assert suggested(session, platform, event, slot(1), participant_id=offers[0].id, table=1) == []
    (first, *_) = suggest_partners(session, platform.search_index, event, slot(1), participant_id=offers[0].id)
    assert first.table == 2


@pytest.mark.slow
def test_a_pair_that_waits_is_marked_even_if_it_scores_little(
    session: Session, platform: Platform, event: Event
) -> None:
    needs, offers = sides(session, event)
    meet(session, event, needs[1], offers[0])
    found = suggest_partners(session, platform.search_index, event, slot(1))
    assert [(one.need_side, one.offer_side) for one in found if one.listed] == [(needs[1], offers[0])]


def test_places_that_leave_people_waiting_least_come_first(session: Session) -> None:
    event = make_fair(session)
    needs, offers = sides(session, event)
    pair = (needs[0].id, offers[1].id)
    best, worse, worst = suggest_places(session, event, pair)
    assert [one.place.starts_at for one in (best, worse, worst)] == [slot(1), slot(2), slot(3)]
    assert [one.idle for one in (best, worse, worst)] == [0, 2, 4]
    assert best.reason(event) == "不增加等候"
    assert worse.reason(event) == "双方共多等 40 分钟"


def test_a_place_that_fills_a_gap_is_best(session: Session) -> None:
    event = make_fair(session)
    needs, offers = sides(session, event)
    meet(session, event, needs[0], offers[2], starts_at=slot(2), table=1)
    first = suggest_places(session, event, (needs[0].id, offers[1].id))[0]
    assert (first.place.starts_at, first.idle) == (slot(1), -1)
    assert "少等 20 分钟" in first.reason(event)


def test_no_place_for_a_pair_that_has_enough_or_is_never_free(session: Session) -> None:
    event = make_fair(session)
    needs, offers = sides(session, event)
    pair = (needs[0].id, offers[1].id)
    needs[0].max_meetings = 1
    assert suggest_places(session, event, pair) == []
    needs[0].max_meetings = 6
    offers[1].unavailable = [one.isoformat(timespec="minutes") for one in event.slots]
    assert suggest_places(session, event, pair) == []
    assert len(board_state(session, event).placed) == 3
