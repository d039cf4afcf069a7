"""`matchmaker schedule` on files: the contract that others script against."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

PROBLEM: dict[str, Any] = {
    "slots": ["2031-05-18T09:00", "2031-05-18T09:20"],
    "tables": 1,
    "participants": [
        {"id": "e1", "side": "need", "available": [0, 1], "min_meetings": 1, "max_meetings": 2, "table": None},
        {"id": "e2", "side": "need", "available": [0], "min_meetings": 1, "max_meetings": 2, "table": None},
        {"id": "r1", "side": "offer", "available": [0, 1], "min_meetings": 1, "max_meetings": 2, "table": None},
    ],
    "candidates": [
        {"need": "e1", "offer": "r1", "score": 0.9, "requested": False},
        {"need": "e2", "offer": "r1", "score": 0.4, "requested": False},
    ],
    "locked": [],
}


def run(folder: Path, problem: object, language: str = "zh") -> subprocess.CompletedProcess[str]:
    (folder / "problem.json").write_text(json.dumps(problem), encoding="utf-8")
    command = [sys.executable, "-m", "matchmaker.cli", "schedule", "problem.json", "-o", "plan.json", "--json"]
    environment = os.environ | {"MATCHMAKER_LANGUAGE": language}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_plan_serves_everyone_and_is_certified(tmp_path: Path) -> None:
    done = run(tmp_path, PROBLEM)
    assert done.returncode == 0, done.stderr
    plan = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert {(m["need"], m["offer"], m["slot"], m["table"]) for m in plan["meetings"]} == {
        ("e1", "r1", 1, 1),
        ("e2", "r1", 0, 1),
    }
    assert plan["unserved"] == []
    assert plan["objective"]["served"] == plan["bound"]["served"] == 3
    assert json.loads(done.stdout)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"candidates": [{"need": "e9", "offer": "r1", "score": 0.9, "requested": False}]}, "e9"),
        ({"locked": [{"need": "e2", "offer": "r1", "slot": 1, "table": 1}]}, "e2"),
        ({"tables": -1}, "tables"),
    ],
)
def test_an_impossible_problem_is_refused_with_its_reason(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    done = run(tmp_path, PROBLEM | change)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "plan.json").exists()


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "locked e2–r1: “e2”与“r1”定在 2031-05-18T09:20"), ("en", "locked e2–r1: “e2” ")]
)
def test_a_refusal_is_in_the_operators_language(tmp_path: Path, language: str, said: str) -> None:
    done = run(tmp_path, PROBLEM | {"locked": [{"need": "e2", "offer": "r1", "slot": 1, "table": 1}]}, language)
    assert done.returncode == 2
    assert said in done.stderr.replace("\n", " ")
