from datetime import datetime

import pytest

from matchmaker.domain.events.event import PlanVersion, ScheduleRow
from matchmaker.domain.vocabulary import MeetingStatus
from matchmaker.services.events.plan.placements import ANY_STATUS, EXPECTED, Placement, placements_in

NINE = datetime(2030, 5, 18, 9)


def version(*rows: ScheduleRow) -> PlanVersion:
    return PlanVersion(version=1, schedule=list(rows))


def row(offer: int, status: MeetingStatus, starts_at: datetime | None = NINE) -> ScheduleRow:
    return ScheduleRow(1, offer, starts_at, None if starts_at is None else offer, False, status)


@pytest.mark.parametrize(
    ("status", "keeps_others_away", "expected"),
    [
        (MeetingStatus.PLANNED, True, True),
        (MeetingStatus.HELD, True, True),
        (MeetingStatus.NO_SHOW, False, True),
        (MeetingStatus.CANCELLED, False, False),
    ],
)
def test_which_meetings_count(status: MeetingStatus, keeps_others_away: bool, expected: bool) -> None:
    made = version(row(2, status))
    assert ((1, 2) in placements_in(made)) is keeps_others_away
    assert ((1, 2) in placements_in(made, EXPECTED)) is expected
    assert placements_in(made, ANY_STATUS) == {(1, 2): Placement(NINE, 2)}


def test_a_pair_without_a_slot_is_nowhere_and_so_are_all_before_the_first_version() -> None:
    assert placements_in(version(row(2, MeetingStatus.PLANNED, None)), ANY_STATUS) == {}
    assert placements_in(None) == {}


def test_a_placement_is_read_as_time_and_table() -> None:
    assert Placement(NINE, 3).text() == "09:00 3 号桌"
    assert Placement(NINE, 3).text(dated=True) == "05-18 09:00 3 号桌"
    assert Placement(NINE, None).text() == "09:00 — 号桌"
    assert "3" in Placement(NINE, 3).text("en")
