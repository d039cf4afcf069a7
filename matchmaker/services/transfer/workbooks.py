"""The cells of an XLSX file, read in a process of its own with little memory and time.

``workbook_guard.py`` refuses what is plainly too large. What it cannot foresee ends with the child process: the site
goes on. The parent sends the file on standard input and reads JSON, so the child can hand over nothing but values.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from typing import Any

from matchmaker.i18n import N_
from matchmaker.services.transfer import workbook_process
from matchmaker.services.transfer.workbook_guard import UnreadableFile, check_workbook, damaged

_CHILD = ("-m", workbook_process.__name__)

_BROKEN = {
    "formula": N_("公式没有计算结果，请在 Excel 里打开并保存一次，或粘贴为数值"),
    "error": N_("单元格是 Excel 的错误值，请改正"),
}


@dataclass(frozen=True, slots=True)
class BrokenCell:
    """What stands in for a cell that holds no value: a formula never computed, or Excel's own error."""

    shown: str
    message: str

    def __str__(self) -> str:
        return self.shown


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table. ``number`` is the one that a spreadsheet program shows, from 1.

    Cells are ``None`` (blank), text, numbers, :class:`datetime.date`, or :class:`BrokenCell`.
    """

    number: int
    cells: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet. ``height`` and ``width`` are its last row and column with a cell; ``rows`` is empty where
    these are beyond what ``workbook_process.py`` reads.
    """

    title: str
    height: int
    width: int
    rows: tuple[Row, ...]


def read_workbook(content: bytes) -> list[Sheet]:
    """The visible sheets of an XLSX file, in order.

    Raises :class:`UnreadableFile` for a file that is no workbook, is damaged, or costs too much to read.
    """
    check_workbook(content)
    child = subprocess.run([sys.executable, *_CHILD], input=content, capture_output=True, check=False)
    if child.returncode != 0:
        if b"MemoryError" in child.stderr or child.returncode < 0:
            raise UnreadableFile(N_("这个表格太复杂，读不完。请把有内容的区域复制到一个新表格，再导入"))
        raise damaged()
    return [_sheet_of(document) for document in json.loads(child.stdout)]


def _sheet_of(document: dict[str, Any]) -> Sheet:
    rows = (Row(number, tuple(map(_value_of, cells))) for number, cells in enumerate(document["rows"], 1))
    return Sheet(document["title"], document["height"], document["width"], tuple(rows))


def _value_of(cell: Any) -> object:
    if isinstance(cell, dict):
        return date.fromisoformat(cell["day"]) if "day" in cell else BrokenCell(cell["shown"], _BROKEN[cell["broken"]])
    return cell
