"""Tables from the files that offices send, and files that Excel opens without a question.

Reading copes with what such files look like: title rows above the heading, merged cells, any of the usual encodings
and delimiters. What cannot be read is refused with what to do about it; nothing is guessed silently.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from matchmaker.i18n import N_
from matchmaker.services.transfer.workbook_guard import UnreadableFile
from matchmaker.services.transfer.workbooks import Row, Sheet, read_workbook

LARGEST_FILE = 16 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 200
_HEADING_WITHIN = 15
"""The heading is looked for in this many first rows; above it are titles and instructions."""

_DELIMITERS = (",", ";", "\t")
_LONGEST_CSV_CELL = 10_000_000

Recognise = Callable[[Sequence[object]], int]
"""How many of a row's cells are known headings."""


@dataclass(frozen=True, slots=True)
class Table:
    """A heading and the rows below it that are not blank. ``other_sheets`` hold a table as well but were not read."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()


def read_table(content: bytes, recognise: Recognise) -> Table:
    """The table in a CSV or XLSX file, told apart by content. Of several sheets the one with most known headings.

    Raises :class:`UnreadableFile`, also when no row looks like the heading.
    """
    if len(content) > LARGEST_FILE:
        raise UnreadableFile(
            N_("文件有 %(size)d MB，最多 %(limit)d MB。请去掉图片，或拆成几个文件"),
            size=-(-len(content) // 1024**2),
            limit=LARGEST_FILE // 1024**2,
        )
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableFile(N_("文件是空的"))
    _refuse_other_formats(content)
    if content.startswith(b"PK"):
        return _read_xlsx(content, recognise)
    return _read_csv(_decode(content), recognise)


def write_csv(rows: Sequence[Sequence[object]]) -> bytes:
    """UTF-8 with the mark by which Excel knows it. Texts that Excel would compute are guarded by an apostrophe."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_csv_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Sequence[Sequence[object]], sheet: str) -> bytes:
    """A workbook of one sheet; the first row is the heading. Texts stay texts, days are real dates, exact
    decimals are numbers.
    """
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as workbook:
        heading = workbook.add_format({"bold": True, "bg_color": "#E8EEF7", "text_wrap": True, "valign": "top"})
        plain = workbook.add_format({"text_wrap": True, "valign": "top"})
        day = workbook.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        page = workbook.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(number, column, datetime.combine(cell, time()), day)
                elif isinstance(cell, int | Decimal):
                    page.write_number(number, column, cell, plain)
                elif cell not in (None, ""):
                    page.write_string(number, column, str(cell), heading if number == 0 else plain)
        for column, width in enumerate(_widths(rows)):
            page.set_column(column, column, width)
    return stream.getvalue()


def _refuse_other_formats(content: bytes) -> None:
    beginnings = {
        b"\xd0\xcf\x11\xe0": N_("这是旧版 Excel（.xls）或加密的文件。请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入"),
        b"%PDF": N_("这是 PDF，不是表格。请导入 .xlsx 或 .csv 文件"),
        b"\x89PNG": N_("这是图片，不是表格。请导入 .xlsx 或 .csv 文件"),
        b"\xff\xd8\xff": N_("这是图片，不是表格。请导入 .xlsx 或 .csv 文件"),
        b"Rar!": N_("这是压缩包。请解压后导入里面的 .xlsx 或 .csv 文件"),
        b"7z\xbc\xaf": N_("这是压缩包。请解压后导入里面的 .xlsx 或 .csv 文件"),
        b"\x1f\x8b": N_("这是压缩包。请解压后导入里面的 .xlsx 或 .csv 文件"),
    }
    for beginning, message in beginnings.items():
        if content.startswith(beginning):
            raise UnreadableFile(message)
    start = content[:500].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"{\\rtf")):
        raise UnreadableFile(N_("这是网页或文档，不是表格。请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入"))


# --- CSV


def _decode(content: bytes) -> str:
    for encoding in _likely_encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(unicodedata.category(c) == "Cc" and c not in "\t\n\r\x0b\x0c\x1a" for c in text[:20_000]):
            return text.removeprefix("\ufeff").rstrip("\x1a")
    raise UnreadableFile(N_("看不懂这个文件的编码，或它不是表格。请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入"))


def _likely_encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith(b"\xef\xbb\xbf"):
        return ("utf-8-sig",)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    # Delimiters and line ends are ASCII: in UTF-16 every one of them brings a zero byte, in no other a single one.
    sample = content[:4000]
    if b"\0" in sample:
        return (
            ("utf-16-le", "utf-16-be") if sample[1::2].count(0) > sample[::2].count(0) else ("utf-16-be", "utf-16-le")
        )
    return ("utf-8", "gb18030")


def _read_csv(text: str, recognise: Recognise) -> Table:
    delimiter = max(_DELIMITERS, key=lambda mark: _find_heading(_first_records(text, mark), recognise)[1])
    csv.field_size_limit(_LONGEST_CSV_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    try:
        for number, record in enumerate(reader, 1):
            rows.append(Row(number, tuple(_unguarded(cell) or None for cell in record)))
            if number > MOST_ROWS + _HEADING_WITHIN:
                raise _too_many_rows()
    except csv.Error as error:
        raise UnreadableFile(
            N_("第 %(line)d 行附近的引号没有配对，后面的内容无法分格。请补上引号，或另存为 .xlsx"), line=reader.line_num
        ) from error
    return _table(rows, recognise)


def _first_records(text: str, delimiter: str) -> list[Row]:
    """The first rows as well as they can be told, whatever is wrong further down."""
    reader = csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=delimiter)
    try:
        return [
            Row(number, tuple(record)) for number, record in zip(range(1, _HEADING_WITHIN + 1), reader, strict=False)
        ]
    except csv.Error:
        return []


_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r]")
_GUARDED = re.compile(r"'+[=+\-@＝＋－＠\t\r]")
_FIGURE = re.compile(r"[+\-＋－]\s?\d[^=+*/|!(){}@＝＋＠-]*", re.DOTALL)
"""“-5 ℃” and the like: no formula, whatever Excel makes of it."""


def _csv_cell(cell: object) -> object:
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}"
    if not isinstance(cell, str):
        return cell
    dangerous = _FORMULA.match(cell) is not None and _FIGURE.fullmatch(cell) is None
    return f"'{cell}" if dangerous or _GUARDED.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell


# --- XLSX


def _read_xlsx(content: bytes, recognise: Recognise) -> Table:
    best: tuple[int, Table] | None = None
    also: list[str] = []
    for sheet in read_workbook(content):
        _check_extent(sheet)
        known = _find_heading(sheet.rows, recognise)[1]
        if known >= 2:
            also.append(sheet.title)
        if best is None or known > best[0]:
            best = known, _table(sheet.rows, recognise, sheet.title) if known else Table((), (), sheet.title)
    if best is None or not best[0]:
        raise _no_heading()
    table = best[1]
    return Table(table.headings, table.rows, table.sheet, tuple(name for name in also if name != table.sheet))


def _check_extent(sheet: Sheet) -> None:
    if sheet.height > MOST_ROWS + _HEADING_WITHIN:
        raise _too_many_rows()
    if sheet.width > MOST_COLUMNS:
        raise UnreadableFile(
            N_("工作表“%(sheet)s”有 %(columns)d 列，最多 %(limit)d 列。请删去右边多余的列"),
            sheet=sheet.title,
            columns=sheet.width,
            limit=MOST_COLUMNS,
        )


# --- both


def _table(rows: Sequence[Row], recognise: Recognise, sheet: str = "") -> Table:
    place, known = _find_heading(rows, recognise)
    if not known:
        raise _no_heading()
    headings = tuple("" if cell is None else str(cell).strip() for cell in rows[place].cells)
    below = [row for row in rows[place + 1 :] if any(not _blank(cell) for cell in row.cells)]
    # A heading that is printed on every page, or merged over two rows, comes again.
    own = [row for row in below if tuple("" if c is None else str(c).strip() for c in row.cells) != headings]
    if len(own) > MOST_ROWS:
        raise _too_many_rows()
    return Table(headings, tuple(own), sheet)


def _find_heading(rows: Sequence[Row], recognise: Recognise) -> tuple[int, int]:
    """The position of the row with most known headings among the first, and how many it has."""
    counts = [recognise(row.cells) for row in rows[:_HEADING_WITHIN]]
    best = max(counts, default=0)
    return (counts.index(best) if counts else 0), best


def _blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _no_heading() -> UnreadableFile:
    return UnreadableFile(
        N_("前 %(rows)d 行里没有找到表头。请让一行写着列名，如“单位”“需求名称”，并检查导入的种类是否选对"),
        rows=_HEADING_WITHIN,
    )


def _too_many_rows() -> UnreadableFile:
    return UnreadableFile(N_("表格超过 %(limit)d 行。若下面是空行，请删除它们；否则请拆成几个文件"), limit=MOST_ROWS)


def _widths(rows: Sequence[Sequence[object]]) -> Iterator[int]:
    for column in zip(*rows[:200], strict=False):
        longest = max(sum(2 if ord(c) > 255 else 1 for c in str(cell or "")) for cell in column)
        yield min(48, max(10, longest + 2))
