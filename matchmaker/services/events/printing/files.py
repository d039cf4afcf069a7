"""Names and archives that open on everybody's desk: Windows, macOS and Linux, in Chinese."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from io import RawIOBase
from stat import S_IFDIR
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from matchmaker.domain.events.event import Event
from matchmaker.i18n import N_, translate

_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_LONGEST = 100
"""Characters of a name: with the folders around it, a path stays within the 260 that Windows allows."""

Entries = Iterable[tuple[str, bytes]]
"""Paths within an archive, with ``/`` between folders, and what is in the file."""


def file_name(text: str, ending: str = "") -> str:
    """The text as the name of a file, in one composed form (macOS decomposes), with nothing that Windows forbids."""
    name = _FORBIDDEN.sub("-", unicodedata.normalize("NFC", " ".join(text.split())))
    name = name[: _LONGEST - len(ending)].strip(" .") or "-"
    return f"_{name}{ending}" if _RESERVED.match(name) else f"{name}{ending}"


def document_name(event: Event, title: str, ending: str, language: str) -> str:
    """The file name of a print-out: event, sheet and version of the plan, in the reader's language."""
    version = translate(N_("第%(version)d版"), language, version=event.plan_version) if event.plan_version else ""
    return file_name("-".join(part for part in (event.name, title, version) if part), f".{ending}")


def zip_of(entries: Entries, made_at: datetime) -> bytes:
    """A ZIP whose names are marked as UTF-8. Each part of a path is made a proper name; equal paths are numbered."""
    archive = ZipStream(made_at)
    return b"".join([*(archive.add(path, data) for path, data in entries), archive.finish()])


class ZipStream:
    """A ZIP made entry by entry: each verb gives the bytes to send on. Before :meth:`finish` no program takes what was
    sent for a whole archive.
    """

    def __init__(self, made_at: datetime) -> None:
        self.paths: list[str] = []
        """Of the files so far, as they stand in the archive."""
        self._made_at = made_at.timetuple()[:6]
        self._outgoing = _Outgoing()
        self._archive = ZipFile(self._outgoing, "w", ZIP_DEFLATED)
        self._names = _UniquePaths()

    def add(self, path: str, data: bytes) -> bytes:
        """A file, under its path made proper and unique."""
        proper = self._names.proper(path)
        entry = ZipInfo(proper, self._made_at)
        entry.compress_type = ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        self._archive.writestr(entry, data)
        self.paths.append(proper)
        return self._outgoing.take()

    def add_folder(self, path: str) -> bytes:
        """A folder that files are going to be in: these bytes are there before the first file is made."""
        entry = ZipInfo(_folders(path), self._made_at)
        entry.external_attr = (0o755 | S_IFDIR) << 16
        self._archive.writestr(entry, b"")
        return self._outgoing.take()

    def finish(self) -> bytes:
        """The directory, without which the archive cannot be opened."""
        self._archive.close()
        return self._outgoing.take()


class _UniquePaths:
    """Gives out proper paths, each once, also for file systems that ignore case."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def proper(self, path: str) -> str:
        folders, _, name = path.rpartition("/")
        stem, dot, ending = name.rpartition(".")
        stem, ending = (stem, f".{ending}") if dot else (name, "")
        place = _folders(folders)
        candidate, number = f"{place}{file_name(stem, ending)}", 1
        while candidate.casefold() in self._taken:
            number += 1
            candidate = f"{place}{file_name(stem, f' ({number}){ending}')}"
        self._taken.add(candidate.casefold())
        return candidate


def _folders(path: str) -> str:
    return "".join(f"{file_name(folder)}/" for folder in path.split("/") if folder)


class _Outgoing(RawIOBase):
    """Where a ZIP is written that is sent on at once; it cannot be gone back in."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        written = bytes(data)
        self._waiting.append(written)
        return len(written)

    def take(self) -> bytes:
        """What was written since the last time."""
        waiting, self._waiting = b"".join(self._waiting), []
        return waiting
