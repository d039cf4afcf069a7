"""The cooperations of the demo city: from ``cooperations.yaml``, through the same verbs that people use."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import ChangeCause, ContractKind, ContractTerms, Cooperation, Stage
from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.i18n import N_
from matchmaker.services.accounts.user_accounts import find_user
from matchmaker.services.cooperation.beginning import begin, cooperation_about
from matchmaker.services.cooperation.contracts import record_contract
from matchmaker.services.cooperation.stages import add_note, advance, fail

_ORGANIZER = "organizer@example.com"
"""Who did what the file names nobody for."""

_ZONE = ZoneInfo("Asia/Shanghai")

Described = Mapping[str, Any]


def load_cooperations(session: Session, described: Iterable[Described], shift: timedelta) -> None:
    """Add the described cooperations that are not in the database; those that are stay as they are."""
    for entry in described:
        need = session.scalar(select(Need).where(Need.code == entry["need"]))
        offer = session.scalar(select(Offer).where(Offer.code == entry["offer"]))
        if need is None or offer is None:
            missing = entry["need"] if need is None else entry["offer"]
            raise InvalidInput(N_("演示数据里没有“%(name)s”"), name=missing)
        known = select(Cooperation.id).where(Cooperation.need_id == need.id, Cooperation.offer_id == offer.id)
        if session.scalar(known) is None:
            first, *steps = entry["steps"]
            cooperation = _begin(session, need, offer, entry.get("event"), first, shift)
            for step in steps:
                _take(session, cooperation, step, shift)
    session.commit()


def _begin(
    session: Session, need: Need, offer: Offer, event_name: str | None, first: Described, shift: timedelta
) -> Cooperation:
    event = session.scalar(select(Event).where(Event.name == event_name))
    meeting = event and session.scalar(
        select(Meeting).where(Meeting.event_id == event.id, Meeting.need_id == need.id, Meeting.offer_id == offer.id)
    )
    cooperation = cooperation_about(need, offer)
    cooperation.event_id = event.id if event else None
    cooperation.meeting_id = meeting.id if meeting else None
    cause = ChangeCause.MEETING if meeting else ChangeCause.INTEREST
    return begin(
        session, _person(session, first), cooperation, Stage.parse(first["stage"]), cause, at=_at(first, shift)
    )


def _take(session: Session, cooperation: Cooperation, step: Described, shift: timedelta) -> None:
    person, at, note = _person(session, step), _at(step, shift), step.get("note", "")
    match step:
        case {"contract": terms}:
            record_contract(session, person, cooperation.id, _terms(terms, shift), cooperation.version, at)
        case {"stage": "failed"}:
            fail(session, person, cooperation.id, cooperation.version, note, at)
        case {"stage": stage}:
            advance(session, person, cooperation.id, Stage.parse(stage), cooperation.version, note, at)
        case _:
            add_note(session, person, cooperation.id, note, at)


def _terms(described: Described, shift: timedelta) -> ContractTerms:
    return ContractTerms(
        kind=ContractKind.parse(described["kind"]),
        signed_on=described["signed_on"] + shift,
        contract_value=Decimal(described["contract_value"]),
        technology_value=Decimal(described["technology_value"]),
        registration_number=described.get("registration_number"),
    )


def _person(session: Session, step: Described) -> User:
    email = step.get("by", _ORGANIZER)
    person = find_user(session, email)
    if person is None:
        raise InvalidInput(N_("演示数据里没有“%(name)s”"), name=email)
    return person


def _at(step: Described, shift: timedelta) -> datetime:
    return (datetime.fromisoformat(step["at"]) + shift).replace(tzinfo=_ZONE)
