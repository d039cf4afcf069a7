"""The demo city: invented organizations and people, specific needs and offers, three events, what came of the past one.

Everything is in ``seed_data/demo``, for a person to edit. Its days are written as if today were the reference date of
``events.yaml`` and moved by whole weeks to the present, so that the city is always current and Tuesdays stay Tuesdays.
Loading it again brings postings back to what the files say, and leaves existing users, events and cooperations alone.

The vectors of its texts come along in ``vectors-e5.npz``, for computing them takes minutes; a text that was edited
since is simply encoded. ``scripts/demo_vectors.py`` makes the file anew. What the meetings of the past event score is
for the ranker to say, so they are added last.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.events.event import AgendaItem, Event, EventSession, Meeting, Participant, Room
from matchmaker.domain.people import Organization, Team
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import EventKind, EventStatus, MeetingStatus, NextStep, PlanOrigin, Role, Side
from matchmaker.i18n import N_
from matchmaker.matching.encoding.vectors import VectorStore, vector_texts
from matchmaker.matching.text.document import Document
from matchmaker.services.accounts.user_accounts import create_user, find_user, set_password
from matchmaker.services.demo.cooperations import load_cooperations
from matchmaker.services.events.pairing.reasons import reason_for
from matchmaker.services.events.plan.versions import record_version
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.transfer.columns import TableKind
from matchmaker.services.transfer.importing import import_table, read_import
from matchmaker.services.transfer.spreadsheets import Table
from matchmaker.services.transfer.workbooks import Row
from matchmaker.services.vocabularies import SEED_DATA, load_reference

DEMO = SEED_DATA / "demo"
PASSWORD = "matchmaker-demo"
"""Of all demo users; the README says so. No other installation has them."""

_DATED_COLUMNS = ("deadline", "valid_until")
_PUBLISHED_BEFORE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class DemoCity:
    """How much there is after loading, and who can log in (address and role)."""

    organizations: int
    teams: int
    needs: int
    offers: int
    events: int
    users: tuple[tuple[str, Role], ...]


def load_demo(session: Session, folder: Path = DEMO, today: date | None = None) -> DemoCity:
    """Load reference vocabularies and the demo city. Then come :func:`store_vectors` and :func:`load_history`."""
    plan = _read_yaml(folder / "events.yaml")
    shift = _whole_weeks(plan["reference_date"], today or date.today())
    load_reference(session)
    _load(session, TableKind.ORGANIZATIONS, folder, shift)
    _load_teams(session, folder / "teams.csv")
    _load(session, TableKind.NEEDS, folder, shift)
    _load(session, TableKind.OFFERS, folder, shift)
    users = _load_users(session, _read_yaml(folder / "users.yaml"))
    for described in plan["events"]:
        _load_event(session, described, shift)
    organizations, teams, needs, offers, events = (
        session.scalar(select(func.count()).select_from(model)) or 0
        for model in (Organization, Team, Need, Offer, Event)
    )
    session.commit()
    return DemoCity(organizations, teams, needs, offers, events, users)


def load_history(session: Session, search_index: SearchIndex, folder: Path = DEMO, today: date | None = None) -> int:
    """Add the meetings of the past event, with the scores and reasons that the matcher finds for their pairs, and what
    came of them and of other contacts; returns how many meetings.

    Leaves alone an event that has a match list already. The caller has refreshed the search index.
    """
    plan = _read_yaml(folder / "events.yaml")
    shift = _whole_weeks(plan["reference_date"], today or date.today())
    added = 0
    for described in plan["events"]:
        event = session.scalars(select(Event).where(Event.name == described["name"])).one()
        if "meetings" in described and not event.plan_version:
            _add_meetings(session, search_index, event, described["meetings"], shift)
            added += len(event.meetings)
    load_cooperations(session, _read_yaml(folder / "cooperations.yaml"), shift)
    session.commit()
    return added


def store_vectors(store: VectorStore, encoder: str, folder: Path = DEMO) -> int:
    """Put the vectors that come with the demo city into the encoder's store; returns how many.

    None when the file was made for another encoder: vectors of different encoders do not compare.
    """
    path = folder / f"vectors-{encoder}.npz"
    if not path.is_file():
        return 0
    with np.load(path) as stored:
        keys, vectors = stored["keys"].tolist(), stored["vectors"].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store.put(dict(zip(keys, vectors, strict=True)))
    return len(keys)


def save_vectors(documents: Iterable[Document], store: VectorStore, path: Path) -> int:
    """Write the stored vectors of the documents' passages, at half precision, into a file for later loading."""
    keys = sorted({key for document in documents for key in vector_texts(document)})
    vectors = store.get(keys)
    rows = np.array([vectors[key] for key in keys], dtype=np.float16)
    np.savez_compressed(path, keys=np.array(keys), vectors=rows)
    return len(keys)


def _whole_weeks(reference: date, today: date) -> timedelta:
    return timedelta(weeks=(today - reference).days // 7)


def _load(session: Session, kind: TableKind, folder: Path, shift: timedelta) -> None:
    path = folder / f"{kind.value}.csv"
    report = import_table(session, None, kind, _shifted(read_import(kind, path.read_bytes()), shift))
    if report.problems:
        first = report.problems[0]
        raise InvalidInput(
            N_("%(file)s 第 %(row)d 行“%(column)s”：%(reason)s"),
            file=path.name,
            row=first.row,
            column=first.column,
            reason=first.error.text(),
        )


def _shifted(table: Table, shift: timedelta) -> Table:
    dated = [position for position, heading in enumerate(table.headings) if heading in _DATED_COLUMNS]
    return replace(table, rows=tuple(_shifted_row(row, dated, shift) for row in table.rows))


def _shifted_row(row: Row, dated: Iterable[int], shift: timedelta) -> Row:
    cells = list(row.cells)
    for position in dated:
        if cells[position]:
            cells[position] = date.fromisoformat(str(cells[position])) + shift
    return Row(row.number, tuple(cells))


def _load_teams(session: Session, path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            organization = _organization(session, row.pop("organization"))
            team = _find_team(session, organization, row["name"])
            if team is None:
                session.add(Team(organization=organization, **row))
                continue
            for name, text in row.items():
                setattr(team, name, text)
    session.commit()


def _load_users(session: Session, described: Iterable[Mapping[str, str]]) -> tuple[tuple[str, Role], ...]:
    for person in described:
        user = find_user(session, person["email"])
        if user is None:
            role = Role.parse(person["role"])
            user = create_user(session, person["email"], role, person.get("organization"), person["name"])
        if user.password_hash is None:
            set_password(session, user, PASSWORD)
    return tuple((person["email"], Role.parse(person["role"])) for person in described)


def _load_event(session: Session, described: Mapping[str, Any], shift: timedelta) -> None:
    """Make the event with all that belongs to it in one transaction, unless it is there."""
    if session.scalar(select(Event.id).where(Event.name == described["name"])) is not None:
        return
    event = Event(
        kind=EventKind.parse(described["kind"]),
        name=described["name"],
        place=described["place"],
        organizer=described["organizer"],
        description=described["description"],
        status=EventStatus.parse(described["status"]),
        slot_minutes=described["slot_minutes"],
        table_count=described["table_count"],
        default_max_meetings=described["default_max_meetings"],
    )
    event.sessions = [
        EventSession(starts_at=_moment(session_of_day["from"]) + shift, ends_at=_moment(session_of_day["to"]) + shift)
        for session_of_day in described["sessions"]
    ]
    event.rooms = [
        Room(name=hall["name"], table_count=hall["booths"], position=position)
        for position, hall in enumerate(described.get("halls", ()))
    ]
    event.agenda = [
        AgendaItem(
            starts_at=_moment(item["from"]) + shift,
            ends_at=_moment(item["to"]) + shift,
            title=item["title"],
            speaker=item.get("speaker", ""),
            room=item.get("room", ""),
            note=item.get("note", ""),
        )
        for item in described.get("agenda", ())
    ]
    session.add(event)
    for enterprise in described["enterprises"]:
        _add_participant(session, event, Side.NEED, enterprise)
    for team in described["teams"]:
        _add_participant(session, event, Side.OFFER, team)
    session.commit()


def _add_participant(session: Session, event: Event, side: Side, described: str | Mapping[str, str]) -> None:
    """Described by the organization's name alone, or with team, hall and booth."""
    words = {"organization": described} if isinstance(described, str) else described
    organization = _organization(session, words["organization"])
    team = _find_team(session, organization, words["team"]) if "team" in words else None
    if "team" in words and team is None:
        raise _unknown(words["team"])
    halls = {room.name: room for room in event.rooms}
    event.participants.append(
        Participant(
            side=side,
            organization=organization,
            team=team,
            max_meetings=event.default_max_meetings,
            booth=words.get("booth", ""),
            room=halls[words["hall"]] if "hall" in words else None,
        )
    )


def _add_meetings(
    session: Session, search_index: SearchIndex, event: Event, described: Iterable[Mapping[str, Any]], shift: timedelta
) -> None:
    needs = {need.code: need for need in session.scalars(select(Need))}
    offers = {offer.code: offer for offer in session.scalars(select(Offer))}
    participants = {(who.side, who.organization_id, who.team_id): who for who in event.participants}
    for meeting in described:
        need, offer = needs.get(meeting["need"]), offers.get(meeting["offer"])
        if need is None or offer is None:
            raise _unknown(meeting["need"] if need is None else meeting["offer"])
        next_step = NextStep.parse(meeting["next_step"]) if "next_step" in meeting else None
        event.meetings.append(
            Meeting(
                need_side=participants[Side.NEED, need.organization_id, None],
                offer_side=participants[Side.OFFER, offer.organization_id, offer.team_id],
                need=need,
                offer=offer,
                score=round(float(search_index.matcher.score_pairs([need.id], [offer.id])[0, 0]), 1),
                reason=reason_for(search_index, need, offer),
                starts_at=_moment(meeting["at"]) + shift,
                table=meeting["table"],
                status=MeetingStatus.parse(meeting["status"]),
                need_rating=meeting.get("need_rating"),
                offer_rating=meeting.get("offer_rating"),
                need_next_step=next_step,
                offer_next_step=next_step,
            )
        )
    session.flush()
    assert event.starts_at is not None
    # The participants could read the schedule before the event.
    version = record_version(session, None, event, origin=PlanOrigin.BUILT, reasons={})
    version.published_at = event.starts_at - _PUBLISHED_BEFORE
    event.published_version = version.version


def _organization(session: Session, name: str) -> Organization:
    organization = session.scalar(select(Organization).where(Organization.name == name))
    if organization is None:
        raise _unknown(name)
    return organization


def _find_team(session: Session, organization: Organization, name: str) -> Team | None:
    return session.scalar(select(Team).where(Team.organization_id == organization.id, Team.name == name))


def _unknown(name: str) -> InvalidInput:
    return InvalidInput(N_("演示数据里没有“%(name)s”"), name=name)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
