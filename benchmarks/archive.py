"""How long an event's whole archive takes, when its download begins, and what memory it needs.

    python benchmarks/archive.py [--participants 300 150]

Copies of the demo city's postings make a docking event of 12 slots and 60 tables, every table always taken, with one
delegate for each participant; and an expo with a booth for each supplier. Prints a table and one JSON line. Bars: the
first bytes within 1 s, memory of the process at most 1 GB.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.config import load_settings
from matchmaker.domain.events.event import Delegate, Event, EventSession, Meeting, Participant, Room
from matchmaker.domain.people import Organization
from matchmaker.domain.postings.match_reason import Reason
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import EventKind, OrganizationKind, PostingStatus, Side
from matchmaker.services.demo.city import load_demo, load_meetings, store_vectors
from matchmaker.services.events.plan.versions import record_version
from matchmaker.services.events.printing.archive import stream_archive
from matchmaker.services.platform import Platform, create_platform

DAY = datetime(2027, 3, 16, 9)
SLOT = timedelta(minutes=20)
SLOTS, TABLES = 12, 60
FIRST_BYTES, MEGABYTES = 1.0, 1024


@dataclass(frozen=True)
class Result:
    event: str
    first_bytes: float
    seconds: float
    kilobytes: int
    megabytes: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--participants", type=int, nargs=2, default=(300, 150), metavar=("FIRMS", "TEAMS"))
    firms, teams = parser.parse_args().participants
    with tempfile.TemporaryDirectory() as folder:
        platform = _city(folder, firms, teams)
        with platform.database.reading() as session:
            events = session.scalars(select(Event).order_by(Event.id)).all()
            results = [_measure(session, platform, event) for event in events]
        platform.database.engine.dispose()
    print(f"{'event':<30}{'first bytes s':>14}{'all s':>8}{'kB':>8}{'peak MB':>9}")
    for one in results:
        print(f"{one.event:<30}{one.first_bytes:>14.2f}{one.seconds:>8.1f}{one.kilobytes:>8}{one.megabytes:>9}")
    print(json.dumps({"benchmark": "archive", "results": [vars(one) for one in results]}, ensure_ascii=False))
    return 1 if any(one.first_bytes > FIRST_BYTES or one.megabytes > MEGABYTES for one in results) else 0


def _measure(session: Session, platform: Platform, event: Event) -> Result:
    started = time.perf_counter()
    first, size = None, 0
    for chunk in stream_archive(session, platform.search_index, event):
        first = first or time.perf_counter() - started
        size += len(chunk)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Result(event.name, round(first or seconds, 3), round(seconds, 2), size // 1024, peak)


def _city(folder: str, firms: int, teams: int) -> Platform:
    platform = create_platform(load_settings({"MATCHMAKER_DATA": folder, "SECRET_KEY": "only for measuring"}))
    platform.database.upgrade()
    with platform.database.writing() as session:
        load_demo(session)
        needs, offers = session.scalars(select(Need)).all(), session.scalars(select(Offer)).all()
        sides = (
            [_copied(session, need, number) for number, need in enumerate(islice(cycle(needs), firms))],
            [_copied(session, offer, number) for number, offer in enumerate(islice(cycle(offers), teams))],
        )
        session.flush()
        for kind in EventKind:
            _event(session, kind, *sides)
        session.commit()
    store_vectors(platform.search_index.store, platform.search_index.encoder.name)
    platform.search_index.refresh()
    with platform.database.writing() as session:
        load_meetings(session, platform.search_index)
    return platform


def _copied(session: Session, posting: Need | Offer, number: int) -> Need | Offer:
    """The posting again, of an organization of its own: the same text has a vector already."""
    kind = OrganizationKind.ENTERPRISE if posting.side is Side.NEED else OrganizationKind.UNIVERSITY
    columns = {column.key for column in posting.__table__.columns} - {"id", "code", "organization_id", "team_id"}
    copy = type(posting)(**{name: getattr(posting, name) for name in columns if hasattr(posting, name)})
    copy.organization = Organization(kind=kind, name=f"示例{kind.zh}{number + 1}号", introduction=posting.title * 3)
    copy.status = PostingStatus.PUBLISHED
    session.add(copy)
    return copy


def _event(session: Session, kind: EventKind, needs: list[Need], offers: list[Offer]) -> None:
    event = Event(
        kind=kind,
        name=f"{kind.zh} {len(needs)} × {len(offers)}",
        place="会展中心",
        slot_minutes=20,
        table_count=TABLES,
        sessions=[EventSession(starts_at=DAY, ends_at=DAY + SLOT * SLOTS)],
        rooms=[Room(name=f"{letter} 馆", position=place, table_count=60) for place, letter in enumerate("ABC")],
    )
    session.add(event)
    sides: list[list[Participant]] = [[], []]
    for side, postings in enumerate((needs, offers)):
        for number, posting in enumerate(postings):
            participant = Participant(side=list(Side)[side], organization=posting.organization)
            event.participants.append(participant)
            participant.delegates = [Delegate(name=f"代表{number}", is_lead=True)]
            if kind is EventKind.EXPO and side:
                participant.room = event.rooms[number // 60 % 3]
                participant.booth = f"{'ABC'[number // 60 % 3]}{number % 60 + 1:02}"
            sides[side].append(participant)
    session.flush()
    if kind is EventKind.DOCKING:
        event.meetings = list(_meetings(*sides, needs, offers))
        session.flush()
        record_version(session, None, event)


def _meetings(
    firms: list[Participant], teams: list[Participant], needs: list[Need], offers: list[Offer]
) -> Iterator[Meeting]:
    """Every table in every slot, no pair twice."""
    for slot in range(SLOTS):
        for table in range(min(TABLES, len(firms), len(teams))):
            firm, team = (slot * TABLES + table) % len(firms), (slot * (TABLES + 7) + table) % len(teams)
            yield Meeting(
                need_side=firms[firm],
                offer_side=teams[team],
                need=needs[firm],
                offer=offers[team],
                score=50.0,
                reason=Reason(terms=("疲劳寿命", "在线监测")),
                starts_at=DAY + SLOT * slot,
                table=table + 1,
            )


if __name__ == "__main__":
    sys.exit(main())
