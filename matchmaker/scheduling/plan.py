"""Plans: meetings with slot and table, unserved participants with reasons, objective and its upper bound."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from matchmaker.scheduling.errors import InvalidPlanError
from matchmaker.scheduling.json_reader import Fields, read_document
from matchmaker.scheduling.objective import Objective
from matchmaker.scheduling.pair import PairKey


@dataclass(frozen=True, slots=True)
class Meeting:
    """A planned meeting. `slot` is an index of the problem's slots, `table` a number from 1."""

    need: str
    offer: str
    slot: int
    table: int
    score: float

    @property
    def key(self) -> PairKey:
        """The ids of need and offer."""
        return self.need, self.offer


class UnscheduledReason(StrEnum):
    """Why a participant has fewer meetings than its min_meetings: the first of these reasons that applies."""

    MAXIMUM_BELOW_MINIMUM = "maximum_below_minimum"
    NO_TABLES = "no_tables"
    NO_CANDIDATES = "no_candidates"
    NEVER_AVAILABLE = "never_available"
    TOO_FEW_SLOTS = "too_few_slots"
    """The participant's min_meetings exceeds the number of slots in which it is available."""
    TOO_FEW_CANDIDATES = "too_few_candidates"
    """The participant's min_meetings exceeds the number of its candidates."""
    NO_COMMON_SLOT = "no_common_slot"
    """No candidate that it could still meet is available in the same slot."""
    CANDIDATES_FULL = "candidates_full"
    """All candidates with a common slot have reached their max_meetings with others."""
    TABLES_FULL = "tables_full"
    """The participant and a candidate are both free in a slot, but all tables are taken."""
    CANDIDATES_BUSY = "candidates_busy"
    """In every common slot, the participant or the candidate is in another meeting."""


@dataclass(frozen=True, slots=True)
class UnservedParticipant:
    """A participant with fewer than its min_meetings: `met` meetings of `wanted`.

    `reason` is an English sentence, `code` the reason for programs; None in a plan read from JSON.
    """

    id: str
    met: int
    wanted: int
    reason: str
    code: UnscheduledReason | None = None


@dataclass(frozen=True)
class Plan:
    """The schedule of an event. `meetings` are sorted by slot, then table.

    `bound` is an upper bound: for each goal, no plan that is as good in the earlier goals can exceed it. `seconds` is
    the time the solver took. `seed` and `problem_fingerprint` say how to make the plan again; None in a plan read from
    JSON.
    """

    meetings: tuple[Meeting, ...]
    unserved: tuple[UnservedParticipant, ...]
    objective: Objective
    bound: Objective
    seconds: float
    seed: int | None = None
    problem_fingerprint: str | None = None

    @property
    def proven(self) -> bool:
        """Whether no better plan exists."""
        return self.objective == self.bound

    def to_document(self) -> dict[str, Any]:
        """The plan as a document for JSON, with the structure that docs/scheduling.md gives."""
        return {
            "meetings": [
                {"need": m.need, "offer": m.offer, "slot": m.slot, "table": m.table, "score": m.score}
                for m in self.meetings
            ],
            "unserved": [{"id": u.id, "met": u.met, "wanted": u.wanted, "reason": u.reason} for u in self.unserved],
            "objective": _value_document(self.objective),
            "bound": _value_document(self.bound),
            "seconds": round(self.seconds, 3),
        }


def read_plan(source: str | os.PathLike[str] | Mapping[str, Any]) -> Plan:
    """Read a plan from a JSON file or from a parsed document. Checks the structure only.

    Raises InvalidPlanError for a wrong structure, OSError if the file cannot be read.
    """
    document = source if isinstance(source, Mapping) else read_document(Path(source), InvalidPlanError)
    fields = Fields("plan", document, InvalidPlanError)
    return Plan(
        meetings=tuple(
            Meeting(e.text("need"), e.text("offer"), e.whole("slot"), e.whole("table"), e.number("score"))
            for e in fields.entries("meetings")
        ),
        unserved=tuple(
            UnservedParticipant(e.text("id"), e.whole("met"), e.whole("wanted"), e.text("reason"))
            for e in fields.entries("unserved")
        ),
        objective=_read_value(fields.fields("objective")),
        bound=_read_value(fields.fields("bound")),
        seconds=fields.number("seconds"),
    )


def write_plan(plan: Plan, path: str | os.PathLike[str]) -> None:
    """Write the plan as JSON. The same problem and seed give the same bytes, except for `seconds`."""
    text = json.dumps(plan.to_document(), ensure_ascii=False, indent=1)
    Path(path).write_text(text + "\n", encoding="utf-8")


def _value_document(value: Objective) -> dict[str, Any]:
    return {"served": value.served, "requested": value.requested, "total_score": value.total_score}


def _read_value(fields: Fields) -> Objective:
    return Objective(fields.whole("served"), fields.whole("requested", default=0), fields.number("total_score"))
