"""How long an event's whole archive takes, when its download begins, and what memory it needs.

    python benchmarks/archive.py [--participants 300 150] [--size tiny]

Copies of the demo city's postings make a docking event of 12 slots and 60 tables, every table always taken, with one
delegate for each participant; and an expo with a booth for each supplier. Prints a table and one JSON line. Bars: the
first bytes within 1 s, memory of the process at most 1 GB.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from shared.cities import DAY, SLOT, SLOTS, TABLES, crowded_city, crowded_event
from shared.measuring import FULL, finish, parser, peak_megabytes
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.postings.match_reason import Reason
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import EventKind, Side
from matchmaker.services.events.plan.versions import record_version
from matchmaker.services.events.printing.archive import stream_archive
from matchmaker.services.platform import Platform

FIRST_BYTES, MEGABYTES = 1.0, 1024


@dataclass(frozen=True)
class Result:
    """`megabytes` is the most that the process has had up to the end of this archive."""

    event: str
    first_bytes: float
    seconds: float
    kilobytes: int
    megabytes: int


def main() -> int:
    """Measure, print, and say by the exit code whether the bars hold."""
    options = parser(__doc__)
    options.add_argument("--participants", type=int, nargs=2, metavar=("FIRMS", "TEAMS"))
    chosen = options.parse_args()
    firms, teams = chosen.participants or ((300, 150) if chosen.size == FULL else (6, 4))
    with tempfile.TemporaryDirectory() as folder:
        platform = crowded_city(folder, firms, teams)
        with platform.database.writing() as session:
            event = crowded_event(session, EventKind.DOCKING)
            event.meetings = list(_meetings(session, event))
            session.flush()
            record_version(session, None, event)
            session.commit()
        with platform.database.reading() as session:
            events = session.scalars(select(Event).order_by(Event.id)).all()
            events = events if chosen.size == FULL else [crowded_event(session, kind) for kind in EventKind]
            results = [_measure(session, platform, event) for event in events]
        platform.database.engine.dispose()
    print(f"{'event':<30}{'first bytes s':>14}{'all s':>8}{'kB':>8}{'peak MB':>9}")
    for result in results:
        print(
            f"{result.event:<30}{result.first_bytes:>14.2f}{result.seconds:>8.1f}"
            f"{result.kilobytes:>8}{result.megabytes:>9}"
        )
    missed = any(result.first_bytes > FIRST_BYTES or result.megabytes > MEGABYTES for result in results)
    return finish("archive", chosen.size, {"results": [asdict(result) for result in results]}, missed=missed)


def _measure(session: Session, platform: Platform, event: Event) -> Result:
    started = time.perf_counter()
    first, size = None, 0
    for chunk in stream_archive(session, platform.search_index, event):
        first = first or time.perf_counter() - started
        size += len(chunk)
    seconds = time.perf_counter() - started
    return Result(event.name, round(first or seconds, 3), round(seconds, 2), size // 1024, peak_megabytes())


def _meetings(session: Session, event: Event) -> Iterator[Meeting]:
    """Every table in every slot, no pair twice."""
    firms = [participant for participant in event.participants if participant.side is Side.NEED]
    teams = [participant for participant in event.participants if participant.side is Side.OFFER]
    needs = {need.organization_id: need for need in session.scalars(select(Need))}
    offers = {offer.organization_id: offer for offer in session.scalars(select(Offer))}
    pairs = set()
    for slot in range(SLOTS):
        for table in range(min(TABLES, len(firms), len(teams))):
            firm = firms[(slot * TABLES + table) % len(firms)]
            team = teams[(slot * (TABLES + 7) + table) % len(teams)]
            if (firm.id, team.id) in pairs:
                continue
            pairs.add((firm.id, team.id))
            yield Meeting(
                need_side=firm,
                offer_side=team,
                need=needs[firm.organization_id],
                offer=offers[team.organization_id],
                score=50.0,
                reason=Reason(terms=("疲劳寿命", "在线监测")),
                starts_at=DAY + SLOT * slot,
                table=table + 1,
            )


if __name__ == "__main__":
    sys.exit(main())
