"""A docking event that is going on: three enterprises and three teams, two published slots."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.events.event import Delegate, Event, EventSession, Meeting, Participant
from matchmaker.domain.learning.feedback import Feedback, FeedbackKind
from matchmaker.domain.people import Team, User
from matchmaker.domain.vocabulary import (
    EventKind,
    EventStatus,
    MeetingStatus,
    OrganizationKind,
    PlanOrigin,
    Role,
    Side,
)
from matchmaker.services.events.onsite.attendance import mark_meeting
from matchmaker.services.events.plan.versions import record_version
from matchmaker.services.events.timing import local_time
from tests.factories import make_need, make_offer, make_organization, make_user

TOPICS = (
    ("高铁轴箱轴承接触疲劳寿命不足", "高速铁路轴承接触疲劳试验与寿命预测"),
    ("拖拉机动力换挡变速箱液压冲击", "动力换挡变速箱湿式离合器缓冲控制"),
    ("超级电容器电极材料比电容低", "高比电容活性炭电极材料制备"),
)
MINUTES_AGO = 1
"""Since when the first slot is running."""


@dataclass
class Fair:
    """``firms`` meet the ``teams`` of the same number in the first slot; in the second, the first firm meets team two.

    ``engineer`` belongs to the first firm, ``researcher`` to the university of all teams.
    """

    event: Event
    organizer: User
    engineer: User
    researcher: User
    firms: list[Participant]
    teams: list[Participant]
    meetings: list[Meeting]

    @property
    def began(self) -> datetime:
        """When the first slot began, as an instant."""
        return self.event.slots[0].replace(tzinfo=self.event.zone)

    def at(self, minutes: int) -> datetime:
        """The instant so many minutes after the beginning."""
        return self.began + timedelta(minutes=minutes)


def make_fair(session: Session, name: str = "示例对接会") -> Fair:
    """Everybody has checked in but the third firm and the third team."""
    organizer = make_user(session, Role.ORGANIZER)
    engineer = make_user(session, organization=make_organization(session, name=f"{name}企业1号"))
    researcher = make_user(
        session, Role.RESEARCHER, make_organization(session, OrganizationKind.UNIVERSITY, name=f"{name}大学")
    )
    event = _event(session, name)
    firms, teams, postings = [], [], []
    for number, (problem, answer) in enumerate(TOPICS, start=1):
        firm = engineer.organization if number == 1 else make_organization(session, name=f"{name}企业{number}号")
        team = Team(organization=researcher.organization, name=f"{name}团队{number}")
        session.add(team)
        session.flush()
        need = make_need(session, firm, title=problem, problem=f"我厂{problem}，希望找到合作单位。")
        offer = make_offer(session, team.organization, team=team, title=answer)
        here = None if number == 3 else now()
        firms.append(Participant(event_id=event.id, side=Side.NEED, organization=firm, checked_in_at=here))
        teams.append(
            Participant(
                event_id=event.id, side=Side.OFFER, organization=team.organization, team=team, checked_in_at=here
            )
        )
        postings.append((need, offer))
    session.add_all([*firms, *teams])
    session.flush()
    first, second = event.slots[:2]
    places = [(0, 0, first, 1), (1, 1, first, 2), (2, 2, first, 3), (0, 1, second, 1)]
    meetings = [
        Meeting(
            event_id=event.id,
            need_side=firms[firm],
            offer_side=teams[team],
            need=postings[firm][0],
            offer=postings[team][1],
            score=60,
            starts_at=slot,
            table=table,
        )
        for firm, team, slot, table in places
    ]
    session.add_all(meetings)
    record_version(session, None, event, origin=PlanOrigin.BUILT, reasons={})
    event.published_version = event.plan_version
    session.commit()
    return Fair(event, organizer, engineer, researcher, firms, teams, meetings)


def add_delegate(
    session: Session, participant: Participant, user: User | None = None, name: str = "示例·李工"
) -> Delegate:
    """One more person who comes for the participant."""
    delegate = Delegate(participant=participant, name=name, user_id=None if user is None else user.id)
    session.add(delegate)
    session.commit()
    return delegate


def _event(session: Session, name: str) -> Event:
    event = Event(
        kind=EventKind.DOCKING,
        name=name,
        place="会展中心",
        status=EventStatus.PUBLISHED,
        slot_minutes=20,
        table_count=4,
    )
    session.add(event)
    session.flush()
    begins = local_time(event).replace(second=0, microsecond=0) - timedelta(minutes=MINUTES_AGO)
    event.sessions = [EventSession(starts_at=begins, ends_at=begins + timedelta(hours=1))]
    session.commit()
    return event


def mark(session: Session, fair: Fair, number: int, status: MeetingStatus, *absent: Side) -> Meeting:
    """Say what became of the meeting of that number, and who was absent."""
    return mark_meeting(session, fair.organizer, fair.event, fair.meetings[number].id, status, set(absent))


def met_feedback(session: Session) -> list[Feedback]:
    """What the ranker learns from meetings that took place."""
    return list(
        session.scalars(select(Feedback).where(Feedback.kind == FeedbackKind.MET, Feedback.undone_at.is_(None)))
    )
