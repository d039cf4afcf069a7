"""The scheduler against its targets, with first come, first served beside it.

    python benchmarks/scheduling_targets.py [--quick] [--size tiny]

Prints a table and one JSON line; exits 1 if a target is missed. `--quick` leaves out the event of 2,200 participants.
"""

from __future__ import annotations

import math
import sys
import time
from dataclasses import asdict, dataclass, field

import numpy as np
from shared.events import event
from shared.measuring import FULL, TINY, finish, parser, peak_megabytes

from matchmaker.scheduling import (
    AssignmentProblem,
    Pair,
    Party,
    Plan,
    Problem,
    assign,
    check,
    replan,
    schedule,
    shortlist,
)
from matchmaker.scheduling.solving.first_come import best_first, place_in_turn
from matchmaker.scheduling.solving.grid import Grid

MEGABYTES_AT_MOST = 2048


@dataclass(frozen=True)
class Case:
    name: str
    problem: Problem
    seconds: float
    score_share: float


@dataclass(frozen=True)
class Row:
    """`missed` names the targets that the case fails."""

    name: str
    seconds: float
    served: str
    score: float
    score_share: float
    first_come_served: int
    first_come_score: float
    missed: tuple[str, ...] = field(default=())


def cases(size: str, *, quick: bool) -> list[Case]:
    if size == TINY:
        return [Case("12×6, 4 slots, 3 tables", event(12, 6, 4, 3), 15, 0.99)]
    found = [Case(f"300×150, 12 slots, {t} tables", event(300, 150, 12, t), 15, 0.999) for t in (20, 60, 200)]
    found += [
        Case("… 60 tables, half days", event(300, 150, 12, 60, half_days=True), 15, 0.999),
        Case("… 60 tables, 30 % available", event(300, 150, 12, 60, available=0.3), 15, 0.999),
        Case("… 60 tables, 10 % requested", event(300, 150, 12, 60, requested=0.1), 15, 0.999),
    ]
    if not quick:
        found.append(Case("1,500×700, 16 slots, 250 tables", event(1500, 700, 16, 250), 150, 0.99))
    return found


def measure(case: Case) -> Row:
    plan = schedule(case.problem, time_limit=case.seconds)
    certificate = check(case.problem, plan)
    served, score = first_come(case.problem)
    share = 1 - certificate.score_gap
    missed = {
        "valid": not certificate.valid,
        "served": plan.objective.served < plan.bound.served,
        "score": share < case.score_share,
        "seconds": plan.seconds > case.seconds,
    }
    return Row(
        name=case.name,
        seconds=round(plan.seconds, 2),
        served=f"{plan.objective.served}/{plan.bound.served}",
        score=round(plan.objective.total_score, 2),
        score_share=share,
        first_come_served=served,
        first_come_score=round(score, 2),
        missed=tuple(target for target, is_missed in missed.items() if is_missed),
    )


def first_come(problem: Problem) -> tuple[int, float]:
    """How many participants first come, first served serves, and its total score."""
    grid = Grid(problem)
    pairs, _ = place_in_turn(grid, best_first(grid))
    met = np.bincount([*grid.need[pairs], *grid.offer[pairs]], minlength=len(problem.participants))
    return int((met >= grid.minimum).sum()), math.fsum(grid.score[pairs])


def measure_replan(problem: Problem, plan: Plan) -> dict[str, float]:
    """A tenth of the participants cancels."""
    everyone = [participant.id for participant in problem.participants]
    cancelled = np.random.default_rng(1).choice(everyone, len(everyone) // 10, replace=False).tolist()
    started = time.perf_counter()
    replanned = replan(problem, plan, cancelled=cancelled)
    seconds = time.perf_counter() - started
    unavoidable = sum(not set(cancelled).isdisjoint(meeting.key) for meeting in plan.meetings)
    check(replanned.problem, replanned.plan).require_valid()
    return {
        "seconds": round(seconds, 2),
        "changed": replanned.differences.changed,
        "unavoidable": unavoidable,
        "added": len(replanned.differences.added),
        "served": replanned.plan.objective.served,
        "served_bound": replanned.free_bound.served,
    }


def measure_compaction(problem: Problem) -> dict[str, float]:
    """Idle slots between people's meetings, without and with `compactly`."""
    loose, compact = schedule(problem), schedule(problem, compactly=True)
    before, after = check(problem, loose), check(problem, compact)
    return {
        "seconds_more": round(compact.seconds - loose.seconds, 2),
        "mean_gap_before": round(before.mean_idle_gap, 2),
        "mean_gap_after": round(after.mean_idle_gap, 2),
        "greatest_gap_before": before.greatest_idle_gap,
        "greatest_gap_after": after.greatest_idle_gap,
    }


def measure_assignment(needs: int, offers: int) -> dict[str, float]:
    """A match list from all pairs, cut to each party's best 20."""
    problem = event(needs, offers, 1, 1, best=max(needs, offers))
    started = time.perf_counter()
    pairs = shortlist((Pair(c.need, c.offer, c.score) for c in problem.candidates), per_party=20)
    assignment = assign(AssignmentProblem(tuple(Party(p.id, p.side) for p in problem.participants), pairs))
    return {
        "seconds": round(time.perf_counter() - started, 2),
        "candidates": len(problem.candidates),
        "served": assignment.objective.served,
        "proven": assignment.proven,
    }


def main() -> int:
    """Measure, print, and say by the exit code whether the targets are reached."""
    options = parser(__doc__)
    options.add_argument("--quick", action="store_true", help="without the event of 2,200 participants")
    chosen = options.parse_args()
    rows = []
    print(f"{'':34}{'seconds':>8}{'served':>12}{'score':>10}{'of bound':>10}{'first come: served, score':>28}")
    for case in cases(chosen.size, quick=chosen.quick):
        row = measure(case)
        rows.append(row)
        print(
            f"{row.name:34}{row.seconds:8.2f}{row.served:>12}{row.score:10.2f}{row.score_share:10.4%}"
            f"{row.first_come_served:>18}{row.first_come_score:10.2f}  {' '.join(row.missed)}",
            flush=True,
        )
    problem = event(300, 150, 12, 60) if chosen.size == FULL else event(12, 6, 4, 3)
    repair = measure_replan(problem, schedule(problem))
    print(f"re-plan, 10 % cancel: {repair}")
    compaction = measure_compaction(problem)
    print(f"idle gaps, in slots: {compaction}")
    needs, offers = (300, 200) if chosen.size == FULL else (12, 8)
    match_list = measure_assignment(needs, offers)
    print(f"match list {needs}×{offers}: {match_list}")
    missed = (
        any(row.missed for row in rows)
        or repair["seconds"] > 5
        or repair["changed"] > 1.3 * repair["unavoidable"]
        or peak_megabytes() > MEGABYTES_AT_MOST
    )
    figures = {
        "cases": [asdict(row) for row in rows],
        "replan": repair,
        "compaction": compaction,
        "match_list": match_list,
    }
    return finish("scheduling_targets", chosen.size, figures, missed=missed)


if __name__ == "__main__":
    sys.exit(main())
