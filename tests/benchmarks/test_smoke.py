"""Every benchmark starts, runs at a tiny size, and ends with a JSON line. How fast anything is, no test says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = sorted((ROOT / "benchmarks").glob("*.py"))


def _run(path: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(path), *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("benchmark", [pytest.param(path, id=path.stem) for path in BENCHMARKS])
def test_runs_at_a_tiny_size(benchmark: Path) -> None:
    *table, line = _run(benchmark, "--size", "tiny").splitlines()
    figures = json.loads(line)
    assert (figures["benchmark"], figures["size"]) == (benchmark.stem, "tiny")
    assert f"peak memory: {figures['peak_megabytes']} MB" in table
    assert figures["peak_megabytes"] > 0


@pytest.mark.parametrize("script", sorted((ROOT / "scripts").glob("*.py")), ids=lambda path: path.stem)
def test_scripts_say_what_they_take(script: Path) -> None:
    assert "usage:" in _run(script, "--help")
