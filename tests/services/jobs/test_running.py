"""A job is done once, whoever else tries, or says what went wrong."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.base import now
from matchmaker.domain.job import Job, JobState, message_text
from matchmaker.domain.people import Organization
from matchmaker.services.jobs import running
from matchmaker.services.jobs.jobs import cancel, retry
from matchmaker.services.jobs.registry import handler
from matchmaker.services.jobs.running import JobRun, JobStopped, release_dead, run_job
from matchmaker.services.platform import Platform
from tests.factories import make_organization
from tests.services.jobs.handlers import add, enqueued

GONE = "elsewhere/1/1/abc"


def look(platform: Platform, job: Job) -> Job:
    """The job as it stands now."""
    with platform.database.reading() as session:
        return session.get_one(Job, job.id)


def founded(platform: Platform) -> list[Organization]:
    with platform.database.reading() as session:
        return list(session.scalars(select(Organization)))


def test_the_change_and_the_mark_are_one(platform: Platform, session: Session) -> None:
    job = enqueued(session, name="示例任务单位")
    assert run_job(platform, job.id)
    assert look(platform, job).state is JobState.DONE
    (organization,) = founded(platform)
    job = look(platform, job)
    assert (job.result, organization.name) == ({"organization": organization.id}, "示例任务单位")
    assert job.attempts == 1
    assert job.finished_at is not None
    assert not run_job(platform, job.id), "a second message does nothing"


def test_of_many_who_take_a_job_one_has_it(platform: Platform, session: Session) -> None:
    job = enqueued(session, name="示例任务单位")
    took: list[bool] = []
    threads = [threading.Thread(target=lambda: took.append(run_job(platform, job.id))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(took) == [False] * 5 + [True]
    assert len(founded(platform)) == 1


@pytest.mark.parametrize(
    ("kind", "arguments", "words"),
    [
        ("test.refuse", {"name": "甲"}, "不接受“甲”（企业）"),
        ("test.break", {}, "出错了：ZeroDivisionError: division by zero"),
        ("test.forgotten", {}, "没有“test.forgotten”这种任务"),
        ("test.found", {"title": "旧参数"}, "读不了它的参数"),
        ("test.look", {"organization_id": 404}, "已经被删除"),
    ],
)
def test_what_went_wrong_is_said(
    platform: Platform, session: Session, kind: str, arguments: dict[str, object], words: str
) -> None:
    job = enqueued(session, kind, **arguments)
    assert run_job(platform, job.id)
    assert look(platform, job).state is JobState.FAILED
    assert words in message_text(look(platform, job).error, "zh")
    with platform.database.writing() as again:
        retry(again, again.get_one(Job, job.id))
    assert run_job(platform, job.id), "it can be tried again"


def test_words_are_kept_for_readers_of_either_language(platform: Platform, session: Session) -> None:
    job = enqueued(session, "test.refuse", name="甲")
    run_job(platform, job.id)
    assert "Enterprise" in message_text(look(platform, job).error, "en")


def test_a_file_is_kept_in_the_jobs_folder(platform: Platform, session: Session) -> None:
    organization = make_organization(session)
    job = enqueued(session, "test.look", organization_id=organization.id)
    run_job(platform, job.id)
    assert look(platform, job).state is JobState.DONE
    path = platform.settings.data / look(platform, job).file
    assert path.name == "名称.txt"
    assert path.read_text() == organization.name
    assert path.stat().st_mode & 0o077 == 0


def test_a_job_cancelled_halfway_changes_nothing(platform: Platform, session: Session) -> None:
    job = enqueued(session, "test.cancelled")
    seen: list[str] = []

    @handler("test.cancelled", title="测试：中途取消", repeatable=True)
    def cancelled(run: JobRun) -> None:
        with run.database.writing() as own:
            add(own, "示例取消单位")
            own.rollback()
            with platform.database.writing() as other:
                cancel(other, other.get_one(Job, job.id))
            add(own, "示例取消单位")
            own.flush()
            try:
                run.finish(own)
            except JobStopped:
                seen.append("stopped")
                raise

    assert run_job(platform, job.id)
    assert seen == ["stopped"]
    assert look(platform, job).state is JobState.CANCELLED
    assert founded(platform) == []


def test_a_cancelled_job_stops_at_its_next_step(
    platform: Platform, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_PROGRESS_SECONDS", 0)
    job = enqueued(session, "test.steps")
    steps: list[int] = []

    @handler("test.steps", title="测试：多步", repeatable=True)
    def work(run: JobRun) -> None:
        for number in range(10):
            run.progress(number, 10, "第%(number)d步", number=number)
            steps.append(number)
            if number == 3:
                with platform.database.writing() as other:
                    running_job = other.get_one(Job, job.id)
                    assert (running_job.percent, message_text(running_job.step, "zh")) == (30, "第3步")
                    cancel(other, running_job)

    run_job(platform, job.id)
    assert steps == [0, 1, 2, 3]
    assert look(platform, job).state is JobState.CANCELLED


@pytest.mark.parametrize(("repeatable", "state"), [(True, JobState.QUEUED), (False, JobState.DONE)])
def test_a_worker_that_stops_gives_back_what_is_repeatable(
    platform: Platform, session: Session, repeatable: bool, state: JobState
) -> None:
    job = enqueued(session, "test.stop")
    stopping = threading.Event()

    @handler("test.stop", title="测试：停下", repeatable=repeatable)
    def work(run: JobRun) -> None:
        stopping.set()
        run.progress(1, 2)

    run_job(platform, job.id, stopping)
    assert look(platform, job).state is state
    assert look(platform, job).attempts == (0 if repeatable else 1)


@pytest.mark.parametrize(
    ("kind", "attempts", "state"),
    [
        ("test.found", 1, JobState.QUEUED),
        ("test.found", 3, JobState.FAILED),
        ("test.refuse", 1, JobState.FAILED),
        ("test.forgotten", 1, JobState.FAILED),
    ],
)
def test_a_dead_workers_job_goes_on_or_is_marked(
    platform: Platform, session: Session, kind: str, attempts: int, state: JobState
) -> None:
    job = enqueued(session, kind, name="示例单位")
    job.state, job.worker, job.attempts = JobState.RUNNING, GONE, attempts
    job.heartbeat_at = now() - timedelta(seconds=running.SILENT_SECONDS - 30)
    session.commit()
    assert release_dead(platform.database) == 0, "it may live: it spoke a moment ago"
    job.heartbeat_at = now() - timedelta(seconds=running.SILENT_SECONDS + 1)
    session.commit()
    assert release_dead(platform.database) == 1
    assert look(platform, job).state is state
    if state is JobState.FAILED:
        assert f"中断了 {attempts} 次" in message_text(look(platform, job).error, "zh")


def test_a_run_given_up_for_dead_cannot_finish(platform: Platform, session: Session) -> None:
    job = enqueued(session, "test.slow")

    @handler("test.slow", title="测试：慢", repeatable=True)
    def slow(run: JobRun) -> None:
        with platform.database.writing() as other:
            row = other.get_one(Job, job.id)
            row.state, row.worker = JobState.RUNNING, GONE
            other.commit()
        with run.database.writing() as own:
            add(own, "示例迟到单位")
            run.finish(own)

    run_job(platform, job.id)
    assert look(platform, job).state is JobState.RUNNING
    assert look(platform, job).worker == GONE
    assert founded(platform) == []


def test_a_run_shows_that_it_lives(platform: Platform, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "HEARTBEAT_SECONDS", 0.02)
    job = enqueued(session, "test.wait")
    over = threading.Event()

    @handler("test.wait", title="测试：等", repeatable=True)
    def wait(run: JobRun) -> None:
        while not over.wait(0.02):
            run.check()

    thread = threading.Thread(target=run_job, args=(platform, job.id))
    thread.start()
    beats = set()
    while len(beats) < 4:
        with platform.database.reading() as other:
            beats.add(other.get_one(Job, job.id).heartbeat_at)
    with platform.database.writing() as other:
        cancel(other, other.get_one(Job, job.id))
    thread.join(10)
    assert not thread.is_alive(), "the beat noticed that the job was cancelled"
