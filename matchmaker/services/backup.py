"""All that a city would need to move house, in one file; and back.

A backup is a ZIP: ``manifest.json``, ``database.sqlite`` and, under ``files/``, the data folder. Databases are copied
by SQLite's own backup, so that the site may go on running.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Set
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from sqlalchemy import update

from matchmaker.config import Settings
from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict, InvalidInput
from matchmaker.domain.job import as_message
from matchmaker.domain.outgoing_mail import MailState, OutgoingMail
from matchmaker.i18n import N_
from matchmaker.services.database import Database, known_revisions

MANIFEST, DATABASE, FILES = "manifest.json", "database.sqlite", "files/"
_BESIDE_A_DATABASE = ("-wal", "-shm", "-journal")
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. ``schema`` is the version of the tables, ``made_at`` an instant (ISO 8601)."""

    schema: str
    made_at: str
    version: str
    files: int


def back_up(settings: Settings, target: Path) -> Manifest:
    """Write the database and the data folder into the file ``target``, whole or not at all, readable by its owner only:
    it holds passwords' hashes and the installation's secret.

    Raises :class:`InvalidInput` for a database that is not SQLite or was never made, a file that is there already, and
    one inside the data folder.
    """
    database = Database(settings.database_url)
    source = _file_of(database)
    if target.exists():
        raise InvalidInput(N_("%(file)s 已存在，请换一个文件名"), file=target)
    if target.resolve().is_relative_to(settings.data):
        raise InvalidInput(N_("请把备份写到数据文件夹 %(data)s 之外"), data=settings.data)
    if not source.exists() or (schema := database.revision) is None:
        raise InvalidInput(N_("数据库还没有建好或版本较旧，请先运行 matchmaker init"))
    files = sorted(_files_to_keep(settings.data, {source, settings.queue_file}))
    manifest = Manifest(schema, now().isoformat(timespec="seconds"), version("matchmaker"), len(files))
    half = _private(target.with_name(f".{target.name}.{os.getpid()}"))
    try:
        with TemporaryDirectory(dir=half.parent) as folder, ZipFile(half, "w", ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=2))
            archive.write(_copied(source, Path(folder)), DATABASE)
            for path in files:
                name = FILES + path.relative_to(settings.data).as_posix()
                archive.write(_copied(path, Path(folder)) if path.suffix == ".sqlite" else path, name)
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
        database.engine.dispose()
    return manifest


def read_manifest(file: Path) -> Manifest:
    """What the backup says of itself. Raises :class:`InvalidInput` for a file that is none."""
    with _opened(file) as archive:
        try:
            return Manifest(**json.loads(archive.read(MANIFEST)))
        except (KeyError, TypeError, ValueError) as error:
            raise _no_backup(file) from error


def holds_anything(settings: Settings) -> bool:
    """Whether restoring would replace a database."""
    file = _file_of(Database(settings.database_url))
    return file.exists() and file.stat().st_size > 0


def restore(settings: Settings, file: Path, *, replace: bool = False) -> Manifest:
    """Bring database and data folder to what the backup holds, and the tables to the present version.

    Files of the data folder that the backup does not hold stay. Everything is read and checked before anything is
    written. Raises :class:`InvalidInput` for a file that is no sound backup or is of a newer version of the tables, and
    for a database that is not SQLite; :class:`Conflict` when there is one already and ``replace`` is not said.
    """
    manifest = read_manifest(file)
    if manifest.schema not in known_revisions():
        raise InvalidInput(
            N_("备份来自较新的版本（数据表 %(schema)s，程序 %(version)s），请先升级程序再恢复"),
            schema=manifest.schema,
            version=manifest.version,
        )
    target = _file_of(Database(settings.database_url))
    if holds_anything(settings) and not replace:
        raise Conflict(N_("%(file)s 里已有数据；确定要用备份替换，请加 --yes"), file=target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=settings.data) as folder:
        kept = Path(folder)
        _unpack(file, kept)
        _overwrite(target, kept / DATABASE)
        _move_files(kept / FILES, settings.data)
    database = Database(settings.database_url)
    database.upgrade()
    _hold_letters_back(database)
    database.engine.dispose()
    return manifest


def _file_of(database: Database) -> Path:
    if database.file is None:
        raise InvalidInput(
            N_("数据库在 PostgreSQL 里：请用 pg_dump 备份、pg_restore 恢复，并另外复制 MATCHMAKER_DATA 文件夹")
        )
    return database.file


def _files_to_keep(data: Path, left_out: Set[Path]) -> Iterator[Path]:
    """The files of the data folder, without these and the files that SQLite keeps beside a database."""
    for path in data.rglob("*"):
        if path.is_file() and path not in left_out and not path.name.endswith(_BESIDE_A_DATABASE):
            yield path


def _private(path: Path) -> Path:
    """The file, made anew so that nobody but its owner can ever read it."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY))
    return path


def _copied(source: Path, folder: Path) -> Path:
    """A copy of the SQLite file as it is at this moment, complete in one file."""
    copy = folder / "copy.sqlite"
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(copy)) as copied:
        original.backup(copied)
        copied.execute("PRAGMA journal_mode=DELETE")
    return copy


def _overwrite(target: Path, source: Path) -> None:
    """Give the database the other's content in one transaction: who has it open sees the old or the new."""
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as replaced:
        original.backup(replaced)


def _opened(file: Path) -> ZipFile:
    try:
        return ZipFile(file)
    except BadZipFile as error:
        raise _no_backup(file) from error


def _unpack(file: Path, folder: Path) -> None:
    """Raises :class:`InvalidInput` for a damaged archive or database, and for names that lead out of the folder."""
    with _opened(file) as archive:
        names = [PurePosixPath(name) for name in archive.namelist()]
        if any(name.is_absolute() or ".." in name.parts for name in names):
            raise _no_backup(file)
        try:
            archive.extractall(folder)
            with closing(sqlite3.connect(folder / DATABASE)) as database:
                sound = database.execute("PRAGMA quick_check").fetchone() == ("ok",)
        except (BadZipFile, sqlite3.DatabaseError) as error:
            raise _no_backup(file) from error
    if not sound:
        raise _no_backup(file)


def _move_files(source: Path, data: Path) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_file():
            target = data / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.name == "secret_key":
                path.chmod(_OWNER_ONLY)
            shutil.move(path, target)


def _hold_letters_back(database: Database) -> None:
    """Letters that waited when the backup was made may have been sent since: people decide about them."""
    error = as_message(N_("这封信来自备份：备份以后可能已经发出"))
    waiting = OutgoingMail.state.in_((MailState.WAITING, MailState.SENDING))
    with database.writing() as session:
        session.execute(update(OutgoingMail).where(waiting).values(state=MailState.FAILED, error=error))
        session.commit()


def _no_backup(file: Path) -> InvalidInput:
    return InvalidInput(N_("%(file)s 不是完好的备份文件（由 matchmaker backup 写出）"), file=file)
