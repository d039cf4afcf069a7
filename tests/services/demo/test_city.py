"""Loading the demo city: complete, current, and harmless to repeat."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import CooperationChange
from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.people import Team, User
from matchmaker.domain.postings.posting import Need
from matchmaker.domain.vocabulary import EventKind, EventStatus, MeetingStatus, PostingStatus, Role, Side
from matchmaker.services.accounts.user_accounts import authenticate
from matchmaker.services.demo.city import PASSWORD, DemoCity, load_demo, load_history, store_vectors
from matchmaker.services.events.expo.booth_recommendations import exhibits_by_industry
from matchmaker.services.indexing.search_index import DatabaseVectorStore
from matchmaker.services.platform import Platform

pytestmark = pytest.mark.slow


def test_one_can_log_in_in_every_role(city: DemoCity, session: Session) -> None:
    assert {role for _, role in city.users} == set(Role)
    for email, role in city.users:
        user = authenticate(session, email, PASSWORD)
        assert user is not None
        assert user.role is role
        assert user.organization is not None or role is Role.ADMIN


def test_teams_have_directions(city: DemoCity, session: Session) -> None:
    assert all(team.research_directions and team.leader for team in session.scalars(select(Team)))
    assert city.teams >= 40


def test_everything_is_published_and_nothing_is_over(city: DemoCity, session: Session) -> None:
    for need in session.scalars(select(Need)):
        assert need.status is PostingStatus.PUBLISHED
        assert need.deadline is None or need.deadline > date.today()


def test_one_event_is_past_with_results_and_two_are_to_come(met: int, session: Session) -> None:
    past, docking, expo = sorted(session.scalars(select(Event)), key=lambda event: event.starts_at or datetime.max)
    assert past.ends_at is not None
    assert docking.starts_at is not None
    assert past.ends_at < datetime.now() < docking.starts_at
    assert (past.status, docking.kind, expo.kind) == (EventStatus.FINISHED, EventKind.DOCKING, EventKind.EXPO)
    assert {meeting.status for meeting in past.meetings} == {
        MeetingStatus.HELD,
        MeetingStatus.NO_SHOW,
        MeetingStatus.CANCELLED,
    }
    for meeting in past.meetings:
        assert meeting.starts_at in past.slots
        if meeting.status is MeetingStatus.HELD:
            assert meeting.need_rating in range(1, 6)
            assert meeting.need_next_step is not None
    places = [(meeting.starts_at, meeting.table) for meeting in past.meetings]
    sides = [(m.starts_at, side) for m in past.meetings for side in (m.need_side_id, m.offer_side_id)]
    assert len(set(places)) == len(places)
    assert len(set(sides)) == len(sides)
    exhibitors = [participant for participant in expo.participants if participant.side is Side.OFFER]
    stands = [(one.room_id, one.booth) for one in exhibitors if one.room is not None and one.booth]
    assert len(set(stands)) == len(stands) == len(exhibitors)
    assert all(hall.table_count >= sum(one.room is hall for one in exhibitors) for hall in expo.rooms)


def test_meetings_score_what_the_matcher_says(met: int, session: Session, platform: Platform) -> None:
    meetings = session.scalars(select(Meeting)).all()
    assert len(meetings) == met
    for meeting in meetings:
        assert meeting.need_id is not None
        assert meeting.offer_id is not None
        says = platform.search_index.matcher.score_pairs([meeting.need_id], [meeting.offer_id])[0, 0]
        assert meeting.score == pytest.approx(float(says), abs=0.051)
        assert meeting.reason.terms or meeting.reason.facts
    assert {pair[2] for pair in meetings[0].event.versions[0].pairs} <= {meeting.score for meeting in meetings}
    assert load_history(session, platform.search_index) == 0, "loading again adds none"


def test_the_expo_shows_something_of_every_industry_it_has_a_hall_for(city: DemoCity, session: Session) -> None:
    expo = session.scalars(select(Event).where(Event.kind == EventKind.EXPO)).one()
    sections = exhibits_by_industry(session, expo, None, date.today())
    assert len(sections) > 5
    assert {exhibit.exhibitor.room for section in sections for exhibit in section.exhibits} == set(expo.rooms)


@pytest.mark.parametrize("weeks", [0, 1, 60, 300])
def test_the_city_is_current_whenever_it_is_loaded(session: Session, weeks: int) -> None:
    today = date.today() + timedelta(weeks=weeks, days=3)
    load_demo(session, today=today)
    starts = [event.starts_at for event in session.scalars(select(Event)) if event.starts_at]
    assert sum(start.date() > today for start in starts) == 2
    assert {start.weekday() for start in starts} == {1}, "events stay on Tuesdays"
    assert all(need.deadline > today for need in session.scalars(select(Need)) if need.deadline)


def test_loading_again_changes_nothing(city: DemoCity, session: Session) -> None:
    before = _state(session)
    assert load_demo(session) == city
    assert _state(session) == before


def _state(session: Session) -> list[object]:
    revisions = session.scalar(select(func.sum(Need.revision)))
    versions = session.scalar(select(func.sum(Need.version)))
    counts = [session.scalar(select(func.count()).select_from(model)) for model in (User, CooperationChange)]
    return [revisions, versions, *counts]


def test_the_vectors_that_come_along_leave_nothing_to_encode(city: DemoCity, platform: Platform) -> None:
    stored = store_vectors(platform.search_index.store, "e5")
    encoded: list[int] = []
    platform.search_index.refresh(lambda done, _: encoded.append(done))
    assert encoded == [], "run scripts/demo_vectors.py after editing the demo city's texts"
    assert platform.search_index.status().vectors == stored


def test_vectors_are_for_their_encoder_only(platform: Platform) -> None:
    other = DatabaseVectorStore(platform.database, "other")
    assert store_vectors(other, "other") == 0
