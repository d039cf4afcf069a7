"""Who is in which meeting and which tables are taken, slot by slot. Used by all explanations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from matchmaker.scheduling.problem import Participant, Problem


class Timed(Protocol):
    """A meeting with a slot; the table may be unknown."""

    @property
    def need(self) -> str: ...
    @property
    def offer(self) -> str: ...
    @property
    def slot(self) -> int: ...


class Occupancy:
    """The people, booths and tables that the meetings of a plan occupy.

    `met` is the number of meetings of each participant, `tables_used` the number of meetings in each slot.
    """

    def __init__(self, problem: Problem, meetings: Iterable[Timed]) -> None:
        self._problem = problem
        self.met: Counter[str] = Counter()
        self.tables_used: Counter[int] = Counter()
        self._meeting_at: dict[tuple[str, int], Timed] = {}
        self._booth_at: dict[tuple[int, int], Timed] = {}
        for meeting in meetings:
            self.tables_used[meeting.slot] += 1
            for participant_id in (meeting.need, meeting.offer):
                participant = problem.participant[participant_id]
                self.met[participant_id] += 1
                self._meeting_at[_person(participant), meeting.slot] = meeting
                if participant.table is not None:
                    self._booth_at[participant.table, meeting.slot] = meeting

    def common_slots(self, need: Participant, offer: Participant) -> list[int]:
        """The slots in which both are available, whether they are busy or not."""
        return sorted(set(need.available) & set(offer.available))

    def in_the_way(self, participant: Participant, slot: int) -> Timed | None:
        """The meeting that occupies the participant, its person or its booth in the slot; None if there is none."""
        at_booth = None if participant.table is None else self._booth_at.get((participant.table, slot))
        return self._meeting_at.get((_person(participant), slot)) or at_booth

    def is_full(self, slot: int) -> bool:
        return self.tables_used[slot] >= self._problem.tables

    def has_room(self, participant: Participant) -> bool:
        """Whether the participant is below its max_meetings."""
        return self.met[participant.id] < participant.max_meetings


def _person(participant: Participant) -> str:
    # A person's name and a participant's id may be the same text, so each gets its own prefix.
    return f"person {participant.person}" if participant.person else f"participant {participant.id}"
