"""Several faults of one form at once, so that a person mends them in one go."""

from collections.abc import Sequence

from matchmaker.domain.errors import InvalidInput


class InvalidFields(InvalidInput):
    """``problems`` has one error for each field at fault; the message is that of the first."""

    def __init__(self, problems: Sequence[InvalidInput]) -> None:
        first = problems[0]
        super().__init__(first.message, field=first.field, **first.params)
        self.problems = tuple(problems)


def refuse(problems: Sequence[InvalidInput]) -> None:
    """Raise :class:`InvalidFields` if there are any."""
    if problems:
        raise InvalidFields(problems)
