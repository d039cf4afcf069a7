"""What differs between two states of a plan, as different readers see it."""

from datetime import timedelta

import pytest

from matchmaker.domain.events.event import ScheduleRow
from matchmaker.domain.vocabulary import MeetingStatus
from matchmaker.services.events.plan.changes import (
    Aspect,
    ChangeAction,
    ChangeKind,
    MeetingChange,
    as_expected,
    as_listed,
    as_occupying,
    as_taking_place,
    as_worked_on,
    rows_difference,
)
from tests.docking import DAY


def row(
    offer: int = 2,
    slot: int | None = 0,
    table: int = 1,
    *,
    locked: bool = False,
    status: MeetingStatus = MeetingStatus.PLANNED,
) -> ScheduleRow:
    starts_at = None if slot is None else DAY + slot * timedelta(minutes=20)
    return ScheduleRow(1, offer, starts_at, None if slot is None else table, locked, status)


CANCELLED, HELD, NO_SHOW = (
    row(status=status) for status in (MeetingStatus.CANCELLED, MeetingStatus.HELD, MeetingStatus.NO_SHOW)
)


def test_a_row_is_kept_as_json_and_read_again() -> None:
    assert row(table=3).to_json() == [1, 2, f"{DAY:%Y-%m-%dT%H:%M}", 3, False, "planned"]
    for kept in (row(), row(slot=None), row(locked=True), CANCELLED):
        assert ScheduleRow.from_json(kept.to_json()) == kept


@pytest.mark.parametrize(
    ("aspect", "before", "after", "kind"),
    [
        (as_worked_on, row(), HELD, None),
        (as_worked_on, row(), row(locked=True), ChangeKind.MOVED),
        (as_worked_on, row(), CANCELLED, ChangeKind.MOVED),
        (as_listed, row(), row(slot=None), None),
        (as_listed, row(), CANCELLED, ChangeKind.REMOVED),
        (as_listed, CANCELLED, row(slot=None), ChangeKind.ADDED),
        (as_taking_place, row(slot=None), row(), ChangeKind.MOVED),
        (as_taking_place, row(), NO_SHOW, ChangeKind.REMOVED),
        (as_taking_place, row(), row(locked=True), None),
        (as_expected, row(), NO_SHOW, None),
        (as_expected, row(), HELD, None),
        (as_expected, row(), row(slot=None), ChangeKind.REMOVED),
        (as_expected, row(), CANCELLED, ChangeKind.REMOVED),
        (as_occupying, row(), NO_SHOW, ChangeKind.REMOVED),
        (as_occupying, row(), row(table=2), ChangeKind.MOVED),
        (as_occupying, row(slot=None), row(), ChangeKind.ADDED),
    ],
)
def test_readers_differ_in_what_they_take_for_the_same(
    aspect: Aspect, before: ScheduleRow, after: ScheduleRow, kind: ChangeKind | None
) -> None:
    found = rows_difference([before], [after], aspect)
    assert [change.kind for change in found.changes] == ([] if kind is None else [kind])
    assert found.kept == (1 if kind is None else 0)


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        (None, row(), ChangeAction.PLACED),
        (row(slot=None), row(), ChangeAction.PLACED),
        (CANCELLED, row(), ChangeAction.PLACED),
        (row(), row(slot=3), ChangeAction.MOVED),
        (row(), row(table=2, locked=True), ChangeAction.MOVED),
        (row(), row(slot=None), ChangeAction.TAKEN_OFF),
        (row(), None, ChangeAction.TAKEN_OFF),
        (row(slot=None), None, ChangeAction.UNLISTED),
        (None, row(slot=None), ChangeAction.LISTED),
        (row(), CANCELLED, ChangeAction.CANCELLED),
        (row(), NO_SHOW, ChangeAction.NO_SHOW),
        (row(), row(locked=True), ChangeAction.LOCKED),
        (row(locked=True), row(), ChangeAction.UNLOCKED),
    ],
)
def test_a_change_is_told_by_what_was_done(
    before: ScheduleRow | None, after: ScheduleRow | None, action: ChangeAction
) -> None:
    assert MeetingChange((1, 2), before, after).action is action


def test_changes_are_told_for_each_participant_in_order_of_time() -> None:
    found = rows_difference([row(2, 5), row(3, 1), row(4, 2)], [row(2, 4), row(4, 2), row(5, 0)], as_expected)
    assert (len(found.added), len(found.moved), len(found.removed), found.kept) == (1, 1, 1, 1)
    own = found.by_participant()
    assert [change.partner_of(1) for change in own[1]] == [5, 3, 2]
    assert {participant_id: len(changes) for participant_id, changes in own.items()} == {1: 3, 2: 1, 3: 1, 5: 1}
    assert own[3][0].partner_of(3) == 1
