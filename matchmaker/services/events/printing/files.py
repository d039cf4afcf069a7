"""Names and archives that open on everybody's desk: Windows, macOS and Linux, in Chinese."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

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


def zip_of(entries: Entries, made_at: datetime) -> bytes:
    """A ZIP whose names are marked as UTF-8. Each part of a path is made a proper name; equal paths are numbered."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for path, data in unique_paths(entries):
            entry = ZipInfo(path, made_at.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return content.getvalue()


def unique_paths(entries: Entries) -> list[tuple[str, bytes]]:
    """The entries with proper names; file systems that ignore case shall hold two different names as well."""
    taken: set[str] = set()
    proper = []
    for path, data in entries:
        folders, _, name = path.rpartition("/")
        stem, dot, ending = name.rpartition(".")
        stem, ending = (stem, f".{ending}") if dot else (name, "")
        place = "".join(f"{file_name(folder)}/" for folder in folders.split("/") if folder)
        candidate, number = f"{place}{file_name(stem, ending)}", 1
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{place}{file_name(stem, f' ({number}){ending}')}"
        taken.add(candidate.casefold())
        proper.append((candidate, data))
    return proper
