"""The queue is told of what was committed; one that cannot be used says why."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from matchmaker.config import Settings, load_settings
from matchmaker.domain.errors import InvalidInput
from matchmaker.services.jobs.jobs import enqueue
from matchmaker.services.jobs.queue import JOBS, TASKS, JobQueue, announce
from matchmaker.services.platform import Platform
from tests.services.jobs.handlers import enqueued


def test_what_is_committed_is_sent(platform: Platform, session: Session) -> None:
    enqueue(session, "test.found", None)
    session.rollback()
    announce(session, TASKS, "kept")
    with session.begin_nested():
        announce(session, TASKS, "kept too")
    assert platform.queue.waiting(TASKS) == set()
    session.commit()
    job = enqueued(session, name="示例单位")
    assert platform.queue.waiting(TASKS) == {"kept", "kept too"}
    assert platform.queue.waiting(JOBS) == {job.id}


@pytest.mark.parametrize("what", ["folder", "not a database"])
def test_a_file_that_cannot_be_written_is_named(settings: Settings, what: str) -> None:
    if what == "folder":
        settings.queue_file.mkdir()
    else:
        settings.queue_file.write_text("这不是数据库" * 500)
    with pytest.raises(InvalidInput) as refused:
        JobQueue(settings).check()
    assert str(settings.queue_file) in refused.value.text()
    assert str(settings.queue_file) in refused.value.text("en")


def test_a_queue_that_is_away_stops_no_change(
    platform: Platform, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    platform.settings.queue_file.mkdir()
    job = enqueued(session, name="示例单位")
    assert job.id in [row.id for row in [job]]
    assert "sent again later" in caplog.text


def test_a_redis_server_that_does_not_answer_is_said(tmp_path: Path) -> None:
    pytest.importorskip("redis")
    settings = load_settings({"MATCHMAKER_DATA": str(tmp_path), "MATCHMAKER_JOBS": "redis://127.0.0.1:1/0"})
    with pytest.raises(InvalidInput, match="MATCHMAKER_JOBS"):
        JobQueue(settings).check()


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huey.storage.Redis", None)
    settings = load_settings({"MATCHMAKER_DATA": str(tmp_path), "MATCHMAKER_JOBS": "redis://127.0.0.1:1/0"})
    with pytest.raises(InvalidInput, match=r"matchmaker\[redis\]"):
        JobQueue(settings).check()


def test_another_address_than_a_redis_servers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="MATCHMAKER_JOBS"):
        load_settings({"MATCHMAKER_DATA": str(tmp_path), "MATCHMAKER_JOBS": "amqp://127.0.0.1"})
