"""Reading typed fields out of parsed JSON, with errors that name the entry and the field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from matchmaker.scheduling.errors import DocumentError

_REQUIRED: Any = object()


def read_document(path: Path, error: type[DocumentError]) -> Mapping[str, Any]:
    """The JSON object in a UTF-8 file (a byte order mark is skipped)."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as cause:
        raise error(path.name, f"is not text in UTF-8 (byte {cause.start}); save it as UTF-8") from None
    except json.JSONDecodeError as cause:
        raise error(path.name, f"is not JSON: line {cause.lineno}, column {cause.colno}: {cause.msg}") from None
    except RecursionError:
        raise error(path.name, "is nested too deeply to be read") from None
    if not isinstance(document, Mapping):
        raise error(path.name, "must hold one JSON object")
    return document


class Fields:
    """One JSON object whose fields are asked for by type. `where` names it in errors, e.g. ``participants[3]``."""

    def __init__(self, where: str, document: object, error: type[DocumentError]) -> None:
        if not isinstance(document, Mapping):
            raise error(where, f"must be an object, not {_kind(document)}")
        self.where = where
        self._document = document
        self._error = error

    def text(self, name: str) -> str:
        return self._text(name, self._value(name))

    def text_or_none(self, name: str) -> str | None:
        value = self._document.get(name)
        return None if value is None else self._text(name, value)

    def texts(self, name: str) -> list[str]:
        return [self._text(f"{name}[{index}]", item) for index, item in enumerate(self._items(name))]

    def whole(self, name: str, default: int = _REQUIRED) -> int:
        return self._whole(name, self._value(name, default))

    def whole_or_none(self, name: str) -> int | None:
        value = self._document.get(name)
        return None if value is None else self._whole(name, value)

    def wholes(self, name: str, default: Iterable[int] = _REQUIRED) -> list[int]:
        return [self._whole(f"{name}[{index}]", item) for index, item in enumerate(self._items(name, default))]

    def number(self, name: str) -> float:
        value = self._value(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(name, "a number", value)
        return float(value)

    def truth(self, name: str, default: bool = _REQUIRED) -> bool:
        value = self._value(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false", value)
        return value

    def fields(self, name: str) -> Fields:
        return Fields(self._inside(name), self._value(name), self._error)

    def entries(self, name: str, default: Iterable[object] = _REQUIRED) -> list[Fields]:
        return [
            Fields(self._inside(f"{name}[{index}]"), item, self._error)
            for index, item in enumerate(self._items(name, default))
        ]

    def _value(self, name: str, default: Any = _REQUIRED) -> Any:
        value = self._document.get(name)
        if value is not None:
            return value
        if default is _REQUIRED:
            raise self._error(self.where, f"{name} is missing")
        return default

    def _items(self, name: str, default: Any = _REQUIRED) -> Sequence[Any]:
        value = self._value(name, default)
        if value is default:
            return tuple(value)
        if not isinstance(value, list | tuple):
            raise self._wrong(name, "a list", value)
        return value

    def _text(self, name: str, value: Any) -> str:
        if not isinstance(value, str) or not value:
            raise self._wrong(name, "a text of at least one character", value)
        return value

    def _whole(self, name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(name, "a whole number", value)
        return value

    def _wrong(self, name: str, wanted: str, value: object) -> DocumentError:
        return self._error(self.where, f"{name} must be {wanted}, not {_kind(value)}")

    def _inside(self, name: str) -> str:
        return name if self.where in _TOP else f"{self.where}.{name}"


_TOP = ("problem", "plan")


def _kind(value: object) -> str:
    return "nothing" if value is None else f"{json.dumps(value, ensure_ascii=False, default=str)[:40]}"
