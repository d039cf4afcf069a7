"""Platforms to measure: the demo city, and a crowded one made of copies of its postings."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle, islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.config import load_settings
from matchmaker.domain.events.event import Delegate, Event, EventSession, Participant, Room
from matchmaker.domain.people import Organization
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import EventKind, EventStatus, OrganizationKind, PostingStatus, Side
from matchmaker.services.demo.city import load_demo, load_history, store_vectors
from matchmaker.services.platform import Platform, create_platform
from matchmaker.services.posting.postings import bump_revision

DAY = datetime(2027, 3, 16, 9)
SLOT = timedelta(minutes=20)
SLOTS, TABLES = 12, 60

_HALLS = "ABC"
_BOOTHS_IN_A_HALL = 60


def crowded_city(folder: str, firms: int, teams: int) -> Platform:
    """The demo city with so many organizations more on either side, one posting each, who all take part in a docking
    event of 12 slots and 60 tables and in an expo with a booth for each supplier. The events have no meetings yet.
    """
    platform = create_platform(load_settings({"MATCHMAKER_DATA": folder, "SECRET_KEY": "only for measuring"}))
    platform.database.upgrade()
    with platform.database.writing() as session:
        load_demo(session)
        needs = _copies(session, session.scalars(select(Need)).all(), firms)
        offers = _copies(session, session.scalars(select(Offer)).all(), teams)
        session.flush()
        bump_revision(session, *needs, *offers)
        for kind in EventKind:
            _add_event(session, kind, needs, offers)
        session.commit()
    store_vectors(platform.search_index.store, platform.search_index.encoder.name)
    platform.search_index.refresh()
    with platform.database.writing() as session:
        load_history(session, platform.search_index)
    return platform


def crowded_event(session: Session, kind: EventKind) -> Event:
    """The crowded city's event of that kind."""
    return session.scalars(select(Event).where(Event.kind == kind).order_by(Event.id.desc())).first()  # type: ignore[return-value]


def _copies(session: Session, postings: list[Need] | list[Offer], count: int) -> list[Need] | list[Offer]:
    return [_copied(session, posting, number) for number, posting in enumerate(islice(cycle(postings), count), start=1)]


def _copied(session: Session, posting: Need | Offer, number: int) -> Need | Offer:
    """The posting once more, of an organization of its own: its text has a vector already."""
    kind = OrganizationKind.ENTERPRISE if posting.side is Side.NEED else OrganizationKind.UNIVERSITY
    columns = {column.key for column in posting.__table__.columns} - {"id", "code", "organization_id", "team_id"}
    copy = type(posting)(**{name: getattr(posting, name) for name in columns if hasattr(posting, name)})
    copy.organization = Organization(kind=kind, name=f"示例{kind.zh}{number}号", introduction=posting.title * 3)
    copy.status = PostingStatus.PUBLISHED
    session.add(copy)
    return copy


def _add_event(session: Session, kind: EventKind, needs: list[Need], offers: list[Offer]) -> None:
    event = Event(
        kind=kind,
        name=f"{kind.zh} {len(needs)} × {len(offers)}",
        place="会展中心",
        status=EventStatus.PUBLISHED,
        slot_minutes=20,
        table_count=TABLES,
        sessions=[EventSession(starts_at=DAY, ends_at=DAY + SLOT * SLOTS)],
        rooms=[
            Room(name=f"{letter} 馆", position=position, table_count=_BOOTHS_IN_A_HALL)
            for position, letter in enumerate(_HALLS)
        ],
    )
    session.add(event)
    for side, postings in ((Side.NEED, needs), (Side.OFFER, offers)):
        for number, posting in enumerate(postings):
            participant = Participant(side=side, organization=posting.organization)
            event.participants.append(participant)
            participant.delegates = [Delegate(name=f"代表{number}", is_lead=True)]
            if kind is EventKind.EXPO and side is Side.OFFER:
                hall = number // _BOOTHS_IN_A_HALL % len(_HALLS)
                participant.room = event.rooms[hall]
                participant.booth = f"{_HALLS[hall]}{number % _BOOTHS_IN_A_HALL + 1:02}"
    session.flush()
