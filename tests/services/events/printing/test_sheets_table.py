"""The table of sheets, walked: the page, the archive and the command line offer exactly what it says."""

import click
import pytest

from matchmaker.cli.events import print_command
from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import EventKind
from matchmaker.services.events.printing import SHEETS, Group, Sheet, grouped_sheets

PAGE = {
    Group.BEFORE: ["programme", "sign-in", "badges"],
    Group.MATCHES: ["match-list", "schedules", "change-slips"],
    Group.MEETINGS: ["table-cards", "day-sheets", "grid"],
    Group.EXPO: ["catalogue", "hall-plan", "booth-guide", "visitors"],
    Group.AFTER: ["results"],
}
"""The organizer's page, written out by hand."""

NOT_EXPECTED = {
    EventKind.DOCKING: {"booth-guide", "hall-plan", "visitors"},
    EventKind.EXPO: {"schedules", "change-slips", "day-sheets", "grid"},
}
"""Sheets that an event of this kind is not told it lacks."""


@pytest.mark.parametrize("kind", EventKind)
def test_what_can_be_printed_is_offered_whatever_the_kind_of_event(kind: EventKind) -> None:
    assert grouped_sheets(Event(kind=kind), missing=()) == PAGE


@pytest.mark.parametrize("kind", EventKind)
def test_an_event_is_told_only_of_sheets_of_its_kind_what_is_missing(kind: EventKind) -> None:
    expected = {group: [sheet for sheet in names if sheet not in NOT_EXPECTED[kind]] for group, names in PAGE.items()}

    assert grouped_sheets(Event(kind=kind), missing=set(Sheet)) == expected


@pytest.mark.parametrize("sheet", Sheet)
def test_a_sheet_belongs_to_a_group_and_to_some_kind_of_event(sheet: Sheet) -> None:
    assert SHEETS[sheet] is sheet.kind
    assert sheet.kind.event_kinds
    assert sheet.kind.label != sheet.kind.hint
    assert [group for group, names in PAGE.items() if sheet in names] == [sheet.kind.group]


def test_the_command_line_prints_every_sheet() -> None:
    (what,) = (option for option in print_command.params if option.name == "what")
    assert isinstance(what.type, click.Choice)

    assert list(what.type.choices) == [*Sheet, "calendars", "all"]
