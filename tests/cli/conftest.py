"""The command as people run it: another process, its own data folder."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class CommandLine:
    """Runs ``matchmaker`` on a prepared database in ``data``."""

    data: Path

    @property
    def environment(self) -> dict[str, str]:
        """What the command is told; nothing of the tests' own environment speaks into it."""
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        return kept | {
            "MATCHMAKER_DATA": str(self.data),
            "MATCHMAKER_ENCODER": "e5",
            "SECRET_KEY": "only for tests",
            "LANG": "zh_CN.UTF-8",
        }

    def run(self, *arguments: object, extra: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """The finished command with its output."""
        command = [sys.executable, "-m", "matchmaker.cli", *map(str, arguments)]
        environment = self.environment | dict(extra or {})
        return subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture
def command(tmp_path: Path, prepared_database: Path) -> CommandLine:
    (tmp_path / "matchmaker.sqlite").write_bytes(prepared_database.read_bytes())
    return CommandLine(tmp_path)
