"""A small city for tests that walk every page: some of everything, and one person of every sort."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from matchmaker.domain.block import Block
from matchmaker.domain.cooperation import ChangeCause, ContractKind, Cooperation, Stage, TechnologyContract
from matchmaker.domain.events.event import Delegate, Event, EventSession, Meeting, Participant
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.job import Job, JobState, as_message
from matchmaker.domain.outgoing_mail import MailState, OutgoingMail
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import (
    EventKind,
    EventStatus,
    MembershipStatus,
    OrganizationKind,
    PostingStatus,
    Role,
    Side,
)
from tests.factories import make_need, make_offer, make_organization, make_user

SECRET = "不可外传的草稿"
"""Title of the drafts; no page may show it to people of other organizations."""


@dataclass
class World:
    """``people`` by what they are; ``published`` and ``drafts`` fill the parameters of an address by name."""

    people: dict[str, User] = field(default_factory=dict)
    published: dict[str, Any] = field(default_factory=dict)
    drafts: dict[str, Any] = field(default_factory=dict)


def build_world(session: Session) -> World:
    """The same each time."""
    enterprise, university = make_organization(session), make_organization(session, OrganizationKind.UNIVERSITY)
    people = {
        "enterprise": make_user(session, organization=enterprise),
        "other enterprise": make_user(session),
        "researcher": make_user(session, Role.RESEARCHER, university),
        "other researcher": make_user(session, Role.RESEARCHER),
        "broker": make_user(session, Role.BROKER),
        "waiting": make_user(session, organization=enterprise, owner=False),
        "organizer": make_user(session, Role.ORGANIZER),
        "admin": make_user(session, Role.ADMIN),
    }
    waiting = people["waiting"].membership
    assert waiting is not None
    waiting.status = MembershipStatus.PENDING
    need, offer = make_need(session, enterprise), make_offer(session, university)
    hidden = {"title": SECRET, "status": PostingStatus.DRAFT, "published_at": None}
    draft_need, draft_offer = make_need(session, enterprise, **hidden), make_offer(session, university, **hidden)
    event = _event(session, enterprise.id, university.id)
    block = Block(organization_id=enterprise.id, blocked_id=university.id)
    delegate = Delegate(participant=event.participants[0], name="示例·代表", is_lead=True)
    request = MeetingRequest(
        event=event,
        need_side=event.participants[0],
        offer_side=event.participants[1],
        side=Side.NEED,
        message=SECRET,
        expires_at=datetime(2030, 5, 17, tzinfo=UTC),
    )
    meeting = Meeting(
        event=event, need_side=event.participants[0], offer_side=event.participants[1], need=need, offer=offer, score=80
    )
    cooperation = _cooperation(need, offer)
    job = _job(people["enterprise"], event)
    mail = OutgoingMail(to="somebody@example.com", subject="示例", text=SECRET, state=MailState.FAILED)
    session.add_all([block, delegate, request, meeting, cooperation, job, mail])
    session.commit()
    common = {
        "organization_id": enterprise.id,
        "event_id": event.id,
        "participant_id": event.participants[0].id,
        "delegate_id": delegate.id,
        "block_id": block.id,
        "request_id": request.id,
        "meeting_id": meeting.id,
        "cooperation_id": cooperation.id,
        "contract_id": cooperation.contracts[0].id,
        "other_id": event.participants[1].id,
        "job_id": job.id,
        "mail_id": mail.id,
        "user_id": people["enterprise"].id,
        "membership_id": waiting.id,
        "kind": "outcome",
        "side": "need",
        "code": "en",
        "action": "withdraw",
    }
    for person in people.values():
        # Read now: a test that reads it later would hold the database's write lock from then on.
        _ = person.organization
    session.commit()
    return World(
        people=people,
        published=common | {"need_id": need.id, "offer_id": offer.id, "posting_id": need.id},
        drafts=common | {"need_id": draft_need.id, "offer_id": draft_offer.id, "posting_id": draft_need.id},
    )


def addresses(app: Flask, method: str, values: dict[str, Any]) -> Iterator[tuple[Rule, str]]:
    """Every rule of the application that answers the method, and an address of it."""
    with app.test_request_context():
        found = [
            (rule, app.url_for(rule.endpoint, **{name: _value(rule, name, values) for name in rule.arguments}))
            for rule in app.url_map.iter_rules()
            if method in (rule.methods or ()) and rule.endpoint.rpartition(".")[2] != "static"
        ]
    yield from found


def forms_that_post(page: str) -> list[str]:
    """The page's forms that send a change."""
    forms = re.findall(r"<form\b.*?</form>", page, re.DOTALL)
    return [form for form in forms if re.match(r'<form\b[^>]*method="post"', form, re.IGNORECASE)]


def rows(path: Path) -> list[str]:
    """All that the database says, to see whether anything changed."""
    connection = sqlite3.connect(path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def _value(rule: Rule, name: str, values: dict[str, Any]) -> Any:
    """By the parameter's name where the world has such a thing, otherwise anything of the right type."""
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return values.get(name, 1 if isinstance(converter, IntegerConverter) else "x")


def _cooperation(need: Need, offer: Offer) -> Cooperation:
    """With a contract, whose values are nobody else's business."""
    cooperation = Cooperation(
        title=SECRET,
        need_organization=need.organization,
        offer_organization=offer.organization,
        need=need,
        offer=offer,
        contracts=[
            TechnologyContract(
                kind=ContractKind.SERVICE,
                buyer=need.organization,
                seller=offer.organization,
                signed_on=date(2026, 5, 18),
                contract_value=Decimal("98.76"),
                technology_value=Decimal("54.32"),
            )
        ],
    )
    cooperation.change(None, Stage.NEGOTIATION, ChangeCause.HAND, SECRET, None)
    cooperation.change(None, Stage.CONTRACT, ChangeCause.RECORDED, SECRET, None)
    return cooperation


def _job(actor: User, event: Event) -> Job:
    """One that was done, whose words and file are for whoever asked for it."""
    return Job(
        kind="event.build",
        arguments={"event_id": event.id, "actor_id": actor.id},
        actor_id=actor.id,
        subject=Event.__tablename__,
        subject_id=event.id,
        state=JobState.DONE,
        result={"summary": [as_message("%(name)s", name=SECRET)]},
    )


def _event(session: Session, enterprise_id: int, university_id: int) -> Event:
    event = Event(
        kind=EventKind.DOCKING,
        name="示例对接会",
        status=EventStatus.PUBLISHED,
        sessions=[EventSession(starts_at=datetime(2030, 5, 18, 9), ends_at=datetime(2030, 5, 18, 12))],
        participants=[
            Participant(side=Side.NEED, organization_id=enterprise_id),
            Participant(side=Side.OFFER, organization_id=university_id),
        ],
    )
    session.add(event)
    session.commit()
    return event
