"""How long the pages of the demo city take, warm, through the whole application; alone, or beside another checkout.

    python benchmarks/pages.py [--rounds 50] [--against ../before] [--only TEXT] [--size tiny]

Each checkout makes a demo city of its own and answers in a process of its own. With `--against DIR` the two are asked
in turns, so whatever else the machine does falls on both, and each page's ratio is that of the medians: of the time on
the clock, and of the processor time of the request, which other programs disturb less. Bars: no page takes more than
1.10 times as long as in the other checkout by both; alone, the pages of single postings and their matches answer in
under 100 ms. Prints a table and one JSON line; exits 1 if a bar is missed.
"""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from shared.measuring import FULL, finish, parser, peak_megabytes

HERE = Path(__file__).resolve().parents[1]
SERVER = Path(__file__).parent / "shared" / "page_server.py"
MILLISECONDS_AT_MOST = 100.0
RATIO_AT_MOST = 1.10

QUESTION = "高铁轴承疲劳寿命与润滑"
ENTERPRISE, RESEARCHER, ORGANIZER, ANYBODY = "enterprise", "researcher", "organizer", ""
"""Who opens a page: a role, whose demo user logs in, or nobody in particular."""


@dataclass(frozen=True)
class Page:
    """An address with who opens it; a barred one must answer in :data:`MILLISECONDS_AT_MOST`."""

    name: str
    address: str
    reader: str = ANYBODY
    barred: bool = False


class Checkout:
    """One checkout with a demo city in a folder of its own, and a process that answers requests for its pages."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self._database = folder / "matchmaker.sqlite"
        self._environment = os.environ | {
            "PYTHONPATH": str(root),
            "MATCHMAKER_DATA": str(folder),
            "DATABASE_URL": f"sqlite:///{self._database}",
            "SECRET_KEY": "only for measuring",
        }
        self._server: subprocess.Popen[str] | None = None

    def prepare(self) -> list[Page]:
        """Make the demo city with a schedule for the coming event, and start answering; returns the pages."""
        self._matchmaker("init", "--demo")
        event = self._row("SELECT name FROM event WHERE kind = 'docking' AND status = 'published'")
        self._matchmaker("event", "build", event["name"])
        pages = self._pages()
        self._server = subprocess.Popen(
            [sys.executable, str(SERVER)],
            cwd=self.root,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return pages

    def ask(self, page: Page) -> dict[str, Any]:
        """Request the page once."""
        assert self._server is not None
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps({"address": page.address, "reader": page.reader}) + "\n")
        self._server.stdin.flush()
        line = self._server.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"status": "no answer"}
        if answer["status"] != 200:
            raise SystemExit(f"{self.root}: {page.name} ({page.address}) gives {answer['status']}")
        return answer

    def close(self) -> int:
        """End the process; returns the most memory in MB that this or an earlier child has had."""
        if self._server is not None:
            self._server.communicate()
        return peak_megabytes(resource.RUSAGE_CHILDREN)

    def _matchmaker(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "matchmaker.cli", *arguments],
            cwd=self.root,
            env=self._environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def _pages(self) -> list[Page]:
        need = self._own("need", ENTERPRISE)
        draft = self._own("need", ENTERPRISE, offset=1)
        offer = self._own("offer", RESEARCHER)
        with sqlite3.connect(self._database) as connection:
            connection.execute("UPDATE need SET status = 'draft' WHERE id = ?", (draft["id"],))
        coming = self._row("SELECT id FROM event WHERE kind = 'docking' AND status = 'published'")["id"]
        attending = self._row(
            "SELECT participant.id FROM participant JOIN event ON event.id = event_id"
            " JOIN membership ON membership.organization_id = participant.organization_id"
            " JOIN user_account ON user_account.id = membership.user_id"
            " WHERE event.status = 'finished' AND user_account.email = ?",
            f"{RESEARCHER}@example.com",
        )["id"]
        event = f"/organizer/events/{coming}"
        return [
            Page("home", "/"),
            Page("newest needs", "/needs"),
            Page("newest offers", "/offers"),
            Page("a need", f"/needs/{need['id']}", barred=True),
            Page("an organization", f"/organizations/{offer['organization_id']}"),
            Page("search", f"/offers?q={QUESTION}"),
            Page("search in filters", f"/offers?q={QUESTION}&industry=equipment_manufacturing"),
            Page("the plan", "/plan"),
            Page("a need's matches", f"/enterprise/needs/{need['id']}/matches", ENTERPRISE, barred=True),
            Page("a draft's matches", f"/enterprise/needs/{draft['id']}/matches", ENTERPRISE, barred=True),
            Page("an offer's needs", f"/research/offers/{offer['id']}/matches", RESEARCHER, barred=True),
            Page("recommended teams", "/enterprise/teams", ENTERPRISE),
            Page("recommended firms", "/research/firms", RESEARCHER),
            Page("a participant's schedule", f"/attending/participants/{attending}/schedule", RESEARCHER),
            Page("the organizer's schedule", f"{event}/schedule", ORGANIZER),
            Page("the board", f"{event}/board", ORGANIZER),
            Page("the board's data", f"{event}/board/data", ORGANIZER),
            Page("candidate pairs", f"{event}/partnerships", ORGANIZER),
        ]

    def _own(self, table: str, role: str, offset: int = 0) -> sqlite3.Row:
        """One of the postings of the role's demo user."""
        return self._row(
            f"SELECT {table}.id, {table}.organization_id FROM {table}"
            f" JOIN membership ON membership.organization_id = {table}.organization_id"
            " JOIN user_account ON user_account.id = membership.user_id"
            f" WHERE user_account.email = ? AND {table}.status = 'published'"
            f" ORDER BY {table}.id LIMIT 1 OFFSET {offset}",
            f"{role}@example.com",
        )

    def _row(self, statement: str, *values: object) -> sqlite3.Row:
        with sqlite3.connect(self._database) as connection:
            connection.row_factory = sqlite3.Row
            row: sqlite3.Row | None = connection.execute(statement, values).fetchone()
        if row is None:
            raise SystemExit(f"{self.root}: nothing found by {statement}")
        return row


def main() -> int:
    """Measure, print, and say by the exit code whether the bars hold."""
    options = parser(__doc__)
    options.add_argument("--rounds", type=int, help="how often each page is asked")
    options.add_argument(
        "--against", type=Path, metavar="DIR", help="another checkout, for instance of the commit before"
    )
    options.add_argument("--only", default="", metavar="TEXT", help="only pages with this in their name")
    chosen = options.parse_args()
    rounds = chosen.rounds or (50 if chosen.size == FULL else 2)
    with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as there:
        checkouts = [Checkout(HERE, Path(here))]
        if chosen.against:
            checkouts.append(Checkout(chosen.against.resolve(), Path(there)))
        pages = [checkout.prepare() for checkout in checkouts]
        results = [
            _measure(checkouts, both, rounds) for both in zip(*pages, strict=True) if chosen.only in both[0].name
        ]
        megabytes = max(checkout.close() for checkout in checkouts)
    _print(results, is_compared=chosen.against is not None)
    missed = any(result["missed"] for result in results)
    figures = {"rounds": rounds, "against": str(chosen.against or ""), "results": results}
    return finish("pages", chosen.size, figures, missed=missed, peak=megabytes)


def _measure(checkouts: list[Checkout], pages: tuple[Page, ...], rounds: int) -> dict[str, Any]:
    """Ask each checkout for its page in turns; the first two rounds warm up."""
    answers: list[list[dict[str, Any]]] = [[] for _ in checkouts]
    for round_number in range(rounds + 2):
        order = list(range(len(checkouts)))
        for position in order if round_number % 2 else reversed(order):
            answer = checkouts[position].ask(pages[position])
            if round_number > 1:
                answers[position].append(answer)
    seconds = [[answer["seconds"] for answer in given] for given in answers]
    medians = [1000 * median(times) for times in seconds]
    page, last = pages[0], answers[0][-1]
    result: dict[str, Any] = {
        "page": page.name,
        "median_ms": round(medians[0], 1),
        "p95_ms": round(1000 * quantiles(seconds[0], n=20)[-1], 1),
        "statements": last["statements"],
        "kilobytes": round(last["kilobytes"], 1),
    }
    if len(checkouts) == 1:
        return result | {"missed": page.barred and medians[0] >= MILLISECONDS_AT_MOST}
    ratio = medians[0] / medians[1]
    processor = [median(answer["processor_seconds"] for answer in given) for given in answers]
    processor_ratio = processor[0] / processor[1]
    return result | {
        "median_ms_before": round(medians[1], 1),
        "statements_before": answers[1][-1]["statements"],
        "ratio": round(ratio, 2),
        "processor_ratio": round(processor_ratio, 2),
        "missed": min(ratio, processor_ratio) > RATIO_AT_MOST,
    }


def _print(results: list[dict[str, Any]], *, is_compared: bool) -> None:
    heading = f"{'page':<28}{'median ms':>11}{'95 % ms':>9}{'statements':>12}{'kB':>7}"
    print(heading + (f"{'before ms':>11}{'statements':>12}{'ratio':>7}{'processor':>11}" if is_compared else ""))
    for result in results:
        line = f"{result['page']:<28}{result['median_ms']:>11.1f}{result['p95_ms']:>9.1f}{result['statements']:>12}"
        line += f"{result['kilobytes']:>7.0f}"
        if is_compared:
            line += f"{result['median_ms_before']:>11.1f}{result['statements_before']:>12}{result['ratio']:>7.2f}"
            line += f"{result['processor_ratio']:>11.2f}"
        print(line + ("  MISSED" if result["missed"] else ""))


if __name__ == "__main__":
    sys.exit(main())
