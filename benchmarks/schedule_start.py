"""How long the page takes that starts the build of a large event's schedule.

    python benchmarks/schedule_start.py [--participants 300 150] [--rounds 5] [--size tiny]

An organizer presses the button at a docking event of 12 slots and 60 tables; what is measured is the time until the
answer, beside the time of the event's schedule page. Bar: under 300 ms (median). Prints a table and one JSON line;
exits 1 if the bar is missed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from statistics import median

from shared.cities import crowded_city, crowded_event
from shared.measuring import FULL, finish, parser
from werkzeug.test import TestResponse

from matchmaker.domain.vocabulary import EventKind
from matchmaker.services.demo.city import PASSWORD
from matchmaker.web import create_app

MILLISECONDS_AT_MOST = 300.0


def main() -> int:
    """Measure, print, and say by the exit code whether the bar holds."""
    options = parser(__doc__)
    options.add_argument("--participants", type=int, nargs=2, metavar=("FIRMS", "TEAMS"))
    options.add_argument("--rounds", type=int, help="how often the button is pressed")
    chosen = options.parse_args()
    firms, teams = chosen.participants or ((300, 150) if chosen.size == FULL else (6, 4))
    rounds = chosen.rounds or (5 if chosen.size == FULL else 1)
    with tempfile.TemporaryDirectory() as folder:
        platform = crowded_city(folder, firms, teams)
        with platform.database.reading() as session:
            address = f"/organizer/events/{crowded_event(session, EventKind.DOCKING).id}/schedule"
        app = create_app(platform=platform)
        app.config.update(WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
        client = app.test_client()
        client.post("/account/login", data={"email": "organizer@example.com", "password": PASSWORD})
        asked, started = [], []
        client.get(address)
        for _ in range(rounds):
            asked.append(_milliseconds(lambda: client.get(address), 200))
            started.append(_milliseconds(lambda: client.post(f"{address}/build"), 303))
        platform.database.engine.dispose()
    print(f"{'page':<40}{'median ms':>11}{'most ms':>9}")
    name = f"starting the build of {firms} × {teams}"
    for row, times in ((name, started), ("the event's schedule page", asked)):
        print(f"{row:<40}{median(times):>11.1f}{max(times):>9.1f}")
    missed = median(started) >= MILLISECONDS_AT_MOST
    print(f"bar: {MILLISECONDS_AT_MOST:g} ms, {'MISSED' if missed else 'ok'}")
    figures = {
        "participants": [firms, teams],
        "start_ms": round(median(started), 1),
        "page_ms": round(median(asked), 1),
    }
    return finish("schedule_start", chosen.size, figures, missed=missed)


def _milliseconds(request: Callable[[], TestResponse], status: int) -> float:
    began = time.perf_counter()
    response = request()
    milliseconds = 1000 * (time.perf_counter() - began)
    assert response.status_code == status, response.text
    return milliseconds


if __name__ == "__main__":
    sys.exit(main())
