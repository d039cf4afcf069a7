"""The notes of versions: kept as values, read in the reader's language."""

from datetime import datetime

import pytest

from matchmaker.domain.events.event import Event, EventSession, ScheduleRow
from matchmaker.domain.vocabulary import MeetingStatus
from matchmaker.i18n import N_
from matchmaker.services.events.plan.changes import MeetingChange
from matchmaker.services.events.plan.version_notes import MOST_CHANGES, changes_note, note_text
from matchmaker.services.events.plan.versions import NOTE_LENGTH, note_message
from tests.docking import DAY

EVENT = Event(sessions=[EventSession(starts_at=DAY, ends_at=DAY)])
NAMES = {1: "甲厂", 2: "乙大学"}


def row(time: str = "2030-05-18T09:00", table: int = 1) -> ScheduleRow:
    return ScheduleRow(1, 2, datetime.fromisoformat(time), table, False, MeetingStatus.PLANNED)


MOVED = MeetingChange((1, 2), row(), row("2030-05-18T09:20", 3))


def test_words_are_kept_as_a_message_and_its_values() -> None:
    note = note_message(N_("恢复第 %(version)d 版"), version=3)
    assert note_text(note, {}, EVENT) == "恢复第 3 版"
    assert "3" in note_text(note, {}, EVENT, "en")


def test_changes_are_told_with_the_names_of_today() -> None:
    note = changes_note([MOVED], repeated="undo")
    assert note_text(note, NAMES, EVENT) == "移动：甲厂 — 乙大学，09:00 1 号桌 → 09:20 3 号桌（撤销）"
    assert note_text(note, NAMES, EVENT, "en").startswith("Moved")
    assert "已移出的参会方" in note_text(note, {1: "甲厂"}, EVENT)


def test_a_new_pair_and_one_that_left_are_told() -> None:
    note = changes_note([MeetingChange((1, 2), None, row()), MeetingChange((1, 2), row(), None)])
    assert note_text(note, NAMES, EVENT).count("甲厂 — 乙大学") == 2


@pytest.mark.parametrize("count", [1, MOST_CHANGES, 40])
@pytest.mark.parametrize("why", ["", "企业临时来不了", "长" * 200])
def test_a_note_fits_its_column_whatever_happened(count: int, why: str) -> None:
    note = changes_note([MOVED] * count, why=why)
    assert len(note) <= NOTE_LENGTH
    text = note_text(note, NAMES, EVENT)
    told = text.count("甲厂 — 乙大学")
    assert told >= 1
    assert (f"另有 {count - told} 处" in text) is (told < count)
    assert why[:5] in text


def test_too_many_words_are_cut() -> None:
    note = note_message(N_("“%(name)s”退出，取消 %(count)d 场"), name="长" * 400, count=2)
    assert len(note) == NOTE_LENGTH
    assert note_text(note, {}, EVENT).startswith("“长")


@pytest.mark.parametrize("old", ["移动：甲厂 — 乙大学", "", "3", '["a"]', "{"])
def test_notes_from_before_are_shown_as_they_are(old: str) -> None:
    assert note_text(old, NAMES, EVENT) == old
