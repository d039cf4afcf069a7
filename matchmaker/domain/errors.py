"""Errors that are shown to people.

The message of an error is translatable and says what is wrong and how to correct it.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from matchmaker.i18n import translate


@runtime_checkable
class HasLabel(Protocol):
    """Something with a name in each language: a field, a term, a row of a vocabulary."""

    def label(self, language: str = "zh") -> str: ...


class LabelList:
    """A list of things as a value of a message; their names are in the reader's language."""

    def __init__(self, things: Iterable[HasLabel | str]) -> None:
        self._things = tuple(things)

    def label(self, language: str = "zh") -> str:
        names = (thing.label(language) if isinstance(thing, HasLabel) else thing for thing in self._things)
        return ("、" if language == "zh" else ", ").join(names)


class MatchmakerError(Exception):
    """Base of all errors a user may see.

    ``message`` is a Chinese message id (see :mod:`matchmaker.i18n`), ``params`` fill its placeholders. A parameter that
    is :class:`HasLabel` is shown by its label in the reader's language.
    """

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params

    def text(self, language: str = "zh") -> str:
        """The message in the reader's language."""
        named = {
            name: value.label(language) if isinstance(value, HasLabel) else value for name, value in self.params.items()
        }
        return translate(self.message, language, **named)

    def __str__(self) -> str:
        return self.text()


class InvalidInput(MatchmakerError):
    """An invalid value. ``field`` is the name of the field it was entered for, or ``None``."""

    def __init__(self, message: str, *, field: str | None = None, **params: object) -> None:
        super().__init__(message, **params)
        self.field = field


class ValidationErrors(InvalidInput):
    """All errors of a form together, so that a person can correct them at once.

    ``problems`` has an error for each wrong field. The message is the message of the first.
    """

    def __init__(self, problems: Sequence[InvalidInput]) -> None:
        first = problems[0]
        super().__init__(first.message, field=first.field, **first.params)
        self.problems = tuple(problems)


def raise_if_any(problems: Sequence[InvalidInput]) -> None:
    """Raise :class:`ValidationErrors` if there are any problems."""
    if problems:
        raise ValidationErrors(problems)


class NotFound(MatchmakerError):
    """There is no such record, or the person may not see it. The error does not tell which."""


class NotAllowed(MatchmakerError):
    """The person may see the record, but may not do this with it."""


class Conflict(MatchmakerError):
    """Someone else has changed the record, or its state does not allow the action."""
