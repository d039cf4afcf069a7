from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.pair import pair_key
from matchmaker.domain.vocabulary import EventKind, EventStatus, RequestStatus
from matchmaker.services.events.requests.my_schedule import standing
from matchmaker.services.events.requests.rules import Phase, free_slots, phase_of, waits_until
from tests.docking import SLOTS, WEEK_BEFORE, make_docking
from tests.services.events.requests.scene import Scene

ON_THE_DAY = datetime(2030, 5, 18, 1, 5, tzinfo=UTC)
"""Five past nine in Shanghai: the first slot has begun."""


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


@pytest.mark.parametrize(
    ("values", "published", "at", "phase"),
    [
        ({}, None, WEEK_BEFORE, Phase.WISHES),
        ({"requests_until": datetime(2030, 5, 11, 10)}, None, WEEK_BEFORE, Phase.CLOSED),
        ({"requests_until": datetime(2030, 5, 11, 10)}, 1, WEEK_BEFORE, Phase.BOOKING),
        ({"status": EventStatus.PREPARING}, None, WEEK_BEFORE, Phase.CLOSED),
        ({"kind": EventKind.EXPO}, None, WEEK_BEFORE, Phase.BOOTH_VISITS),
        ({}, 1, ON_THE_DAY, Phase.BOOKING),
        ({"status": EventStatus.FINISHED}, 1, WEEK_BEFORE, Phase.OVER),
        ({}, 1, datetime(2030, 5, 18, 2, 40, tzinfo=UTC), Phase.OVER),
        ({"time_zone": "Europe/Berlin"}, 1, datetime(2030, 5, 18, 2, 40, tzinfo=UTC), Phase.BOOKING),
    ],
)
def test_the_phases(
    session: Session, values: dict[str, object], published: int | None, at: datetime, phase: Phase
) -> None:
    event = make_docking(session, 1, 1, **values).event
    event.published_version = published
    assert phase_of(event, at) is phase
