"""How the scheduler's time grows with the event, as a table, one JSON line and a plot.

    python benchmarks/scheduling_growth.py [--plot growth.svg] [--size tiny]

Two needs to an offer, 16 slots, a table for every six needs.
"""

from __future__ import annotations

import sys

import pygal
from shared.events import event
from shared.measuring import FULL, TINY, finish, parser

from matchmaker.scheduling import schedule

PARTICIPANTS = {FULL: (100, 200, 500, 1000, 1500, 2000), TINY: (18, 36)}
SECONDS_AT_MOST = 150


def main() -> int:
    """Measure, print and draw."""
    options = parser(__doc__)
    options.add_argument("--plot", help="where to write the plot (SVG)")
    chosen = options.parse_args()
    rows = []
    print(f"{'participants':>12}{'candidates':>12}{'meetings':>10}{'seconds':>9}{'served':>12}{'score of bound':>16}")
    for participants in PARTICIPANTS[chosen.size]:
        needs = round(participants * 2 / 3)
        problem = event(needs, participants - needs, 16, needs // 6)
        plan = schedule(problem, time_limit=SECONDS_AT_MOST)
        share = plan.objective.total_score / plan.bound.total_score
        rows.append({"participants": participants, "seconds": round(plan.seconds, 2), "score_share": share})
        print(
            f"{participants:12}{len(problem.candidates):12}{len(plan.meetings):10}{plan.seconds:9.2f}"
            f"{f'{plan.objective.served}/{plan.bound.served}':>12}{share:16.4%}",
            flush=True,
        )
    if chosen.plot:
        chart = pygal.XY(title="Time to schedule", x_title="participants", y_title="seconds", show_legend=False)
        chart.add("seconds", [(row["participants"], row["seconds"]) for row in rows])
        chart.render_to_file(chosen.plot)
    return finish("scheduling_growth", chosen.size, {"rows": rows})


if __name__ == "__main__":
    sys.exit(main())
