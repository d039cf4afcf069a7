"""What holds for every kind of sheet, whatever is on it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from matchmaker.printing.errors import TypesettingError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.badges import Badge, badges_pdf
from matchmaker.printing.sheets.booth_guide import BoothGuide, BoothVisit, booth_guides_pdf
from matchmaker.printing.sheets.catalogue import CatalogueSection, Exhibit, catalogue_pdf
from matchmaker.printing.sheets.change_slips import Change, ChangeSlip, Place, change_slips_pdf
from matchmaker.printing.sheets.day_sheets import DaySheet, SeatedMeeting, day_sheets_pdf
from matchmaker.printing.sheets.grid import GridMeeting, GridTable, MasterGrid, grid_pdf
from matchmaker.printing.sheets.hall_plan import ExpoPlan, HallPlan, PlannedBooth, hall_plan_pdf
from matchmaker.printing.sheets.match_list import Grouping, MatchLine, MatchList, Unmatched, match_list_pdf
from matchmaker.printing.sheets.programme import Programme, ProgrammeItem, ProgrammeParticipant, programme_pdf
from matchmaker.printing.sheets.results import Attendance, ResultsReport, Step, Tally, results_pdf
from matchmaker.printing.sheets.schedules import PersonalSchedule, ScheduledMeeting, personal_schedules_pdf
from matchmaker.printing.sheets.sign_in import SignInEntry, sign_in_pdf
from matchmaker.printing.sheets.table_cards import TableCard, TableMeeting, table_cards_pdf
from matchmaker.printing.sheets.visitors import InvitationList, LikelyVisitor, invitation_lists_pdf
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language, wording
from tests.printing.reading import text_of

Printer = Callable[[EventHeader, str, Language], bytes]

START = datetime(2026, 11, 26, 9, 0)


def _match_list(grouping: Grouping) -> Printer:
    def print_match_list(event: EventHeader, text: str, language: Language) -> bytes:
        line = MatchLine(text, text, text, text, text, 80, text, text, text)
        return match_list_pdf(MatchList(event, (line,), (Unmatched(text, "offer", text),)), grouping, language)

    return print_match_list


def _schedules(event: EventHeader, text: str, language: Language) -> bytes:
    meeting = ScheduledMeeting(START, START + timedelta(minutes=20), text, text, text, text, 80)
    return personal_schedules_pdf(event, [PersonalSchedule(text, text, (meeting,))], language)


def _table_cards(event: EventHeader, text: str, language: Language) -> bytes:
    return table_cards_pdf(event, [TableCard(text, text, (TableMeeting(text, text, text),))], language)


def _badges(event: EventHeader, text: str, language: Language) -> bytes:
    return badges_pdf(event, [Badge(text, text, text, "MM:1")], language)


def _sign_in(event: EventHeader, text: str, language: Language) -> bytes:
    return sign_in_pdf(event, [SignInEntry(text, text, text)], language)


def _booth_guides(event: EventHeader, text: str, language: Language) -> bytes:
    visit = BoothVisit(text, text, text, text, text, 80)
    return booth_guides_pdf(event, [BoothGuide(text, (visit,))], language)


def _programme(event: EventHeader, text: str, language: Language) -> bytes:
    item = ProgrammeItem(START, START + timedelta(hours=1), text, text, text)
    participant = ProgrammeParticipant(text, "need", text, text)
    return programme_pdf(event, Programme((item,), (participant,), text), language)


def _chosen_columns(event: EventHeader, text: str, language: Language) -> bytes:
    meeting = ScheduledMeeting(START, START + timedelta(minutes=20), text, text, text, text, 80, text, text)
    columns = ("partner", "table", "topic", "partner_people", "room", "notes")
    return personal_schedules_pdf(event, [PersonalSchedule(text, text, (meeting,), text)], language, columns)


def _day_sheets(event: EventHeader, text: str, language: Language) -> bytes:
    meeting = SeatedMeeting(START, START + timedelta(minutes=20), text, text, text)
    return day_sheets_pdf(event, [DaySheet(text, START.date(), (meeting,), text)], language)


def _grid(event: EventHeader, text: str, language: Language) -> bytes:
    meeting = GridMeeting(START, text, text, text)
    grid = MasterGrid((START,), timedelta(minutes=20), (GridTable(text, text),), (meeting,))
    return grid_pdf(event, grid, language)


def _change_slips(event: EventHeader, text: str, language: Language) -> bytes:
    change = Change(text, text, None, Place(START, START + timedelta(minutes=20), text))
    return change_slips_pdf(event, [ChangeSlip(text, (change,), (), text)], 2, language)


def _results(event: EventHeader, text: str, language: Language) -> bytes:
    tally = Tally(text, 3, 2, 1, 4, 4.5, 2)
    attendance, ratings = Attendance(9, 7), (0, 1, 2, 3, 4)
    report = ResultsReport(tally, attendance, attendance, ratings, ratings, (Step(text, 3, 1),), (tally,), (tally,))
    return results_pdf(event, report, language)


def _catalogue(event: EventHeader, text: str, language: Language) -> bytes:
    return catalogue_pdf(event, [CatalogueSection(text, (Exhibit(text, text, text, text, text, text),))], language)


def _invitations(event: EventHeader, text: str, language: Language) -> bytes:
    visitor = LikelyVisitor(text, text, text, 80)
    return invitation_lists_pdf(event, [InvitationList(text, (visitor,), text, text)], language)


def _hall_plan(event: EventHeader, text: str, language: Language) -> bytes:
    hall = HallPlan(text, (PlannedBooth(text, text, text, 1, 1),))
    return hall_plan_pdf(event, ExpoPlan((hall,), (text,)), language)


SHEETS = {
    **{f"match list {grouping}": _match_list(grouping) for grouping in Grouping},
    "schedules": _schedules,
    "table cards": _table_cards,
    "badges": _badges,
    "sign-in": _sign_in,
    "booth guide": _booth_guides,
    "programme": _programme,
    "chosen columns": _chosen_columns,
    "table sheets": _day_sheets,
    "master grid": _grid,
    "change slips": _change_slips,
    "results": _results,
    "catalogue": _catalogue,
    "visitors to invite": _invitations,
    "hall plan": _hall_plan,
}
every_sheet = pytest.mark.parametrize("print_sheet", SHEETS.values(), ids=SHEETS.keys())


@every_sheet
@pytest.mark.parametrize("language", ["zh", "en"])
def test_rare_characters_and_markup_come_through_as_typed(
    event: EventHeader, print_sheet: Printer, language: Language
) -> None:
    text = "镕旸垚龘（#panic()*粗*$x$）≥30℃"

    assert text in text_of(print_sheet(event, text, language))


@every_sheet
@pytest.mark.parametrize("text", ["甲\x00\x1b乙", "甲\ud800乙", "甲\u2029乙"], ids=["control", "surrogate", "break"])
def test_unprintable_characters_are_left_out(event: EventHeader, print_sheet: Printer, text: str) -> None:
    assert "甲乙" in text_of(print_sheet(event, text, "zh"))


@every_sheet
@pytest.mark.parametrize("text", ["", " "], ids=["empty", "blank"])
def test_missing_text_leaves_a_gap_and_no_error(event: EventHeader, print_sheet: Printer, text: str) -> None:
    assert print_sheet(event, text, "zh").startswith(b"%PDF")


@every_sheet
def test_line_breaks_and_emoji_leave_the_words_beside_them_whole(event: EventHeader, print_sheet: Printer) -> None:
    assert "轴承润滑" in text_of(print_sheet(event, "轴承🚀👨‍🔬\n润滑", "zh"))


@every_sheet
def test_a_long_event_name_is_printed_whole(event: EventHeader, print_sheet: Printer) -> None:
    name = "中国（洛阳）高端装备制造与新材料产业产学研用协同创新供需对接大会暨科技成果转化路演活动" * 2

    assert name in text_of(print_sheet(replace(event, name=name), "轴承", "zh"))


@every_sheet
def test_the_same_sheet_is_the_same_bytes(event: EventHeader, print_sheet: Printer) -> None:
    assert print_sheet(event, "轴承", "zh") == print_sheet(event, "轴承", "zh")


def test_both_languages_have_every_label_with_the_same_placeholders() -> None:
    chinese, english = wording("zh"), wording("en")

    assert chinese.keys() == english.keys()
    for key, label in chinese.items():
        assert _placeholders(label) == _placeholders(english[key]), key
        assert not re.search("[\u4e00-\u9fff]", english[key]), f"{key} is not translated"


def test_a_fault_in_a_template_is_named(event: EventHeader) -> None:
    with pytest.raises(TypesettingError, match=r"match_list_whole\.typ"):
        typeset("match_list_whole", event, {}, "zh")


def _placeholders(label: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", label))
