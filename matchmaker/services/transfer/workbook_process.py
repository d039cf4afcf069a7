"""The child process that reads a workbook: with little memory and time, and without the rest of the platform.

It reads the file from standard input and writes the visible sheets to standard output as a JSON list of objects with
``title``, ``height``, ``width`` and ``rows``, a list of lists of cells.
"""

import io
import json
import resource
import sys
import warnings
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

MEMORY = 1536 * 1024 * 1024
"""Bytes of address space that reading may take. 600,000 cells take about a third."""

PROCESSOR_SECONDS = 60
"""What 600,000 cells take, five times."""

MOST_ROWS_READ = 30_000
MOST_COLUMNS_READ = 1_000
"""Beyond these only a sheet's extent is told: it is refused anyway, with its size."""


def main() -> None:
    """Read a workbook from standard input, write its sheets to standard output as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    sheets = list(_read(sys.stdin.buffer.read()))
    sys.stdout.write(json.dumps(sheets, ensure_ascii=True))


def _read(content: bytes) -> Iterator[dict[str, object]]:
    workbook = _open(content, computed=False)
    computed: Any = None
    for sheet in workbook.worksheets:
        if sheet.sheet_state != "visible":
            continue
        document = {"title": sheet.title, "height": sheet.max_row, "width": sheet.max_column, "rows": []}
        if sheet.max_row <= MOST_ROWS_READ and sheet.max_column <= MOST_COLUMNS_READ:
            if computed is None and any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row):
                computed = _open(content, computed=True)
            document["rows"] = list(_rows(sheet, None if computed is None else computed[sheet.title]))
        yield document


def _open(content: bytes, *, computed: bool) -> Any:
    # openpyxl imports NumPy where it is installed, which takes longer than reading most files.
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        # openpyxl tells of styles and validations it drops; we want none of them.
        warnings.simplefilter("ignore")
        return load_workbook(io.BytesIO(content), data_only=computed, keep_links=False)


def _rows(sheet: Any, computed: Any) -> Iterator[list[object]]:
    merged = {
        (row, block.min_col): (block.min_row, block.min_col)
        for block in sheet.merged_cells.ranges
        for row in range(block.min_row + 1, block.max_row + 1)
    }
    for number, cells in enumerate(sheet.iter_rows(), 1):
        values = []
        for column, cell in enumerate(cells, 1):
            # A value merged over several rows is meant for each of them.
            place = merged.get((number, column), (number, column))
            source = sheet.cell(*place) if place != (number, column) else cell
            values.append(_json_value(source, computed))
        yield values


def _json_value(cell: Any, computed: Any) -> object:
    """Text, a number or ``None`` as it is; a day as ``{"day": …}``, a broken cell as ``{"shown": …, "broken": …}``."""
    value, kind = cell.value, cell.data_type
    if kind == "f" and computed is not None:
        result = computed.cell(cell.row, cell.column)
        value, kind = result.value, result.data_type
        if value is None:
            return {"shown": str(getattr(cell.value, "text", cell.value)), "broken": "formula"}
    if kind == "e":
        return {"shown": str(value), "broken": "error"}
    if isinstance(value, datetime) and value.time() == time():
        return {"day": value.date().isoformat()}
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        # Excel shows 15 digits; the rest is binary noise.
        return int(value) if value.is_integer() else float(f"{value:.15g}")
    return value if value is None or isinstance(value, str | int) else str(value)


if __name__ == "__main__":
    main()
