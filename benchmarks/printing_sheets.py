"""How long an event's papers take to print, and whether every name in them can be read back.

    python benchmarks/printing_sheets.py [--size tiny]

Bars: the match list of 150 participants in under 5 s, 500 personal schedules as one PDF in at most 10 s. The other
sheets are those of a fair with 300 enterprises, 150 teams, 60 tables and 12 slots. Prints a table and one JSON line;
exits 1 if a bar is missed or a name is lost.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from pypdf import PdfReader
from shared.measuring import FULL, TINY, finish, parser

from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.sheets.badges import Badge, badges_pdf
from matchmaker.printing.sheets.booth_guide import BoothGuide, BoothVisit, booth_guides_pdf
from matchmaker.printing.sheets.catalogue import CatalogueSection, Exhibit, catalogue_pdf
from matchmaker.printing.sheets.change_slips import Change, ChangeSlip, Place, change_slips_pdf
from matchmaker.printing.sheets.day_sheets import DaySheet, SeatedMeeting, day_sheets_pdf
from matchmaker.printing.sheets.grid import GridMeeting, GridTable, MasterGrid, grid_pdf, grid_xlsx
from matchmaker.printing.sheets.match_list import Grouping, MatchLine, MatchList, match_list_pdf, match_list_xlsx
from matchmaker.printing.sheets.schedules import (
    PersonalSchedule,
    ScheduledMeeting,
    personal_schedules_pdf,
    personal_schedules_xlsx,
)
from matchmaker.printing.sheets.table_cards import TableCard, TableMeeting, table_cards_pdf
from matchmaker.printing.sheets.visitors import InvitationList, LikelyVisitor, invitation_lists_pdf

EVENT = EventHeader("产学研对接会", "国际会展中心", "11月26日—27日", "市科学技术局", 3, datetime(2026, 11, 24, 10, 42))
TOPICS = [
    "高铁轴承疲劳寿命预测与润滑技术",
    "拖拉机动力换挡变速箱电液控制系统开发，要求换挡冲击度不大于 10 m/s³",
    "石墨烯基超级电容器电极材料的低成本制备（比电容≥280 F/g）",
    "大型矿用磨机衬板的耐磨材料与结构优化设计，使用寿命提高30%以上",
]
FIRST_SLOT = datetime(2026, 11, 26, 9, 0)
SLOT = timedelta(minutes=20)
SLOTS = tuple(FIRST_SLOT + number * SLOT for number in range(12))


@dataclass(frozen=True)
class Size:
    """How many there are at the fair. The match list has a third of the `firms` and of the `teams`."""

    firms: int
    teams: int
    delegates: int
    tables: int


SIZES = {FULL: Size(300, 150, 500, 60), TINY: Size(9, 6, 4, 3)}


@dataclass(frozen=True)
class Job:
    name: str
    print_it: Callable[[], bytes]
    names: list[str]
    most_seconds: float | None = None


def main() -> int:
    """Measure, print, and say by the exit code whether the bars hold and no name was lost."""
    chosen = parser(__doc__).parse_args()
    chance = random.Random(20261124)
    results = [_run(job) for job in _jobs(chance, SIZES[chosen.size])]
    print(f"{'printed':<34}{'seconds':>9}{'bar':>7}{'kB':>9}{'pages':>7}{'names lost':>12}")
    for result in results:
        print(
            f"{result['job']:<34}{result['seconds']:>9.2f}{result['bar'] or '':>7}{result['kilobytes']:>9}"
            f"{result['pages'] or '':>7}{result['names_lost'] if result['pages'] else '':>12}"
        )
    missed = any(_is_failure(result) for result in results)
    return finish("printing_sheets", chosen.size, {"results": results}, missed=missed)


def _run(job: Job) -> dict[str, object]:
    started = time.perf_counter()
    document = job.print_it()
    seconds = time.perf_counter() - started
    pages = _pages_of(document) if document.startswith(b"%PDF") else []
    text = "\n".join(pages)
    return {
        "job": job.name,
        "seconds": round(seconds, 3),
        "bar": job.most_seconds,
        "kilobytes": len(document) // 1024,
        "pages": len(pages),
        "names_lost": sum("".join(name.split()) not in text for name in job.names) if pages else 0,
    }


def _is_failure(result: dict[str, object]) -> bool:
    bar = result["bar"]
    return bool(result["names_lost"]) or (bar is not None and float(str(result["seconds"])) > float(str(bar)))


def _pages_of(pdf: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def _jobs(chance: random.Random, size: Size) -> list[Job]:
    match_list = _match_list(chance, size)
    enterprises = sorted({line.enterprise for line in match_list.lines})
    teams = sorted({line.team for line in match_list.lines})
    schedules = _schedules(chance, size)
    delegates = [schedule.name for schedule in schedules]
    firms = [f"{_rare_name(1000 + number)}示例有限公司" for number in range(size.firms)]
    groups = [f"河南示例大学 · {_rare_name(2000 + number)}团队" for number in range(size.teams)]
    slips = _slips(chance, firms, groups, size)
    badges = [Badge(name, "示例单位", "企业代表", f"MM1:2026:{name}") for name in delegates]
    return [
        Job("match list, whole", lambda: match_list_pdf(match_list, Grouping.WHOLE), enterprises + teams, 5),
        Job("match list, per enterprise", lambda: match_list_pdf(match_list, Grouping.ENTERPRISE), enterprises, 5),
        Job("match list, per team", lambda: match_list_pdf(match_list, Grouping.TEAM), teams, 5),
        Job("match list, workbook", lambda: match_list_xlsx(match_list), [], 5),
        Job(f"{size.delegates} personal schedules", lambda: personal_schedules_pdf(EVENT, schedules), delegates, 10),
        Job(f"{size.delegates} schedules, workbook", lambda: personal_schedules_xlsx(EVENT, schedules), []),
        Job(f"{size.delegates} badges", lambda: badges_pdf(EVENT, badges), delegates),
        Job(f"{size.delegates} schedules, chosen columns", lambda: _chosen_columns(schedules), delegates, 10),
        Job(
            f"{size.tables} table sheets",
            lambda: day_sheets_pdf(EVENT, _day_sheets(firms, groups, size)),
            firms + groups,
            10,
        ),
        Job(f"master grid {size.tables} × 12", lambda: grid_pdf(EVENT, _grid(firms, groups, size)), firms + groups, 10),
        Job("master grid, workbook", lambda: grid_xlsx(EVENT, _grid(firms, groups, size)), []),
        Job(f"{len(slips)} change slips", lambda: change_slips_pdf(EVENT, slips, 2), firms[: len(slips)], 10),
        Job(
            f"{size.firms} booth guides",
            lambda: booth_guides_pdf(EVENT, _booth_guides(chance, firms, groups)),
            firms,
            30,
        ),
        Job(
            f"{size.teams} invitation lists",
            lambda: invitation_lists_pdf(EVENT, _invitations(chance, firms, groups)),
            groups,
            30,
        ),
        Job(
            f"catalogue of {4 * size.teams} exhibits",
            lambda: catalogue_pdf(EVENT, _catalogue(chance, groups)),
            groups,
            10,
        ),
        Job(
            f"{size.tables} table cards",
            lambda: table_cards_pdf(EVENT, _table_cards(chance, enterprises, teams, size)),
            [],
        ),
    ]


def _match_list(chance: random.Random, size: Size) -> MatchList:
    """Six partners for each enterprise."""
    teams = [f"{_rare_name(number)}团队" for number in range(size.teams // 3)]
    lines = [
        MatchLine(
            enterprise=f"{_rare_name(100 + number)}示例有限公司",
            need_title=chance.choice(TOPICS),
            provider="河南示例大学机电工程学院",
            team=team,
            offer_title=chance.choice(TOPICS),
            score=chance.randint(40, 99),
            reason="双方都提到“疲劳寿命”“在线监测”，供给方已有样机，成熟度 7 级",
            slot="09:20–09:40",
            table=str(chance.randint(1, 60)),
        )
        for number in range(size.firms // 3)
        for team in chance.sample(teams, min(6, len(teams)))
    ]
    return MatchList(EVENT, tuple(lines))


def _schedules(chance: random.Random, size: Size) -> list[PersonalSchedule]:
    return [
        PersonalSchedule(
            _rare_name(number),
            "河南示例大学机电工程学院",
            tuple(_meeting(chance, slot) for slot in SLOTS[:8]),
        )
        for number in range(size.delegates)
    ]


def _meeting(chance: random.Random, start: datetime) -> ScheduledMeeting:
    return ScheduledMeeting(
        start=start,
        end=start + SLOT,
        table=str(chance.randint(1, 60)),
        partner=_rare_name(chance.randrange(500)),
        partner_organization="洛阳示例轴承有限公司",
        topic=chance.choice(TOPICS),
        score=chance.randint(40, 99),
    )


def _table_cards(chance: random.Random, enterprises: list[str], teams: list[str], size: Size) -> list[TableCard]:
    return [
        TableCard(
            str(number),
            "洽谈区",
            tuple(
                TableMeeting(f"{9 + slot}:00", chance.choice(enterprises), chance.choice(teams)) for slot in range(12)
            ),
        )
        for number in range(1, size.tables + 1)
    ]


def _chosen_columns(schedules: list[PersonalSchedule]) -> bytes:
    return personal_schedules_pdf(EVENT, schedules, columns=["time", "table", "partner", "topic", "notes"])


def _pairs(firms: list[str], groups: list[str], size: Size) -> Iterator[tuple[int, int, str, str]]:
    """Slot, table, enterprise and team of a hall in which every table is always taken."""
    for slot in range(len(SLOTS)):
        for table in range(size.tables):
            number = slot * size.tables + table
            yield slot, table + 1, firms[number % len(firms)], groups[number % len(groups)]


def _day_sheets(firms: list[str], groups: list[str], size: Size) -> list[DaySheet]:
    meetings: dict[int, list[SeatedMeeting]] = {}
    for slot, table, firm, group in _pairs(firms, groups, size):
        seated = SeatedMeeting(SLOTS[slot], SLOTS[slot] + SLOT, firm, group, TOPICS[slot % len(TOPICS)])
        meetings.setdefault(table, []).append(seated)
    return [DaySheet(str(table), FIRST_SLOT.date(), tuple(seated), "洽谈区") for table, seated in meetings.items()]


def _grid(firms: list[str], groups: list[str], size: Size) -> MasterGrid:
    meetings = [
        GridMeeting(SLOTS[slot], str(table), firm, group) for slot, table, firm, group in _pairs(firms, groups, size)
    ]
    tables = tuple(GridTable(str(number)) for number in range(1, size.tables + 1))
    return MasterGrid(SLOTS, SLOT, tables, tuple(meetings))


def _slips(chance: random.Random, firms: list[str], groups: list[str], size: Size) -> list[ChangeSlip]:
    return [
        ChangeSlip(
            firm,
            tuple(
                Change(
                    chance.choice(groups),
                    chance.choice(TOPICS),
                    _place(chance, old, size.tables),
                    _place(chance, new, size.tables),
                )
                for old, new in ((0, 3), (1, 5))
            ),
            tuple(_meeting(chance, slot) for slot in SLOTS[:6]),
        )
        for firm in firms[: size.firms // 3]
    ]


def _place(chance: random.Random, slot: int, tables: int) -> Place:
    return Place(SLOTS[slot], SLOTS[slot] + SLOT, str(chance.randint(1, tables)))


def _booth_guides(chance: random.Random, firms: list[str], groups: list[str]) -> list[BoothGuide]:
    return [
        BoothGuide(
            firm,
            tuple(
                BoothVisit(
                    f"A{number}", "科技馆", group, chance.choice(TOPICS), "都谈到“疲劳寿命”", chance.randint(20, 99)
                )
                for number, group in enumerate(chance.sample(groups, min(12, len(groups))), start=1)
            ),
        )
        for firm in firms
    ]


def _invitations(chance: random.Random, firms: list[str], groups: list[str]) -> list[InvitationList]:
    return [
        InvitationList(
            group,
            tuple(
                LikelyVisitor(firm, chance.choice(TOPICS), "都谈到“疲劳寿命”", chance.randint(20, 99))
                for firm in chance.sample(firms, min(20, len(firms)))
            ),
            "科技馆",
            f"A{number}",
        )
        for number, group in enumerate(groups, start=1)
    ]


def _catalogue(chance: random.Random, groups: list[str]) -> list[CatalogueSection]:
    return [
        CatalogueSection(
            industry,
            tuple(
                Exhibit(chance.choice(TOPICS), "科技成果", group, "科技馆", f"A{number}", "已在三家企业试用，" * 8)
                for number, group in enumerate(groups, start=1)
            ),
        )
        for industry in ("装备制造", "新材料", "电子信息", "现代农业")
    ]


def _rare_name(number: int) -> str:
    """A name of three characters, different for each number, from all over the common block."""
    return chr(0x4E00 + number * 37 % 20_900) + "垚旸镕龘"[number % 4] + chr(0x4E00 + number * 101 % 20_900)


if __name__ == "__main__":
    sys.exit(main())
