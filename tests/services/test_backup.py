"""A city moves house: what a backup holds, and what is refused before anything is replaced."""

import json
import sqlite3
import stat
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.config import Settings, load_settings
from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.domain.job import message_text
from matchmaker.domain.outgoing_mail import MailState
from matchmaker.domain.postings.posting import Need
from matchmaker.services.backup import DATABASE, MANIFEST, back_up, read_manifest, restore
from matchmaker.services.database import Database
from matchmaker.services.mailing.letters import Letter, send
from matchmaker.services.mailing.outbox import unsent_mail
from matchmaker.services.platform import Platform
from tests.factories import make_need


@pytest.fixture
def backup(settings: Settings, session: Session, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a city with one need, a letter, a ranker and its secret."""
    make_need(session, title="高速轴承润滑失效")
    (settings.data / "mail").mkdir()
    (settings.data / "mail" / "0001.eml").write_text("信")
    (settings.data / "ranker.json").write_text("{}")
    (settings.data / "secret_key").write_text("a secret")
    file = tmp_path_factory.mktemp("backups") / "city.zip"
    back_up(settings, file)
    return file


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings({"MATCHMAKER_DATA": str(tmp_path_factory.mktemp("elsewhere")), "SECRET_KEY": "x"})


def titles(settings: Settings) -> list[str]:
    database = Database(settings.database_url)
    with database.reading() as session:
        found = list(session.scalars(select(Need.title)))
    database.engine.dispose()
    return found


def edited(backup: Path, name: str, content: bytes) -> Path:
    """The backup with another content in one place."""
    copy = backup.with_name("edited.zip")
    with ZipFile(backup) as old, ZipFile(copy, "w") as new:
        for each in old.namelist():
            new.writestr(each, content if each == name else old.read(each))
        if name not in old.namelist():
            new.writestr(name, content)
    return copy


def test_a_city_moves_house(backup: Path, elsewhere: Settings) -> None:
    manifest = restore(elsewhere, backup)
    assert manifest == read_manifest(backup)
    assert manifest.files == 3
    assert titles(elsewhere) == ["高速轴承润滑失效"]
    assert (elsewhere.data / "mail" / "0001.eml").read_text() == "信"
    assert (elsewhere.data / "ranker.json").read_text() == "{}"
    assert (elsewhere.data / "secret_key").read_text() == "a secret"
    assert stat.S_IMODE((elsewhere.data / "secret_key").stat().st_mode) == 0o600


def test_letters_that_waited_are_not_sent_after_a_restore(
    backup: Path, settings: Settings, session: Session, elsewhere: Settings
) -> None:
    send(session, [Letter("li@example.com", "设置密码", "正文")])
    session.commit()
    file = backup.with_name("later.zip")
    back_up(settings, file)
    restore(elsewhere, file)
    assert not elsewhere.queue_file.exists()
    database = Database(elsewhere.database_url)
    with database.reading() as reading:
        (letter,) = unsent_mail(reading)
        assert letter.state is MailState.FAILED
        assert "来自备份" in message_text(letter.error, "zh")
    database.engine.dispose()


def test_only_its_owner_reads_a_backup(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert [path.name for path in backup.parent.iterdir()] == [backup.name], "nothing half done is left"


def test_a_backup_holds_what_was_committed_while_others_write(
    settings: Settings, platform: Platform, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("backups") / "city.zip"
    with platform.database.writing() as session:
        make_need(session, title="写完的")
        uncommitted = make_need(session, title="写完的二")
        uncommitted.title = "没写完的"
        session.flush()
        done = threading.Thread(target=back_up, args=(settings, file))
        done.start()
        done.join()
    with ZipFile(file) as archive:
        copy = Path(archive.extract(DATABASE, file.parent))
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT title FROM need ORDER BY id").fetchall() == [("写完的",), ("写完的二",)]
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_nothing_is_replaced_unless_said(backup: Path, elsewhere: Settings) -> None:
    restore(elsewhere, backup)
    database = Database(elsewhere.database_url)
    with database.writing() as session:
        make_need(session, title="后来的")
    with pytest.raises(Conflict, match="--yes"):
        restore(elsewhere, backup)
    assert len(titles(elsewhere)) == 2
    restore(elsewhere, backup, replace=True)
    assert titles(elsewhere) == ["高速轴承润滑失效"]
    with database.reading() as session:
        assert session.scalar(select(func.count(Need.id))) == 1, "who had it open sees the new state"
    database.engine.dispose()


def test_a_newer_schema_is_refused(backup: Path, elsewhere: Settings) -> None:
    with ZipFile(backup) as archive:
        manifest = json.loads(archive.read(MANIFEST))
    newer = edited(backup, MANIFEST, json.dumps(manifest | {"schema": "9999"}).encode())
    with pytest.raises(InvalidInput, match="较新的版本（数据表 9999"):
        restore(elsewhere, newer)
    assert list(elsewhere.data.iterdir()) == []


def test_an_older_schema_is_upgraded(backup: Path, elsewhere: Settings, tmp_path: Path) -> None:
    old = tmp_path / "old.sqlite"
    database = Database(f"sqlite:///{old}")
    database.upgrade("0001")
    database.engine.dispose()
    restore(elsewhere, edited(backup, DATABASE, old.read_bytes()))
    assert Database(elsewhere.database_url).is_current()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (DATABASE, b"SQLite format 3\0 but no database"),
        (MANIFEST, b"[]"),
        (MANIFEST, b"{"),
        ("files/../../outside", b"x"),
    ],
)
def test_what_is_no_sound_backup_changes_nothing(backup: Path, elsewhere: Settings, name: str, content: bytes) -> None:
    with pytest.raises(InvalidInput, match="不是完好的备份"):
        restore(elsewhere, edited(backup, name, content))
    assert list(elsewhere.data.iterdir()) == []


def test_a_file_of_another_kind_is_no_backup(elsewhere: Settings, tmp_path: Path) -> None:
    (tmp_path / "letter.zip").write_text("敬启者")
    with pytest.raises(InvalidInput, match="不是完好的备份"):
        restore(elsewhere, tmp_path / "letter.zip")


def test_a_backup_overwrites_none_and_does_not_hold_itself(backup: Path, settings: Settings) -> None:
    with pytest.raises(InvalidInput, match="已存在"):
        back_up(settings, backup)
    with pytest.raises(InvalidInput, match="之外"):
        back_up(settings, settings.data / "city.zip")


def test_an_installation_without_a_database_has_nothing_to_keep(elsewhere: Settings, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="matchmaker init"):
        back_up(elsewhere, tmp_path / "backup" / "city.zip")


def test_postgresql_has_tools_of_its_own(settings: Settings, backup: Path) -> None:
    theirs = replace(settings, database_url="postgresql+psycopg://somebody@localhost/city")
    with pytest.raises(InvalidInput, match="pg_dump"):
        back_up(theirs, backup.with_name("other.zip"))
    with pytest.raises(InvalidInput, match="pg_restore"):
        restore(theirs, backup)
