"""Look into an XLSX file before it is loaded, and refuse what would cost minutes or gigabytes.

A workbook is a ZIP of XML parts. A file of a few kilobytes can unpack to hundreds of megabytes, hold millions of empty
cells, or merge a million rows: loading makes an object of each cell. Here the parts are unpacked as a stream and only
counted, so a hostile file costs a fraction of a second and a few megabytes. Every part counts, whatever it is called.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import IO

from matchmaker.domain.errors import InvalidInput
from matchmaker.i18n import N_

LARGEST_UNPACKED = 96 * 1024 * 1024
"""Bytes of all parts together."""

MOST_CELLS = 600_000
"""Cells of all sheets together: 20,000 rows of 30 columns."""

MOST_ELEMENTS = 8_000_000
"""XML elements, opened or closed, of all parts together: a cell has two to four, a shared text two to six."""

MOST_MERGED_CELLS = 200_000
"""Cells under merged areas of all sheets together. Loading makes an object of each."""

_CHUNK = 1024 * 1024
_OVERLAP = 400
"""Bytes of the chunk before that are looked at again, so that an element on the border is seen. Its tag is shorter."""

_CELLS = tuple(bytes([before, ord("c"), after]) for before in b"<:" for after in b" \t\r\n/>")
"""How the tag of a cell begins, with or without a prefix. Counting them is a hundred times faster than a pattern."""

_MERGE = re.compile(rb"<(?:[^\s<>/:]+:)?mergeCell[\s/>]")
_MERGED_AREA = re.compile(
    rb"<(?:[^\s<>/:]+:)?mergeCell\s[^<>]{0,200}?ref\s*=\s*[\"']"
    rb"([A-Za-z]{1,3})(\d{1,7})(?::([A-Za-z]{1,3})(\d{1,7}))?[\"']"
)
_OTHER_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-?8[\"'])", re.IGNORECASE)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")


class UnreadableFile(InvalidInput):
    """The file is no table that can be read. The message says how to make it one."""


def check_workbook(content: bytes) -> None:
    """Raise :class:`UnreadableFile` for a file that is no XLSX workbook, is damaged, or is too large to load."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
                raise UnreadableFile(N_("这不是 Excel 表格（.xlsx）。若是压缩包，请解压后导入里面的文件"))
            if len(names) < len(parts) or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise _too_large()
            counts = _Counts()
            for part in parts:
                with archive.open(part) as stream:
                    counts.add(stream)
    # A part may be encrypted, packed in an unknown way, or end early.
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise damaged() from error


def damaged() -> UnreadableFile:
    """The error for a workbook that cannot be opened."""
    return UnreadableFile(N_("这个表格文件已损坏，打不开。请用 Excel 或 WPS 打开，另存为新的 .xlsx 后再导入"))


def _too_large() -> UnreadableFile:
    return UnreadableFile(N_("这个表格展开后太大，多半是整列套了格式。请把有内容的区域复制到一个新表格，再导入"))


class _Counts:
    """What the parts of a workbook hold together. Refuses as soon as it is too much."""

    def __init__(self) -> None:
        self._bytes = self._elements = self._cells = self._merged_cells = 0

    def add(self, stream: IO[bytes]) -> None:
        """Count one part. Pictures and other binary parts count as bytes and, by chance, as a few elements."""
        merges = areas = 0
        for number, (before, chunk) in enumerate(_chunks(stream)):
            if number == 0 and (chunk.startswith(_UTF_16) or _OTHER_ENCODING.match(chunk.lstrip()[:200])):
                # What is counted below are the bytes of UTF-8, which spreadsheet programs write.
                raise damaged()
            self._bytes += len(chunk)
            self._elements += chunk.count(b"<")
            edged = before[-2:] + chunk
            self._cells += sum(edged.count(beginning) for beginning in _CELLS)
            window, seen = before + chunk, len(before)
            if b"mergeCell" in window:
                merges += sum(1 for _ in _new(_MERGE, window, seen))
                for area in _new(_MERGED_AREA, window, seen):
                    areas += 1
                    self._merged_cells += _size(*area.groups())
            if (
                self._bytes > LARGEST_UNPACKED
                or self._elements > MOST_ELEMENTS
                or self._cells > MOST_CELLS
                or self._merged_cells > MOST_MERGED_CELLS
            ):
                raise _too_large()
        if merges != areas:
            # An area that is not plainly written cannot be counted.
            raise damaged()


def _new(pattern: re.Pattern[bytes], window: bytes, seen: int) -> Iterator[re.Match[bytes]]:
    """What matches in the window and does not end within its first ``seen`` bytes: that was counted before."""
    return (match for match in pattern.finditer(window) if match.end() > seen)


def _chunks(stream: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The part in pieces, each with the end of the piece before."""
    before = b""
    while chunk := stream.read(_CHUNK):
        yield before, chunk
        before = (before + chunk)[-_OVERLAP:]


def _size(left: bytes, top: bytes, right: bytes | None, bottom: bytes | None) -> int:
    if right is None or bottom is None:
        return 1
    return (abs(_column(right) - _column(left)) + 1) * (abs(int(bottom) - int(top)) + 1)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
