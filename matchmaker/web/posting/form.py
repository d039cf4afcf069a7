"""A posting's form: the typed values, their meaning and their errors.

Typed values are kept unchanged, so that a form with an error shows every word, tick and choice again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as member
from datetime import date
from enum import Enum
from typing import Any

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from matchmaker.domain.amount import Amount
from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.postings.fields import Field, Kind, Vocabularies, read_value
from matchmaker.domain.postings.posting import Offer, Posting
from matchmaker.services.posting.values import content_hash, values_of
from matchmaker.services.vocabularies import choices
from matchmaker.web.language import current_language
from matchmaker.web.posting.layout import TRL_NOTES, Layout
from matchmaker.web.request_context import db

Typed = str | list[str]
"""What a browser sends for a field: a list for boxes that can be ticked together, text for everything else."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which somebody else's saved version differs: both values as people read them."""

    field: Field
    stored: str
    typed: str


@dataclass
class PostingForm:
    """The form of one posting. ``edition`` identifies the content the person began from; ``None`` for a new one."""

    layout: Layout
    typed: dict[str, Typed]
    edition: str | None = None
    errors: dict[str, InvalidInput] = member(default_factory=dict)
    differences: list[Difference] = member(default_factory=list)

    @classmethod
    def blank(cls, layout: Layout, given: Mapping[str, str] | None = None) -> "PostingForm":
        """An empty form with some suggested values."""
        given = given or {}
        return cls(layout, {f.name: [] if f.kind is Kind.TERMS else given.get(f.name, "") for f in _fields(layout)})

    @classmethod
    def of(cls, layout: Layout, posting: Posting) -> "PostingForm":
        """The form of a stored posting."""
        return cls(layout, _stored(layout, posting), content_hash(posting))

    @classmethod
    def sent(cls, layout: Layout, data: "MultiDict[str, str]") -> "PostingForm":
        """The form as a browser sent it."""
        typed: dict[str, Typed] = {
            f.name: data.getlist(f.name) if f.kind is Kind.TERMS else data.get(f.name, "") for f in _fields(layout)
        }
        return cls(layout, typed, data.get("edition"))

    @property
    def fields(self) -> list[Field]:
        """All fields, in the order of the page."""
        return list(_fields(self.layout))

    def read(self, vocabularies: Vocabularies, *, draft: bool) -> dict[str, Any] | None:
        """The values by field name, or ``None`` with :attr:`errors` filled. A draft needs nothing but its title."""
        values = {}
        for field in _fields(self.layout):
            asked = replace(field, required=False) if draft and field.kind is not Kind.TITLE else field
            try:
                values[field.name] = read_value(asked, self.typed[field.name], vocabularies)
            except InvalidInput as error:
                self.raise_if_any(error)
        return None if self.errors else values

    def raise_if_any(self, error: InvalidInput) -> None:
        """Show the error beside its field."""
        self.errors[error.field or ""] = error

    def error(self, name: str) -> str:
        """The field's error in the reader's language; empty when there is none."""
        return self.errors[name].text(current_language()) if name in self.errors else ""

    @property
    def all_errors(self) -> list[tuple[str, str]]:
        """Field (empty for the form as a whole) and message, in the order of the page."""
        names = ["", *(f.name for f in self.fields)]
        known = [(name, self.error(name)) for name in names if name in self.errors]
        return known + [(("", self.error(name))) for name in self.errors if name not in names]

    def compare_with(self, posting: Posting) -> None:
        """Continue from the stored version, and record the fields in which it differs from the typed values."""
        stored = _stored(self.layout, posting)
        self.edition = content_hash(posting)
        self.differences = [
            Difference(f, words(f, stored[f.name]), words(f, self.typed[f.name]))
            for f in _fields(self.layout)
            if _normal(stored[f.name]) != _normal(self.typed[f.name])
        ]

    def take_stored(self, names: Iterable[str], posting: Posting) -> None:
        """Replace the typed values of these fields by the stored ones."""
        stored = _stored(self.layout, posting)
        self.typed.update((name, stored[name]) for name in names if name in stored)


def field_choices(field: Field) -> Sequence[tuple[str, str]]:
    """Code and label of everything the field can be set to; empty for free text."""
    language = current_language()
    if field.kind is Kind.REFERENCE:
        return choices(db(), field.reference, language)
    if field.term is not None:
        return [(term.value, term.label(language)) for term in field.term]
    if field.kind is Kind.TRL:
        return [(str(level), f"{level} · {gettext(note)}") for level, note in TRL_NOTES.items()]
    return []


def words(field: Field, typed: Typed) -> str:
    """The field's value as people read it: labels instead of codes."""
    labels = dict(field_choices(field))
    if isinstance(typed, list):
        chosen = [label for code, label in labels.items() if code in typed]
        chosen += [code for code in typed if code not in labels]
        return ("、" if current_language() == "zh" else ", ").join(chosen)
    return labels.get(typed, typed)


def stored_words(layout: Layout, posting: Posting) -> list[tuple[Field, str]]:
    """The posting's non-empty fields with their values as people read them."""
    stored = _stored(layout, posting)
    described = ((field, words(field, stored[field.name])) for field in _fields(layout))
    return [(field, text) for field, text in described if text]


def is_day(text: str) -> bool:
    """Whether a browser's date input can show the text; it would show other texts as empty."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return not text
    return len(text) == len("2027-06-30")


def _fields(layout: Layout) -> Iterator[Field]:
    for fieldset in layout:
        yield from fieldset.fields


def _stored(layout: Layout, posting: Posting) -> dict[str, Typed]:
    values = values_of(posting)
    if isinstance(posting, Offer):
        values["team"] = posting.team.name if posting.team else ""
    return {field.name: _as_typed(field, values[field.name]) for field in _fields(layout)}


def _as_typed(field: Field, value: Any) -> Typed:
    """The text that :func:`read_value` parses back to this value."""
    if field.kind is Kind.TERMS:
        assert field.term is not None
        return [term.value for term in field.term if term in value]
    if value is None:
        return ""
    if isinstance(value, Amount):
        return value.label("zh")
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else str(value)


def _normal(typed: Typed) -> Typed:
    """The text for comparing: browsers send other line ends than are stored."""
    return sorted(typed) if isinstance(typed, list) else typed.replace("\r\n", "\n").strip()
