"""Workers take what waits, each thing once, and find what no message told of."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.job import Job, JobState, PeriodicRun
from matchmaker.domain.people import Organization
from matchmaker.services.jobs import registry, worker
from matchmaker.services.jobs.jobs import enqueue
from matchmaker.services.jobs.queue import JOBS, JobQueue
from matchmaker.services.jobs.registry import periodic
from matchmaker.services.jobs.running import job_folder
from matchmaker.services.jobs.worker import Worker, forget_old_jobs, run_pending
from matchmaker.services.platform import Platform
from tests.services.jobs.handlers import enqueued


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def started(platform: Platform) -> Iterator[Callable[[], Worker]]:
    """Starts workers, and stops them in the end."""
    workers: list[Worker] = []

    def start() -> Worker:
        workers.append(Worker(platform))
        workers[-1].start()
        return workers[-1]

    yield start
    for one in workers:
        one.stop()


def all_done(platform: Platform, count: int) -> Callable[[], bool]:
    def done() -> bool:
        with platform.database.reading() as session:
            return len(session.scalars(select(Job).where(Job.state == JobState.DONE)).all()) == count

    return done


def test_two_workers_do_each_job_once(platform: Platform, session: Session, started: Callable[[], Worker]) -> None:
    started()
    started()
    names = {f"示例单位{number:02}" for number in range(20)}
    for name in names:
        enqueued(session, name=name)
    wait_until(all_done(platform, len(names)))
    assert sorted(session.scalars(select(Organization.name))) == sorted(names)
    assert set(session.scalars(select(Job.attempts))) == {1}


def test_a_message_that_was_lost_is_sent_again(
    platform: Platform, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JobQueue, "send", lambda *_: None)
    job = enqueued(session, name="示例单位")
    monkeypatch.undo()
    assert platform.queue.waiting(JOBS) == set()
    sweeping = Worker(platform)
    sweeping.sweep()
    sweeping.sweep()
    assert platform.queue.waiting(JOBS) == {job.id}


def test_without_a_queue_there_is_no_worker(platform: Platform) -> None:
    platform.settings.queue_file.mkdir()
    with pytest.raises(InvalidInput, match=r"jobs\.sqlite"):
        Worker(platform).start()


def test_all_that_waits_can_be_done_here_and_now(platform: Platform, session: Session) -> None:
    for name in ("甲", "乙"):
        enqueue(session, "test.found", None, {"name": f"示例单位{name}"})
    session.commit()
    assert run_pending(platform) >= 2
    with platform.database.reading() as reading:
        assert len(reading.scalars(select(Organization)).all()) == 2
    assert run_pending(platform) == 0


def test_what_comes_round_is_begun_by_one_worker_and_again_when_it_is_time(
    platform: Platform, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_tasks", {})
    rounds: list[str] = []

    @periodic("test.hourly", every=timedelta(hours=1))
    def hourly(*_: object) -> None:
        rounds.append("hourly")

    @periodic("test.broken", every=timedelta(hours=1))
    def broken(*_: object) -> None:
        rounds.append("broken")
        raise ZeroDivisionError

    run_pending(platform)
    run_pending(platform)
    worker._run_task(platform, "test.hourly", Event())
    worker._run_task(platform, "test.unknown", Event())
    assert sorted(rounds) == ["broken", "hourly"]
    session.get_one(PeriodicRun, "test.hourly").begun_at = now() - timedelta(hours=1, minutes=1)
    session.commit()
    run_pending(platform)
    assert sorted(rounds) == ["broken", "hourly", "hourly"]


def test_old_jobs_are_forgotten_with_their_files(platform: Platform, session: Session) -> None:
    old, recent, waiting = (enqueued(session, name=f"示例单位{number}") for number in range(3))
    for job, days in ((old, worker.KEPT_DAYS + 1), (recent, worker.KEPT_DAYS - 1)):
        job.state, job.finished_at = JobState.DONE, now() - timedelta(days=days)
        job_folder(platform.settings, job.id).mkdir(parents=True)
    ids = [job.id for job in (old, recent, waiting)]
    session.commit()
    forget_old_jobs(platform, Event())
    assert list(session.scalars(select(Job.id).order_by(Job.id))) == ids[1:]
    folders = [job_folder(platform.settings, job_id).exists() for job_id in ids]
    assert folders == [False, True, False]
