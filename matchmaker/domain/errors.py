"""Errors that people read.

Each error names what went wrong and how to mend it as a translatable message; callers catch the class they can act on.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from matchmaker.i18n import translate


@runtime_checkable
class HasLabel(Protocol):
    """A field, a term or a vocabulary's row: something with a name in each language."""

    def label(self, language: str = "zh") -> str: ...


class LabelList:
    """Things named one after the other in the reader's language, as one value of a message."""

    def __init__(self, things: Iterable[HasLabel | str]) -> None:
        self._things = tuple(things)

    def label(self, language: str = "zh") -> str:
        names = (thing.label(language) if isinstance(thing, HasLabel) else thing for thing in self._things)
        return ("、" if language == "zh" else ", ").join(names)


class MatchmakerError(Exception):
    """Base of all errors a user may see.

    ``message`` is a Chinese message id (see :mod:`matchmaker.i18n`), ``params`` fill its placeholders;
    one that is :class:`HasLabel` is named in the reader's language too.
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
    """A value that cannot be accepted; ``field`` is the attribute it was meant for, if there is one."""

    def __init__(self, message: str, *, field: str | None = None, **params: object) -> None:
        super().__init__(message, **params)
        self.field = field


class ValidationErrors(InvalidInput):
    """Several errors of one form at once, so that a person mends them in one go.

    ``problems`` has one error for each field at fault; the message is that of the first.
    """

    def __init__(self, problems: Sequence[InvalidInput]) -> None:
        first = problems[0]
        super().__init__(first.message, field=first.field, **first.params)
        self.problems = tuple(problems)


def raise_if_any(problems: Sequence[InvalidInput]) -> None:
    """Raise :class:`ValidationErrors` if there are any."""
    if problems:
        raise ValidationErrors(problems)


class NotFound(MatchmakerError):
    """No such record, or none that the person may see: the two are not told apart."""


class NotAllowed(MatchmakerError):
    """The person may see the record but not do this with it."""


class Conflict(MatchmakerError):
    """Someone else changed the record meanwhile, or its state does not permit the step."""
