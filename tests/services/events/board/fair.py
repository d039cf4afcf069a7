from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event, Meeting, Participant, PlanVersion
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import Side
from matchmaker.services.events.board.edits import move_meeting
from matchmaker.services.events.plan.version_notes import note_text
from matchmaker.services.indexing.search_index import SearchIndex
from tests.scheduled import slot

ON_POSTGRES = pytest.param("postgres", marks=[pytest.mark.slow, pytest.mark.xdist_group("postgres")])


on_both_databases = pytest.mark.parametrize("database", ["sqlite", ON_POSTGRES], indirect=True)
"""For what depends on the order of writes, on locks or on indexes."""


@dataclass
class Fair:
    """A fair of three enterprises and three teams who meet in slot 0, and two organizers at it."""

    session: Session
    search_index: SearchIndex
    event: Event
    organizer: User
    colleague: User
    meetings: list[Meeting] = field(default_factory=list)

    def place(self, number: int) -> tuple[datetime | None, int | None]:
        """Where the meeting of that number takes place."""
        meeting = self.meetings[number - 1]
        self.session.refresh(meeting)
        return meeting.starts_at, meeting.table

    def move(self, number: int, to: int, table: int | None, *, by: User | None = None, seen: int | None = None):
        seen = self.event.plan_version if seen is None else seen
        meeting_id = self.meetings[number - 1].id
        return move_meeting(self.session, by or self.organizer, self.event, meeting_id, slot(to), table, seen)

    def do(self, verb: Callable, *args: object, by: User | None = None, seen: int | None = None):
        seen = self.event.plan_version if seen is None else seen
        return verb(self.session, by or self.organizer, self.event, *args, seen)

    def with_corpus(self, verb: Callable, *args: object, by: User | None = None, seen: int | None = None):
        seen = self.event.plan_version if seen is None else seen
        return verb(self.session, self.search_index, by or self.organizer, self.event, *args, seen)

    def pair(self, enterprise: int, team: int) -> tuple[int, int]:
        """The participants of these numbers."""
        needs = [p.id for p in self.event.participants if p.side is Side.NEED]
        offers = [p.id for p in self.event.participants if p.side is Side.OFFER]
        return needs[enterprise - 1], offers[team - 1]

    def participant(self, id_: int) -> Participant:
        return self.session.get_one(Participant, id_)


def last_version(fair: Fair) -> PlanVersion:
    return fair.session.scalars(select(PlanVersion).order_by(PlanVersion.version.desc()).limit(1)).one()


def last_words(fair: Fair, language: str = "zh") -> str:
    """The note of the last version."""
    names = {participant.id: participant.name for participant in fair.event.participants}
    return note_text(last_version(fair).note, names, fair.event, language)
