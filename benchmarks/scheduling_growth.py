"""How the scheduler's time grows with the event, as a table, one JSON line and a plot.

    python benchmarks/scheduling_growth.py [--plot growth.svg]

Two needs to an offer, 16 slots, a table for every six needs.
"""

from __future__ import annotations

import argparse
import json

import pygal
from scheduling_instances import event

from matchmaker.scheduling import schedule

PARTICIPANTS = (100, 200, 500, 1000, 1500, 2000)
SECONDS_AT_MOST = 150


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plot", help="where to write the plot (SVG)")
    plot_path = parser.parse_args().plot
    rows = []
    print(f"{'participants':>12}{'candidates':>12}{'meetings':>10}{'seconds':>9}{'served':>12}{'score of bound':>16}")
    for participants in PARTICIPANTS:
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
    if plot_path:
        chart = pygal.XY(title="Time to schedule", x_title="participants", y_title="seconds", show_legend=False)
        chart.add("seconds", [(row["participants"], row["seconds"]) for row in rows])
        chart.render_to_file(plot_path)
    print(json.dumps({"benchmark": "scheduling_growth", "rows": rows}))


if __name__ == "__main__":
    main()
