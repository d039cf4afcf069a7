"""What the command line costs: a cold search on the demo city, and rebuilding an index whose texts are unchanged.

    python benchmarks/searching.py [--postings 4000] [--size tiny]

Bars: `match --text` in a cold process under 3 s and 700 MB; a second `index rebuild` of 4,000 postings under 5 s.
Prints a table and one JSON line; exits 1 when a bar is missed.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from shared.measuring import FULL, finish, parser

from matchmaker.config import load_settings
from matchmaker.domain.people import Organization
from matchmaker.domain.postings.posting import Offer
from matchmaker.domain.vocabulary import OfferKind, OrganizationKind, PostingStatus
from matchmaker.services.platform import create_platform
from matchmaker.services.posting.postings import bump_revision

QUERY = "高铁轴承疲劳寿命与润滑"
THINGS = [
    "轴承",
    "齿轮箱",
    "电解液",
    "钛合金",
    "耐火材料",
    "催化剂",
    "机器人",
    "传感器",
    "疫苗",
    "光纤",
    "拖拉机",
    "换热器",
]
SUBJECTS = ["寿命预测", "表面强化", "在线检测", "低温制备", "轻量化设计", "废料回收", "精密成形", "故障诊断"]
PLACES = ["矿山", "高铁", "风电", "船舶", "农田", "冶炼", "制药", "电网", "仓储", "航空"]


def main() -> int:
    """Measure, print, and say by the exit code whether the bars hold."""
    options = parser(__doc__)
    options.add_argument("--postings", type=int, help="how many are added to the demo city")
    chosen = options.parse_args()
    postings = chosen.postings or (4000 if chosen.size == FULL else 4)
    repeats = 3 if chosen.size == FULL else 1
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MATCHMAKER_DATA": folder, "DATABASE_URL": ""}
        _run(environment, "init", "--demo")
        match_seconds = min(_run(environment, "match", "--text", QUERY, "--json") for _ in range(repeats))
        match_megabytes = _peak_megabytes(environment, "match", "--text", QUERY, "--json")
        _add_offers(Path(folder), postings)
        first = _run(environment, "index", "rebuild")
        second = _run(environment, "index", "rebuild")
    rows = [
        ("cold match --text, seconds", match_seconds, 3.0),
        ("cold match --text, peak MB", match_megabytes, 700.0),
        (f"second index rebuild, {postings} postings more, seconds", second, 5.0),
    ]
    for name, value, bar in rows:
        print(f"{name:<56}{value:>9.2f}   bar {bar:g}   {'ok' if value < bar else 'MISSED'}")
    print(f"{'first index rebuild (encodes), seconds':<56}{first:>9.2f}")
    figures = {name: round(value, 3) for name, value, _ in rows}
    missed = any(value >= bar for _, value, bar in rows)
    return finish("searching", chosen.size, {"results": figures}, missed=missed, peak=int(match_megabytes))


def _run(environment: dict[str, str], *arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "matchmaker.cli", *arguments], env=environment, check=True, capture_output=True
    )
    return time.perf_counter() - started


def _peak_megabytes(environment: dict[str, str], *arguments: str) -> float:
    """Peak memory of one process, asked of a helper so that other children do not count."""
    code = (
        "import resource, subprocess, sys;"
        "command = [sys.executable, '-m', 'matchmaker.cli', *sys.argv[1:]];"
        "subprocess.run(command, check=True, stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, check=True, capture_output=True, text=True
    )
    return int(done.stdout) / (1024 if sys.platform != "darwin" else 1024 * 1024)


def _add_offers(folder: Path, count: int) -> None:
    """Offers with titles of their own, so that each has to be encoded once."""
    chance = random.Random(20261124)
    platform = create_platform(load_settings({"MATCHMAKER_DATA": str(folder)}))
    with platform.database.writing() as session:
        university = Organization(name="测速大学（示例）", kind=OrganizationKind.UNIVERSITY)
        offers = [
            Offer(
                organization=university,
                kind=OfferKind.OUTCOME,
                status=PostingStatus.PUBLISHED,
                title=f"{chance.choice(PLACES)}{chance.choice(THINGS)}{chance.choice(SUBJECTS)}{number}号",
            )
            for number in range(count)
        ]
        session.add_all(offers)
        bump_revision(session, *offers)
        session.commit()


if __name__ == "__main__":
    sys.exit(main())
