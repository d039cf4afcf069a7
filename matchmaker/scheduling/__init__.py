"""Scheduling: who meets whom, when, at which table. No web, no database; usable alone as a library.

    problem = read_problem("problem.json")
    plan = schedule(problem)
    check(problem, plan).require_valid()
    write_plan(plan, "plan.json")

`assign` makes a match list without times, `replan` repairs a published plan, `why_not` explains missing meetings.

problem.py      the input                   assignment.py   match lists without times
plan.py         the output                  solver.py       schedules (the algorithms are in solving/)
checker.py      the independent check       replan.py       repairs of a published plan
diagnostics.py  explanations                json_reader.py  typed fields of JSON documents
"""

from matchmaker.scheduling.assignment import Assignment, AssignmentProblem, Pair, Party, assign, shortlist
from matchmaker.scheduling.checker import Certificate, Rule, Violation, check
from matchmaker.scheduling.diagnostics import WhyNot, WhyNotReason, table_gains, why_not, why_not_all
from matchmaker.scheduling.errors import (
    InvalidPlanError,
    InvalidProblemError,
    PlanRefusedError,
    SchedulingError,
    SolverError,
)
from matchmaker.scheduling.objective import Objective
from matchmaker.scheduling.plan import (
    Meeting,
    Plan,
    UnscheduledReason,
    UnservedParticipant,
    read_plan,
    write_plan,
)
from matchmaker.scheduling.problem import Candidate, LockedMeeting, Participant, Problem, read_problem
from matchmaker.scheduling.replan import Differences, Replanned, differences, replan
from matchmaker.scheduling.solver import schedule, upper_bound

__all__ = [
    "Assignment",
    "AssignmentProblem",
    "Candidate",
    "Certificate",
    "Differences",
    "InvalidPlanError",
    "InvalidProblemError",
    "LockedMeeting",
    "Meeting",
    "Objective",
    "Pair",
    "Participant",
    "Party",
    "Plan",
    "PlanRefusedError",
    "Problem",
    "Replanned",
    "Rule",
    "SchedulingError",
    "SolverError",
    "UnscheduledReason",
    "UnservedParticipant",
    "Violation",
    "WhyNot",
    "WhyNotReason",
    "assign",
    "check",
    "differences",
    "read_plan",
    "read_problem",
    "replan",
    "schedule",
    "shortlist",
    "table_gains",
    "upper_bound",
    "why_not",
    "why_not_all",
    "write_plan",
]
