from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import EventKind
from matchmaker.services.events.pairing.partnerships import score_partnerships
from matchmaker.services.events.scheduling.build import build_schedule
from matchmaker.services.events.scheduling.certificate import verify
from matchmaker.services.events.scheduling.constraints import load_constraints
from matchmaker.services.events.scheduling.problem import candidates_of, scheduling_problem
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.fairs import make_fair

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("table_count", 0, "还没有桌位"), ("sessions", [], "还没有时段"), ("kind", EventKind.EXPO, "是博览会")],
)
def test_an_event_without_tables_or_slots_is_refused(
    session: Session, search_index: SearchIndex, fair: Event, field: str, value: object, words: str
) -> None:
    setattr(fair, field, value)
    session.commit()
    with pytest.raises(Conflict, match=words):
        build_schedule(session, search_index, fair)


@pytest.mark.parametrize(
    ("zone", "day", "offsets", "skipped"),
    [
        ("Europe/Berlin", datetime(2031, 3, 30), ["+01:00", "+02:00"], 3),
        ("Europe/Berlin", datetime(2031, 10, 26), ["+02:00", "+01:00"], 0),
        ("Asia/Shanghai", datetime(2031, 3, 30), ["+08:00"], 0),
    ],
)
def test_slots_are_instants_also_in_the_night_when_clocks_change(
    session: Session, search_index: SearchIndex, zone: str, day: datetime, offsets: list[str], skipped: int
) -> None:
    night = (day + timedelta(hours=1), day + timedelta(hours=4))
    event = make_fair(session, search_index, sessions=(night,))
    event.time_zone = zone
    session.commit()
    constraints = load_constraints(session, event)
    problem = scheduling_problem(
        constraints, candidates_of(constraints, score_partnerships(session, search_index, event))
    )
    instants = [datetime.fromisoformat(slot).astimezone(UTC) for slot in problem.slots]

    assert len(problem.slots) == 9 - skipped
    assert instants == sorted(set(instants))
    assert list(dict.fromkeys(slot[-6:] for slot in problem.slots)) == offsets
    build_schedule(session, search_index, event)
    assert verify(session, event).valid
