"""A worker's name tells whether its process still lives."""

import subprocess
import sys

import pytest

from matchmaker.services.jobs import process
from matchmaker.services.jobs.process import is_known_dead, new_worker_name


def test_names_differ_and_this_process_lives() -> None:
    names = {new_worker_name() for _ in range(5)}
    assert len(names) == 5
    assert not any(is_known_dead(name) for name in names)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_a_process_that_ended_is_known_to_be_dead() -> None:
    code = "from matchmaker.services.jobs.process import new_worker_name; print(new_worker_name())"
    name = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert is_known_dead(name)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_a_number_given_out_again_is_not_taken_for_the_same_process() -> None:
    host, pid, started, word = new_worker_name().split("/")
    assert is_known_dead(f"{host}/{pid}/{int(started) - 1}/{word}")


def test_of_other_hosts_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    name = new_worker_name()
    monkeypatch.setattr(process, "_HOST", "another")
    assert not is_known_dead(name)
