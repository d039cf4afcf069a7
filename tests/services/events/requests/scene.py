from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Participant
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.people import User
from matchmaker.services.events.requests import requests as service
from matchmaker.services.events.requests.requests import Acting, Reply
from matchmaker.services.indexing.search_index import SearchIndex
from tests.docking import SLOTS, WEEK_BEFORE, Docking, Outbox, plan_meeting, publish_plan

ADDRESS = "https://match.example/attending/events/1/requests"


@dataclass
class Scene(Docking):
    session: Session
    search_index: SearchIndex
    outbox: Outbox

    def acting(self, who: Participant | User, at: datetime = WEEK_BEFORE) -> Acting:
        person = self.people[who.id] if isinstance(who, Participant) else who
        return Acting(person, ADDRESS, at)

    def ask(
        self,
        own: Participant,
        other: Participant,
        slot: datetime | None = None,
        at: datetime = WEEK_BEFORE,
        words: str = "想谈轴承寿命",
    ) -> MeetingRequest:
        return service.ask(self.session, self.acting(own, at), own.id, other.id, Reply(words, slot))

    def accept(self, request: MeetingRequest, at: datetime = WEEK_BEFORE, slot: datetime | None = None) -> None:
        acting = self.acting(request.asked, at)
        service.accept(self.session, self.search_index, acting, request.id, Reply("好的", slot))

    def plan(self) -> None:
        """A first version: the first two meet at nine."""
        plan_meeting(self.session, self.needs[0], self.offers[0], SLOTS[0], 1)
        publish_plan(self.session, self.event)


def move_first(session: Session, docking: Docking, at: datetime) -> None:
    """The first enterprise meets the first supplier later, and the second version says so."""
    meeting = docking.event.meetings[0]
    meeting.starts_at = SLOTS[3]
    session.commit()
    publish_plan(session, docking.event, at)
