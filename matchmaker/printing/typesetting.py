"""Typesets Typst templates as PDF. Only the bundled font is used, so that all machines print the same pages."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import typst
from noto_cjk_sans_otc import FONT_PATH

from matchmaker.printing.errors import TypesettingError
from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.wording import Language, wording

TEMPLATES = Path(__file__).with_name("templates")

_LARGE_DOCUMENT = 20_000  # characters of data, some ten pages

_INVISIBLE = {"Cc", "Cs"}
# Emoji, with joiners and variation selectors. The bundled font has none of them and would print crossed boxes.
_EMOJI = re.compile("[\U0001f000-\U0001f0ff\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u200d\ufe0e\ufe0f]+")


def typeset(template: str, event: EventHeader, content: Mapping[str, object], language: Language) -> bytes:
    """Typeset `templates/<template>.typ` as PDF.

    `content` may nest dicts, sequences, dataclasses, strings, numbers and None. The template gets it as JSON, so text
    is never read as Typst markup. Emoji are left out. Equal arguments give equal bytes.

    Raises TypesettingError if Typst cannot compile the template.
    """
    words = {"event": _event_for_page(event), "words": dict(wording(language)), "language": language}
    data = json.dumps(_printable({**content, **words}), ensure_ascii=False)
    try:
        return _compile(TEMPLATES / f"{template}.typ", data, printed_at=event.printed_at)
    except typst.TypstError as error:
        raise TypesettingError(template, error.diagnostic) from error
    finally:
        if len(data) > _LARGE_DOCUMENT:
            _forget_memoized_layouts()


def single_line(text: str) -> str:
    """`text` on one line: runs of white space become a space; control characters and lone surrogates are removed."""
    collapsed = " ".join(text.split())
    return "".join(character for character in collapsed if unicodedata.category(character) not in _INVISIBLE)


def _compile(template: Path, data: str, printed_at: datetime) -> bytes:
    pdf = typst.compile(
        template,
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": data},
        timestamp=printed_at.replace(tzinfo=UTC),
    )
    assert isinstance(pdf, bytes)
    return pdf


def _forget_memoized_layouts() -> None:
    """Free the memory of a large document: about 1 MB for each page.

    Typst memoizes layouts. The Python package drops a layout that was not used in ten compilations, and has no other
    way to drop it (messense/typst-py issue 104). Ten empty documents take 0.2 s.
    """
    for _ in range(10):
        typst.compile(b"", font_paths=_fonts(), ignore_system_fonts=True)


@cache
def _fonts() -> typst.Fonts:
    folder = Path(str(FONT_PATH)).parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)])


def _event_for_page(event: EventHeader) -> dict[str, object]:
    return {
        "name": event.name,
        "place": event.place,
        "dates": event.dates,
        "organizer": event.organizer,
        "version": event.version,
        "printed_at": event.printed_at_text,
    }


def _printable(value: object) -> object:
    """The value for JSON: dataclasses as dicts, text on one line and without emoji."""
    if isinstance(value, str):
        return single_line(_EMOJI.sub("", value))
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return _printable(asdict(value))
    return value
