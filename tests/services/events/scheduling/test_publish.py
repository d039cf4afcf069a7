"""Publishing a schedule, repairing it, going back, comparing, and withdrawing."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict, NotAllowed, NotFound
from matchmaker.domain.events.event import Event, PlanVersion
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.vocabulary import MeetingStatus, ParticipantStatus, PlanOrigin, RequestStatus, Role, Side
from matchmaker.services.events.participation.participants import remove_participants
from matchmaker.services.events.participation.registration import withdraw
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.plan.version_notes import note_text
from matchmaker.services.events.plan.versions import latest_version, published_version
from matchmaker.services.events.scheduling.build import build_schedule
from matchmaker.services.events.scheduling.certificate import verify
from matchmaker.services.events.scheduling.match_list import remove_pair
from matchmaker.services.events.scheduling.publish import publish_schedule, replan_event, restore_version
from matchmaker.services.indexing.search_index import SearchIndex
from tests.factories import make_user
from tests.services.events.scheduling.plans import free_slot
from tests.services.fairs import make_fair, needs_of, offers_of, text_of

pytestmark = pytest.mark.slow


@pytest.fixture
def fair(session: Session, search_index: SearchIndex) -> Event:
    """Built and published."""
    event = make_fair(session, search_index)
    build_schedule(session, search_index, event)
    publish_schedule(session, None, event)
    return event


def words(version: PlanVersion) -> str:
    return note_text(version.note, {}, version.event)


def places(session: Session, event: Event) -> dict[tuple[int, int], tuple[object, object]]:
    return {
        pair_of(m): (m.starts_at, m.table) for m in meetings_of(session, event) if m.status is MeetingStatus.PLANNED
    }


def test_a_published_version_has_its_certificate(session: Session, fair: Event) -> None:
    version = published_version(session, fair)

    assert version is not None
    assert version.published_at is not None
    assert version.certificate is not None
    assert version.certificate["valid"]
    assert (fair.published_version, fair.plan_version) == (1, 1)


def test_nothing_is_published_before_the_first_build(session: Session, search_index: SearchIndex) -> None:
    with pytest.raises(Conflict, match="还没有日程，请先生成"):
        publish_schedule(session, None, make_fair(session, search_index))


def test_a_plan_that_breaks_a_rule_is_not_published_and_the_reasons_are_told(session: Session, fair: Event) -> None:
    meeting = meetings_of(session, fair)[0]
    assert meeting.starts_at is not None
    meeting.need_side.unavailable = [text_of(meeting.starts_at)]
    session.commit()

    words = f"有一方这个时段不能参加：{meeting.need_side.name} — {meeting.offer_side.name}"
    with pytest.raises(Conflict, match=words):
        publish_schedule(session, None, fair)
    assert fair.published_version == 1


def test_what_was_changed_without_a_version_gets_one_when_it_is_published(session: Session, fair: Event) -> None:
    meeting = meetings_of(session, fair)[0]
    meeting.starts_at = free_slot(session, fair, meeting)  # type: ignore[assignment]
    meeting.table = 20
    session.commit()
    version = publish_schedule(session, None, fair)

    assert version.version == fair.published_version == 2
    assert (meeting.starts_at, 20) in [(row.starts_at, row.table) for row in version.schedule]


def test_only_organizers_publish_restore_and_replan(session: Session, search_index: SearchIndex, fair: Event) -> None:
    outsider = make_user(session, Role.ENTERPRISE)
    for attempt in (
        lambda: publish_schedule(session, outsider, fair),
        lambda: restore_version(session, search_index, outsider, fair, 1),
        lambda: replan_event(session, search_index, fair, outsider),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_withdrawing_cancels_what_was_to_come_and_frees_it(session: Session, fair: Event) -> None:
    leaving = needs_of(session, fair)[0]
    had = [m for m in meetings_of(session, fair) if leaving.id in pair_of(m)]
    session.add(
        MeetingRequest(
            event_id=fair.id,
            need_side_id=leaving.id,
            offer_side_id=offers_of(session, fair)[2].id,
            side=Side.NEED,
            expires_at=now() + timedelta(hours=1),
        )
    )
    session.commit()
    assert set(withdraw(session, None, leaving.id, "临时有事")) == set(had)
    with pytest.raises(Conflict, match="不用退出"):
        withdraw(session, None, leaving.id)

    assert (leaving.status, leaving.note) == (ParticipantStatus.WITHDRAWN, "临时有事")
    assert {m.status for m in had} == {MeetingStatus.CANCELLED}
    request = session.query(MeetingRequest).one()
    assert request.status is RequestStatus.WITHDRAWN
    version = latest_version(session, fair)
    assert version is not None
    assert (version.version, words(version)) == (2, f"“{leaving.name}”退出，取消 {len(had)} 场")
    assert verify(session, fair).valid


def test_a_participant_is_withdrawn_by_its_own_people_and_by_nobody_else(session: Session, fair: Event) -> None:
    leaving, other = needs_of(session, fair)[:2]
    own = make_user(session, Role.ENTERPRISE, leaving.organization)
    with pytest.raises(NotFound):
        withdraw(session, own, other.id)
    with pytest.raises(NotFound):
        withdraw(session, None, 99_999)

    withdraw(session, own, leaving.id)
    assert leaving.status is ParticipantStatus.WITHDRAWN


def test_an_earlier_version_becomes_the_next_one(session: Session, search_index: SearchIndex, fair: Event) -> None:
    before = places(session, fair)
    gone = min(before)
    remove_pair(session, None, fair, gone, "临时有事")
    assert gone not in places(session, fair)
    version = restore_version(session, search_index, None, fair, 1)

    assert places(session, fair) == before
    assert (version.version, version.origin, words(version)) == (3, PlanOrigin.RESTORED, "恢复第 1 版")
    assert version.certificate is not None
    assert not version.certificate["valid"], "the pair is excluded since"
    assert fair.published_version == 1
    with pytest.raises(Conflict, match="这一对已排除"):
        publish_schedule(session, None, fair)


def test_whoever_has_left_is_left_out_of_a_restored_version(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    withdrawn, removed = needs_of(session, fair)[:2]
    had = sum(bool({withdrawn.id, removed.id} & set(pair)) for pair in places(session, fair))
    withdraw(session, None, withdrawn.id)
    build_schedule(session, search_index, fair)
    remove_participants(session, None, fair, [removed.id])
    version = restore_version(session, search_index, None, fair, 1)

    assert words(version) == f"恢复第 1 版，其中 {had} 场无法恢复"
    assert verify(session, fair).valid


def test_an_unknown_version_cannot_be_restored(session: Session, search_index: SearchIndex, fair: Event) -> None:
    with pytest.raises(NotFound, match="没有第 9 版"):
        restore_version(session, search_index, None, fair, 9)
