"""Everything for an event in one ZIP: copied to a USB stick it opens and prints without a network."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import quote

from sqlalchemy.orm import Session

from matchmaker.domain.errors import MatchmakerError
from matchmaker.domain.events.event import Event
from matchmaker.i18n import N_
from matchmaker.services.events.printing.files import ZipStream
from matchmaker.services.events.printing.job import Format, PrintJob, PrintOptions, start_job
from matchmaker.services.events.printing.match_list import GROUPED_NAMES
from matchmaker.services.events.printing.schedules import calendar_files
from matchmaker.services.events.printing.sheets import SHEETS, Sheet
from matchmaker.services.indexing.search_index import SearchIndex

_log = logging.getLogger(__name__)

_CALENDARS = N_("日历")
_SHOWN_OPEN = 12
"""More files of one kind than this, such as everybody's calendars, are folded away in the index."""


@dataclass(slots=True)
class _Section:
    """The files of one kind of sheet by their paths, and why there are none or not all."""

    title: str
    hint: str
    paths: Sequence[str] = ()
    missing: str = ""


_Files = Iterator[tuple[str, bytes]]


def event_archive(
    session: Session,
    search_index: SearchIndex,
    event: Event,
    options: PrintOptions | None = None,
    *,
    base_url: str = "",
) -> bytes:
    """All of :func:`stream_archive` at once."""
    return b"".join(stream_archive(session, search_index, event, options, base_url=base_url))


def stream_archive(
    session: Session,
    search_index: SearchIndex,
    event: Event,
    options: PrintOptions | None = None,
    *,
    base_url: str = "",
) -> Iterator[bytes]:
    """All sheets as PDF and XLSX, everybody's calendar, and ``index.html`` with plain links to them, as a ZIP that is
    sent while it is made: the first bytes come at once, and no more than one file is held.

    What cannot be printed yet is named in the index with its reason. The columns are the standard ones, whatever the
    template. An error breaks off, and what was sent until then is no archive that could be opened.
    """
    return _stream(start_job(session, event, options, search_index=search_index, base_url=base_url))


def _stream(job: PrintJob) -> Iterator[bytes]:
    archive = ZipStream(job.header.printed_at)
    sections: list[_Section] = []
    yield archive.add_folder(_folder(job, 1, SHEETS[next(iter(Sheet))].label))
    try:
        for section, files in _sections(job):
            before = len(archive.paths)
            try:
                for path, data in files:
                    yield archive.add(path, data)
            except MatchmakerError as error:
                section.missing = error.text(job.language)
            section.paths = archive.paths[before:]
            sections.append(section)
        yield archive.add("index.html", _index(job, sections).encode())
    except Exception:
        _log.exception("The archive of event %d broke off after %d files", job.event.id, len(archive.paths))
        raise
    yield archive.finish()


def _sections(job: PrintJob) -> Iterator[tuple[_Section, _Files]]:
    """Each kind of sheet with its files, which are made as they are taken."""
    for number, sheet in enumerate(Sheet, start=1):
        kind = SHEETS[sheet]
        folder = _folder(job, number, kind.label)
        files = ((f"{folder}/{name}", data) for name, data in _files(job, sheet))
        yield _Section(job.say(kind.label), job.say(kind.hint)), files
    folder = _folder(job, len(Sheet) + 1, _CALENDARS)
    yield (
        _Section(job.say(_CALENDARS), job.say(N_("每人一个 ICS 文件，用手机或电脑的日历打开"))),
        ((f"{folder}/{name}", data) for name, data in _calendars(job)),
    )


def _folder(job: PrintJob, number: int, label: str) -> str:
    return f"{number:02} {job.say(label)}"


def _files(job: PrintJob, sheet: Sheet) -> _Files:
    title, print_it = job.say(SHEETS[sheet].label), SHEETS[sheet].print_it
    if sheet is Sheet.MATCH_LIST:
        for grouping, name in GROUPED_NAMES.items():
            grouped = replace(job, options=replace(job.options, grouping=grouping))
            yield f"{job.say(name)}.pdf", print_it(grouped, Format.PDF)
    else:
        yield f"{title}.pdf", print_it(job, Format.PDF)
    yield f"{title}.xlsx", print_it(job, Format.XLSX)


def _calendars(job: PrintJob) -> _Files:
    yield from calendar_files(job)


# --- the index

_STYLE = """
body { font: 16px/1.6 "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", sans-serif; color: #1c2733;
  max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { color: #0b4f8a; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 1.5rem 0 0; }
p { margin: .2rem 0; color: #5b6673; } ul { margin: .3rem 0; padding-left: 1.3rem; }
a { color: #0b4f8a; } .missing { color: #8a4b0b; }
"""


def _index(job: PrintJob, sections: list[_Section]) -> str:
    event = job.header
    version = job.say(N_("第 %(version)d 版"), version=event.version) if event.version else ""
    facts = " · ".join(escape(fact) for fact in (event.dates, event.place, event.organizer) if fact)
    printed = " ".join(part for part in (version, event.printed_at_text) if part)
    language = "zh-CN" if job.language == "zh" else "en"
    body = "\n".join(_section_html(job, section) for section in sections)
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(event.name)}</title><style>{_STYLE}</style></head>\n<body>\n"
        f"<h1>{escape(event.name)}</h1>\n<p>{facts}</p>\n<p>{escape(printed)}</p>\n{body}\n</body></html>\n"
    )


def _section_html(job: PrintJob, section: _Section) -> str:
    links = "".join(f'<li><a href="{quote(path)}">{escape(path.rpartition("/")[2])}</a></li>' for path in section.paths)
    content = f"<ul>{links}</ul>" if links else ""
    if len(section.paths) > _SHOWN_OPEN:
        count = job.say(N_("%(count)d 个文件"), count=len(section.paths))
        content = f"<details><summary>{escape(count)}</summary>{content}</details>"
    if section.missing:
        content += f'<p class="missing">{escape(section.missing)}</p>'
    return f"<h2>{escape(section.title)}</h2><p>{escape(section.hint)}</p>{content}"
