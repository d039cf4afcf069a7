"""Another encoder takes over when all is encoded; until then the earlier one serves."""

import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.job import Job
from matchmaker.domain.vocabulary import Side
from matchmaker.matching.encoding.encoder import E5Encoder, Encoder, Vectors
from matchmaker.matching.errors import EncoderError
from matchmaker.services.finding.recommendations import search
from matchmaker.services.indexing import encoder_change
from matchmaker.services.indexing.jobs import ENCODE
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.indexing.vector_store import DatabaseVectorStore, stored_spaces
from matchmaker.services.jobs.jobs import enqueue
from matchmaker.services.jobs.running import run_job
from matchmaker.services.platform import Platform
from tests.factories import make_need, make_offer

GREASE = {"title": "轴承润滑脂", "summary": "复合磺酸钙润滑脂，使轴承油膜增厚，滚道不再早期剥落。"}
PEONY = {"title": "牡丹籽油低温压榨", "summary": "低温压榨保留亚麻酸。"}
BEARING = {"title": "高铁轴承剥落", "problem": "轴箱轴承滚道早期剥落。"}


class TurnedEncoder:
    """A real encoder of another space: e5 seen from another side, with its numbers in reverse order."""

    name = "turned"
    dimension = 384

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.encoded: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.encoded.extend(texts)
        return self._encoder.encode_queries(texts)[:, ::-1]

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.encoded.extend(texts)
        return self._encoder.encode_passages(texts)[:, ::-1]


class ShortEncoder(TurnedEncoder):
    """Half of e5's numbers under e5's name, as a model folder that was exchanged."""

    name = "e5"
    dimension = 192


class MissingEncoder(TurnedEncoder):
    """A model that is not there."""

    name = "sentence-transformers:models/not-there"

    @property
    def dimension(self) -> int:  # type: ignore[override]
        raise EncoderError("not there")


@pytest.fixture
def turned(encoder: Encoder) -> TurnedEncoder:
    return TurnedEncoder(encoder)


@pytest.fixture
def city(platform: Platform, session: Session) -> Platform:
    """A need and two offers, encoded with e5."""
    make_need(session, **BEARING)
    make_offer(session, **GREASE)
    make_offer(session, **PEONY)
    platform.search_index.refresh()
    return platform


def run_change(platform: Platform, search_index: SearchIndex) -> Job:
    """Have a worker with this index carry the change out; the job as it stands afterwards."""
    with platform.database.writing() as writing:
        job = enqueue(writing, ENCODE, None, {"encoder": search_index.encoder_change.wanted})
        writing.commit()
    assert run_job(replace(platform, search_index=search_index), job.id)
    with platform.database.reading() as reading:
        return reading.get_one(Job, job.id)


def found(platform: Platform, search_index: SearchIndex, text: str) -> list[str]:
    with platform.database.reading() as reading:
        return [one.posting.title for one in search(reading, search_index, None, Side.OFFER, text)]


def test_the_earlier_encoder_serves_until_all_is_encoded(city: Platform, turned: TurnedEncoder) -> None:
    search_index = SearchIndex(city.database, turned)
    search_index.refresh()
    assert search_index.status().encoder == "e5"
    assert turned.encoded == [], "what a change needs is not what a page waits for"
    change = search_index.encoder_change.status()
    assert change is not None
    assert (change.encoder, change.encoded, change.total, change.problem) == ("turned", 0, 7, None)

    told: list[tuple[int, int]] = []
    search_index.encoder_change.run(lambda done, total: told.append((done, total)))
    assert told[-1] == (3, 3)
    assert search_index.status().encoder == "turned"
    assert search_index.encoder_change.status() is None
    assert "轴承润滑脂" in found(city, search_index, "轴承润滑脂")


def test_pages_are_answered_while_the_background_encodes(city: Platform, encoder: Encoder) -> None:
    began, may_go_on = threading.Event(), threading.Event()

    class Waiting(TurnedEncoder):
        def encode_passages(self, texts: Sequence[str]) -> Vectors:
            began.set()
            assert may_go_on.wait(timeout=60)
            return super().encode_passages(texts)

    search_index = SearchIndex(city.database, Waiting(encoder))
    worker = threading.Thread(target=run_change, args=(city, search_index))
    worker.start()
    assert began.wait(timeout=60)
    assert found(city, search_index, "轴承润滑脂") == ["轴承润滑脂"]
    assert (search_index.status().encoder, search_index.encoder_change.is_due) == ("e5", True)
    may_go_on.set()
    search_index.encoder_change.run()  # waits for the one in the background, then has nothing left to do
    worker.join()
    assert search_index.status().encoder == "turned"
    assert "轴承润滑脂" in found(city, search_index, "轴承润滑脂")


def test_what_is_posted_during_the_change_is_found_by_both(
    city: Platform, session: Session, turned: TurnedEncoder
) -> None:
    search_index = SearchIndex(city.database, turned)
    search_index.refresh()
    make_offer(session, title="轴承寿命试验台")
    search_index.refresh()
    assert "轴承寿命试验台" in found(city, search_index, "轴承试验")
    search_index.encoder_change.run()
    assert "轴承寿命试验台" in found(city, search_index, "轴承试验")
    status = search_index.status()
    assert (status.encoder, status.offers, status.revision) == ("turned", 3, status.database_revision)


def test_a_restarted_process_serves_with_what_is_complete(city: Platform, encoder: Encoder) -> None:
    SearchIndex(city.database, TurnedEncoder(encoder)).encoder_change.run()
    again = TurnedEncoder(encoder)
    restarted = SearchIndex(city.database, again)
    restarted.refresh()
    assert (restarted.status().encoder, again.encoded) == ("turned", [])
    back = SearchIndex(city.database, encoder)
    back.refresh()
    assert back.status().encoder == "e5", "both are complete: the settings decide"


def test_a_process_without_a_worker_follows_when_all_is_encoded(
    city: Platform, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_change, "LOOK_SECONDS", 0)
    own = TurnedEncoder(encoder)
    serving = SearchIndex(city.database, own)
    serving.refresh_async()
    serving.encoder_change.wait()
    assert (serving.status().encoder, serving.encoder_change.is_complete()) == ("e5", False)

    SearchIndex(city.database, TurnedEncoder(encoder)).encoder_change.run()
    assert serving.encoder_change.is_complete()
    serving.refresh_async()
    serving.encoder_change.wait()
    assert (serving.status().encoder, own.encoded) == ("turned", []), "it encodes nothing by itself"
    assert "轴承润滑脂" in found(city, serving, "轴承润滑脂")


def test_a_process_that_cannot_follow_says_so_once_and_goes_on(
    city: Platform, encoder: Encoder, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_change, "LOOK_SECONDS", 0)
    e5 = DatabaseVectorStore(city.database, "e5")
    serving = SearchIndex(city.database, MissingEncoder(encoder))
    serving.refresh()
    DatabaseVectorStore(city.database, MissingEncoder.name).put(e5.get(sorted(e5.keys())))
    for _ in range(3):
        serving.refresh_async()
        serving.encoder_change.wait()
    assert caplog.text.count("The encoder e5 stays active: not there") == 1
    assert found(city, serving, "轴承润滑脂") == ["轴承润滑脂"]


def test_between_two_looks_nothing_is_asked(city: Platform, turned: TurnedEncoder) -> None:
    serving = SearchIndex(city.database, turned)
    serving.refresh_async()
    serving.encoder_change.wait()
    looked = serving.encoder_change._thread
    assert looked is not None
    serving.refresh_async()
    assert serving.encoder_change._thread is looked


@pytest.mark.slow
def test_a_change_that_was_killed_goes_on_where_it_was(city: Platform, session: Session, encoder: Encoder) -> None:
    for number in range(40):
        make_offer(session, title=f"第 {number} 种轴承润滑脂")
    city.search_index.refresh()
    session.close()
    program = textwrap.dedent("""
        import os, signal, sys
        from sqlalchemy import event
        from sqlalchemy.engine import Engine
        from matchmaker.matching.encoding.encoder import create_encoder
        from matchmaker.services.indexing.search_index import SearchIndex
        from matchmaker.services.database import Database
        from tests.services.indexing.test_encoder_change import TurnedEncoder

        left = 3

        @event.listens_for(Engine, "after_cursor_execute")
        def _(connection, cursor, statement, parameters, context, many):
            global left
            left -= statement.startswith("INSERT INTO embedding")
            if left == 0:
                os.kill(0, signal.SIGKILL)

        SearchIndex(Database(sys.argv[1]), TurnedEncoder(create_encoder("e5"))).encoder_change.run()
    """)
    command = [sys.executable, "-c", program, city.settings.database_url]
    assert subprocess.run(command, check=False, start_new_session=True).returncode == -signal.SIGKILL

    turned = TurnedEncoder(encoder)
    search_index = SearchIndex(city.database, turned)
    search_index.refresh()
    kept = DatabaseVectorStore(city.database, "turned").keys()
    assert search_index.status().encoder == "e5"
    assert 0 < len(kept) < 46
    change = search_index.encoder_change.status()
    assert change is not None
    assert (change.encoded, change.total) == (len(kept), 47)
    search_index.encoder_change.run()
    assert search_index.status().encoder == "turned"
    assert len(turned.encoded) == 47 - len(kept)


def test_an_encoder_that_cannot_be_loaded_changes_nothing(
    city: Platform, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    search_index = SearchIndex(city.database, MissingEncoder(encoder))
    with pytest.raises(EncoderError, match="not there"):
        search_index.rebuild()
    change = search_index.encoder_change.status()
    assert change is not None
    assert change.problem == "not there"
    run_change(city, search_index)
    assert "The encoder e5 stays active: not there" in caplog.text
    assert found(city, search_index, "轴承润滑脂") == ["轴承润滑脂"]
    assert stored_spaces(city.database) == {"e5"}


def test_a_model_of_another_dimension_under_the_same_name_is_refused(city: Platform, encoder: Encoder) -> None:
    before = DatabaseVectorStore(city.database, "e5").keys()
    with pytest.raises(EncoderError, match=r"192 numbers.*have 384"):
        SearchIndex(city.database, ShortEncoder(encoder)).refresh()
    assert DatabaseVectorStore(city.database, "e5").keys() == before
    city.search_index.rebuild()
    assert found(city, city.search_index, "轴承润滑脂") == ["轴承润滑脂"]


@pytest.mark.slow
def test_an_earlier_encoder_that_is_gone_is_said_and_all_is_encoded_anew(
    city: Platform, encoder: Encoder, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    e5 = DatabaseVectorStore(city.database, "e5")
    name = f"sentence-transformers:{tmp_path / 'gone'}"
    gone = DatabaseVectorStore(city.database, name)
    gone.put(e5.get(sorted(e5.keys())))
    e5.drop(e5.keys())
    search_index = SearchIndex(city.database, encoder)
    search_index.refresh()
    assert f"{name}, whose vectors cover the postings best, cannot be loaded any more" in caplog.text
    assert (search_index.status().encoder, search_index.status().vectors) == ("e5", 7)
    assert found(city, search_index, "轴承润滑脂") == ["轴承润滑脂"]


def test_the_vectors_of_the_earlier_encoder_stay_until_they_are_forgotten(
    city: Platform, turned: TurnedEncoder
) -> None:
    search_index = SearchIndex(city.database, turned)
    assert search_index.rebuild() == 0
    assert stored_spaces(city.database) == {"e5", "turned"}
    assert search_index.rebuild(forget_others=True) == 7
    assert stored_spaces(city.database) == {"turned"}


def test_a_new_city_is_encoded_by_the_encoder_of_the_settings(
    platform: Platform, session: Session, turned: TurnedEncoder
) -> None:
    make_offer(session, **GREASE)
    search_index = SearchIndex(platform.database, turned)
    search_index.refresh()
    assert search_index.status().encoder == "turned"
    assert not isinstance(turned, E5Encoder)
    assert np.allclose(np.linalg.norm(search_index.encode(search_index.matcher.documents(Side.OFFER))[0].vector), 1)  # type: ignore[arg-type]
