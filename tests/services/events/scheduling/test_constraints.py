import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.block import Block
from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, EventSession
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.vocabulary import MeetingStatus, ParticipantStatus
from matchmaker.services.events.pairing.partnerships import exclude_pair, pin_pair
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.plan.versions import latest_version
from matchmaker.services.events.scheduling.build import build_schedule
from matchmaker.services.events.scheduling.certificate import verify
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.events.scheduling.plans import accept
from tests.services.fairs import limit, needs_of, offers_of, send, text_of

pytestmark = pytest.mark.slow


def test_calendars_fixed_tables_and_people_who_stand_for_two_are_respected(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    needs, offers = needs_of(session, fair), offers_of(session, fair)
    needs[0].unavailable = [text_of(slot) for slot in fair.slots[1:]]
    offers[1].table = 7
    send(session, offers[0], "same@example.com")
    send(session, offers[2], "Same@example.com")
    build_schedule(session, search_index, fair)
    meetings = meetings_of(session, fair)

    assert {m.starts_at for m in meetings if m.need_side_id == needs[0].id} <= {fair.slots[0]}
    assert {m.table for m in meetings if m.offer_side_id == offers[1].id} == {7}
    shared = [m.starts_at for m in meetings if m.offer_side_id in (offers[0].id, offers[2].id)]
    assert len(shared) == len(set(shared)) >= 2
    assert verify(session, fair).valid


def test_agreed_slots_stand_and_agreed_pairs_come_before_score(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=1)
    needs, offers = needs_of(session, fair), offers_of(session, fair)
    agreed, wished = (needs[0].id, offers[1].id), (needs[1].id, offers[2].id)
    accept(session, fair, agreed, fair.slots[3])
    accept(session, fair, wished)
    build_schedule(session, search_index, fair)
    meetings = {pair_of(m): m for m in meetings_of(session, fair)}
    certificate = verify(session, fair)

    assert {agreed, wished} <= meetings.keys()
    assert meetings[agreed].starts_at == fair.slots[3]
    assert meetings[agreed].locked
    assert (certificate.wishes, certificate.wishes_met) == (2, 2)


def test_pins_meet_even_where_coverage_would_leave_them_out(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    """With one table and two slots, the first enterprise's two pins leave both other enterprises unserved."""
    fair.sessions = [EventSession(starts_at=fair.slots[0], ends_at=fair.slots[2])]
    fair.table_count = 1
    session.commit()
    need, offers = needs_of(session, fair)[0], offers_of(session, fair)
    for offer in offers[:2]:
        pin_pair(session, None, fair, (need.id, offer.id))
    version = build_schedule(session, search_index, fair)

    assert {pair_of(m) for m in meetings_of(session, fair)} == {(need.id, offer.id) for offer in offers[:2]}
    assert all(m.pinned for m in meetings_of(session, fair))
    assert verify(session, fair).valid
    assert not version.proven, "more could be served without the pins"


def test_pins_without_a_place_are_named(session: Session, search_index: SearchIndex, fair: Event) -> None:
    need, offer = needs_of(session, fair)[0], offers_of(session, fair)[0]
    need.unavailable = [text_of(slot) for slot in fair.slots]
    session.commit()
    pin_pair(session, None, fair, (need.id, offer.id))

    with pytest.raises(Conflict, match="锁定的配对排不进日程：“示例企业1号”与“示例理工大学 · 第1团队”"):
        build_schedule(session, search_index, fair)
    assert latest_version(session, fair) is None


def test_who_is_barred_or_excluded_is_kept_apart(session: Session, search_index: SearchIndex, fair: Event) -> None:
    needs, offers = needs_of(session, fair), offers_of(session, fair)
    session.add(Block(organization_id=needs[0].organization_id, blocked_id=offers[0].organization_id))
    session.commit()
    exclude_pair(session, None, fair, (needs[1].id, offers[1].id), "竞争对手")
    build_schedule(session, search_index, fair)
    pairs = {pair_of(m) for m in meetings_of(session, fair)}

    assert needs[0].id not in {need for need, _ in pairs}
    assert (needs[1].id, offers[1].id) not in pairs


def test_what_was_held_stays_whatever_changes(session: Session, search_index: SearchIndex, fair: Event) -> None:
    build_schedule(session, search_index, fair)
    meeting = meetings_of(session, fair)[0]
    meeting.status = MeetingStatus.HELD
    assert meeting.starts_at is not None
    meeting.need_side.unavailable = [text_of(meeting.starts_at)]
    meeting.offer_side.status = ParticipantStatus.WITHDRAWN
    for other in meetings_of(session, fair):
        if other.id != meeting.id and other.offer_side_id == meeting.offer_side_id:
            other.status = MeetingStatus.CANCELLED
    session.commit()

    assert verify(session, fair).valid
