"""All kinds of sheets: what each is for, where and for which events it is offered, and how it is printed.

A new sheet is a member of :class:`Sheet`. The organizer's page, the archive, the command line's choices and the tests
follow from it.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Self

from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.domain.events.event import Event
from matchmaker.domain.vocabulary import EventKind
from matchmaker.i18n import N_
from matchmaker.services.events.expo.booth_recommendations import check_booths
from matchmaker.services.events.onsite.results import check_reported
from matchmaker.services.events.printing.changes import change_slips_sheet, compared_version
from matchmaker.services.events.printing.column_templates import columns_of, takes_columns
from matchmaker.services.events.printing.exhibits import (
    booth_guide_sheet,
    catalogue_sheet,
    hall_plan_sheet,
    visitors_sheet,
)
from matchmaker.services.events.printing.job import Format, PrintJob, PrintOptions, start_job
from matchmaker.services.events.printing.match_list import GROUPED_NAMES, check_built, match_list_sheet
from matchmaker.services.events.printing.outcomes import results_sheet
from matchmaker.services.events.printing.people import badges_sheet, sign_in_sheet
from matchmaker.services.events.printing.plan import scheduled_meetings
from matchmaker.services.events.printing.programme import programme_sheet
from matchmaker.services.events.printing.schedules import schedules_sheet
from matchmaker.services.events.printing.tables import day_sheets_sheet, grid_sheet, table_cards_sheet
from matchmaker.services.indexing.search_index import SearchIndex


class Group(Enum):
    """When a sheet is needed: the sections of the organizer's page, in their order. The values are message ids."""

    BEFORE = N_("会前准备")
    MATCHES = N_("匹配与日程")
    MEETINGS = N_("洽谈现场")
    EXPO = N_("展览")
    AFTER = N_("会后")


_DOCKING, _EXPO = frozenset({EventKind.DOCKING}), frozenset({EventKind.EXPO})
_ANY_EVENT = _DOCKING | _EXPO


@dataclass(frozen=True, slots=True)
class SheetKind:
    """``label`` and ``hint`` are message ids; ``print_it`` makes the file; ``check`` raises :class:`Conflict` while
    there is nothing to print.

    ``event_kinds`` are the events that ought to have the sheet: only their organizers are told what it still lacks.
    ``place`` orders a group on the page, smaller ones first; equal ones stand in the order of :class:`Sheet`.
    """

    group: Group
    label: str
    hint: str
    print_it: Callable[[PrintJob, Format], bytes]
    check: Callable[[Session, Event], object] | None = None
    event_kinds: frozenset[EventKind] = _ANY_EVENT
    place: int = 0


class Sheet(StrEnum):
    """A sheet, as ``matchmaker event print --what`` names it, in the order of the archive's folders."""

    kind: SheetKind

    def __new__(cls, name: str, kind: SheetKind) -> Self:
        sheet = str.__new__(cls, name)
        sheet._value_ = name
        sheet.kind = kind
        return sheet

    PROGRAMME = (
        "programme",
        SheetKind(Group.BEFORE, N_("会议手册"), N_("封面、议程和双方名单，每人一册"), programme_sheet),
    )
    SIGN_IN = (
        "sign-in",
        SheetKind(Group.BEFORE, N_("签到表"), N_("放在入口，手写签名；联系方式由本人填写"), sign_in_sheet),
    )
    BADGES = "badges", SheetKind(Group.BEFORE, N_("胸卡"), N_("每位代表一张，一页十张，扫码签到"), badges_sheet)
    MATCH_LIST = (
        "match-list",
        SheetKind(
            Group.MATCHES,
            N_("匹配表"),
            N_("总表组织方用；按企业、按团队的每家一份，可当场发出"),
            match_list_sheet,
            check_built,
        ),
    )
    SCHEDULES = (
        "schedules",
        SheetKind(
            Group.MATCHES,
            N_("洽谈日程"),
            N_("每个参会方一页：何时、几号桌、与谁谈、谈什么"),
            schedules_sheet,
            scheduled_meetings,
            _DOCKING,
        ),
    )
    CHANGE_SLIPS = (
        "change-slips",
        SheetKind(
            Group.MATCHES,
            N_("变更通知单"),
            N_("只印日程有变的参会方：原安排、新安排，裁开分发"),
            change_slips_sheet,
            compared_version,
            _DOCKING,
        ),
    )
    TABLE_CARDS = (
        "table-cards",
        SheetKind(Group.MEETINGS, N_("桌卡"), N_("对折立在桌上：外面是大号桌号，里面是当天洽谈"), table_cards_sheet),
    )
    DAY_SHEETS = (
        "day-sheets",
        SheetKind(
            Group.MEETINGS,
            N_("桌日程"),
            N_("每桌每天一页，工作人员逐场勾选到场"),
            day_sheets_sheet,
            scheduled_meetings,
            _DOCKING,
        ),
    )
    GRID = (
        "grid",
        SheetKind(
            Group.MEETINGS,
            N_("洽谈总表"),
            N_("桌号 × 时段一览，按天分幅，可拼贴上墙"),
            grid_sheet,
            scheduled_meetings,
            _DOCKING,
        ),
    )
    BOOTH_GUIDE = (
        "booth-guide",
        SheetKind(
            Group.EXPO,
            N_("观展指南"),
            N_("每家企业一份：值得看的展位，由好到次，再按展馆排成路线"),
            booth_guide_sheet,
            check_booths,
            _EXPO,
            place=1,
        ),
    )
    VISITORS = (
        "visitors",
        SheetKind(
            Group.EXPO,
            N_("邀约名单"),
            N_("每个参展单位一份：值得邀请的企业和理由"),
            visitors_sheet,
            check_booths,
            _EXPO,
            place=1,
        ),
    )
    CATALOGUE = (
        "catalogue",
        SheetKind(Group.EXPO, N_("展品目录"), N_("全部展品按产业排列，只印公开内容，可向公众发放"), catalogue_sheet),
    )
    HALL_PLAN = (
        "hall-plan",
        SheetKind(
            Group.EXPO,
            N_("展位图"),
            N_("各展馆的展位，按产业着色并编号；XLSX 列出空展位"),
            hall_plan_sheet,
            check_booths,
            _EXPO,
        ),
    )
    RESULTS = (
        "results",
        SheetKind(
            Group.AFTER,
            N_("成效报告"),
            N_("洽谈履约、评分、后续打算，按产业和县区，附图表"),
            results_sheet,
            check_reported,
        ),
    )


SHEETS: Mapping[Sheet, SheetKind] = {sheet: sheet.kind for sheet in Sheet}


def find_sheet(name: str) -> Sheet:
    """The sheet of that name. Raises :class:`NotFound`."""
    sheet = next((sheet for sheet in Sheet if sheet == name), None)
    if sheet is None:
        raise NotFound(N_("没有这种打印件"))
    return sheet


def grouped_sheets(event: Event, missing: Container[Sheet]) -> dict[Group, list[Sheet]]:
    """The sheets offered for the event by group. Of another kind of event's sheets only those that can be printed.

    ``missing`` are the sheets of :func:`missing_sheets`.
    """
    offered = [sheet for sheet, kind in SHEETS.items() if event.kind in kind.event_kinds or sheet not in missing]
    offered.sort(key=lambda sheet: sheet.kind.place)
    return {group: [sheet for sheet in offered if sheet.kind.group is group] for group in Group}


def print_sheet(
    session: Session,
    event: Event,
    sheet: Sheet,
    form: Format = Format.PDF,
    options: PrintOptions | None = None,
    *,
    search_index: SearchIndex | None = None,
    base_url: str = "",
) -> bytes:
    """One sheet as a file, from the working plan.

    Raises :class:`Conflict` when there is nothing to print yet, :class:`NotFound` for an unknown template or version,
    :class:`InvalidInput` for a template of a sheet that has none. Booth guides and invitations need the corpus.
    """
    chosen = options or PrintOptions()
    columns = None
    if chosen.template:
        if not takes_columns(sheet.value):
            raise InvalidInput(N_("这种打印件的栏目是固定的，不能用模板"), field="template")
        columns = columns_of(session, sheet.value, chosen.template)
    job = start_job(session, event, chosen, search_index=search_index, base_url=base_url, columns=columns)
    return SHEETS[sheet].print_it(job, form)


def sheet_title(sheet: Sheet, form: Format, options: PrintOptions) -> str:
    """The message id of a sheet's title; that of a match list in PDF says how it is cut."""
    if sheet is Sheet.MATCH_LIST and form is Format.PDF:
        return GROUPED_NAMES[options.grouping]
    return SHEETS[sheet].label


def missing_sheets(session: Session, event: Event) -> dict[Sheet, Conflict]:
    """The sheets for which there is nothing to print yet, each with what is missing."""
    checks = {kind.check for kind in SHEETS.values() if kind.check is not None}
    problems = {check: problem for check in checks if (problem := _problem(check, session, event))}
    return {sheet: problems[kind.check] for sheet, kind in SHEETS.items() if kind.check in problems}


def _problem(check: Callable[[Session, Event], object], session: Session, event: Event) -> Conflict | None:
    try:
        check(session, event)
    except Conflict as problem:
        return problem
    return None
