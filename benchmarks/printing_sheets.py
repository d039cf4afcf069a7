"""How long an event's papers take to print, and whether every name in them can be read back.

    python benchmarks/printing_sheets.py

Bars: the match list of 150 participants in under 5 s, 500 personal schedules as one PDF in at most 10 s. Prints a table
and one JSON line; exits 1 if a bar is missed or a name is lost.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from pypdf import PdfReader

from matchmaker.printing.badges import Badge, badges_pdf
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.match_list import Grouping, MatchLine, MatchList, match_list_pdf, match_list_xlsx
from matchmaker.printing.schedules import (
    PersonalSchedule,
    ScheduledMeeting,
    personal_schedules_pdf,
    personal_schedules_xlsx,
)
from matchmaker.printing.table_cards import TableCard, TableMeeting, table_cards_pdf

EVENT = EventHeader("产学研对接会", "国际会展中心", "11月26日—27日", "市科学技术局", 3, datetime(2026, 11, 24, 10, 42))
TOPICS = [
    "高铁轴承疲劳寿命预测与润滑技术",
    "拖拉机动力换挡变速箱电液控制系统开发，要求换挡冲击度不大于 10 m/s³",
    "石墨烯基超级电容器电极材料的低成本制备（比电容≥280 F/g）",
    "大型矿用磨机衬板的耐磨材料与结构优化设计，使用寿命提高30%以上",
]


@dataclass(frozen=True)
class Job:
    name: str
    print_it: Callable[[], bytes]
    names: list[str]
    most_seconds: float | None = None


def main() -> int:
    chance = random.Random(20261124)
    results = [_run(job) for job in _jobs(chance)]
    print(f"{'printed':<34}{'seconds':>9}{'bar':>7}{'kB':>9}{'pages':>7}{'names lost':>12}")
    for result in results:
        print(
            f"{result['job']:<34}{result['seconds']:>9.2f}{result['bar'] or '':>7}{result['kilobytes']:>9}"
            f"{result['pages'] or '':>7}{result['names_lost'] if result['pages'] else '':>12}"
        )
    print(json.dumps({"benchmark": "printing_sheets", "results": results}, ensure_ascii=False))
    return 1 if any(_is_failure(result) for result in results) else 0


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
        "names_lost": sum(name not in text for name in job.names) if pages else 0,
    }


def _is_failure(result: dict[str, object]) -> bool:
    bar = result["bar"]
    return bool(result["names_lost"]) or (bar is not None and float(str(result["seconds"])) > float(str(bar)))


def _pages_of(pdf: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def _jobs(chance: random.Random) -> list[Job]:
    match_list = _match_list(chance)
    enterprises = sorted({line.enterprise for line in match_list.lines})
    teams = sorted({line.team for line in match_list.lines})
    schedules = _schedules(chance)
    delegates = [schedule.name for schedule in schedules]
    badges = [Badge(name, "示例单位", "企业代表", f"MM1:2026:{name}") for name in delegates]
    return [
        Job("match list, whole", lambda: match_list_pdf(match_list, Grouping.WHOLE), enterprises + teams, 5),
        Job("match list, per enterprise", lambda: match_list_pdf(match_list, Grouping.ENTERPRISE), enterprises, 5),
        Job("match list, per team", lambda: match_list_pdf(match_list, Grouping.TEAM), teams, 5),
        Job("match list, workbook", lambda: match_list_xlsx(match_list), [], 5),
        Job("500 personal schedules", lambda: personal_schedules_pdf(EVENT, schedules), delegates, 10),
        Job("500 schedules, workbook", lambda: personal_schedules_xlsx(EVENT, schedules), []),
        Job("500 badges", lambda: badges_pdf(EVENT, badges), delegates),
        Job("60 table cards", lambda: table_cards_pdf(EVENT, _table_cards(chance, enterprises, teams)), []),
    ]


def _match_list(chance: random.Random) -> MatchList:
    """100 enterprises and 50 teams, six partners for each enterprise."""
    teams = [f"{_rare_name(number)}团队" for number in range(50)]
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
        for number in range(100)
        for team in chance.sample(teams, 6)
    ]
    return MatchList(EVENT, tuple(lines))


def _schedules(chance: random.Random) -> list[PersonalSchedule]:
    first_slot = datetime(2026, 11, 26, 9, 0)
    return [
        PersonalSchedule(
            _rare_name(number),
            "河南示例大学机电工程学院",
            tuple(_meeting(chance, first_slot + timedelta(minutes=20 * slot)) for slot in range(8)),
        )
        for number in range(500)
    ]


def _meeting(chance: random.Random, start: datetime) -> ScheduledMeeting:
    return ScheduledMeeting(
        start=start,
        end=start + timedelta(minutes=20),
        table=str(chance.randint(1, 60)),
        partner=_rare_name(chance.randrange(500)),
        partner_organization="洛阳示例轴承有限公司",
        topic=chance.choice(TOPICS),
        score=chance.randint(40, 99),
    )


def _table_cards(chance: random.Random, enterprises: list[str], teams: list[str]) -> list[TableCard]:
    return [
        TableCard(
            str(number),
            "洽谈区",
            tuple(
                TableMeeting(f"{9 + slot}:00", chance.choice(enterprises), chance.choice(teams)) for slot in range(12)
            ),
        )
        for number in range(1, 61)
    ]


def _rare_name(number: int) -> str:
    """A name of three characters, different for each number, from all over the common block."""
    return chr(0x4E00 + number * 37 % 20_900) + "垚旸镕龘"[number % 4] + chr(0x4E00 + number * 101 % 20_900)


if __name__ == "__main__":
    sys.exit(main())
