"""How good a schedule is, in counts that can be drawn: coverage, scores, idle gaps, tables in use."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.domain.events.pair import pair_of
from matchmaker.domain.vocabulary import Side
from matchmaker.services.events.analysis.why_not import slot_text
from matchmaker.services.events.plan.queries import meetings_of
from matchmaker.services.events.plan.versions import TAKES_PLACE
from matchmaker.services.events.scheduling.constraints import load_constraints

SCORE_STEP = 10
"""Width of a class of scores."""


@dataclass(frozen=True)
class ScheduleMetrics:
    """``meetings_each`` counts participants of each side by how many meetings they have, ``idle`` those who meet by
    how many slots they wait between them, ``scores`` meetings by class of score: the first is 0–9, the last 90–100.
    ``in_use`` has the tables in use for each slot, by its time.
    """

    meetings_each: Mapping[Side, Counter[int]]
    scores: tuple[int, ...]
    idle: Counter[int]
    in_use: Mapping[str, int]
    tables: int


def schedule_metrics(session: Session, event: Event) -> ScheduleMetrics:
    """The counts of the schedule as it stands."""
    constraints = load_constraints(session, event)
    meetings = [m for m in meetings_of(session, event) if m.status in TAKES_PLACE]
    met = Counter(participant_id for meeting in meetings for participant_id in pair_of(meeting))
    scores = Counter(min(int(m.score) // SCORE_STEP, 9) for m in meetings)
    number = {slot: index for index, slot in enumerate(constraints.slots)}
    placed = [(pair_of(m), m.starts_at) for m in meetings if m.starts_at in number]
    slots = {
        attendee.id: sorted(start for pair, start in placed if attendee.id in pair and start is not None)
        for attendee in constraints.attendees
    }
    in_use = Counter(start for _, start in placed)
    return ScheduleMetrics(
        meetings_each={
            side: Counter(met[attendee.id] for attendee in constraints.attendees if attendee.side is side)
            for side in Side
        },
        scores=tuple(scores[step] for step in range(10)),
        idle=Counter(_idle(starts, number) for starts in slots.values() if starts),
        in_use={slot_text(constraints, slot): in_use[slot] for slot in constraints.slots},
        tables=constraints.tables,
    )


def _idle(starts: list[datetime], number: Mapping[datetime, int]) -> int:
    """The slots without a meeting between two of the same day."""
    return sum(
        number[later] - number[earlier] - 1 for earlier, later in pairwise(starts) if earlier.date() == later.date()
    )
