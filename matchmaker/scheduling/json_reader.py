"""Reads typed fields from parsed JSON, with errors that name the entry and the field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from matchmaker.scheduling.errors import DocumentError, Fault

_REQUIRED: Any = object()


def read_document(path: Path, error: type[DocumentError]) -> Mapping[str, Any]:
    """The JSON object in a UTF-8 file; a byte order mark is skipped. Raises `error` for anything else."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as cause:
        raise error(path.name, Fault.NOT_UTF8, byte=cause.start) from None
    except json.JSONDecodeError as cause:
        raise error(path.name, Fault.NOT_JSON, line=cause.lineno, column=cause.colno, reason=cause.msg) from None
    except RecursionError:
        raise error(path.name, Fault.TOO_DEEP) from None
    if not isinstance(document, Mapping):
        raise error(path.name, Fault.NO_OBJECT_IN_FILE)
    return document


class Fields:
    """A JSON object whose fields are read by type. `where` names it in errors, for example ``participants[3]``.

    Methods raise the given error class for a missing field or a wrong type. ``null`` counts as missing; fields with a
    default may be missing.
    """

    def __init__(self, where: str, document: object, error: type[DocumentError]) -> None:
        if not isinstance(document, Mapping):
            raise error(where, Fault.NO_OBJECT, given=_excerpt(document))
        self.where = where
        self._document = document
        self._error = error

    def text(self, name: str) -> str:
        """A string of at least one character."""
        return self._text(name, self._value(name))

    def text_or_none(self, name: str) -> str | None:
        """A string of at least one character; None if it is missing."""
        value = self._document.get(name)
        return None if value is None else self._text(name, value)

    def texts(self, name: str) -> list[str]:
        """A list of strings."""
        return [self._text(f"{name}[{index}]", item) for index, item in enumerate(self._items(name))]

    def whole(self, name: str, default: int = _REQUIRED) -> int:
        """An integer."""
        return self._whole(name, self._value(name, default))

    def whole_or_none(self, name: str) -> int | None:
        """An integer; None if it is missing."""
        value = self._document.get(name)
        return None if value is None else self._whole(name, value)

    def wholes(self, name: str, default: Iterable[int] = _REQUIRED) -> list[int]:
        """A list of integers."""
        return [self._whole(f"{name}[{index}]", item) for index, item in enumerate(self._items(name, default))]

    def number(self, name: str) -> float:
        """An integer or a floating-point number."""
        value = self._value(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(name, Fault.NO_NUMBER, value)
        return float(value)

    def truth(self, name: str, default: bool = _REQUIRED) -> bool:
        """A truth value."""
        value = self._value(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, Fault.NO_TRUTH_VALUE, value)
        return value

    def fields(self, name: str) -> Fields:
        """An object."""
        return Fields(self._inside(name), self._value(name), self._error)

    def entries(self, name: str, default: Iterable[object] = _REQUIRED) -> list[Fields]:
        """A list of objects."""
        return [
            Fields(self._inside(f"{name}[{index}]"), item, self._error)
            for index, item in enumerate(self._items(name, default))
        ]

    def _value(self, name: str, default: Any = _REQUIRED) -> Any:
        value = self._document.get(name)
        if value is not None:
            return value
        if default is _REQUIRED:
            raise self._error(self.where, Fault.FIELD_MISSING, field=name)
        return default

    def _items(self, name: str, default: Any = _REQUIRED) -> Sequence[Any]:
        value = self._value(name, default)
        if value is default:
            return tuple(value)
        if not isinstance(value, list | tuple):
            raise self._wrong(name, Fault.NO_LIST, value)
        return value

    def _text(self, name: str, value: Any) -> str:
        if not isinstance(value, str) or not value:
            raise self._wrong(name, Fault.NO_TEXT, value)
        return value

    def _whole(self, name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(name, Fault.NO_WHOLE_NUMBER, value)
        return value

    def _wrong(self, name: str, fault: Fault, value: object) -> DocumentError:
        return self._error(self.where, fault, field=name, given=_excerpt(value))

    def _inside(self, name: str) -> str:
        return name if self.where in _TOP else f"{self.where}.{name}"


_TOP = ("problem", "plan")


def _excerpt(value: object) -> str:
    """The beginning of the value as JSON."""
    return json.dumps(value, ensure_ascii=False, default=str)[:40]
