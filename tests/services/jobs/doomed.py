"""Real workers that are killed in the middle of their work, for the tests of what survives that.

A test enqueues something, has it begun by a :class:`DoomedWorker`, lets that die, and sees what a second worker, in a
process of its own like the first, makes of what was left::

    workers = DoomedWorkers(database, tmp_path)
    workers.killed_after("INSERT INTO meeting", times=40)   # or killed_when(lambda: ...)
    with workers.running():
        wait_until(...)
"""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from matchmaker.services.database import Database

KILLED_AT = """
    import os, signal, sys
    from sqlalchemy import event
    from sqlalchemy.engine import Engine
    from matchmaker.cli import main

    left = {times}

    @event.listens_for(Engine, "after_cursor_execute")
    def _(connection, cursor, statement, parameters, context, many):
        global left
        if statement.startswith({statement!r}):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    main(["worker"])
"""
"""``matchmaker worker``, killed after a statement has been executed so many times."""


def wait_until(holds: Callable[[], bool], seconds: float = 120) -> None:
    """Return as soon as it holds; fail if that takes too long."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@dataclass
class DoomedWorkers:
    """Workers on a database, with their files in ``data``. ``settings`` are further environment variables."""

    database: Database
    data: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def killed_after(self, statement: str, times: int = 1, seconds: float = 180) -> None:
        """A worker works until it has executed a statement that begins so for the n-th time; then it is killed."""
        worker = self._start(statement, times)
        try:
            assert worker.wait(seconds) == -signal.SIGKILL
        finally:
            worker.kill()
            worker.wait()

    def killed_when(self, holds: Callable[[], bool], seconds: float = 180) -> None:
        """A worker works until something holds; then it is killed."""
        worker = self._start()
        try:
            wait_until(lambda: worker.poll() is not None or holds(), seconds)
            assert worker.poll() is None, "the worker ended by itself"
        finally:
            worker.kill()
            worker.wait()

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """A worker that nobody kills; it is asked to stop in the end, and does."""
        worker = self._start()
        try:
            yield worker
            worker.terminate()
            assert worker.wait(60) == 0
        finally:
            worker.kill()
            worker.wait()

    def _start(self, statement: str = "never", times: int = 1) -> subprocess.Popen[bytes]:
        program = textwrap.dedent(KILLED_AT).format(statement=statement, times=times)
        environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME") if name in os.environ} | {
            "DATABASE_URL": self.database.engine.url.render_as_string(hide_password=False),
            "MATCHMAKER_DATA": str(self.data),
            "MATCHMAKER_ENCODER": "e5",
            "SECRET_KEY": "only for tests",
            **self.settings,
        }
        return subprocess.Popen([sys.executable, "-c", program], env=environment)
