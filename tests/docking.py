"""A docking event for tests: enterprises and suppliers with one person each, on a day of the test's choice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, EventSession, Meeting, Participant
from matchmaker.domain.outgoing_mail import OutgoingMail
from matchmaker.domain.people import Membership, Organization, User
from matchmaker.domain.vocabulary import (
    EventKind,
    EventStatus,
    MembershipStatus,
    OrganizationKind,
    PlanOrigin,
    Role,
    Side,
)
from matchmaker.services.events.plan.versions import record_version
from tests.factories import make_need, make_offer

DAY = datetime(2030, 5, 18, 9)
"""When the event begins, local time in Shanghai."""

SLOTS = [DAY + timedelta(minutes=20) * number for number in range(6)]

WEEK_BEFORE = datetime(2030, 5, 11, 2, tzinfo=UTC)
"""10:00 in Shanghai, a week before."""


_numbers = count(1)


@dataclass
class Docking:
    """The event with its participants in the order of their numbers, and the person who acts for each."""

    event: Event
    needs: list[Participant]
    offers: list[Participant]
    people: dict[int, User]

    def person(self, participant: Participant) -> User:
        return self.people[participant.id]


@dataclass
class Outbox:
    """The letters that are stored for sending: reader, subject, text."""

    session: Session
    last_read: int = 0

    @property
    def sent(self) -> list[tuple[str, str, str]]:
        letters = select(OutgoingMail).where(OutgoingMail.id > self.last_read).order_by(OutgoingMail.id)
        return [(letter.to, letter.subject, letter.text) for letter in self.session.scalars(letters)]

    def clear(self) -> None:
        """Leave out what is there by now."""
        self.last_read = self.session.scalar(select(func.max(OutgoingMail.id))) or 0

    @property
    def readers(self) -> list[str]:
        return [to for to, _, _ in self.sent]


def make_docking(
    session: Session, needs: int = 2, offers: int = 2, topics: Iterable[tuple[str, str]] = (), **values: Any
) -> Docking:
    """An announced event of six slots from :data:`DAY`. ``topics`` give the n-th enterprise and supplier a posting."""
    event = Event(
        **{
            "kind": EventKind.DOCKING,
            "name": "示例对接会",
            "status": EventStatus.PUBLISHED,
            "place": "示例会展中心",
            "slot_minutes": 20,
            "table_count": 4,
            "sessions": [EventSession(starts_at=DAY, ends_at=DAY + timedelta(hours=2))],
        }
        | values
    )
    session.add(event)
    people = {}
    for side, role, number in ((Side.NEED, Role.ENTERPRISE, needs), (Side.OFFER, Role.RESEARCHER, offers)):
        for _ in range(number):
            person = _person(role)
            session.add(person)
            participant = Participant(event=event, side=side, organization=person.organization)
            session.add(participant)
            session.flush()
            people[participant.id] = person
    session.commit()
    sides = [[p for p in event.participants if p.side is side] for side in (Side.NEED, Side.OFFER)]
    for (need_title, offer_title), need_side, offer_side in zip(topics, *sides, strict=False):
        make_need(session, need_side.organization, title=need_title)
        make_offer(session, offer_side.organization, title=offer_title)
    session.commit()
    return Docking(event, *sides, people)


def plan_meeting(
    session: Session, need: Participant, offer: Participant, starts_at: datetime, table: int, **values: Any
) -> Meeting:
    """A meeting in the organizers' working state."""
    meeting = Meeting(
        event_id=need.event_id,
        need_side_id=need.id,
        offer_side_id=offer.id,
        starts_at=starts_at,
        table=table,
        **({"score": 50.0} | values),
    )
    session.add(meeting)
    session.commit()
    return meeting


def publish_plan(session: Session, event: Event, at: datetime = WEEK_BEFORE) -> None:
    """Show participants the working state as it stands."""
    version = record_version(session, None, event, origin=PlanOrigin.BUILT)
    version.published_at = at
    event.published_version = version.version
    session.commit()


def _person(role: Role) -> User:
    """Somebody of an organization of their own, without a password: hashing one takes longer than most tests."""
    number = next(_numbers)
    kind = OrganizationKind.ENTERPRISE if role is Role.ENTERPRISE else OrganizationKind.UNIVERSITY
    return User(
        email=f"docking{number}@example.com",
        name=f"示例·参会人{number}",
        role=role,
        membership=Membership(
            organization=Organization(kind=kind, name=f"示例参会单位{number}"),
            status=MembershipStatus.ACTIVE,
            owner=True,
        ),
    )
