"""Re-encoding as a job: begun once by itself. Stopped, killed or failed, it is tried again and goes on where it was."""

import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.job import Job, JobState, message_text
from matchmaker.domain.vocabulary import Side
from matchmaker.matching.encoding.encoder import Encoder, Vectors
from matchmaker.matching.errors import EncoderError
from matchmaker.services.indexing import encoder_change
from matchmaker.services.indexing.jobs import ENCODE, begin_due_change
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.indexing.vector_store import DatabaseVectorStore
from matchmaker.services.jobs import running
from matchmaker.services.jobs.jobs import cancel, enqueue, retry
from matchmaker.services.jobs.running import release_dead, run_job
from matchmaker.services.jobs.worker import run_pending
from matchmaker.services.platform import Platform
from tests.factories import make_offer
from tests.services.indexing.test_encoder_change import MissingEncoder, TurnedEncoder, found

OFFERS = 70


class StoppedEncoder(TurnedEncoder):
    """Something happens when it has given the first texts back and is asked for more."""

    happens: Callable[[], None] | None = None

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        if self.encoded and self.happens is not None:
            self.happens()
        return super().encode_passages(texts)


@pytest.fixture
def city(platform: Platform, session: Session) -> Platform:
    """Offers, encoded with e5."""
    for number in range(OFFERS):
        make_offer(session, title=f"第 {number} 种轴承润滑脂")
    platform.search_index.refresh()
    return platform


def with_encoder(platform: Platform, encoder: Encoder) -> Platform:
    """A process that was started anew with another encoder in its settings."""
    return replace(platform, search_index=SearchIndex(platform.database, encoder))


def jobs(platform: Platform) -> list[Job]:
    with platform.database.reading() as session:
        return list(session.scalars(select(Job).where(Job.kind == ENCODE).order_by(Job.id)))


def only_job(platform: Platform) -> Job:
    (job,) = jobs(platform)
    return job


def look(platform: Platform) -> None:
    """What the worker does every minute."""
    begin_due_change(platform, threading.Event())


def encoded(platform: Platform) -> int:
    return DatabaseVectorStore(platform.database, "turned").count()


def test_a_due_change_is_begun_once_and_seen_to_the_end(city: Platform, encoder: Encoder) -> None:
    look(city)
    assert jobs(city) == [], "nothing to change"
    changing = with_encoder(city, TurnedEncoder(encoder))
    look(changing)
    look(changing)
    assert (only_job(city).arguments, only_job(city).actor_id) == ({"encoder": "turned"}, None)
    run_pending(changing)
    job = only_job(city)
    assert job.state is JobState.DONE
    assert job.result is not None
    assert message_text(job.result["summary"][0], "en") == "The encoder is now turned"
    assert changing.search_index.status().encoder == "turned"
    assert found(city, changing.search_index, "轴承润滑脂")
    look(changing)
    assert len(jobs(city)) == 1


def test_the_job_shows_how_far_it_is(city: Platform, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_PROGRESS_SECONDS", 0)
    seen: list[tuple[int, int]] = []
    stopped = StoppedEncoder(encoder)
    stopped.happens = lambda: seen.append((only_job(city).done, only_job(city).total))
    changing = with_encoder(city, stopped)
    look(changing)
    run_pending(changing)
    assert seen[-1] == (64, OFFERS)


def test_a_cancelled_change_is_not_begun_by_itself_and_goes_on_when_retried(
    city: Platform, session: Session, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_PROGRESS_SECONDS", 0)
    stopped = StoppedEncoder(encoder)
    changing = with_encoder(city, stopped)
    look(changing)
    job_id = only_job(city).id

    def is_cancelled() -> None:
        stopped.happens = None
        with city.database.writing() as writing:
            cancel(writing, writing.get_one(Job, job_id))

    stopped.happens = is_cancelled
    run_job(changing, job_id)
    assert only_job(city).state is JobState.CANCELLED
    kept = encoded(city)
    assert changing.search_index.status().encoder == "e5"
    look(changing)
    assert len(jobs(city)) == 1

    retry(session, session.get_one(Job, job_id))
    assert_it_goes_on(city, encoder, kept)


def test_a_failed_change_says_why_and_goes_on_when_retried(city: Platform, session: Session, encoder: Encoder) -> None:
    stopped = StoppedEncoder(encoder)
    changing = with_encoder(city, stopped)
    look(changing)

    def is_broken() -> None:
        raise EncoderError("the model folder is gone")

    stopped.happens = is_broken
    run_pending(changing)
    job = only_job(city)
    assert job.state is JobState.FAILED
    assert message_text(job.error, "zh") == "换不了编码器 turned，仍用 e5：the model folder is gone"
    assert (
        message_text(job.error, "en") == "The encoder cannot be changed to turned, e5 stays: the model folder is gone"
    )
    kept = encoded(city)
    look(with_encoder(city, stopped))
    assert len(jobs(city)) == 1, "a person has to look at it"

    retry(session, session.get_one(Job, job.id))
    assert_it_goes_on(city, encoder, kept)


def assert_it_goes_on(city: Platform, encoder: Encoder, kept: int) -> None:
    """A worker of another process does what is left, no more."""
    texts = len(DatabaseVectorStore(city.database, "e5").keys())
    assert 0 < kept < texts
    again = TurnedEncoder(encoder)
    changing = with_encoder(city, again)
    run_job(changing, only_job(city).id)
    assert only_job(city).state is JobState.DONE
    assert len(again.encoded) == texts - kept
    assert changing.search_index.status().encoder == "turned"


@pytest.mark.slow
def test_a_killed_change_goes_on_by_itself(city: Platform, session: Session, encoder: Encoder) -> None:
    look(with_encoder(city, TurnedEncoder(encoder)))
    session.close()
    program = textwrap.dedent("""
        import os, signal, sys
        from dataclasses import replace
        from sqlalchemy import event
        from sqlalchemy.engine import Engine
        from matchmaker.config import load_settings
        from matchmaker.matching.encoding.encoder import create_encoder
        from matchmaker.services.indexing.search_index import SearchIndex
        from matchmaker.services.jobs.running import run_job
        from matchmaker.services.platform import create_platform
        from tests.services.indexing.test_encoder_change import TurnedEncoder

        left = 2

        @event.listens_for(Engine, "after_cursor_execute")
        def _(connection, cursor, statement, parameters, context, many):
            global left
            left -= statement.startswith("INSERT INTO embedding")
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        platform = create_platform(load_settings({"MATCHMAKER_DATA": sys.argv[1], "SECRET_KEY": "only for tests"}))
        search_index = SearchIndex(platform.database, TurnedEncoder(create_encoder("e5")))
        run_job(replace(platform, search_index=search_index), int(sys.argv[2]))
    """)
    command = [sys.executable, "-c", program, str(city.settings.data), str(only_job(city).id)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert only_job(city).state is JobState.RUNNING
    assert release_dead(city.database) == 1
    assert_it_goes_on(city, encoder, encoded(city))
    assert only_job(city).attempts == 2


def test_a_model_that_is_not_there_is_not_tried_again_by_itself(city: Platform, encoder: Encoder) -> None:
    changing = with_encoder(city, MissingEncoder(encoder))
    look(changing)
    run_pending(changing)
    look(changing)
    assert only_job(city).state is JobState.FAILED
    assert "not there" in message_text(only_job(city).error, "en")


def test_a_job_for_an_encoder_that_is_not_wanted_any_more_does_nothing(city: Platform, encoder: Encoder) -> None:
    look(with_encoder(city, TurnedEncoder(encoder)))
    run_pending(city)
    job = only_job(city)
    assert (job.state, encoded(city)) == (JobState.DONE, 0)
    look(with_encoder(city, TurnedEncoder(encoder)))
    assert len(jobs(city)) == 2, "it is wanted again"


def test_what_others_publish_before_they_follow_is_encoded_by_the_worker(
    city: Platform, session: Session, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_change, "LOOK_SECONDS", 0)
    serving = SearchIndex(city.database, TurnedEncoder(encoder))
    serving.refresh()
    serving.encoder_change.wait()
    worker = with_encoder(city, TurnedEncoder(encoder))
    look(worker)
    run_pending(worker)
    make_offer(session, title="轴承寿命试验台")
    serving.refresh()
    serving.encoder_change.wait()
    assert serving.status().encoder == "e5", "one posting is missing"
    look(worker)
    serving.refresh_async()
    serving.encoder_change.wait()
    assert serving.status().encoder == "turned"


def test_a_second_worker_follows_without_a_job_of_its_own(city: Platform, encoder: Encoder) -> None:
    first, second = (with_encoder(city, TurnedEncoder(encoder)) for _ in range(2))
    assert second.search_index.encoder_change.is_due
    look(first)
    run_pending(first)
    look(second)
    second.search_index.encoder_change.wait()
    assert second.search_index.status().encoder == "turned"
    assert second.search_index.status().offers == len(second.search_index.matcher.documents(Side.OFFER)) == OFFERS
    assert len(jobs(city)) == 1


def test_an_old_job_with_other_arguments_is_refused(city: Platform, session: Session) -> None:
    job = enqueue(session, ENCODE, None)
    session.commit()
    run_job(city, job.id)
    assert only_job(city).state is JobState.FAILED
