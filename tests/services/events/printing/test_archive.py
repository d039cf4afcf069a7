import re
from dataclasses import replace
from html import unescape
from io import BytesIO
from urllib.parse import unquote
from zipfile import BadZipFile, ZipFile

import pytest
from icalendar import Calendar
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Event
from matchmaker.services.events.printing import (
    SHEETS,
    Format,
    PrintJob,
    PrintOptions,
    Sheet,
)
from matchmaker.services.events.printing import archive as archive_module
from matchmaker.services.events.printing.archive import event_archive, stream_archive
from matchmaker.services.events.printing.sheets import SheetKind
from matchmaker.services.indexing.search_index import SearchIndex

pytestmark = pytest.mark.slow


def test_the_archive_has_everything_and_links_that_work(
    session: Session, search_index: SearchIndex, planned: Event
) -> None:
    archive = ZipFile(BytesIO(event_archive(session, search_index, planned)))
    names = [name for name in archive.namelist() if not name.endswith("/")]
    index = archive.read("index.html").decode()
    links = [unquote(link) for link in re.findall(r'href="([^"]+)"', index)]

    assert archive.testzip() is None
    assert sorted(links) == sorted(set(names) - {"index.html"}), "every file is linked, and every link is a file"
    assert not re.search(r"(?:src|href)=\"(?:https?:|//|/)", index)
    assert all(entry.flag_bits & 0x800 for entry in archive.infolist() if not entry.filename.isascii())
    for name in names:
        content = archive.read(name)
        match name.rpartition(".")[2]:
            case "pdf":
                assert PdfReader(BytesIO(content)).pages
            case "xlsx":
                assert load_workbook(BytesIO(content)).sheetnames
            case "ics":
                assert Calendar.from_ical(content).walk("VEVENT")
            case ending:
                assert ending == "html"
    assert {"04 匹配表/企业推荐单.pdf", "05 洽谈日程/洽谈日程.pdf", "09 洽谈总表/洽谈总表.xlsx"} <= set(names)
    assert "还没有洽谈结果" in unescape(index)


def test_the_archive_is_sent_while_it_is_made(
    session: Session, search_index: SearchIndex, planned: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Sheet] = []

    def noting(sheet: Sheet, kind: SheetKind) -> SheetKind:
        def print_it(job: PrintJob, form: Format) -> bytes:
            made.append(sheet)
            return kind.print_it(job, form)

        return replace(kind, print_it=print_it)

    monkeypatch.setattr(archive_module, "SHEETS", {sheet: noting(sheet, kind) for sheet, kind in SHEETS.items()})
    chunks = stream_archive(session, search_index, planned)
    assert next(chunks)
    assert made == [], "the download begins before the first sheet is set"
    first = next(chunks)
    assert made == [Sheet.PROGRAMME]
    assert len(first) > 1000
    assert len(list(chunks)) > len(Sheet)


def test_an_error_midway_leaves_no_archive_that_opens_and_is_logged(
    session: Session,
    search_index: SearchIndex,
    planned: Event,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(job: PrintJob, form: Format) -> bytes:
        raise RuntimeError("the disk is full")

    kinds = dict(SHEETS) | {Sheet.BADGES: replace(SHEETS[Sheet.BADGES], print_it=broken)}
    monkeypatch.setattr(archive_module, "SHEETS", kinds)
    sent = bytearray()
    with pytest.raises(RuntimeError):  # noqa: PT012 - what was sent until then is looked at below
        for chunk in stream_archive(session, search_index, planned):
            sent += chunk
    assert len(sent) > 1000
    with pytest.raises(BadZipFile):
        ZipFile(BytesIO(sent))
    assert "broke off after 4 files" in caplog.text


def test_a_hostile_event_name_stays_text_in_the_index(
    session: Session, search_index: SearchIndex, event: Event
) -> None:
    event.name = '"><script>alert(1)</script>'
    session.commit()
    archive = ZipFile(BytesIO(event_archive(session, search_index, event, PrintOptions(language="en"))))

    assert "<script" not in archive.read("index.html").decode()
    assert any(name.endswith("Sign-in sheet.pdf") or "签到表" in name for name in archive.namelist())
