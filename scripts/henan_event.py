"""A fair from real data: 113 needs and 3,581 achievements of Henan, imported, matched and printed.

    python scripts/henan_event.py ../shared/eval/henan-needs-dev out/henan

Needs the data set's folder and an initialised platform (``matchmaker init``; use a ``MATCHMAKER_DATA`` of its own). The
data names no owners: each need gets an enterprise of its own, the achievements are spread over placeholder teams.
Everything goes through the ``matchmaker`` command, as an organizer's files would. The output folder then holds the
import files, the import reports, and the match list as PDF and XLSX.
"""

import argparse
import csv
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from matchmaker.config import load_settings
from matchmaker.domain.events.event import Event
from matchmaker.domain.people import Organization
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import EventKind, Side
from matchmaker.services.events.editing import EventValues, create_event
from matchmaker.services.events.participation.participants import add_participants
from matchmaker.services.platform import create_platform

EVENT = "河南技术需求对接会（试验）"
TEAMS = 200
INSTITUTES = 40
_LONGEST_TEXT = 8000
_TABLES = 60


def main() -> None:
    """Write the import files, import them, build the event and print its match list."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("dataset", type=Path, help="folder with queries.jsonl and corpus.jsonl")
    options.add_argument("output", type=Path, help="folder for import files, reports and the match list")
    chosen = options.parse_args()
    chosen.output.mkdir(parents=True, exist_ok=True)
    needs, offers = chosen.output / "needs.csv", chosen.output / "offers.csv"
    write_needs(_lines(chosen.dataset / "queries.jsonl"), needs)
    write_offers(_lines(chosen.dataset / "corpus.jsonl"), offers)
    for path, kind in ((needs, "needs"), (offers, "offers")):
        report = json.loads(_matchmaker("import", path, "--kind", kind, "--skip-bad", "--json"))
        (chosen.output / f"{kind}-report.json").write_text(
            json.dumps(report, ensure_ascii=False, indent=2), encoding="utf-8"
        )
        print(f"{kind}: {report['created']} created, {report['unchanged']} unchanged, {report['bad_rows']} skipped")
        for problem in report["problems"]:
            print(f"  row {problem['row']}: {problem['value']!r}: {problem['reason']}")
    make_event()
    print(_matchmaker("event", "build", EVENT).strip())
    for name, grouping in (("match-list", "whole"), ("by-enterprise", "enterprise"), ("by-team", "team")):
        _matchmaker("event", "print", EVENT, "--for", grouping, "-o", chosen.output / f"{name}.pdf")
    _matchmaker("event", "print", EVENT, "-o", chosen.output / "match-list.xlsx")
    print(f"match list in {chosen.output}")


def write_needs(rows: Sequence[dict[str, str]], path: Path) -> None:
    """One enterprise for each need; a need without text says its title as its problem."""
    _write(
        path,
        ("编号", "单位", "需求名称", "需求背景与技术难点"),
        (
            (f"H{number:03d}", f"企业-{number:03d}", row["title"].strip(), _text(row) or row["title"].strip())
            for number, row in enumerate(rows, 1)
        ),
    )


def write_offers(rows: Sequence[dict[str, str]], path: Path) -> None:
    """Achievements dealt out to the teams in turn, teams to the institutes."""
    _write(
        path,
        ("编号", "单位", "团队", "供给类型", "成果名称", "成果简介", "单位类型"),
        (
            (
                f"C{number:04d}",
                f"研究院-{number % TEAMS % INSTITUTES + 1:02d}",
                f"团队-{number % TEAMS + 1:03d}",
                "科技成果",
                row["title"].strip(),
                _text(row),
                "科研院所",
            )
            for number, row in enumerate(rows, 1)
        ),
    )


def make_event() -> None:
    """An event in four weeks with every enterprise and team that has something to say, unless it is there already."""
    platform = create_platform(load_settings())
    with platform.database.writing() as session:
        event = session.scalar(select(Event).where(Event.name == EVENT))
        if event is None:
            day = (datetime.now() + timedelta(weeks=4)).replace(hour=0, minute=0, second=0, microsecond=0)
            sessions = tuple(
                (day + timedelta(hours=start), day + timedelta(hours=end)) for start, end in ((9, 12), (14, 17))
            )
            values = EventValues(EventKind.DOCKING, EVENT, "试验会场", sessions, table_count=_TABLES)
            event = create_event(session, None, values)
        needs = session.scalars(
            select(Need.organization_id).join(Organization).where(Organization.name.like("企业-%")).distinct()
        )
        add_participants(session, None, event, Side.NEED, [(organization_id, None) for organization_id in needs])
        teams = session.execute(
            select(Offer.organization_id, Offer.team_id)
            .join(Organization)
            .where(Organization.name.like("研究院-%"))
            .distinct()
        )
        add_participants(session, None, event, Side.OFFER, [(row.organization_id, row.team_id) for row in teams])


def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def _text(row: dict[str, str]) -> str:
    return row["text"].strip()[:_LONGEST_TEXT]


def _write(path: Path, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerow(heading)
        csv.writer(file).writerows(rows)


def _matchmaker(*arguments: object) -> str:
    """What the command prints; its progress bars and messages go to the terminal."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "matchmaker.cli", *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"matchmaker {arguments[0]} ended with code {done.returncode}")
    print(f"matchmaker {' '.join(map(str, arguments))}: {time.perf_counter() - started:.1f} s", file=sys.stderr)
    return done.stdout


if __name__ == "__main__":
    main()
