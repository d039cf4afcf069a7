from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Meeting, Participant
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.vocabulary import ParticipantStatus
from matchmaker.scheduling import Rule
from matchmaker.services.events.pairing.partnerships import exclude_pair, pin_pair
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.scheduling.build import build_schedule
from matchmaker.services.events.scheduling.certificate import certify
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.events.scheduling.plans import place, violated
from tests.services.fairs import limit, needs_of, offers_of, text_of

pytestmark = pytest.mark.slow


def test_the_certificate_finds_what_a_hand_did_wrong(session: Session, search_index: SearchIndex, fair: Event) -> None:
    limit(session, fair, most=1)
    build_schedule(session, search_index, fair)
    meetings = meetings_of(session, fair)
    needs, offers = needs_of(session, fair), offers_of(session, fair)
    assert violated(session, fair) == set()
    assert certify(session, fair).bounded

    def broken(row: Meeting | Participant, field: str, value: object, rule: Rule) -> None:
        before = getattr(row, field)
        setattr(row, field, value)
        session.commit()
        assert rule in violated(session, fair)
        setattr(row, field, before)
        session.commit()
        assert violated(session, fair) == set()

    first = meetings[0]
    slot = first.starts_at
    assert slot is not None
    broken(first, "starts_at", slot + timedelta(minutes=7), Rule.UNKNOWN_SLOT)
    broken(first, "table", 77, Rule.UNKNOWN_TABLE)
    broken(needs[0], "unavailable", [text_of(slot)], Rule.NOT_AVAILABLE)
    broken(needs[0], "table", 19, Rule.AWAY_FROM_BOOTH)
    broken(needs[0], "max_meetings", 0, Rule.MAXIMUM_EXCEEDED)
    broken(offers[0], "status", ParticipantStatus.DECLINED, Rule.UNKNOWN_PARTICIPANT)


def test_a_pin_and_an_exclusion_made_after_the_plan_are_missed(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=1)
    build_schedule(session, search_index, fair)
    listed = {pair_of(m) for m in meetings_of(session, fair)}
    new = next(
        (n.id, o.id) for n in needs_of(session, fair) for o in offers_of(session, fair) if (n.id, o.id) not in listed
    )
    pin_pair(session, None, fair, new)
    assert violated(session, fair) == {Rule.LOCKED_MISSING}

    exclude_pair(session, None, fair, new, "改了主意")
    assert violated(session, fair) == set()
    exclude_pair(session, None, fair, min(listed), "改了主意")
    assert violated(session, fair) == {Rule.NOT_A_CANDIDATE}
    told = certify(session, fair).violations()
    assert told == [f"这一对已排除、已取消或不能相见：{_names(session, fair, min(listed))}"]


def _names(session: Session, event: Event, pair: tuple[int, int]) -> str:
    names = {p.id: p.name for p in (*needs_of(session, event), *offers_of(session, event))}
    return f"{names[pair[0]]} — {names[pair[1]]}"


def test_the_bound_is_not_claimed_once_conditions_were_loosened(
    session: Session, search_index: SearchIndex, fair: Event
) -> None:
    limit(session, fair, most=1)
    build_schedule(session, search_index, fair)
    meeting = meetings_of(session, fair)[0]
    free = next(s for s in fair.slots if s not in {m.starts_at for m in meetings_of(session, fair)})
    place(session, meeting, free, 3, locked=True)
    assert certify(session, fair).proven, "moving a meeting costs nothing"

    limit(session, fair, most=2)
    state = certify(session, fair)
    assert state.valid
    assert not state.bounded
