"""The space e5 by the fastest engine: the embedded one at once, sentence-transformers when it is loaded and works."""

import logging
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from matchmaker.matching.encoding import fastest
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.matching.encoding.fastest import EMBEDDED, TRANSFORMERS, EngineReport, FastestE5Encoder


@pytest.fixture
def half_unpacked(tmp_path: Path) -> Path:
    """A folder that claims nothing, as a killed copy leaves it."""
    folder = tmp_path / "e5"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    return folder


def test_without_the_extra_the_embedded_engine_serves_and_nothing_is_wrong(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fastest, "_is_installed", lambda: False)
    fast = FastestE5Encoder(tmp_path / "e5")
    fast.load()
    fast.load_if_unpacked()
    assert fast.report() == EngineReport(EMBEDDED)
    assert np.array_equal(fast.encode_queries(["轴承"]), encoder.encode_queries(["轴承"]))
    assert (caplog.records, list(tmp_path.iterdir())) == ([], [])


def test_a_model_that_is_not_unpacked_yet_is_said_and_not_unpacked_for_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fastest, "_is_installed", lambda: True)
    fast = FastestE5Encoder(tmp_path / "e5")
    fast.load_if_unpacked()
    report = fast.report()
    assert report.engine == EMBEDDED
    assert "matchmaker models unpack" in str(report.problem)
    assert len(caplog.records) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_model_is_said_once_and_left_alone(
    half_unpacked: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fastest, "_is_installed", lambda: True)
    fast = FastestE5Encoder(half_unpacked)
    with caplog.at_level(logging.WARNING):
        fast.load()
        fast.load()
        report = fast.report()
    assert report.engine == EMBEDDED
    assert "Unpack it again with --yes" in str(report.problem)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert [path.name for path in half_unpacked.iterdir()] == ["config.json"]
    assert np.array_equal(fast.encode_passages(["轴承"]), encoder.encode_passages(["轴承"]))


@pytest.mark.slow
@pytest.mark.xdist_group("unpacked model")
def test_a_broken_extra_is_said_and_the_embedded_engine_serves(
    unpacked: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fastest, "_is_installed", lambda: True)
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    fast = FastestE5Encoder(unpacked)
    monkeypatch.setattr("matchmaker.matching.encoding.encoder.find_spec", lambda name: name)
    report = fast.report()
    assert report.engine == EMBEDDED
    assert "cannot be loaded" in str(report.problem)
    assert np.array_equal(fast.encode_queries(["轴承"]), encoder.encode_queries(["轴承"]))


@pytest.mark.slow
@pytest.mark.xdist_group("unpacked model")
def test_much_to_encode_brings_the_faster_engine_and_no_call_waits_for_it(
    unpacked: Path, tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fastest, "_WORTH_LOADING", 20)
    copied: list[Path] = []

    def copy(folder: Path) -> None:
        copied.append(folder)
        shutil.copytree(unpacked, folder)

    monkeypatch.setattr(fastest, "unpack", copy)
    fast = FastestE5Encoder(tmp_path / "models" / "e5")
    fast.encode_queries(["轴承"])
    assert not copied, "little to encode brings nothing"
    text = "复合磺酸钙润滑脂，使轴承油膜增厚，滚道不再早期剥落。"
    assert np.array_equal(fast.encode_passages([text]), encoder.encode_passages([text])), "the embedded engine answers"
    give_up = time.monotonic() + 300
    while fast._transformers is None and fast._problem is None and time.monotonic() < give_up:
        time.sleep(0.1)
    assert fast.report() == EngineReport(TRANSFORMERS)
    assert copied == [tmp_path / "models" / "e5"]
    assert float(fast.encode_passages([text])[0] @ encoder.encode_passages([text])[0]) > 0.999
