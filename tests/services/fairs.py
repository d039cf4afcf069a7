"""A small docking event for tests of its schedule: enterprises and teams whose postings fit in pairs."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Delegate, Event, Participant
from matchmaker.domain.people import Organization, Team
from matchmaker.domain.vocabulary import EventKind, OrganizationKind, Side
from matchmaker.services.events.editing import EventValues, Period, create_event
from matchmaker.services.events.participation.participants import (
    ParticipantLimits,
    PartyFilter,
    add_participants,
    addable_parties,
    participants_of,
    set_limits,
)
from matchmaker.services.indexing.search_index import SearchIndex
from tests.factories import make_need, make_offer, make_organization

TOPICS = (
    ("高铁轴箱轴承接触疲劳寿命不足", "高速铁路轴承接触疲劳试验与寿命预测"),
    ("拖拉机动力换挡变速箱液压冲击", "动力换挡变速箱湿式离合器缓冲控制"),
    ("超级电容器电极材料比电容低", "高比电容活性炭电极材料制备"),
)


def on_day(day: int = 30, begins: str = "09:00", ends: str = "11:00") -> Period:
    """A stretch of a day that many days from now."""
    on = date.today() + timedelta(days=day)
    first, last = (datetime.combine(on, datetime.strptime(text, "%H:%M").time()) for text in (begins, ends))
    return first, last


def make_fair(session: Session, search_index: SearchIndex, **values: object) -> Event:
    """Three enterprises with a need each and three teams with an offer each, at six slots with twenty tables."""
    university = make_organization(session, OrganizationKind.UNIVERSITY, name="示例理工大学")
    for number, (problem, answer) in enumerate(TOPICS, start=1):
        enterprise = make_organization(session, name=f"示例企业{number}号")
        make_need(session, enterprise, title=problem, problem=f"我厂{problem}，希望找到合作单位。")
        make_offer(session, university, team=make_team(session, university, f"第{number}团队"), title=answer)
    event = make_event(session, **values)
    invite_all(session, event)
    search_index.refresh()
    return event


def make_event(session: Session, **changed: object) -> Event:
    """A docking event without participants."""
    return create_event(session, None, event_values(**changed))


def make_team(session: Session, university: Organization, name: str) -> Team:
    team = Team(organization=university, name=name)
    session.add(team)
    session.commit()
    return team


def invite_all(session: Session, event: Event) -> None:
    """Everybody who has something to talk about takes part."""
    for side in Side:
        keys = [party.key for party in addable_parties(session, event, side, PartyFilter())]
        add_participants(session, None, event, side, keys)


def event_values(**changed: object) -> EventValues:
    """What an organizer says of the fair."""
    known: dict[str, object] = {
        "kind": EventKind.DOCKING,
        "name": "示例对接会",
        "place": "会展中心",
        "sessions": (on_day(),),
    }
    return EventValues(**(known | changed))  # type: ignore[arg-type]


def needs_of(session: Session, event: Event) -> list[Participant]:
    return list(participants_of(session, event, Side.NEED))


def offers_of(session: Session, event: Event) -> list[Participant]:
    return list(participants_of(session, event, Side.OFFER))


def limit(session: Session, event: Event, most: int, least: int = 1) -> None:
    """Give everybody the same limits."""
    limits = {p.id: ParticipantLimits(least, most) for p in participants_of(session, event)}
    set_limits(session, None, event, limits)


def send(session: Session, participant: Participant, email: str) -> None:
    """Have that person lead the participant's meetings."""
    participant.delegates.append(Delegate(name=email.partition("@")[0], email=email, is_lead=True))
    session.commit()


def text_of(slot: datetime) -> str:
    """As the calendars of participants and versions of a plan write a slot."""
    return slot.isoformat(timespec="minutes")
