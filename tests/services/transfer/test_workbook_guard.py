"""Hostile workbooks are refused by counting, before anything is loaded."""

import io
import random
import tracemalloc
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from matchmaker.services.transfer import workbook_guard
from matchmaker.services.transfer.workbook_guard import UnreadableFile, check_workbook

SHEET = "xl/worksheets/sheet1.xml"
BEGINNING = b'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://purl.oclc.org/x"><sheetData>'


def workbook(parts: dict[str, bytes]) -> bytes:
    """A ZIP with a workbook's table of contents and the given parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def merged(*areas: str) -> bytes:
    return BEGINNING + b"</sheetData>" + "".join(f'<mergeCell ref="{area}"/>' for area in areas).encode()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a merge over the whole sheet": lambda: workbook({SHEET: merged("A1:XFD1048576")}),
    "a merge written backwards": lambda: workbook({SHEET: merged("XFD1048576:A1")}),
    "many merges": lambda: workbook({SHEET: merged(*["A1:Z1000"] * 9)}),
    "a merge with a prefix": lambda: workbook({SHEET: BEGINNING + b"<x:mergeCell y='1' ref='A1:XFD1048576' />"}),
    "a merge written in entities": lambda: workbook({SHEET: merged("&#65;1:XFD1048576")}),
    "a merge after much white space": lambda: workbook(
        {SHEET: BEGINNING + b"<mergeCell" + b" " * 300 + b'ref="A1:XFD1048576"/>'}
    ),
    "empty cells, 10 MB": lambda: workbook({SHEET: BEGINNING + b"<c/>" * 2_600_000}),
    "empty cells, 90 MB": lambda: workbook({SHEET: BEGINNING + b"<c />" * 18_000_000}),
    "cells with a prefix": lambda: workbook({SHEET: BEGINNING + b"<x:c><x:v>1</x:v></x:c>" * 700_000}),
    "a sheet with another ending": lambda: workbook({"xl/worksheets/sheet1.bin": BEGINNING + b"<c/>" * 2_600_000}),
    "a large part with another ending": lambda: workbook({"xl/media/image1.png": bytes(120_000_000)}),
    "shared texts": lambda: workbook({"xl/sharedStrings.xml": b"<sst>" + b"<si/>" * 9_000_000}),
    "styles": lambda: workbook({"xl/styles.xml": b"<styleSheet>" + b"<xf/>" * 9_000_000}),
    "UTF-16": lambda: workbook({SHEET: BEGINNING.decode().replace("UTF-8", "UTF-16").encode("utf-16")}),
    "another encoding": lambda: workbook({SHEET: BEGINNING.replace(b"UTF-8", b"UTF-7")}),
    "not a ZIP": lambda: b"PK\x03\x04 no archive",
    "a ZIP of something else": lambda: workbook({"readme.txt": b"hello"}),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_with_little_memory(kind: str) -> None:
    content = HOSTILE[kind]()
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFile):
            check_workbook(content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20 * 1024 * 1024


def test_two_parts_of_one_name_are_refused() -> None:
    stream = io.BytesIO(workbook({SHEET: BEGINNING}))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(SHEET, merged("A1:XFD1048576"))
    with pytest.raises(UnreadableFile):
        check_workbook(stream.getvalue())


def test_a_part_that_says_it_is_small_is_refused() -> None:
    """The size in the ZIP's directory is its maker's word: unpacking stops there, and the check sum is wrong."""
    honest = workbook({SHEET: BEGINNING + b"<c/>" * 1000})
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        size = archive.getinfo(SHEET).file_size
    lying = honest.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(UnreadableFile):
        check_workbook(lying)


def test_elements_on_the_border_of_two_chunks_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the chunks are, all cells and merges are seen, and none twice."""
    content = workbook({SHEET: BEGINNING + b'<c r="A1"><v>1</v></c>' * 500 + merged(*["A1:B2"] * 50)})
    chance = random.Random(7)
    for _ in range(30):
        monkeypatch.setattr(
            workbook_guard, "_CHUNK", chance.randint(workbook_guard._OVERLAP, 3 * workbook_guard._OVERLAP)
        )
        for most, value, refused in (
            ("MOST_CELLS", 500, False),
            ("MOST_CELLS", 499, True),
            ("MOST_MERGED_CELLS", 200, False),
            ("MOST_MERGED_CELLS", 199, True),
        ):
            with monkeypatch.context() as patch:
                patch.setattr(workbook_guard, most, value)
                if refused:
                    with pytest.raises(UnreadableFile):
                        check_workbook(content)
                else:
                    check_workbook(content)


def test_an_office_s_workbook_passes() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.merge_cells("A1:H1")
    for number in range(300):
        sheet.append([f"需求 {number}"] * 20)
    stream = io.BytesIO()
    book.save(stream)
    check_workbook(stream.getvalue())
