"""Grading at a terminal, agreement and export."""

import json
import subprocess
import sys

import pytest

from matchmaker.domain.vocabulary import Role
from matchmaker.matching.learning.dataset import read_dataset
from matchmaker.services.database import Database
from tests.cli.conftest import CommandLine
from tests.factories import make_need, make_offer, make_user

pytestmark = pytest.mark.slow


@pytest.fixture
def graders(command: CommandLine) -> list[str]:
    """Addresses of two graders, of a city with one need and three offers."""
    database = Database(f"sqlite:///{command.data / 'matchmaker.sqlite'}")
    with database.writing() as session:
        addresses = [make_user(session, Role.ORGANIZER).email for _ in range(2)]
        make_need(session, title="轴承滚道剥落")
        for title in ("轴承寿命试验", "仔猪饲料", "齿轮降噪"):
            make_offer(session, title=title)
    database.engine.dispose()
    return addresses


def answer(command: CommandLine, email: str, answers: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "matchmaker.cli", "judge", "start", "--email", email],
        env=command.environment,
        input="\n".join([*answers, ""]),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_two_graders_and_their_test_set(command: CommandLine, graders: list[str]) -> None:
    first = answer(command, graders[0], "3u012")
    assert first.returncode == 0, first.stderr
    assert "轴承滚道剥落" in first.stdout
    assert "全部评完了" in first.stdout
    stopped = answer(command, graders[1], "01q")
    assert stopped.returncode == 0
    agreement = json.loads(command.run("judge", "agreement", "--json").stdout)["agreements"]
    assert agreement == [{"graders": graders, "pairs": 2, "kappa": 1.0, "equal": 1.0}]
    folder = command.data / "test-set"
    assert command.run("judge", "export", folder).returncode == 0
    assert sorted(read_dataset(folder).judgments[0].values()) == [0, 1, 2]
    again = command.run("judge", "export", folder)
    assert (again.returncode, again.stdout) == (2, "")
    assert "已经存在" in again.stderr


@pytest.mark.parametrize(("email", "words"), [("nobody@example.com", "没有这个用户"), ("", "--email")])
def test_unknown_graders(command: CommandLine, email: str, words: str) -> None:
    done = command.run("judge", "start", *(["--email", email] if email else []))
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
